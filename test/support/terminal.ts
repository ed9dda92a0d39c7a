/** A person at a real terminal: a command under `script` (util-linux), and an answer to each question that it asks. */

import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

export interface Typed {
  readonly exitCode: number;
  readonly output: string;
}

/** The text that a question wants: the label or phrase in its quotes, or `y`. */
const questions = /Type [^"]*"(?<phrase>[^"]+)"[^:]*: $|\[y\/N\] $/;

/** Types what each question asks for, like a person who agrees. */
export function runAtTerminal(
  line: string,
  { cwd, env, timeoutMs }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly timeoutMs: number },
): Promise<Typed> {
  return new Promise((resolve, reject) => {
    const wide = { ...env, COLUMNS: "200", LINES: "50", TERM: "xterm" };
    const child = spawn("script", ["-qefc", `stty cols 200; ${line}`, "/dev/null"], {
      cwd,
      env: wide,
      timeout: timeoutMs,
    });
    let output = "";
    let answered = 0;
    const receive = (chunk: Buffer): void => {
      output += chunk.toString();
      const open = stripVTControlCharacters(output.slice(answered));
      const question = questions.exec(open);
      if (question === null) return;
      answered = output.length;
      child.stdin.write(`${question.groups?.phrase ?? "y"}\n`);
    };
    child.stdout.on("data", receive);
    child.stderr.on("data", receive);
    child.on("error", reject);
    child.on("close", (exitCode) => {
      resolve({ exitCode: exitCode ?? 1, output: stripVTControlCharacters(output).replaceAll("\r", "") });
    });
  });
}

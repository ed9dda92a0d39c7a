/** A person who types a `uko` command at a terminal and agrees with what it asks: in this process, as a transcript. */

import { runCli } from "../../provider/cli/program.ts";
import { withProgress } from "../../provider/cli/run.ts";
import { quietWorld } from "../cli/harness.ts";
import { answerTo } from "../support/answers.ts";
import type { EngineResult } from "./engine-run.ts";

export async function typeUko(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<EngineResult> {
  const startedAt = performance.now();
  let output = "";
  let errors = "";
  const write = (text: string): void => {
    output += text;
  };
  const appendError = (text: string): void => {
    errors += text;
  };
  const asked: string[] = [];
  const world = quietWorld({
    environment,
    // Progress is no part of a transcript; an error is.
    ...withProgress({ write }, { write: appendError }),
    ask: async (question) => {
      const answer = answerTo(question, asked);
      asked.push(question);
      write(`${question}${answer}\n`);
      return answer;
    },
  });
  const exitCode = await runCli(args, world);
  if (exitCode !== 0) output += errors;
  const durationMs = Math.round(performance.now() - startedAt);
  return { exitCode, stdout: output, stderr: errors, output, firstErrorLine: undefined, durationMs };
}

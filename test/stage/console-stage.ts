/** A stage without an engine: each person has a console, which the reader opens in a browser. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { type Name, Stage, StoryError } from "./stage.ts";

const ukoScript = fileURLToPath(new URL("../../dist/bin/uko.js", import.meta.url));
const startLimitMs = 20_000;

export class ConsoleStage extends Stage {
  readonly #children: ChildProcess[] = [];

  /** Starts `uko console` as this person, and shows what it prints: an address and a code. */
  async openConsole(name: Name): Promise<void> {
    await this.prompt(name, "uko console");
    const child = spawn(process.execPath, [ukoScript, "console"], {
      env: { PATH: process.env.PATH ?? "", ...this.environmentOf(name) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#children.push(child);
    const printed = await printedUntil(child, "Ctrl-C");
    const result = {
      exitCode: 0,
      stdout: printed,
      stderr: "",
      output: printed,
      firstErrorLine: undefined,
      durationMs: 0,
    };
    this.show(result, printed.trimEnd(), { exitCode: 0, says: "Code for the next log-in" });
  }

  /** Waits for Enter at a terminal; goes on at once without one. */
  async pause(words: string): Promise<void> {
    this.say(words);
    if (!process.stdin.isTTY) return;
    const terminal = createInterface({ input: process.stdin, output: process.stdout });
    await terminal.question("Press Enter to go on. ");
    terminal.close();
  }

  close(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }
}

function printedUntil(child: ChildProcess, last: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new StoryError("uko console was not ready in time")), startLimitMs);
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (!text.includes(last)) return;
      clearTimeout(timer);
      resolve(text);
    });
    child.once("error", reject);
    child.once("close", (code) => reject(new StoryError(`uko console ended with code ${code}`)));
  });
}

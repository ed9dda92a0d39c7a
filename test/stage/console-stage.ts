/** A stage without an engine: each person has a console, which the reader opens in a browser. */

import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { fileURLToPath } from "node:url";
import { childEnv } from "../support/child-env.ts";
import { printedUntil } from "./engine-run.ts";
import { type Name, Stage } from "./stage.ts";

const ukoScript = fileURLToPath(new URL("../../build/cli/uko", import.meta.url));
const startLimitMs = 20_000;

export class ConsoleStage extends Stage {
  readonly #children: ChildProcess[] = [];

  /** Starts `uko console` as this person, and shows what it prints: an address and a code. */
  async openConsole(name: Name): Promise<void> {
    await this.prompt(name, "uko console");
    const child = spawn(process.execPath, [ukoScript, "console"], {
      env: { ...childEnv, ...this.environmentOf(name) },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#children.push(child);
    const printed = await printedUntil(child, "Ctrl-C", startLimitMs, "uko console");
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

/** A command for a shell that hands its arguments and environment to this process, and waits for what became of them. */

import { execFile } from "node:child_process";
import { type FSWatcher, watch } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineCall } from "../engine.ts";

type Respond = (call: EngineCall) => Promise<{ readonly exitCode: number; readonly output: string }>;

export class ShellBridge {
  /** The command that the script runs. */
  readonly script: string;
  readonly #folder: string;
  readonly #respond: Respond;
  readonly #watcher: FSWatcher;

  private constructor(folder: string, respond: Respond) {
    this.#folder = folder;
    this.#respond = respond;
    this.script = [
      `call="${folder}/$$"`,
      'mkfifo "$call.done"',
      'env -0 > "$call.env"',
      'printf "%s\\0" "$@" > "$call.new"',
      'mv "$call.new" "$call.args"',
      'read -r code < "$call.done"',
      'cat "$call.text"',
      'exit "$code"',
    ].join("\n");
    this.#watcher = watch(folder, (_event, file) => {
      if (file?.endsWith(".args")) void this.#perform(file.slice(0, -".args".length));
    });
  }

  static async open(workspace: string, respond: Respond): Promise<ShellBridge> {
    const folder = path.join(workspace, "calls");
    await mkdir(folder);
    return new ShellBridge(folder, respond);
  }

  close(): void {
    this.#watcher.close();
  }

  async #perform(call: string): Promise<void> {
    const file = (ending: string) => path.join(this.#folder, `${call}.${ending}`);
    const words = async (ending: string) => (await readFile(file(ending), "utf8")).split("\0").slice(0, -1);
    const env = Object.fromEntries((await words("env")).map((line) => line.split(/=(.*)/s).slice(0, 2)));
    let ended = { exitCode: 1, output: "" };
    try {
      ended = await this.#respond({ home: env.HOME ?? "", args: await words("args"), env });
    } catch (error) {
      ended = { exitCode: 1, output: String(error) };
    }
    await writeFile(file("text"), ended.output);
    execFile("/bin/sh", ["-c", 'echo "$1" > "$2"', "sh", String(ended.exitCode), file("done")]);
  }
}

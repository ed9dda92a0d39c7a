/** One person with the engine's real CLI, the `uko` command and a shell, under their own HOME, credential and working copy. */

import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { shellWord } from "../../../../provider/engine/text/explanation.ts";
import type { RunOptions } from "../../../stage/person.ts";
import type { ExportedResource } from "../../../stage/pulumi.ts";
import { takeApart } from "../../../support/command-line.ts";
import { runAtTerminal } from "../../../support/terminal.ts";
import type { EngineCommand, EnginePerson, EngineResult } from "./engine.ts";
import { ended, nextCommands } from "./next-steps.ts";
import { runUko } from "./terminal.ts";

/** What a command of the shell or of `uko` ended with. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was printed, both streams. */
  readonly output: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

/** How commands that are typed are carried out. */
export interface Terminal {
  /** The folder in which a shell finds `uko` and the engine. */
  readonly shims: string;
  /** Whether each command is a process, as for a user; otherwise what can run in this process does. */
  readonly isReal: boolean;
  /** The engine's command, which runs in this process if the engine does. */
  readonly command: EngineCommand;
}

const commandLimitMs = 60_000;
/** The commands that ask a person. */
const asking = /^uko (?:request|approve|continue|withdraw|decline|reactivate) /;

export class Person {
  readonly name: string;
  /** For what this class has no short form of, such as runs that are interrupted. */
  readonly engine: EnginePerson;
  readonly #terminal: Terminal;

  constructor(name: string, engine: EnginePerson, terminal: Terminal) {
    this.name = name;
    this.engine = engine;
    this.#terminal = terminal;
  }

  up(args: readonly string[] = [], options?: RunOptions): Promise<EngineResult> {
    return this.engine.up(args, options);
  }

  destroy(args: readonly string[] = [], options?: RunOptions): Promise<EngineResult> {
    return this.engine.destroy(args, options);
  }

  refresh(args: readonly string[] = [], options?: RunOptions): Promise<EngineResult> {
    return this.engine.refresh(args, options);
  }

  preview(args: readonly string[] = [], options?: RunOptions): Promise<EngineResult> {
    return this.engine.preview(args, options);
  }

  writeProgram(source: string): Promise<void> {
    return this.engine.writeProgram(source);
  }

  /** The resources in the stack's state, without the stack itself. */
  async resources(): Promise<readonly ExportedResource[]> {
    return (await this.engine.exportState()).resources;
  }

  /** Keeps an API key in the stack's configuration, as a secret. */
  async storeApiKey(apiKey: string): Promise<void> {
    if (this.engine.storeApiKey !== undefined) return this.engine.storeApiKey(apiKey);
    ended(await this.engine.run(["config", "set", "--secret", "uko:apiKey", apiKey]), 0);
  }

  /** Goes over to a stack of one's own, with a credential and settings of its own. */
  async openStack(name: string, env: Variables): Promise<void> {
    Object.assign(this.engine.env, env);
    if (this.engine.openStack !== undefined) return this.engine.openStack(name);
    Object.assign(this.engine.env, { PULUMI_STACK: name });
    ended(await this.engine.run(["stack", "init", name]), 0);
  }

  /** Changes what the state says of each key, by hand; a plugin refuses inputs that are outputs alone. */
  async editState(edits: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.engine.editState !== undefined) return this.engine.editState(edits);
    const state = JSON.parse((await this.engine.exportState()).text) as {
      deployment: { resources: { type: string; inputs: Record<string, unknown>; outputs: Record<string, unknown> }[] };
    };
    for (const { type, inputs, outputs } of state.deployment.resources) {
      if (!type.endsWith(":ManagedKey")) continue;
      const controls = ["dualAuthorization", "deletionGate", "deletionProtection"];
      Object.assign(inputs, Object.fromEntries(Object.entries(edits).filter(([name]) => controls.includes(name))));
      Object.assign(outputs, edits);
    }
    const file = path.join(this.engine.home, "edited.json");
    await writeFile(file, JSON.stringify(state));
    ended(await this.engine.run(["stack", "import", "--file", file]), 0);
  }

  /** All outputs in the state, with what is secret in them. */
  async openOutputs(): Promise<readonly unknown[]> {
    if (this.engine.openOutputs !== undefined) return this.engine.openOutputs();
    const { stdout } = ended(await this.engine.run(["stack", "export", "--show-secrets"]), 0);
    const { deployment } = JSON.parse(stdout) as { deployment: { resources: readonly { outputs?: unknown }[] } };
    return deployment.resources.map(({ outputs }) => outputs);
  }

  /** Runs `uko ARGS`, and agrees with what it asks. */
  async uko(args: readonly string[], env: Variables = {}): Promise<CommandResult> {
    if (this.#terminal.isReal) return this.shell(["uko", ...args].map(shellWord).join(" "), env);
    const { workingCopy } = this.engine;
    const result = await runUko(args, { environment: this.engine.environment(env), workingCopy });
    return { ...result, output: result.stdout + result.stderr };
  }

  /** Approves these keys with `uko approve`, which takes the step. */
  approve(keys: string | readonly string[]): Promise<CommandResult> {
    return this.uko(["approve", ...[keys].flat()]);
  }

  /** Approves the deactivation of these keys, and requests their destruction with the command that the run printed. */
  async approveAndRequest(keys: string | readonly string[]): Promise<CommandResult> {
    const approved = await this.approve(keys);
    const [, printed = ""] = /^ {4}(uko request .*)$/m.exec(approved.output) ?? [];
    if (printed === "") throw new Error(`No destruction can be requested next:\n${approved.output}`);
    const requested = await this.shell(printed);
    if (requested.exitCode !== 0) throw new Error(requested.output);
    return approved;
  }

  /** Stores an approval on these keys, on which the requester's next run acts. */
  storeApproval(keys: string | readonly string[]): Promise<CommandResult> {
    return this.uko(["approve", "--store", ...[keys].flat()]);
  }

  /** Runs a line as typed into this person's terminal, with `uko` and the engine on PATH, and agrees with what it asks. */
  async shell(commandLine: string, env: Variables = {}): Promise<CommandResult> {
    if (this.#terminal.isReal && asking.test(commandLine)) return this.#atTerminal(commandLine, env);
    const typed = this.#terminal.isReal ? undefined : takeApart(commandLine);
    if (typed?.command === "uko") return this.uko(typed.args, { ...env, ...typed.variables });
    const { name, run } = this.#terminal.command;
    if (typed?.command === name && run !== undefined) {
      return run({ home: this.engine.home, args: typed.args, env: { ...env, ...typed.variables } });
    }
    return this.#spawn("/bin/sh", ["-c", commandLine], env);
  }

  /** Pastes the one command after "Next:" that matches, exactly as it was printed. */
  runNext(output: string, which: RegExp, env: Variables = {}): Promise<CommandResult> {
    const commands = [...new Set(nextCommands(output).filter((command) => which.test(command)))];
    const [command] = commands;
    if (command === undefined || commands.length > 1) {
      throw new Error(`${commands.length} printed commands match ${which}:\n${output}`);
    }
    return this.shell(command, env);
  }

  async #atTerminal(commandLine: string, env: Variables): Promise<CommandResult> {
    const place = { cwd: this.engine.workingCopy, env: this.#shellEnvironment(env), timeoutMs: commandLimitMs };
    const { exitCode, output } = await runAtTerminal(commandLine, place);
    return { exitCode, stdout: output, stderr: "", output };
  }

  #shellEnvironment(env: Variables): NodeJS.ProcessEnv {
    const environment = this.engine.environment(env);
    return { ...environment, PATH: `${this.#terminal.shims}${path.delimiter}${environment.PATH ?? ""}` };
  }

  async #spawn(file: string, args: readonly string[], env: Variables): Promise<CommandResult> {
    const child = spawn(file, args, {
      cwd: this.engine.workingCopy,
      env: this.#shellEnvironment(env),
      stdio: ["ignore", "pipe", "pipe"],
      timeout: commandLimitMs,
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    const said = (await this.engine.saidInShell?.()) ?? "";
    return { exitCode, stdout, stderr, output: stdout + stderr + said };
  }
}

/** One person with the real Pulumi CLI, the `uko` command and a shell, under their own HOME, credential and working copy. */

import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import type { ExportedResource, PulumiPerson, PulumiResult, RunOptions } from "../../../support/pulumi.ts";
import { nextCommands } from "./next-steps.ts";

/** What a command of the shell or of `uko` ended with. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was printed, both streams. */
  readonly output: string;
}

export type Variables = Readonly<Record<string, string | undefined>>;

const commandLimitMs = 60_000;

export class Person {
  readonly name: string;
  /** For what this class has no short form of, such as runs that are interrupted. */
  readonly pulumi: PulumiPerson;
  readonly #shims: string;

  constructor(name: string, pulumi: PulumiPerson, shims: string) {
    this.name = name;
    this.pulumi = pulumi;
    this.#shims = shims;
  }

  up(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.pulumi.up(args, options);
  }

  /** `pulumi destroy`, naming these records if there are any. */
  destroy(consents: string | readonly string[] = [], args: readonly string[] = []): Promise<PulumiResult> {
    const named = [consents].flat().join(",");
    return this.pulumi.destroy(args, named === "" ? {} : { env: { UKO_CONSENT: named } });
  }

  refresh(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.pulumi.refresh(args, options);
  }

  preview(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.pulumi.preview(args, options);
  }

  writeProgram(source: string): Promise<void> {
    return this.pulumi.writeProgram(source);
  }

  /** The resources in the stack's state, without the stack itself. */
  async resources(): Promise<readonly ExportedResource[]> {
    return (await this.pulumi.exportState()).resources;
  }

  /** Runs `uko ARGS`, the built command. */
  uko(args: readonly string[], env: Variables = {}): Promise<CommandResult> {
    return this.#spawn(path.join(this.#shims, "uko"), args, env);
  }

  /** Runs a line as typed into this person's terminal, with `uko` and `pulumi` on PATH; a `yes` to Pulumi's question is given. */
  shell(commandLine: string, env: Variables = {}): Promise<CommandResult> {
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

  async #spawn(file: string, args: readonly string[], env: Variables): Promise<CommandResult> {
    const environment = this.pulumi.environment(env);
    const child = spawn(file, args, {
      cwd: this.pulumi.workingCopy,
      env: { ...environment, PATH: `${this.#shims}${path.delimiter}${environment.PATH ?? ""}` },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: commandLimitMs,
    });
    const ended = new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve(code ?? -1));
    });
    const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    return { exitCode, stdout, stderr, output: stdout + stderr };
  }
}

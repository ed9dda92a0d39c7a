/** The workspace of both wire hosts: people in a folder with one state, a shell that calls the engine in this process, and runs without a CLI. */

import type { ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { childEnv } from "../../../../support/child-env.ts";
import type { EngineCall, EnginePerson, EngineResult, EngineWorkspace, Variables } from "../engine.ts";
import { ShellBridge } from "./shell-bridge.ts";

/** A person on the wire, and the end of all of that person's runs. */
export interface WirePerson {
  readonly engine: EnginePerson;
  killAll(): void;
}

export interface Machine {
  /** The folder that all people share. */
  readonly folder: string;
  readonly home: string;
  readonly env: Variables;
  readonly config: Readonly<Record<string, string>>;
}

export async function openWire(
  command: "pulumi" | "tofu",
  open: (machine: Machine) => WirePerson | Promise<WirePerson>,
): Promise<EngineWorkspace> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-wire-"));
  await mkdir(path.join(folder, "backend"));
  const people: WirePerson[] = [];
  const run = async ({ home, args, env }: EngineCall): Promise<EngineResult> => {
    const person = people.find(({ engine }) => engine.home === home);
    if (person === undefined) throw new Error(`The workspace has no person with the home ${home}.`);
    return person.engine.run(args, { env });
  };
  const shell = await ShellBridge.open(folder, run);
  const dispose = async (): Promise<void> => {
    shell.close();
    for (const person of people) person.killAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return {
    folder,
    command: { name: command, script: shell.script, run },
    async person(name, { program, env = {}, config = {} }) {
      const person = await open({ folder, home: path.join(folder, "people", name), env: { ...env }, config });
      await mkdir(person.engine.workingCopy, { recursive: true });
      if (program !== undefined) await person.engine.writeProgram(program);
      people.push(person);
      return person.engine;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** The environment of a person's run. */
export function environmentOf(home: string, ...all: readonly Variables[]): Record<string, string> {
  const variables: Variables = Object.assign({ ...childEnv, HOME: home, XDG_STATE_HOME: undefined }, ...all);
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** A run whose only process is the provider; a run without a provider has none. */
export function runOnWire<Result>(result: Promise<Result>, provider: () => Promise<ChildProcess | undefined>) {
  return {
    get child(): never {
      throw new Error("On the wire there is no process of a CLI.");
    },
    result,
    killProvider: async (signal: NodeJS.Signals = "SIGKILL") => ((await provider())?.kill(signal) === true ? 1 : 0),
    providerPids: async () => {
      const { pid, exitCode, signalCode } = (await provider()) ?? {};
      return pid === undefined || exitCode !== null || signalCode !== null ? [] : [pid];
    },
  };
}

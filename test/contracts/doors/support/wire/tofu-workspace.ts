/** The Terraform door without the CLI: people share a state file, and each run starts the built provider and calls it over gRPC. */

import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { RunOptions } from "../../../../stage/person.ts";
import type { TofuResult, TofuRun, TofuState } from "../../../../stage/tofu.ts";
import { readState } from "../../../../stage/tofu-output.ts";
import { childEnv } from "../../../../support/child-env.ts";
import { type Host, startHost } from "../../../../terraform-plugin/host.ts";
import type { Resources } from "../../door.ts";
import type { EngineCall, EngineResult, EngineWorkspace, Variables } from "../engine.ts";
import { type Tofu, TofuEngine } from "../tofu-engine.ts";
import { repository } from "./pulumi-provider.ts";
import { ShellBridge } from "./shell-bridge.ts";
import { runTofu, type TofuRunOutcome, type TofuRunRequest } from "./tofu-run.ts";
import { TofuStateFile } from "./tofu-state.ts";

const program = path.join(repository, "build", "terraform", "terraform-provider-uko");

export async function openTofuWire(): Promise<EngineWorkspace> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-wire-"));
  await mkdir(path.join(folder, "backend"));
  const people: WireTofu[] = [];
  const engines = new Map<string, TofuEngine>();
  const run = async ({ home, args, env }: EngineCall): Promise<EngineResult> => {
    const engine = engines.get(home);
    if (engine === undefined) throw new Error(`Nobody lives at ${home}.`);
    return engine.run(args[0] === "apply" ? ["up", ...args.slice(1)] : args, { env });
  };
  const shell = await ShellBridge.open(folder, run);
  const dispose = async (): Promise<void> => {
    shell.close();
    for (const person of people) person.killAll();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  return {
    folder,
    command: { name: "tofu", script: shell.script, run },
    async person(name, { program: source, env = {}, config = {} }) {
      const person = new WireTofu(folder, path.join(folder, "people", name), { ...env });
      await mkdir(person.workingCopy, { recursive: true });
      if (source !== undefined) await person.writeProgram(source);
      people.push(person);
      const engine = new TofuEngine(person);
      await engine.writeSettings(config);
      engines.set(person.home, engine);
      return engine;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

class WireTofu implements Tofu {
  readonly home: string;
  readonly workingCopy: string;
  readonly env: Variables;
  readonly #folder: string;
  readonly #running = new Set<Host>();
  #settings: Readonly<Record<string, string>> = {};
  #program: Resources = {};
  #workspace = "default";

  constructor(folder: string, home: string, env: Variables) {
    this.#folder = folder;
    this.home = home;
    this.workingCopy = path.join(home, "work");
    this.env = env;
  }

  async writeProgram(source: string): Promise<void> {
    this.#program = JSON.parse(source) as Resources;
  }

  async writeSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    this.#settings = settings;
  }

  async storeApiKey(apiKey: string): Promise<void> {
    this.#settings = { ...this.#settings, api_key: apiKey };
  }

  async writeFile(): Promise<void> {
    throw new Error("On the wire there are no files of a configuration.");
  }

  async state(): Promise<TofuState> {
    return readState(this.#state.text());
  }

  async run(args: readonly string[], options?: RunOptions): Promise<TofuResult> {
    return this.start(args, options).result;
  }

  start([command = "", ...rest]: readonly string[], options: RunOptions = {}): Pick<TofuRun, keyof TofuRun> {
    const isQuery = command === "workspace" || command === "state";
    const started = isQuery ? undefined : this.#startHost(options.env);
    const result = started === undefined ? this.#file(command, rest) : this.#perform(started, command, rest, options);
    return {
      get child(): never {
        throw new Error("On the wire there is no process of a CLI.");
      },
      result,
      killProvider: async (signal = "SIGKILL") => ((await started)?.child.kill(signal) === true ? 1 : 0),
      providerPids: async () => {
        const { pid, exitCode, signalCode } = (await started)?.child ?? {};
        return pid === undefined || exitCode !== null || signalCode !== null ? [] : [pid];
      },
    };
  }

  environment(extra: Variables = {}): Record<string, string> {
    const variables = { ...childEnv, HOME: this.home, ...this.env, ...extra };
    return Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }

  killAll(): void {
    for (const { child } of this.#running) child.kill("SIGKILL");
  }

  get #state(): TofuStateFile {
    return new TofuStateFile(this.#folder, this.#workspace);
  }

  #startHost(env: Variables = {}): Promise<Host> {
    return startHost(this.environment(env), undefined, { program, cwd: this.workingCopy });
  }

  /** `workspace new NAME` and `state push FILE`. */
  async #file(command: string, [verb, value = ""]: readonly string[]): Promise<TofuResult> {
    if (command === "workspace" && verb === "new") this.#workspace = value;
    else if (command === "state" && verb === "push") this.#state.replace(await readFile(value, "utf8"));
    else throw new Error(`The wire has no command ${command} ${verb}.`);
    return resultOf(0, { diagnostics: [], failed: [], hasErrors: false, output: "" }, "", 0);
  }

  async #perform(
    started: Promise<Host>,
    command: string,
    args: readonly string[],
    options: RunOptions,
  ): Promise<TofuResult> {
    const begun = performance.now();
    const host = await started;
    this.#running.add(host);
    try {
      const outcome = await runTofu({
        kind: kindOf(command, args),
        ...{ host, program: this.#program, settings: this.#settings, state: this.#state },
        env: this.environment(options.env),
        excluded: args.flatMap((each) => /^-exclude=\w+\.(\S+)$/.exec(each)?.[1] ?? []),
      });
      const { add = 0, change = 0, remove = 0 } = outcome.planned ?? {};
      const isDifferent = args.includes("-detailed-exitcode") && add + change + remove > 0;
      const exitCode = outcome.hasErrors ? 1 : isDifferent ? 2 : 0;
      return resultOf(exitCode, outcome, host.log(), Math.round(performance.now() - begun));
    } finally {
      this.#running.delete(host);
      await host.close();
    }
  }
}

function kindOf(command: string, args: readonly string[]): TofuRunRequest["kind"] {
  const unknown = args.find((each) => !/^-(?:refresh-only|detailed-exitcode|exclude=\S+)$/.test(each));
  if (unknown !== undefined) throw new Error(`The wire does not know ${unknown}.`);
  if (args.includes("-refresh-only")) return "refresh";
  if (command === "apply" || command === "destroy" || command === "plan") return command;
  throw new Error(`The wire has no command ${command}.`);
}

function resultOf(exitCode: number, outcome: TofuRunOutcome, log: string, durationMs: number): TofuResult {
  const { hasErrors: _, output, ...report } = outcome;
  const firstErrorLine = /^Error: (.*)$/m.exec(output)?.[1];
  return {
    ...report,
    ...{ exitCode, durationMs, stdout: output, stderr: log },
    ...{ output: `${output}${log}`, firstErrorLine },
  };
}

/** The Terraform interface without the CLI: people share a state file, and each run starts the built provider and calls it over gRPC. */

import { readFile } from "node:fs/promises";
import path from "node:path";
import type { RunOptions } from "../../../../stage/person.ts";
import type { TofuResult, TofuRun, TofuState } from "../../../../stage/tofu.ts";
import { firstErrorIn, readState } from "../../../../stage/tofu-output.ts";
import { type Host, startHost } from "../../../../terraform-plugin/host.ts";
import type { Resources } from "../../user-interface.ts";
import type { EngineWorkspace, Variables } from "../engine.ts";
import { type Tofu, TofuEngine } from "../tofu-engine.ts";
import { repository } from "./pulumi-provider.ts";
import { runTofu, type TofuRunOutcome, type TofuRunRequest } from "./tofu-run.ts";
import { TofuStateFile } from "./tofu-state.ts";
import { environmentOf, type Machine, openWire, runOnWire } from "./workspace.ts";

const program = path.join(repository, "build", "terraform", "terraform-provider-uko");

export function openTofuWire(): Promise<EngineWorkspace> {
  return openWire("tofu", async (machine) => {
    const person = new WireTofu(machine);
    const engine = new TofuEngine(person);
    await engine.writeSettings(machine.config);
    return { engine, killAll: () => person.killAll() };
  });
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

  constructor({ folder, home, env }: Machine) {
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
    return runOnWire(result, async () => (await started)?.child);
  }

  environment(extra: Variables = {}): Record<string, string> {
    return environmentOf(this.home, this.env, extra);
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
  return {
    ...report,
    ...{ exitCode, durationMs, stdout: output, stderr: log },
    ...{ output: `${output}${log}`, ...firstErrorIn(output, report) },
  };
}

/** A Pulumi interface without the CLI: people share a state file, and each run starts the built provider and calls it over gRPC. */

import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import type { Properties } from "../../../../pulumi-plugin/engine.ts";
import type { RunOptions } from "../../../../stage/person.ts";
import type { ExportedState } from "../../../../stage/pulumi.ts";
import type { InterfaceName } from "../../interface-names.ts";
import type { ResourceKind, Resources } from "../../user-interface.ts";
import {
  type EnginePerson,
  type EngineResult,
  type EngineRun,
  type EngineWorkspace,
  type Variables,
  Verbs,
} from "../engine.ts";
import { type Provider, repository, revealed, secretOf, startProvider, type Target } from "./pulumi-provider.ts";
import { type RunFlags, type RunRequest, runEngine } from "./pulumi-run.ts";
import { StateFile } from "./pulumi-state.ts";
import { environmentOf, type Machine, openWire, runOnWire } from "./workspace.ts";

export interface PulumiWireInterface {
  readonly name: Exclude<InterfaceName, "terraform">;
  typeOf(kind: ResourceKind): string;
}

export async function openPulumiWire(userInterface: PulumiWireInterface): Promise<EngineWorkspace> {
  const workspace = await openWire("pulumi", (machine) => {
    const engine = new WirePulumi(userInterface, machine);
    return { engine, killAll: () => engine.killAll() };
  });
  // The state names the package, and the dynamic provider loads it from where the program is.
  await mkdir(path.join(workspace.folder, "node_modules"));
  await symlink(repository, path.join(workspace.folder, "node_modules", "pulumi-uko"), "dir");
  return workspace;
}

class WirePulumi extends Verbs implements EnginePerson {
  readonly home: string;
  readonly workingCopy: string;
  readonly env: Variables;
  readonly #userInterface: PulumiWireInterface;
  readonly #folder: string;
  readonly #config: Record<string, unknown>;
  readonly #running = new Set<Provider>();
  #program: Resources = {};
  #stack = "dev";

  constructor(userInterface: PulumiWireInterface, { folder, home, env, config }: Machine) {
    super();
    this.#userInterface = userInterface;
    this.#folder = folder;
    this.home = home;
    this.workingCopy = path.join(home, "work");
    this.env = env;
    this.#config = { ...config };
  }

  async writeProgram(source: string): Promise<void> {
    this.#program = JSON.parse(source) as Resources;
  }

  run(args: readonly string[], options?: RunOptions): Promise<EngineResult> {
    return this.start(args, options).result;
  }

  start([command = "", ...args]: readonly string[], options: RunOptions = {}): EngineRun {
    const kind = (["up", "destroy", "refresh", "preview"] as const).find((each) => each === command);
    if (kind === undefined) throw new Error(`The wire has no command ${command}.`);
    const started = startProvider(this.#userInterface.name, this.workingCopy, this.environment(options.env));
    const result = started.then((provider) => this.#perform(kind, args, provider, options.env));
    return runOnWire(result, async () => (await started).child);
  }

  async exportState(): Promise<ExportedState> {
    const file = this.#stateFile();
    const resources = file.read().resources.map(({ urn, type, id, inputs, outputs }) => ({
      ...{ urn, type, id },
      inputs: revealed(inputs) as Properties,
      outputs: revealed(outputs) as Properties,
    }));
    return { text: file.text(), resources };
  }

  environment(extra: Variables = {}): Record<string, string> {
    return environmentOf(this.home, this.env, extra);
  }

  async storeApiKey(apiKey: string): Promise<void> {
    this.#config["uko:apiKey"] = secretOf(apiKey);
  }

  async openStack(name: string): Promise<void> {
    this.#stack = name;
  }

  async editState(edits: Readonly<Record<string, unknown>>): Promise<void> {
    this.#stateFile().change((resources) =>
      resources.map((each) =>
        each.type === this.#userInterface.typeOf("ManagedKey")
          ? { ...each, inputs: { ...each.inputs, ...edits }, outputs: { ...each.outputs, ...edits } }
          : each,
      ),
    );
  }

  async openOutputs(): Promise<readonly unknown[]> {
    return this.#stateFile()
      .read()
      .resources.map(({ outputs }) => revealed(outputs));
  }

  killAll(): void {
    for (const { child } of this.#running) child.kill("SIGKILL");
  }

  #stateFile(): StateFile {
    return new StateFile(this.#folder, this.#stack);
  }

  async #perform(
    kind: RunRequest["kind"],
    args: readonly string[],
    provider: Provider,
    extra: Variables = {},
  ): Promise<EngineResult> {
    this.#running.add(provider);
    const begun = performance.now();
    try {
      const state = this.#stateFile();
      const isProgram = kind === "up" || kind === "preview";
      if (kind === "up") state.write({ ...state.read(), settings: this.#settings() });
      const failures = await provider.configure(isProgram ? this.#settings() : state.read().settings);
      const { exitCode, output } =
        failures.length > 0
          ? {
              exitCode: 1,
              output: `Diagnostics:\n  pulumi:providers:uko (default):\n    error: ${failures.join("\n    ")}\n`,
            }
          : await runEngine({
              ...{ kind, provider, state, program: isProgram ? this.#program : {} },
              env: this.environment(extra),
              previews: this.#userInterface.name === "package",
              options: flagsIn(args),
              targetOf: (name, { type }) => targetOf(this.#stack, name, this.#userInterface.typeOf(type)),
              inputsOf: (target, given) => inputsOf(this.#userInterface.name, target, given),
            });
      const whole = `${output}${provider.written()}`;
      const firstErrorLine = /^\s*error: (.*)$/m.exec(output)?.[1]?.trim();
      const durationMs = Math.round(performance.now() - begun);
      return { exitCode, stdout: output, stderr: provider.written(), output: whole, firstErrorLine, durationMs };
    } finally {
      this.#running.delete(provider);
      await provider.close();
    }
  }

  /** A plugin's settings have no prefix; a dynamic provider gets the whole configuration. */
  #settings(): Properties {
    if (this.#userInterface.name === "dynamic") return this.#config;
    return Object.fromEntries(Object.entries(this.#config).map(([name, value]) => [name.replace(/^uko:/, ""), value]));
  }
}

export function targetOf(stack: string, name: string, type: string): Target {
  return { urn: `urn:pulumi:${stack}::keys::${type}::${name}`, type, name };
}

/** The inputs that the classes of both packages add to a program's arguments. */
export function inputsOf(name: PulumiWireInterface["name"], { urn, type }: Target, args: Properties): Properties {
  const hidden = Object.entries(args).map(([each, value]) => [
    each,
    secretInputs.has(each) && value !== undefined ? secretOf(value) : value,
  ]);
  const inputs = Object.fromEntries(hidden) as Properties;
  if (name === "package") return inputs;
  const kind = type.split(":").at(-1) ?? "";
  const member = `${kind.slice(0, 1).toLowerCase()}${kind.slice(1)}`;
  return {
    ...inputs,
    __origin: `organization/${urn}`,
    __provider: `exports.handler=()=>require("pulumi-uko/dynamic-provider").${member}`,
  };
}

/** As sdk/nodejs and provider/pulumi-dynamic mark them. */
const secretInputs: ReadonlySet<string> = new Set(["ibm", "aws", "azure", "google", "payload"]);

function flagsIn(args: readonly string[]): RunFlags {
  const after = (flag: string): readonly string[] =>
    args.flatMap((each, index) => (args[index - 1] === flag ? [each] : []));
  return {
    goesOn: args.includes("--continue-on-error"),
    refreshes: args.includes("--refresh"),
    expectsNoChanges: args.includes("--expect-no-changes"),
    targets: after("--target"),
    excluded: after("--exclude").map((pattern) => pattern.split("::").at(-1) ?? ""),
  };
}

/** OpenTofu as the engine of a scenario, real or in little: the same verbs, options and outputs, in its own words. */

import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { snake } from "../../../../provider/resources/schema/terraform-leaves.ts";
import type { RunOptions } from "../../../stage/person.ts";
import type { ExportedState } from "../../../stage/pulumi.ts";
import { type TofuPerson, type TofuResult, type TofuRun, TofuWorkspace } from "../../../stage/tofu.ts";
import { readReport, type TofuResource } from "../../../stage/tofu-output.ts";
import { type EnginePerson, type EngineResult, type EngineRun, type EngineWorkspace, Verbs } from "./engine.ts";
import { ended } from "./next-steps.ts";
import { renderSaid } from "./tofu-said.ts";

/** As much of the state's file as is edited. */
interface StoredState {
  readonly serial: number;
  readonly resources: readonly {
    readonly type: string;
    readonly instances: readonly { readonly attributes: Record<string, unknown> }[];
  }[];
}

type Variables = Readonly<Record<string, string | undefined>>;

export async function openTofu(project?: string): Promise<EngineWorkspace> {
  const workspace = await TofuWorkspace.create(project);
  const reported = '-no-color -consolidate-warnings=false "-json-into=$UKO_TEST_REPORT"';
  const script = [
    'command="$1"; shift',
    `tofu="${workspace.engine.tofuBin}"`,
    `case "$command" in apply|destroy) echo yes | "$tofu" "$command" ${reported} "$@" ;; *) exec "$tofu" "$command" "$@" ;; esac`,
  ].join("\n");
  return {
    folder: workspace.folder,
    command: { name: workspace.engine.command, script },
    person: async (name, { program, env, config = {} }) => {
      const person = await workspace.person(name, {
        ...(program !== undefined && { program }),
        ...(env !== undefined && { env }),
      });
      const tofu = new TofuEngine(person);
      await tofu.writeSettings(config);
      return tofu;
    },
    dispose: () => workspace.dispose(),
    [Symbol.asyncDispose]: () => workspace.dispose(),
  };
}

/** Without a question, and that a run goes on where something fails, is how OpenTofu always is here. */
const silent = new Set(["--skip-preview", "--yes", "--continue-on-error", "--refresh", "--json"]);
const loud = new Set(["--debug", "-v=9", "--logtostderr"]);
const commands: Readonly<Record<string, readonly string[]>> = {
  up: ["apply"],
  preview: ["plan"],
  refresh: ["apply", "-refresh-only"],
};

/** One person with OpenTofu's commands. */
export interface Tofu
  extends Pick<
    TofuPerson,
    "home" | "workingCopy" | "env" | "writeProgram" | "writeSettings" | "writeFile" | "state" | "run" | "environment"
  > {
  start(args: readonly string[], options?: RunOptions): Pick<TofuRun, keyof TofuRun>;
  /** Keeps an API key where the settings are. */
  storeApiKey?(apiKey: string): Promise<void>;
}

export class TofuEngine extends Verbs implements EnginePerson {
  readonly env: Variables;
  readonly #person: Tofu;
  /** What was in the state before the last run that changed it: a message may be about what is gone now. */
  #known: readonly TofuResource[] = [];
  #settings: Readonly<Record<string, string>> = {};

  constructor(person: Tofu) {
    super();
    this.#person = person;
    this.env = person.env;
  }

  get home(): string {
    return this.#person.home;
  }

  get workingCopy(): string {
    return this.#person.workingCopy;
  }

  writeProgram(source: string): Promise<void> {
    return this.#person.writeProgram(source);
  }

  /** `uko:kmsEndpoint` is the attribute `kms_endpoint` of the provider block. */
  async writeSettings(config: Readonly<Record<string, string>>): Promise<void> {
    const named = Object.entries(config).map(([name, value]) => [snake(name.replace(/^uko:/, "")), value]);
    this.#settings = { ...this.#settings, ...Object.fromEntries(named) };
    if (Object.keys(this.#settings).length > 0) await this.#person.writeSettings(this.#settings);
  }

  run(args: readonly string[], options?: RunOptions): Promise<EngineResult> {
    return this.start(args, options).result;
  }

  start([command = "", ...rest]: readonly string[], options: RunOptions = {}): EngineRun {
    const given = rest.filter((each) => !silent.has(each) && !loud.has(each));
    const excluded = given.indexOf("--exclude");
    if (excluded >= 0) given.splice(excluded, 2, `-exclude=${addressOf(given[excluded + 1] ?? "")}`);
    const env = { ...variablesIn(options.env), ...(rest.some((each) => loud.has(each)) && { TF_LOG: "trace" }) };
    // OpenTofu has no such option; its plan answers by its exit code.
    const unchanged = given.indexOf("--expect-no-changes");
    if (unchanged >= 0) given.splice(unchanged, 1);
    const words =
      unchanged >= 0 ? ["plan", "-detailed-exitcode", ...(commands[command] ?? []).slice(1)] : commands[command];
    const run = this.#person.start([...(words ?? [command]), ...given], { ...options, env });
    const result = this.#withSaid(run.result, command === "refresh" || command === "preview");
    return {
      get child() {
        return run.child;
      },
      result,
      killProvider: (signal) => run.killProvider(signal),
      providerPids: () => run.providerPids(),
    };
  }

  async exportState(): Promise<ExportedState> {
    const { text, resources } = await this.#person.state();
    this.#known = [...resources, ...this.#known];
    return {
      text,
      resources: resources.map(({ type, name, attributes }) => ({
        ...{ urn: `tofu::${type}::${name}`, type, inputs: {} },
        id: String(attributes.id),
        outputs: camel(attributes) as Readonly<Record<string, unknown>>,
      })),
    };
  }

  environment(extra: Variables = {}): Record<string, string> {
    return this.#person.environment({ UKO_TEST_REPORT: this.#report, ...variablesIn(extra) });
  }

  async saidInShell(): Promise<string> {
    const stream = await readFile(this.#report, "utf8").catch(() => undefined);
    if (stream === undefined) return "";
    await rm(this.#report);
    return renderSaid(readReport(stream), await this.#resources(), false);
  }

  async storeApiKey(apiKey: string): Promise<void> {
    if (this.#person.storeApiKey !== undefined) return this.#person.storeApiKey(apiKey);
    const variable = `variable "stored_api_key" {\n  type      = string\n  sensitive = true\n}\n`;
    const settings = Object.entries(this.#settings).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}\n`);
    const provider = `provider "uko" {\n  api_key = var.stored_api_key\n${settings.join("")}}\n`;
    await this.#person.writeFile("provider.tf", `${variable}${provider}`);
    Object.assign(this.env, { TF_VAR_stored_api_key: apiKey });
  }

  async openStack(name: string): Promise<void> {
    ended(await this.#person.run(["workspace", "new", name]), 0);
  }

  async openOutputs(): Promise<readonly unknown[]> {
    return (await this.exportState()).resources.map(({ outputs }) => outputs);
  }

  async editState(edits: Readonly<Record<string, unknown>>): Promise<void> {
    const { text } = await this.#person.state();
    const state = JSON.parse(text) as StoredState;
    const named = Object.fromEntries(Object.entries(edits).map(([name, value]) => [snake(name), value]));
    for (const { type, instances } of state.resources) {
      if (type === "uko_managed_key") for (const { attributes } of instances) Object.assign(attributes, named);
    }
    const file = path.join(this.home, "edited.json");
    await writeFile(file, JSON.stringify({ ...state, serial: state.serial + 1 }));
    ended(await this.#person.run(["state", "push", file]), 0);
  }

  get #report(): string {
    return path.join(this.home, "shell.jsonl");
  }

  async #withSaid(run: Promise<TofuResult>, isLook: boolean): Promise<EngineResult> {
    const result = await run;
    const said = renderSaid(result, await this.#resources(), isLook);
    return { ...result, output: `${result.output}${said}` };
  }

  async #resources(): Promise<readonly TofuResource[]> {
    await this.exportState();
    return this.#known;
  }
}

/** `**::payroll`, as scenarios name one resource. */
function addressOf(pattern: string): string {
  return `uko_managed_key.${pattern.split("::").at(-1)}`;
}

/** Variables that are not settings of uko or the engine are for the program, which reads them as input variables. */
function variablesIn(env: Variables = {}): Variables {
  const forProgram = Object.entries(env).filter(([name]) => !/^(?:UKO|TF|PULUMI)_/.test(name));
  return { ...env, ...Object.fromEntries(forProgram.map(([name, value]) => [`TF_VAR_${name}`, value])) };
}

/** Outputs in the names of the other interfaces. Names within a map are the user's. */
function camel(value: unknown, name = ""): unknown {
  if (name === "tags") return value ?? undefined;
  if (Array.isArray(value)) return value.map((each) => camel(each));
  if (typeof value !== "object" || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      camel(each, key),
    ]),
  );
}

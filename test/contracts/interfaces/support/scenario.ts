/**
 * A scenario: an emulator, people with the real CLI or the engine in little, and the oracle's verdict on all that happened.
 * `dispose` judges; a scenario that was not judged fails its file.
 */

import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import type { ProfileName } from "../../../../provider/emulator/store/switches.ts";
import { emulatorAddresses } from "../../../support/emulator-addresses.ts";
import { explainVerdict, type JudgeOptions, judge, type TrailEntry } from "../../../support/oracle.ts";
import { type Resource, userInterface } from "../user-interface.ts";
import { type AuditEntry, type KeyInWorld, type LocalUko, openEmulator } from "./emulator.ts";
import type { EngineWorkspace } from "./engine.ts";
import { asOutsider, type Outsider, outsiderAgent } from "./outsider.ts";
import { type CommandResult, Person, type Variables } from "./person.ts";

export const vaultId = "5c1e0000-0000-4000-8000-000000000001";
/** `24 Nov 2026 14:22 UTC`: where each scenario's frozen clock starts. */
export const startTime = "2026-11-24T14:22:00Z";

/** The demo world's people and identities; others are named in `apiKeys`. */
const demoApiKeys: Readonly<Record<string, string>> = {
  alice: "alice-demo-key",
  bob: "bob-demo-key",
  carol: "carol-demo-key",
  erin: "erin-demo-key",
  pipeline: "pipeline-demo-key",
  dave: "dave-in-profile-demo-key",
  workload: "workload-demo-key",
};

export interface ScenarioOptions {
  readonly profile: ProfileName;
  /** By default the demo world, or its people alone under the profile of Key Protect. Unless the seed sets a clock, it is frozen at `startTime`. */
  readonly seed?: Seed;
  /** The program in each working copy; `programWith` makes one. */
  readonly program?: string;
  /** The folder of the project that it belongs to; an empty Node project where it is absent. */
  readonly project?: string;
  /** Who has a working copy from the start: Alice and Bob. More by `scenario.person(name)`. */
  readonly people?: readonly string[];
  /** API keys of a seed's own identities, by the names that the scenario gives them. */
  readonly apiKeys?: Readonly<Record<string, string>>;
  /** Added to everybody's environment. */
  readonly env?: Variables;
  /** Values of the stack's configuration file. */
  readonly config?: Readonly<Record<string, string>>;
  /** The rule of the verdict: by default two people for both steps. */
  readonly judge?: Partial<Omit<JudgeOptions, "isOutsider">>;
  /** Whether each typed command is a process of its own: `uko` as it is built, and the engine as a shell finds it. */
  readonly hasRealTerminal?: boolean;
  /** Labels of keys that code lets one person end; all other rules hold for them too. */
  readonly single?: readonly string[];
}

/** A program with one key `payroll`, with these arguments in addition to vault, template and label. */
export function programWith(args: Readonly<Record<string, unknown>> = {}): string {
  return programOf({ payroll: args });
}

/** A program with several keys; each name is the resource's and the label's. */
export function programOf(keys: Readonly<Record<string, Readonly<Record<string, unknown>>>>): string {
  const resources = Object.entries(keys).map(([name, args]): [string, Resource] => [
    name,
    { type: "ManagedKey", args: { vaultId, template: "payroll", label: name, ...args } },
  ]);
  return userInterface.programFor(Object.fromEntries(resources));
}

/** A program without the key: to an engine the same as wanting it deleted. */
export const emptyProgram = userInterface.programFor({});

export class Scenario implements AsyncDisposable {
  readonly uko: LocalUko;
  readonly workspace: EngineWorkspace;
  readonly #options: ScenarioOptions;
  readonly #shims: string;
  readonly #people = new Map<string, Person>();

  constructor(uko: LocalUko, workspace: EngineWorkspace, shims: string, options: ScenarioOptions) {
    this.uko = uko;
    this.workspace = workspace;
    this.#shims = shims;
    this.#options = options;
  }

  get url(): string {
    return this.uko.url;
  }

  /** The settings of a person, as they would stand in their shell's profile. */
  environmentOf(name: string): Variables {
    const { instanceCrn, instanceId } = this.uko;
    return {
      ...emulatorAddresses(this.url, instanceCrn),
      UKO_INSTANCE_ID: instanceCrn ?? instanceId,
      UKO_API_KEY: this.#apiKeyOf(name),
      ...this.#options.env,
    };
  }

  /** The person of this name, at their own machine; made at the first call. */
  async person(name: string): Promise<Person> {
    const known = this.#people.get(name);
    if (known !== undefined) return known;
    const { program = programWith(), config } = this.#options;
    const env = this.environmentOf(name);
    const engine = await this.workspace.person(name, { program, env, ...(config !== undefined && { config }) });
    const { hasRealTerminal: isReal = false } = this.#options;
    const person = new Person(name, engine, { isReal, shims: this.#shims, command: this.workspace.command });
    this.#people.set(name, person);
    return person;
  }

  /** The same identity without our tool: console edits, forgeries, incidents. The oracle counts the writes and judges none. */
  outsider(name: string): Outsider {
    return asOutsider(this.url, this.#apiKeyOf(name));
  }

  async runUko(name: string, args: readonly string[], env?: Variables): Promise<CommandResult> {
    return (await this.person(name)).uko(args, env);
  }

  /** Lets emulated time pass: `4h1m`, `31d`, `90s`. */
  async advance(duration: string): Promise<void> {
    const parts = Array.from(duration.matchAll(/(\d+)([dhms])/g));
    if (parts.map(([part]) => part).join("") !== duration) throw new Error(`${duration} is not a duration.`);
    const unitMs = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 };
    const ms = parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs[unit as keyof typeof unitMs], 0);
    await this.control("clock", { advance: ms });
  }

  control(name: string, body?: unknown): Promise<unknown> {
    return this.uko.control(name, body);
  }

  audit(): Promise<readonly AuditEntry[]> {
    return this.uko.audit();
  }

  /** Every change of a key, its backing key or its record after `seq`, by any caller. */
  async writes(seq = 0): Promise<readonly AuditEntry[]> {
    return (await this.audit()).filter((entry) => entry.seq > seq && entry.effect && entry.operation !== "token");
  }

  /** Where the audit trail ends now; `writes(mark)` answers what came later. */
  async mark(): Promise<number> {
    return (await this.audit()).at(-1)?.seq ?? 0;
  }

  /** The key of this label as the service has it now; undefined once its record is gone. */
  async findKey(label = "payroll"): Promise<KeyInWorld | undefined> {
    return (await this.uko.world()).keys.find((key) => key.label === label);
  }

  async key(label = "payroll"): Promise<KeyInWorld> {
    const found = await this.findKey(label);
    if (found === undefined) throw new Error(`The service has no key "${label}".`);
    return found;
  }

  /** `<vaultId>/<keyId>`, as `uko` takes it. */
  async keyPath(label = "payroll"): Promise<string> {
    return `${vaultId}/${(await this.key(label)).id}`;
  }

  /** Throws where the oracle finds a step that one person took alone, or anything that is never to be sent. */
  async judge(): Promise<void> {
    const isOutsider = ({ userAgent }: TrailEntry): boolean => userAgent === outsiderAgent;
    const trail = await this.audit();
    if (!trail.some(({ userAgent }) => userAgent === "pulumi-uko")) {
      throw new Error("The audit trail holds no call of the tool, so there is nothing to judge.");
    }
    const options: JudgeOptions = { required: true, gate: "both", ...this.#options.judge, isOutsider };
    const { single = [] } = this.#options;
    const isSingle = ({ label }: TrailEntry): boolean => label !== undefined && single.includes(label);
    const verdicts = [
      judge(
        trail.filter((entry) => !isSingle(entry)),
        options,
      ),
      judge(trail.filter(isSingle), { ...options, required: false }),
    ];
    const found = verdicts.filter(({ ok }) => !ok).map(explainVerdict);
    if (found.length > 0) throw new Error(`The oracle finds:\n${found.join("\n")}`);
  }

  /** Judges once more, and ends everything. */
  async dispose(): Promise<void> {
    open.delete(this);
    try {
      await this.judge();
    } finally {
      await this.#end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** Ends everything without a verdict: for tests that failed before. */
  async abandon(): Promise<void> {
    open.delete(this);
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.workspace.dispose();
    await this.uko.stop();
  }

  #apiKeyOf(name: string): string {
    const apiKey = { ...demoApiKeys, ...this.#options.apiKeys }[name];
    if (apiKey === undefined) throw new Error(`The scenario has no API key of ${name}.`);
    return apiKey;
  }
}

const open = new Set<Scenario>();

/** Ends what a file has left open, and throws if there is any. */
export async function endForgotten(): Promise<void> {
  const forgotten = await Promise.all([...open].map((scenario) => scenario.abandon()));
  if (forgotten.length > 0)
    throw new Error(`${forgotten.length} scenarios were not disposed, so not judged to the end.`);
}

/** Starts a scenario, which the caller disposes of. `withScenario` is for one test. */
export async function openScenario(options: ScenarioOptions): Promise<Scenario> {
  const { instance, identities } = demoSeed;
  const demo: Seed = options.profile === "key-protect" ? { instance, identities } : demoSeed;
  const seed = options.seed ?? demo;
  const clock = { start: startTime, frozen: true, ...seed.clock };
  const [uko, workspace] = await Promise.all([
    openEmulator(options.profile, { ...seed, clock }),
    userInterface.open(options.project),
  ]);
  const shims = await writeShims(workspace);
  const scenario = new Scenario(uko, workspace, shims, options);
  open.add(scenario);
  for (const name of options.people ?? ["alice", "bob"]) await scenario.person(name);
  return scenario;
}

/** Opens a scenario for one test, judges it and ends it; where the test fails, its own failure is what people see. */
export async function withScenario(
  options: ScenarioOptions,
  body: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  const scenario = await openScenario(options);
  try {
    await body(scenario);
  } catch (error) {
    await scenario.abandon();
    throw error;
  }
  await scenario.dispose();
}

const ukoScript = fileURLToPath(new URL("../../../../build/cli/uko", import.meta.url));

/** `uko` and the engine as a terminal finds them. The script answers yes to the engine's question. */
async function writeShims({ folder, command }: EngineWorkspace): Promise<string> {
  const shims = path.join(folder, "shims");
  await mkdir(shims);
  const scripts = { uko: `exec "${process.execPath}" "${ukoScript}" "$@"`, [command.name]: command.script };
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(path.join(shims, name), `#!/bin/sh\n${script}\n`);
    await chmod(path.join(shims, name), 0o755);
  }
  return shims;
}

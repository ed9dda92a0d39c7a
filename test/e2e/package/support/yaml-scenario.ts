/** Scenarios whose people write their programs in YAML: no SDK is between the engine and the package, and a run starts fastest. */

import { fileURLToPath } from "node:url";
import { ended } from "../../../contracts/interfaces/support/next-steps.ts";
import type { Person } from "../../../contracts/interfaces/support/person.ts";
import {
  openScenario,
  type Scenario,
  type ScenarioOptions,
  vaultId,
} from "../../../contracts/interfaces/support/scenario.ts";

/** A resource as a YAML program has it. */
export interface YamlResource {
  readonly type: `uko:index:${string}` | `pulumi:${string}`;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, unknown>>;
  /** A resource that the program reads and does not own. */
  readonly get?: Readonly<Record<string, unknown>>;
}

export interface YamlProgram {
  readonly resources?: Readonly<Record<string, YamlResource>>;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface YamlScenarioOptions extends Omit<ScenarioOptions, "program" | "project" | "profile"> {
  readonly program?: YamlProgram;
}

const project = fileURLToPath(new URL("project", import.meta.url));

/** The whole project file, which in YAML holds the program too; JSON is YAML. */
export function yamlProgram(program: YamlProgram = {}): string {
  return `${JSON.stringify({ name: "keys", runtime: "yaml", ...program }, undefined, 2)}\n`;
}

/** Another resource (`ring`), or an output of it (`vault.vaultId`). */
export function from(place: string): string {
  return `\${${place}}`;
}

/** A key of the demo world's vault. */
export function keyResource(
  label: string,
  properties: Readonly<Record<string, unknown>> = {},
  options?: Readonly<Record<string, unknown>>,
): YamlResource {
  const all = { vaultId, template: "payroll", label, ...properties };
  return { type: "uko:index:ManagedKey", properties: all, ...(options !== undefined && { options }) };
}

/** Runs one test's scenario, judges it and ends it; where the test fails, its own failure is what people see. */
export async function withYaml(
  { program = {}, ...options }: YamlScenarioOptions,
  body: (scenario: Scenario) => Promise<void>,
): Promise<void> {
  const scenario = await openScenario({ profile: "documented", ...options, project, program: yamlProgram(program) });
  try {
    await body(scenario);
  } catch (error) {
    await scenario.abandon();
    throw error;
  }
  await scenario.dispose();
}

export interface MadeScenario {
  readonly scenario: Scenario;
  readonly bob: Person;
  /** The end of the audit trail after the first `up`. */
  readonly made: number;
}

/** The same after an `up` by Bob, who alone has a working copy yet. */
export function withMade(options: YamlScenarioOptions, body: (made: MadeScenario) => Promise<void>): Promise<void> {
  return withYaml({ people: ["bob"], ...options }, async (scenario) => {
    const bob = await scenario.person("bob");
    ended(await bob.up(), 0);
    await body({ scenario, bob, made: await scenario.mark() });
  });
}

/** The URN that the engine gives to a resource of this stack. */
export function urnOf(name: string, kind = "ManagedKey"): string {
  return `urn:pulumi:dev::keys::uko:index:${kind}::${name}`;
}

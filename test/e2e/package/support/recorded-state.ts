/**
 * A recorded stack of an earlier release: the engine's state of a key in each lifecycle state, and the service at that moment.
 * `UKO_RECORD_STATES=1` records those of this release (test/fixtures/states).
 */

import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import packageFile from "../../../../package.json" with { type: "json" };
import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import { type KeyInWorld, seedKeys } from "../../../contracts/interfaces/support/emulator.ts";
import { ended } from "../../../contracts/interfaces/support/next-steps.ts";
import { programOf, type Scenario, startTime } from "../../../contracts/interfaces/support/scenario.ts";

export interface RecordedState {
  /** As the service had it when the stack was recorded; its clock starts then. */
  readonly seed: Seed;
  /** As people had it checked out. */
  readonly program: string;
  /** `pulumi stack export`, without what differs from machine to machine. */
  readonly stack: { readonly version: number; readonly deployment: Readonly<Record<string, unknown>> };
}

export type RecordedInterface = "dynamic" | "package";

/** Each key's name is the lifecycle state that it is recorded in; `halfway` is the second wait of two people. */
export const recordedStates = {
  "pre-activation": "pre_activation",
  active: "active",
  asked: "pending_approval",
  cooling: "cooling_down",
  deactivated: "deactivated",
  halfway: "pending_approval",
  pending: "pending_destruction",
  destroyed: "destroyed",
  compromised: "compromised",
} as const;

/** Two people with every role, so that either can continue what the other requested. */
const roles = ["VaultAdministrator", "KeyCustodianDeployer", "KeyCustodianCreator", "Manager"] as const;
const personNamed = (name: string) => ({
  kind: "person" as const,
  ...{ iamId: `IBMid-550000${name.toUpperCase()}`, name: `${name} Example` },
  ...{ apiKey: `${name.toLowerCase()}-demo-key`, roles: [...roles] },
});
export const apiKeys = { anna: "anna-demo-key", ben: "ben-demo-key" } as const;
export const peopleSeed: Seed = { ...demoSeed, identities: [personNamed("Anna"), personNamed("Ben")] };

const folder = fileURLToPath(new URL("../../../fixtures/states", import.meta.url));
const modules = { dynamic: "pulumi-uko", package: "@uko/pulumi" } as const satisfies Record<RecordedInterface, string>;

/** The only line in which the programs of the interfaces differ. */
export function programAt(userInterface: RecordedInterface, program: string): string {
  return program.replace(/from "[^"]+"/, `from "${modules[userInterface]}"`);
}

/** The program that declares all of them. */
export function recordedProgram(userInterface: RecordedInterface): string {
  const names = Object.keys(recordedStates);
  return programAt(
    userInterface,
    programOf(
      Object.fromEntries(names.map((name) => [name, name === "pre-activation" ? { template: "payroll-draft" } : {}])),
    ),
  );
}

/** Every release with recorded states. */
export async function recordedReleases(): Promise<readonly string[]> {
  return existsSync(folder) ? (await readdir(folder)).sort() : [];
}

export async function readRecorded(release: string, userInterface: RecordedInterface): Promise<RecordedState> {
  return JSON.parse(await readFile(path.join(folder, release, `${userInterface}.json`), "utf8")) as RecordedState;
}

/** Brings each key into its state, the longest way first, and writes down what the engine and the service then have. */
export async function recordState(userInterface: RecordedInterface, scenario: Scenario): Promise<void> {
  const [anna, ben] = [await scenario.person("anna"), await scenario.person("ben")];
  ended(await anna.up(), 0);
  await scenario.advance("1m");
  const deactivate = async (name: string) => {
    ended(await anna.uko(["request", name]), 0);
    await scenario.advance("1m");
    ended(await ben.approveAndRequest(name), 0);
  };
  const destroy = async (name: string) => ended(await anna.approve(name), 0);
  for (const name of ["destroyed", "pending"]) await deactivate(name);
  await scenario.advance("4h1m");
  await destroy("destroyed");
  await scenario.advance("5d");
  await destroy("pending");
  await scenario.advance("26d");
  const idOf = async (name: string) => (await scenario.key(name)).id;
  await scenario.control(`keys/${await idOf("compromised")}`, { record: { state: "compromised" } });
  await deactivate("halfway");
  await scenario.control(`keys/${await idOf("deactivated")}`, {
    record: {
      state: "deactivated",
      deactivatedAt: (await scenario.uko.world()).now,
      updatedBy: personNamed("Ben").iamId,
    },
    material: "disabled",
  });
  await scenario.advance("4h1m");
  await deactivate("cooling");
  ended(await anna.uko(["request", await scenario.keyPath("asked")]), 0);
  await scenario.advance("1m");
  ended(await anna.refresh(), 0);

  const { text } = await anna.engine.exportState();
  const recorded: RecordedState = {
    seed: seedOf(await scenario.uko.world()),
    program: recordedProgram(userInterface),
    stack: withoutMachine(JSON.parse(text) as RecordedState["stack"]),
  };
  await mkdir(path.join(folder, packageFile.version), { recursive: true });
  const file = path.join(folder, packageFile.version, `${userInterface}.json`);
  await writeFile(file, `${JSON.stringify(recorded, undefined, 2)}\n`);
}

function seedOf({ now, keys }: { readonly now: string; readonly keys: readonly KeyInWorld[] }): Seed {
  return {
    ...peopleSeed,
    clock: { start: now, frozen: true },
    keys: seedKeys(keys),
  };
}

interface ExportedStack {
  readonly version: number;
  readonly deployment: { readonly resources: readonly Readonly<Record<string, unknown>>[] };
}

/** Places in files, and when and by which CLI it was: nothing that a later run reads. */
function withoutMachine(stack: RecordedState["stack"]): RecordedState["stack"] {
  const { version, deployment } = stack as unknown as ExportedStack;
  const {
    manifest: _manifest,
    metadata: _metadata,
    ...kept
  } = deployment as typeof deployment & {
    manifest?: unknown;
    metadata?: unknown;
  };
  const resources = deployment.resources.map(
    ({ sourcePosition: _position, stackTrace: _trace, created: _created, modified: _modified, ...resource }) =>
      resource,
  );
  return { version, deployment: { ...kept, manifest: { time: startTime, magic: "", version: "" }, resources } };
}

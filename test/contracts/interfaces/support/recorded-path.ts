/** The four runs of a deletion by an engine, and the `up` before them, once undisturbed: where each begins, what it writes, and how often it calls. */

import { cp } from "node:fs/promises";
import path from "node:path";
import type { Emulator } from "../../../../provider/emulator/start.ts";
import { demoSeed } from "../../../../provider/emulator/store/demo-seed.ts";
import type { Seed } from "../../../../provider/emulator/store/seed.ts";
import {
  decodeTagValue,
  encodeTagValue,
  requestStatement,
} from "../../../../provider/lifecycle/consent/record-text.ts";
import { nameService } from "../../../../provider/services/consents/service-name.ts";
import { sha256 } from "../../../../provider/services/evidence-file.ts";
import { createOwnSeal } from "../../../../provider/services/own-seal.ts";
import type { ExportedResource } from "../../../stage/pulumi.ts";
import { isKmsCall, writesManagedKey } from "../../../support/calls.ts";
import { emulatorAddresses } from "../../../support/emulator-addresses.ts";
import { type AuditEntry, type KeyInWorld, seedKeys } from "./emulator.ts";
import type { EngineResult } from "./engine.ts";
import { ended } from "./next-steps.ts";
import type { Variables } from "./person.ts";
import { openScenario, programWith, type Scenario, startTime } from "./scenario.ts";

export const runs = ["up", "request", "deactivate", "destroy", "remove"] as const;
export type RunName = (typeof runs)[number];

/** One run of the path: the world and the stack that it finds, and what it made of them. */
export interface RecordedRun {
  readonly name: RunName;
  readonly person: "bob" | "carol";
  readonly args: readonly string[];
  /** The service as the run finds it, for an emulator of its own. */
  readonly seed: Seed;
  /** A copy of the backend from before the run. */
  readonly backend: string;
  /** The key in the stack's state before the run. */
  readonly resource?: ExportedResource;
  /** The trail up to the run, for the oracle. */
  readonly before: readonly AuditEntry[];
  readonly calls: readonly AuditEntry[];
  readonly result: EngineResult;
}

/** The calls that change a key. */
export const changes: ReadonlySet<string> = new Set([
  "createManagedKey",
  "updateManagedKey",
  "deleteManagedKey",
  "deactivateManagedKey",
  "destroyManagedKey",
]);

export interface RecordedPath extends AsyncDisposable {
  readonly scenario: Scenario;
  readonly runs: readonly RecordedRun[];
}

const arguments_ = {
  up: ["up", "--skip-preview", "--yes"],
  destroy: ["destroy", "--skip-preview", "--yes"],
} as const;

export const described = { description: "Payroll key", tags: { team: "payroll" } };
export const recordedProgram = programWith(described);

const recordTag = "uko_deletion";

/** Walks the path with the real CLI and keeps what is needed to begin anywhere on it. */
export async function recordPath(): Promise<RecordedPath> {
  const scenario = await openScenario({ profile: "documented", program: recordedProgram });
  const recorded: RecordedRun[] = [];
  const walk = async (name: RunName, who: "bob" | "carol"): Promise<void> => {
    const person = await scenario.person(who);
    const backend = path.join(scenario.workspace.folder, `backend-before-${name}`);
    await cp(path.join(scenario.workspace.folder, "backend"), backend, { recursive: true });
    const [resource] = await person.resources();
    const seed = seedOf(await scenario.uko.world());
    const before = await scenario.audit();
    const args = name === "up" ? arguments_.up : arguments_.destroy;
    const result = await person.engine.run(args);
    const calls = (await scenario.audit()).slice(before.length);
    const run: RecordedRun = {
      ...{ name, person: who, args, seed, backend, before, calls, result },
      ...(resource !== undefined && { resource }),
    };
    recorded.push(run);
  };
  const [alice, carol] = [await scenario.person("alice"), await scenario.person("carol")];

  // Carol's engine takes the steps, on approvals that Alice stores.
  await scenario.advance("1m");
  await walk("up", "bob");
  await scenario.advance("1m");
  await walk("request", "carol");
  await scenario.advance("1m");
  ended(await alice.storeApproval("payroll"), 0);
  await scenario.advance("1m");
  await walk("deactivate", "carol");
  await scenario.advance("4h1m");
  ended(await carol.uko(["request", "payroll"]), 0);
  await scenario.advance("1m");
  ended(await alice.storeApproval("payroll"), 0);
  await scenario.advance("1m");
  await walk("destroy", "carol");
  await scenario.advance("31d");
  await walk("remove", "carol");
  return { scenario, runs: recorded, [Symbol.asyncDispose]: () => scenario.dispose() };
}

export function runNamed({ runs: recorded }: RecordedPath, name: RunName): RecordedRun {
  const run = recorded.find((each) => each.name === name);
  if (run === undefined) throw new Error(`There is no run ${name}.`);
  return run;
}

/** What the person of a run sets, with a service of one's own at this address. */
export function environmentAt({ scenario }: RecordedPath, run: RecordedRun, url: string): Variables {
  return {
    ...scenario.environmentOf(run.person),
    ...emulatorAddresses(url),
  };
}

/**
 * Seals the request of a run's person again. A seal is of one address, so the emulator on which a run is repeated would
 * make the person confirm a request that was sealed where the run was recorded.
 */
export function sealAgain({ scenario }: RecordedPath, run: RecordedRun, { url, world }: Emulator): void {
  const read = () => scenario.environmentOf(run.person).UKO_API_KEY ?? "";
  const ownSeal = createOwnSeal(
    { kind: "api_key", read },
    nameService([{ url, source: "environment", role: "iam" }], () => []),
  );
  const sealed = (keyId: string, value: string): string => {
    const record = decodeTagValue(keyId, value, sha256);
    if (record?.quotes === undefined) return value;
    const seal = ownSeal(requestStatement(keyId, { ...record, ...record.quotes }));
    return encodeTagValue({ ...record, quotes: { ...record.quotes, seal } });
  };
  for (const key of world.keys.values()) {
    key.tags = key.tags.map(({ name, value }) => ({ name, value: name === recordTag ? sealed(key.id, value) : value }));
  }
}

/** Tries every case, so many at once, and returns which of them failed and how. */
export async function failuresOf<Case>(
  cases: readonly Case[],
  atOnce: number,
  attempt: (each: Case) => Promise<void>,
): Promise<readonly string[]> {
  const failures: string[] = [];
  const queue = [...cases];
  const worker = async (): Promise<void> => {
    for (let each = queue.shift(); each !== undefined; each = queue.shift()) {
      try {
        await attempt(each);
      } catch (error) {
        failures.push(`${JSON.stringify(each)}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failures;
}

/** What the calls changed, in order: operation, who, from where to where, and for a record its step and how it came about. */
export function effectsOf(trail: readonly AuditEntry[]): readonly string[] {
  return trail
    .filter(({ effect, operation }) => effect && (writesManagedKey(operation) || isKmsCall(operation)))
    .map((entry) => {
      const record = entry.operation === "updateManagedKey" ? ` record ${recordOf(entry)}` : "";
      return `${entry.operation} ${entry.callerName} ${entry.from ?? "-"} > ${entry.to ?? entry.after?.state ?? "-"}${record}`;
    });
}

function recordOf({ after }: AuditEntry): string {
  const value = after?.tags.find(({ name }) => name === recordTag)?.value;
  if (value === undefined) return "none";
  const { s: step, h: how } = JSON.parse(Buffer.from(value, "hex").toString("utf8")) as { s: string; h: string };
  return `${step} ${how}`;
}

/** The world at this moment as a seed: the same ids, times and writers, so that a stack's state fits it. */
function seedOf({ now, keys }: { readonly now: string; readonly keys: readonly KeyInWorld[] }): Seed {
  return {
    ...demoSeed,
    clock: { start: keys.length === 0 ? startTime : now, frozen: true },
    keys: seedKeys(keys),
  };
}

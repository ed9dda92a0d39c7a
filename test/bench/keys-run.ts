/** The deletion of many keys by two people, in four runs of any engine. */

import type { LocalUko } from "../stage/local-uko.ts";
import { expectExit, type Measured } from "./measure.ts";

/** Every record that the run's messages ask a second person to name, as `UKO_CONSENT` takes them. */
function recordsIn({ result, name }: Measured, count: number): string {
  const ids = new Set(Array.from(result.output.matchAll(/uko approve \S+ ([0-9a-f]{32})/g), ([, id = ""]) => id));
  if (ids.size !== count) throw new Error(`The run "${name}" names ${ids.size} records for ${count} keys`);
  return [...ids].join(",");
}

/** Each key was created, requested, deleted and removed exactly once. */
async function expectNothingTwice(uko: LocalUko): Promise<void> {
  const seen = new Map<string, number>();
  for (const { operation, effect, keyId } of await uko.audit()) {
    if (effect && keyId !== undefined) {
      const deed = `${operation} ${keyId}`;
      seen.set(deed, (seen.get(deed) ?? 0) + 1);
    }
  }
  // Two consent records: one for each step.
  const tooOften = [...seen].filter(([deed, times]) => times > (deed.startsWith("K4 ") ? 2 : 1));
  if (tooOften.length > 0) throw new Error(`Written more often than asked for: ${tooOften.slice(0, 5).join(", ")}`);
}

export type DeletionRun = "request" | "deactivate" | "destroy" | "remove";

/** Two writes of one second share an ETag, so a run waits so long between its two writes to a key. */
export const settledAfterMs = 2_000;

/** The run of the resource that does nothing which a run is compared with. */
export const floorOf: Readonly<Record<DeletionRun, string>> = {
  ...{ request: "refused", deactivate: "refused late", destroy: "refused", remove: "deleted" },
};

/** How one of the doors deletes all keys in one run, as one person who names these records. */
export type DestroyRun = (
  name: DeletionRun,
  who: "alice" | "bob",
  env: Readonly<Record<string, string>>,
) => Promise<Measured>;

export interface Deletion {
  readonly uko: LocalUko;
  readonly count: number;
  readonly destroy: DestroyRun;
  /** Receives each run, before time passes. */
  readonly show: (name: DeletionRun, measured: Measured) => Promise<void>;
  /** Lets time pass, also for what the runs are compared with. */
  readonly advance: (duration: string) => Promise<void>;
}

/** From the request to the removal, by two people. */
export async function deleteKeys({ uko, count, destroy, show, advance }: Deletion): Promise<void> {
  const run = async (name: DeletionRun, who: "alice" | "bob", exitCode: number, before?: Measured) => {
    const env = before === undefined ? {} : { UKO_CONSENT: recordsIn(before, count) };
    const measured = expectExit(await destroy(name, who, env), exitCode);
    await show(name, measured);
    return measured;
  };
  await advance("1m");
  const requested = await run("request", "bob", 1);
  await advance("1m");
  const approved = await run("deactivate", "alice", 1, requested);
  await advance("4h1m");
  await run("destroy", "bob", 1, approved);
  await advance("30d1m");
  await run("remove", "bob", 0);
  await expectNothingTwice(uko);
}

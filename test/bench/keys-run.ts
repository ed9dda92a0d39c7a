/** The deletion of many keys by two people, in four runs of any engine. */

import type { LocalUko } from "../stage/local-uko.ts";
import { typeUko } from "../stage/typing.ts";
import { expectExit, type Measured } from "./measure.ts";

/** Each key was created, requested, deleted and removed exactly once. */
async function expectNothingTwice(uko: LocalUko): Promise<void> {
  const seen = new Map<string, number>();
  for (const { operation, effect, keyId } of await uko.audit()) {
    if (effect && keyId !== undefined) {
      const deed = `${operation} ${keyId}`;
      seen.set(deed, (seen.get(deed) ?? 0) + 1);
    }
  }
  // A request and an approval for each of two steps.
  const tooOften = [...seen].filter(([deed, times]) => times > (deed.startsWith("updateManagedKey ") ? 4 : 1));
  if (tooOften.length > 0) throw new Error(`Written more often than asked for: ${tooOften.slice(0, 5).join(", ")}`);
}

export type DeletionRun = "request" | "deactivate" | "destroy" | "remove";

/** The run of the resource that does nothing which a run is compared with. */
export const floorOf: Readonly<Record<DeletionRun, string>> = {
  ...{ request: "refused", deactivate: "refused", destroy: "refused", remove: "deleted" },
};

/** The deletion of all keys by Carol's runs of one of the interfaces, each on an approval that Alice stores. */
export interface Deletion {
  readonly uko: LocalUko;
  readonly destroy: (name: DeletionRun) => Promise<Measured>;
  /** Receives each run, before time passes. */
  readonly show: (name: DeletionRun, measured: Measured) => Promise<void>;
  /** Lets time pass, also for what the runs are compared with. */
  readonly advance: (duration: string) => Promise<void>;
  /** A file for the evidence of what both type. */
  readonly evidence: string;
}

/** From the request to the removal, by two people. */
export async function deleteKeys({ uko, destroy, show, advance, evidence }: Deletion): Promise<void> {
  const run = async (name: DeletionRun, exitCode: number) => show(name, expectExit(await destroy(name), exitCode));
  const type = async (who: "alice" | "carol", command: string) => {
    const environment = { ...uko.settings, UKO_API_KEY: `${who}-demo-key`, UKO_EVIDENCE: evidence };
    const { exitCode, output } = await typeUko([...command.split(" "), "--vault", "payments"], environment);
    if (exitCode !== 0) throw new Error(`uko ${command} ended with ${exitCode}:\n${output}`);
  };
  await advance("1m");
  await run("request", 1);
  await advance("1m");
  await type("alice", "approve --store");
  await advance("1m");
  await run("deactivate", 1);
  await advance("4h1m");
  await type("carol", "request --state deactivated");
  await advance("1m");
  await type("alice", "approve --store");
  await advance("1m");
  await run("destroy", 1);
  await advance("30d1m");
  await run("remove", 0);
  await expectNothingTwice(uko);
}

/** The end of many keys by two people, whichever engine it is, and what it has to have come to. */

import type { LocalUko } from "../stage/local-uko.ts";
import { expectExit, type Measured } from "./measure.ts";

/** Every record that the run's messages ask a second person to name, as `UKO_CONSENT` takes them. */
function recordsIn({ result, name }: Measured, count: number): string {
  const ids = new Set(Array.from(result.output.matchAll(/--consent ([0-9a-f]{32})/g), ([, id = ""]) => id));
  if (ids.size !== count) throw new Error(`The run "${name}" names ${ids.size} records for ${count} keys`);
  return [...ids].join(",");
}

/** Each key was made, asked for, ended and removed exactly once. */
async function expectNothingTwice(uko: LocalUko, count: number): Promise<void> {
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
  const keys = count === 1 ? "One key was" : `Each of ${count} keys was`;
  console.log(`\n${keys} created, deactivated, destroyed and removed once, with two records.`);
}

/** How one of the doors ends all keys in one run, as one person who names these records. */
export type DestroyRun = (
  name: string,
  who: "alice" | "bob",
  env: Readonly<Record<string, string>>,
) => Promise<Measured>;

/** From the request to the end, by two people; `show` is told of each run. */
export async function endKeys(
  uko: LocalUko,
  count: number,
  destroy: DestroyRun,
  show: (name: string, measured: Measured) => void,
): Promise<void> {
  const run = async (title: string, name: string, who: "alice" | "bob", exitCode: number, before?: Measured) => {
    const env = before === undefined ? {} : { UKO_CONSENT: recordsIn(before, count) };
    const measured = expectExit(await destroy(name, who, env), exitCode);
    show(`destroy: ${title}`, measured);
    return measured;
  };
  const asked = await run("requests", "request", "bob", 1);
  const consented = await run("consent, deactivate", "consent", "alice", 1, asked);
  await uko.advance("4h1m");
  await run("consent, destroy", "destroy", "bob", 1, consented);
  await uko.advance("30d1m");
  await run("remove", "remove", "bob", 0);
  await expectNothingTwice(uko, count);
}

/** One answer in a hundred is a 429 or a 503, as a busy service would give them. */
export async function strain(uko: LocalUko): Promise<void> {
  await uko.fault({ every: 200, status: 429, retryAfter: 1 });
  await uko.fault({ every: 200, skip: 100, status: 503, retryAfter: 1 });
}

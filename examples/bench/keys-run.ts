/** What a run over many keys has to have come to, whichever engine it was. */

import type { LocalUko } from "../support/local-uko.ts";
import type { Measured } from "./measure.ts";

/** Every record that the run's messages ask a second person to name, as `UKO_CONSENT` takes them. */
export function recordsIn({ result, name }: Measured, count: number): string {
  const ids = new Set(Array.from(result.output.matchAll(/--consent ([0-9a-f]{32})/g), ([, id = ""]) => id));
  if (ids.size !== count) throw new Error(`The run "${name}" names ${ids.size} records for ${count} keys`);
  return [...ids].join(",");
}

/** Each key was made, asked for, ended and removed exactly once. */
export async function expectNothingTwice(uko: LocalUko, count: number): Promise<void> {
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

/**
 * Reads keys before their next step is requested, so that a person sees which requests are of a destruction. The
 * request is then written only if its key is still as it was shown (`lifecycle/key/plan-request.ts`).
 */

import type { ShownBeforeRequest } from "../../../lifecycle/key/plan-request.ts";
import { nextStepOf } from "../../../lifecycle/vocabulary/observation.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import { observeKey } from "../observe.ts";
import { warningsOn } from "../text/unapproved-words.ts";

export interface ShownForRequest extends ShownBeforeRequest {
  readonly ref: KeyRef;
  readonly label: string;
  /** A step without a known approval, and the holds that people released, as sentences. */
  readonly warnings: readonly string[];
}

/** The keys that have a next step. A key that is gone, or past both steps, has none, and its request only reports. */
export async function lookBeforeRequest(
  world: World,
  refs: readonly KeyRef[],
  options: CallOptions,
): Promise<readonly ShownForRequest[]> {
  const looks: ShownForRequest[] = [];
  for (const ref of refs) {
    // A key that cannot be read is reported by its own request.
    const seen = await observeKey(world, ref, "summary", options).catch(() => undefined);
    if (seen?.kind !== "present") continue;
    const { facts, state, digests } = seen.observation;
    const step = nextStepOf(state);
    const warnings = warningsOn(seen.observation);
    if (step !== undefined) looks.push({ ref, label: facts.label, step, facts: digests[step], warnings });
  }
  return looks;
}

/**
 * Reads keys before their next step is requested, so that a person sees which requests are of a destruction. The
 * request is then written only if its key is still as it was shown (`lifecycle/key/plan-request.ts`).
 */

import type { KeyRun } from "../../../lifecycle/key/plan.ts";
import type { ShownBeforeRequest } from "../../../lifecycle/key/plan-request.ts";
import { nextStepOf } from "../../../lifecycle/vocabulary/observation.ts";
import type { ReadResult } from "../../loop/deletable.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import { requestIntent } from "../intents.ts";
import { type KeyDetails, observeKey } from "../observe.ts";
import { warningsOn } from "../text/unapproved-words.ts";

export interface ShownForRequest extends ShownBeforeRequest {
  readonly ref: KeyRef;
  readonly label: string;
  /** A step without a known approval, and the holds that people released, as sentences. */
  readonly warnings: readonly string[];
  /** A rule refuses the request of the destruction, so a person need not confirm it. The request says why. */
  readonly isRefused?: true;
}

/** The keys that have a next step. A key that is gone, or past both steps, has none, and its request only reports. */
export async function lookBeforeRequest(
  world: World,
  refs: readonly KeyRef[],
  options: CallOptions,
): Promise<readonly ShownForRequest[]> {
  const looks: ShownForRequest[] = [];
  const run: KeyRun = { actor: await world.session.actor(options), approvals: [], intent: "request" };
  for (const ref of refs) {
    // A key that cannot be read is reported by its own request.
    const seen = await readWhole(world, ref, options).catch(() => undefined);
    if (seen?.kind !== "present") continue;
    const { observation, nowMs } = seen;
    const { facts, state, digests } = observation;
    const step = nextStepOf(state);
    if (step === undefined) continue;
    const isRefused = step === "destroy" && requestIntent(undefined).plan(observation, run, nowMs).kind === "refused";
    const warnings = warningsOn(observation);
    looks.push({ ref, label: facts.label, step, facts: digests[step], warnings, ...(isRefused && { isRefused }) });
  }
  return looks;
}

/** Reads all that a decision about a destruction depends on. The request of a deactivation asks nothing. */
async function readWhole(world: World, ref: KeyRef, options: CallOptions): Promise<ReadResult<KeyDetails>> {
  const seen = await observeKey(world, ref, "summary", options);
  const isDestruction = seen.kind === "present" && nextStepOf(seen.observation.state) === "destroy";
  return isDestruction ? observeKey(world, ref, "inspection", options) : seen;
}

/**
 * Decides what a run may conclude from the response to its own step, without a whole read (decision 0048). Most runs
 * take one step and then only say what the deletion waits for; a whole read would cost five more calls for each key.
 * The danger is to act on half of the facts, so without a whole read a run may do one of two things only:
 *
 * - It may end in a wait. The next run reads everything and checks the wait again.
 * - It may end, if it approves keys of a review, as `uko approve` does. No state can lose a key because of such a run.
 *
 * Every other conclusion requires a whole read: to take a step, to refuse one, and to tell an engine that a key is
 * gone. A read that is older than a minute no longer completes a response.
 */

import { assert, assertTime } from "../vocabulary/assert.ts";
import type { KeyObservation } from "../vocabulary/observation.ts";
import { isPending } from "./guards.ts";
import type { Plan, Step } from "./plan.ts";

/** How long facts that no step changes, such as the use of a key, count within one run. */
export const factsServeForMs = 60_000;

export interface TimedObservation {
  readonly observation: KeyObservation;
  readonly nowMs: number;
}

/**
 * Completes what the response to `step` shows with the facts of the read before it that the step cannot change: the use
 * of the key, and backing keys without KMS dual authorization. Undefined if the run must read everything again.
 */
export function completeAfterStep(
  step: Step["kind"],
  before: TimedObservation,
  shown: TimedObservation,
): KeyObservation | undefined {
  const isSameKey = shown.observation.facts.keyId === before.observation.facts.keyId;
  assert(isSameKey, "the response to a step is about the key of the step");
  assertTime(shown.nowMs - before.nowMs, "the age of a read");
  if (shown.nowMs - before.nowMs >= factsServeForMs) return undefined;
  const { backingKeys, use, state } = before.observation;
  const now = shown.observation;
  switch (step) {
    case "write_record":
      return now.state === state ? { ...now, backingKeys, use } : undefined;
    case "deactivate":
      return now.state === "deactivated" && before.observation.backingKeys.every(isWithoutDualAuthorization)
        ? { ...now, backingKeys, use }
        : undefined;
    case "destroy":
      // The statuses are those that the service reports with the destruction itself. Only a wait for
      // a pending period follows from them: see `mayConclude`.
      return now.state === "destroyed"
        ? { ...now, keystores: now.storedKeystores, keystoresAreLive: true, backingKeys: [], use }
        : undefined;
    default:
      return undefined;
  }
}

export interface ShownAfterStep {
  readonly observation: KeyObservation;
  /**
   * Whether the run takes the one step of a reviewed set. The end of such a run only reports, and removes no key from a
   * state.
   */
  readonly isOfSet: boolean;
}

/** Whether the run may end with a plan that was made without a whole read. */
export function mayConclude(plan: Plan, { observation, isOfSet }: ShownAfterStep): boolean {
  if (plan.kind === "waitingForApproval" || plan.kind === "waitingForRequest" || plan.kind === "waitingForTime")
    return true;
  return plan.kind === "done" && isOfSet && (observation.state !== "destroyed" || areAllPending(observation));
}

/**
 * A response can show that a key is pending. It cannot show that a key is gone: only a live read of each keystore can.
 */
function areAllPending({ keystores }: KeyObservation): boolean {
  return keystores.length > 0 && keystores.every(isPending);
}

function isWithoutDualAuthorization(backingKey: KeyObservation["backingKeys"][number]): boolean {
  return backingKey.kind === "present" && !backingKey.dualAuthDelete;
}

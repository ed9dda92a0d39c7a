/**
 * The rule for what a run may conclude right after its own step, without reading everything again
 * (decision 0048). Such a conclusion ends the run in a wait, or leads to a consent record. Every
 * other step is planned from a whole read.
 */

import { isPending } from "./guards.ts";
import type { KeyObservation } from "./observation.ts";
import type { Plan, Step } from "./plan.ts";

/** How long facts that no step changes, such as the use of a key, serve within one run. */
export const factsServeForMs = 60_000;

/** An observation, and the service's time at its read. */
export interface TimedObservation {
  readonly observation: KeyObservation;
  readonly nowMs: number;
}

/** Completes what `step` shows with the read before it. Undefined: read everything again. */
export function completeAfterStep(
  step: Step["kind"],
  before: TimedObservation,
  shown: TimedObservation,
): KeyObservation | undefined {
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
  /** `response`: the step's own response, whose ETag may not be settled. `read`: a later read. */
  readonly source: "response" | "read";
  readonly observation: KeyObservation;
  /** Whether the run takes the one step of a reviewed set. Its end only reports; no state forgets the key. */
  readonly isOfSet: boolean;
}

export function mayConclude(plan: Plan, { source, observation, isOfSet }: ShownAfterStep): boolean {
  if (plan.kind === "waitingForApproval" || plan.kind === "waitingForRequest" || plan.kind === "waitingForTime")
    return true;
  if (plan.kind === "done") return isOfSet && (observation.state !== "destroyed" || areAllPending(observation));
  return source === "read" && plan.kind === "ready" && plan.step.kind === "write_record";
}

/** No other status of a destroyed key is taken from a response. */
function areAllPending({ keystores }: KeyObservation): boolean {
  return keystores.length > 0 && keystores.every(isPending);
}

function isWithoutDualAuthorization(backingKey: KeyObservation["backingKeys"][number]): boolean {
  return backingKey.kind === "present" && !backingKey.dualAuthDelete;
}

/**
 * Computes the lifecycle state, from one read of the key and, if a run has planned, from the plan at its end. If a
 * deletion waits, the word says for what; otherwise it is the key's own state.
 */

import { deletionStanding, type Standing } from "../consent/consent-record.ts";
import { markerOf } from "../consent/required-people.ts";
import { assertNever } from "../vocabulary/assert-never.ts";
import { coolDownMs } from "../vocabulary/managed-key-states.ts";
import type { KeyObservation } from "../vocabulary/observation.ts";
import { knownDeactivationMs } from "./authorization.ts";
import { findLeftoverMaterial, isPending } from "./guards.ts";
import type { KeyRun, Plan } from "./plan.ts";
import { findUnapprovedStep } from "./unapproved-step.ts";

export const lifecycleStates = [
  "pending_destruction",
  "destroyed",
  "cooling_down",
  "pending_approval",
  "approved",
  "pending_request",
  "deactivated",
  "compromised",
  "active",
  "pre_activation",
  "unrecognized",
] as const;
export type LifecycleState = (typeof lifecycleStates)[number];

/** `requester`: the next run of the person who requested the step, which another person has approved. */
export const awaitedThings = ["request", "approval", "requester", "time", "person_to_unblock"] as const;
export type DeletionAwaits = (typeof awaitedThings)[number];

/** What the deletion of a key waits for. */
export interface Wait {
  readonly lifecycleState: LifecycleState;
  readonly awaits?: DeletionAwaits | undefined;
  /** The service refuses the next step before this time. Absent if no such time is known. */
  readonly notBeforeMs?: number | undefined;
  /** The record on the key, if it counts. It has the requester, and the approver of a stored approval. */
  readonly standing: Standing;
}

/** `plan` is the end of a run towards the deletion. Without one, only the key says what the deletion waits for. */
export function waitOf(observation: KeyObservation, run: KeyRun, nowMs: number, plan?: Plan): Wait {
  const standing = deletionStanding(observation, nowMs);
  const shown = lifecycleStateOf(observation, run, nowMs);
  const consent = standing.binds ? (standing.record.quotes === undefined ? "approval" : "requester") : undefined;
  switch (plan?.kind) {
    case undefined: {
      const notBeforeMs = timeInKey(shown, observation, run, nowMs);
      const isInKeystore = shown === "pending_destruction" && observation.keystores.some(isPending);
      const other = isInKeystore || notBeforeMs !== undefined ? "time" : undefined;
      const awaits = consent ?? (lacksRequest(observation) ? "request" : (other ?? confirmationOf(observation, shown)));
      return { lifecycleState: shown, awaits, notBeforeMs, standing };
    }
    case "waitingForTime": {
      const lifecycleState = plan.awaits === "cool_down" ? "cooling_down" : shown;
      return { lifecycleState, awaits: "time", notBeforeMs: plan.untilMs, standing };
    }
    case "waitingForRequest": {
      const { notBeforeMs } = plan;
      const lifecycleState = notBeforeMs === undefined ? "pending_request" : shown;
      return { lifecycleState, awaits: "request", notBeforeMs, standing };
    }
    case "waitingForApproval":
      return { lifecycleState: shown, awaits: consent, notBeforeMs: plan.notBeforeMs, standing };
    case "refused":
      return { lifecycleState: shown, awaits: "person_to_unblock", standing };
    case "ready":
      return { lifecycleState: shown, awaits: consent, standing };
    case "done":
      // The goal of the run can be a deactivated key.
      return { lifecycleState: shown === "pending_request" ? "deactivated" : shown, awaits: consent, standing };
    default:
      return assertNever(plan);
  }
}

/** Before a removal, a person confirms that no approval of the destruction is known. */
function confirmationOf(observation: KeyObservation, state: LifecycleState): DeletionAwaits | undefined {
  return state === "destroyed" && findUnapprovedStep(observation) !== undefined ? "person_to_unblock" : undefined;
}

/** A date in the past is left out, because the keystore has to be asked again, as in a plan. */
function timeInKey(state: LifecycleState, observation: KeyObservation, run: KeyRun, nowMs: number): number | undefined {
  if (state === "cooling_down") return coolDownEndMs(observation, run);
  if (state !== "pending_destruction") return undefined;
  const untilMs = Math.max(nowMs, ...observation.keystores.flatMap((each) => each.destructionAtMs ?? []));
  return untilMs > nowMs ? untilMs : undefined;
}

/** The first state that fits: what a deletion waits for comes before the key's own state. */
export function lifecycleStateOf(observation: KeyObservation, run: KeyRun, nowMs: number): LifecycleState {
  const { state } = observation;
  if (state === "destroyed") {
    return findLeftoverMaterial(observation, nowMs).kind === "nothing" ? "destroyed" : "pending_destruction";
  }
  if (isCoolingDown(observation, run, nowMs)) return "cooling_down";
  if (state === "compromised" || state === "destroyed_compromised") return "compromised";
  if (state === "unrecognized") return "unrecognized";
  const standing = deletionStanding(observation, nowMs);
  if (standing.binds) return standing.record.quotes === undefined ? "pending_approval" : "approved";
  return lacksRequest(observation) ? "pending_request" : state;
}

/**
 * Whether a key without a record that counts waits for a request, whichever tool deactivated it. With the marker
 * `single`, one person needs none.
 */
function lacksRequest(observation: KeyObservation): boolean {
  return observation.state === "deactivated" && markerOf(observation) !== "single";
}

/**
 * Whether the service would refuse the destruction because of its cool-down of 4 hours, as far as the time of the
 * deactivation is known.
 */
export function isCoolingDown(observation: KeyObservation, run: KeyRun, nowMs: number): boolean {
  const untilMs = coolDownEndMs(observation, run);
  return untilMs !== undefined && nowMs <= untilMs;
}

function coolDownEndMs(observation: KeyObservation, run: KeyRun): number | undefined {
  const deactivatedAtMs = knownDeactivationMs(observation, run);
  return deactivatedAtMs === undefined ? undefined : deactivatedAtMs + coolDownMs;
}

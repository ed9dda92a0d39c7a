/**
 * Derives the one state of a managed key that users see. If a deletion waits, the state says for what. A deletion
 * waits for a person, for the cool-down (the 4 hours after a deactivation), or until each keystore has proven that it
 * destroyed the key. Otherwise it is the key's own state. It is derived at every read. The service does not store it;
 * the state file of an engine (Pulumi, OpenTofu, Terraform) has the one of the last read.
 */

import { knownDeactivationMs } from "./authorization.ts";
import { deletionStanding } from "./consent-record.ts";
import { findLeftoverMaterial } from "./guards.ts";
import { coolDownMs } from "./managed-key-states.ts";
import type { KeyObservation } from "./observation.ts";
import type { Run } from "./plan.ts";

export const lifecycleStates = [
  "pending_destruction",
  "destroyed",
  "cooling_down",
  "pending_approval",
  "deactivated",
  "compromised",
  "active",
  "pre_activation",
  "unrecognized",
] as const;
export type LifecycleState = (typeof lifecycleStates)[number];

/** The first state that fits: what a deletion waits for comes before the key's own state. */
export function lifecycleStateOf(observation: KeyObservation, run: Run, nowMs: number): LifecycleState {
  const { state } = observation;
  if (state === "destroyed") {
    return findLeftoverMaterial(observation, nowMs).kind === "nothing" ? "destroyed" : "pending_destruction";
  }
  if (isCoolingDown(observation, run, nowMs)) return "cooling_down";
  if (state === "compromised" || state === "destroyed_compromised") return "compromised";
  if (state === "unrecognized") return "unrecognized";
  return deletionStanding(observation, nowMs).binds ? "pending_approval" : state;
}

/**
 * Whether the service would refuse the destruction because of its cool-down of 4 hours, as far as the time of the
 * deactivation is known.
 */
export function isCoolingDown(observation: KeyObservation, run: Run, nowMs: number): boolean {
  const deactivatedAtMs = knownDeactivationMs(observation, run);
  return deactivatedAtMs !== undefined && nowMs <= deactivatedAtMs + coolDownMs;
}

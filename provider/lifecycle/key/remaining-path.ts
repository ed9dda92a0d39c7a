/**
 * Lists the steps of a deletion that are left, each with its right, the number of people and the earliest time, for
 * display alone. It also has the usual pending period of each type of keystore, in which a destroyed key can still
 * exist.
 */

import { coolDownMs, managedKeyTable, type Right, rights } from "../vocabulary/managed-key-states.ts";
import type { ApprovedStep, KeyObservation } from "../vocabulary/observation.ts";
import { knownDeactivationMs, requiredPeople } from "./authorization.ts";
import { dualBackingKeys } from "./kms-window.ts";
import type { DeletionPolicy, KeyRun } from "./plan.ts";

export interface PathStep {
  readonly step: "deactivate" | "destroy" | "wait_for_keystores" | "remove";
  readonly right?: Right;
  /** A further right that KMS requires for the step. */
  readonly kmsRight?: Right;
  readonly needsTwoPeople: boolean;
  readonly reversible: boolean;
  /** The earliest time of the step, if everything before it happens as early as possible. */
  readonly earliestMs: number;
  /** Whether `earliestMs` depends on a period that no keystore has confirmed yet. */
  readonly isEstimate: boolean;
}

/** Default pending periods (uko-v4.md 4.4). */
export const pendingPeriodDays: Readonly<Record<string, number>> = {
  aws_kms: 7,
  azure_key_vault: 90,
  google_kms: 30,
  ibm_cloud_kms: 30,
};
/** The period of a keystore type that is not listed. */
export const longestPendingDays = 90;
const dayMs = 24 * 60 * 60 * 1000;

/** Returns the remaining steps, in order, each with the earliest time at which it can happen. */
export function remainingPath(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: KeyRun,
  nowMs: number,
): readonly PathStep[] {
  const effective = requiredPeople(observation, policy);
  const twoForDestroy = effective !== "single";
  const steps: PathStep[] = [];
  let earliestMs = nowMs;
  const add = (step: Omit<PathStep, "earliestMs" | "isEstimate">, isEstimate = false): void => {
    steps.push({ ...step, earliestMs, isEstimate });
  };
  const kms = dualBackingKeys(observation).length > 0;
  if (observation.state === "active") {
    add({
      step: "deactivate",
      right: rights.deactivate,
      ...(kms && { kmsRight: rights.setForDeletion }),
      needsTwoPeople: effective === "both",
      reversible: isReversible("active", "deactivate"),
    });
    earliestMs += coolDownMs;
  }
  if (policy.goal === "deactivated") return steps;
  if (observation.state === "deactivated") {
    const deactivatedAtMs = knownDeactivationMs(observation, run);
    if (deactivatedAtMs !== undefined) earliestMs = Math.max(nowMs, deactivatedAtMs + coolDownMs);
  }
  const isUnused = observation.state === "pre_activation";
  if (observation.state === "active" || observation.state === "deactivated" || isUnused) {
    add({
      step: "destroy",
      right: isUnused ? rights.destroyUnused : rights.destroy,
      needsTwoPeople: twoForDestroy,
      reversible: isReversible("deactivated", "destroy"),
    });
  }
  if (policy.goal === "destruction_scheduled") return steps;
  const isEstimate = !isUnused && observation.state !== "destroyed";
  if (!isUnused) {
    earliestMs = latestDestruction(observation, earliestMs, isEstimate);
    if (earliestMs > nowMs) add({ step: "wait_for_keystores", needsTwoPeople: false, reversible: false }, isEstimate);
  }
  if (policy.goal === "removed") {
    add({ step: "remove", right: rights.remove, needsTwoPeople: false, reversible: false }, isEstimate);
  }
  return steps;
}

function latestDestruction(observation: KeyObservation, fromMs: number, isEstimate: boolean): number {
  if (!isEstimate) {
    return Math.max(fromMs, ...observation.keystores.map((each) => each.destructionAtMs ?? fromMs));
  }
  const days = observation.facts.keystores.map((each) => pendingPeriodDays[each.type] ?? longestPendingDays);
  return fromMs + Math.max(0, ...days) * dayMs;
}

function isReversible(state: "active" | "deactivated", action: ApprovedStep): boolean {
  const cell = managedKeyTable[state][action];
  return "next" in cell && cell.reversible;
}

/**
 * Computes what the deletion of a KMS key waits for, from one read of the key and, if a run has planned, from the plan
 * at its end. No KMS key is ever `approved`: KMS stores no approval before the destruction, which is the approval.
 */

import type { DeletionAwaits } from "../key/lifecycle-state.ts";
import { assertNever } from "../vocabulary/assert-never.ts";
import type { KmsLifecycleState } from "./kms-key-states.ts";
import {
  isWindowOpen,
  type KmsApprovalWait,
  type KmsKeyObservation,
  type KmsPlan,
  windowName,
} from "./plan-kms-key-deletion.ts";

/** What the deletion of a KMS key waits for. */
export interface KmsWait {
  /** `pending_request` only at the end of a run towards the deletion: nothing in KMS shows that a deletion has begun. */
  readonly lifecycleState: KmsLifecycleState | "pending_request";
  readonly awaits?: DeletionAwaits | undefined;
  /** When KMS begins to purge the metadata of the key. Absent if no such time is known. */
  readonly notBeforeMs?: number | undefined;
  /** The open deletion window, which is the request. */
  readonly window?: KmsApprovalWait["window"] | undefined;
}

/** `plan` is the end of a run towards the deletion. Without one, only the key says what the deletion waits for. */
export function kmsWaitOf(observation: KmsKeyObservation, nowMs: number, plan?: KmsPlan): KmsWait {
  const window = isWindowOpen(observation, nowMs)
    ? { name: windowName(observation.kmsKeyId, observation.windowEndsAtMs), endsAtMs: observation.windowEndsAtMs }
    : undefined;
  const inKey = { lifecycleState: kmsLifecycleStateOf(observation, nowMs), window };
  switch (plan?.kind) {
    case "waitingForRequest":
      return { ...inKey, lifecycleState: "pending_request", awaits: "request" };
    case "waitingForTime":
      return { ...inKey, awaits: "time", notBeforeMs: plan.untilMs };
    case "refused":
      return { ...inKey, awaits: "person_to_unblock" };
    case "waitingForApproval":
    case "ready":
    case "done":
    case undefined:
      return { ...inKey, awaits: window === undefined ? undefined : "approval" };
    default:
      return assertNever(plan);
  }
}

/** What one read alone shows. */
export function kmsLifecycleStateOf(observation: KmsKeyObservation, nowMs: number): KmsLifecycleState {
  return isWindowOpen(observation, nowMs) ? "pending_approval" : observation.state;
}

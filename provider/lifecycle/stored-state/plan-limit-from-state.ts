/**
 * Computes the plan limit of a deletion from the state of an engine alone. The run refuses every step beyond it, so an
 * apply never destroys a key whose destruction its plan did not show.
 */

import { demandedBy, markerOf, stricterOf } from "../consent/required-people.ts";
import type { DeletionPolicy } from "../key/plan.ts";
import type { KmsKeyPolicy } from "../kms-key/plan-kms-key-deletion.ts";
import {
  type LimitedStep,
  type PlanLimit,
  type ShownKey,
  shownKeyText,
  shownNameText,
} from "../vocabulary/plan-limit.ts";
import { type KeyInState, planFromState } from "./plan-from-state.ts";

/** What the plan knows of its run. */
export interface PreviewedRun {
  /** Whether the run may wait, and then take a step that other people have made possible. */
  readonly waits: boolean;
}

export interface PendingInState {
  /** The consent record or the KMS window on the key. */
  readonly recordId?: string;
  /** The record is an approval, on which its requester's run acts. */
  readonly isApproved: boolean;
  /** Whether state names a time before which the next step is refused. */
  readonly isTooEarly: boolean;
}

export interface KnownKey
  extends Omit<ShownKey, "keystores">,
    Pick<KeyInState, "stateWord" | "keystores" | "marker" | "hold"> {}

export function limitKeyDeletion(
  key: KnownKey,
  policy: DeletionPolicy,
  { recordId, isApproved, isTooEarly }: PendingInState,
  { waits }: PreviewedRun,
): PlanLimit {
  const removal: readonly LimitedStep[] = policy.goal === "removed" ? ["remove"] : [];
  const { next } = planFromState(key, policy);
  const asks = next.kind === "waitingForRequest" || (next.kind === "ready" && next.step.kind === "write_record");
  // Under `destroy`, a later run of the requester deactivates.
  const isOwnEnough = key.stateWord === "active" && stricterOf(markerOf(key), demandedBy(policy)) === "destroy";
  const limitedTo = (steps: readonly LimitedStep[]): PlanLimit => ({
    subject: `${key.vaultId}/${key.keyId}`,
    shown: shownKeyText(key),
    steps,
    ...((isApproved || isOwnEnough) && asks && recordId !== undefined && { recordId }),
  });
  // A run that waits also removes what others have destroyed meanwhile.
  const afterWait = waits ? removal : [];
  if (key.stateWord === "destroyed") return limitedTo(isTooEarly ? afterWait : removal);
  if (next.kind !== "ready" && !asks) return limitedTo([]);
  const mayAct = isApproved || (recordId === undefined ? !asks : isOwnEnough);
  if (!mayAct)
    return limitedTo(recordId === undefined && next.kind === "ready" ? ["request", ...afterWait] : afterWait);
  if (key.stateWord === "active") return limitedTo(["deactivate", ...afterWait]);
  // An approved destruction that is not due yet is shown with its time and the destruction itself.
  return limitedTo(isTooEarly && !isApproved && !waits ? [] : ["destroy", ...removal]);
}

export interface KnownKmsKey {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly stateWord: string;
  readonly dualAuthDelete: boolean;
}

export function limitKmsKeyDeletion(
  { kmsKeyId, name, stateWord, dualAuthDelete }: KnownKmsKey,
  policy: KmsKeyPolicy,
): PlanLimit {
  const isForTwo = dualAuthDelete || policy.people !== "single";
  const limitedTo = (steps: readonly LimitedStep[]): PlanLimit => ({
    subject: kmsKeyId,
    shown: shownNameText(name),
    steps,
  });
  // An engine neither opens nor uses a deletion window.
  return limitedTo(stateWord === "destroyed" || isForTwo ? [] : ["destroy"]);
}

/** A vault, keystore or template is deleted in one step, and only if it is empty. */
export function limitContainerDeletion(id: string, name: string): PlanLimit {
  return { subject: id, shown: shownNameText(name), steps: ["remove"] };
}

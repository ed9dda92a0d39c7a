/** The most that the next run may do, from state alone. It serves plans, which make no call. */

import { type AnnouncedStep, type Announcement, type ShownKey, shownKeyText, shownNameText } from "./announcement.ts";
import { demandedBy, markerOf, stricterOf } from "./dual-marker.ts";
import type { DeletionPolicy } from "./plan.ts";
import { planFromState, type StateOnlyFacts } from "./plan-from-state.ts";
import type { KmsKeyPolicy } from "./plan-kms-key-deletion.ts";

/** What the plan knows of its run. */
export interface PlannedRun {
  /** Whether the run may wait, and then take a step that other people have made possible. */
  readonly waits: boolean;
}

/** What state shows of a pending deletion. */
export interface PendingFacts {
  /** The consent record or the KMS window on the key. */
  readonly recordId?: string;
  /** The record is an approval, on which its requester's run acts. */
  readonly isApproved: boolean;
  /** Whether state names a time before which the next step is refused. */
  readonly isTooEarly: boolean;
}

export interface KnownKey
  extends Omit<ShownKey, "keystores">,
    Pick<StateOnlyFacts, "stateWord" | "keystores" | "marker"> {}

export function announceKeyDeletion(
  key: KnownKey,
  policy: DeletionPolicy,
  { recordId, isApproved, isTooEarly }: PendingFacts,
  { waits }: PlannedRun,
): Announcement {
  const removal: readonly AnnouncedStep[] = policy.goal === "removed" ? ["remove"] : [];
  const { next } = planFromState(key, policy);
  const asks = next.kind === "waitingForRequest" || (next.kind === "ready" && next.step.kind === "write_record");
  // Under the gate `destroy`, a later run of the requester deactivates.
  const isOwnEnough = key.stateWord === "active" && stricterOf(markerOf(key), demandedBy(policy)) === "destroy";
  const announced = (steps: readonly AnnouncedStep[]): Announcement => ({
    subject: `${key.vaultId}/${key.keyId}`,
    shown: shownKeyText(key),
    steps,
    ...((isApproved || isOwnEnough) && asks && recordId !== undefined && { recordId }),
  });
  // A run that waits also removes what others have destroyed meanwhile.
  const afterWait = waits ? removal : [];
  if (key.stateWord === "destroyed") return announced(isTooEarly ? afterWait : removal);
  if (next.kind !== "ready" && !asks) return announced([]);
  const mayAct = isApproved || (recordId === undefined ? !asks : isOwnEnough);
  if (!mayAct)
    return announced(recordId === undefined && next.kind === "ready" ? ["request", ...afterWait] : afterWait);
  if (key.stateWord === "active") return announced(["deactivate", ...afterWait]);
  // An approved destruction that is not due yet is shown with its time and the destruction itself.
  return announced(isTooEarly && !isApproved && !waits ? [] : ["destroy", ...removal]);
}

export interface KnownKmsKey {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly stateWord: string;
  readonly dualAuthDelete: boolean;
}

export function announceKmsKeyDeletion(
  { kmsKeyId, name, stateWord, dualAuthDelete }: KnownKmsKey,
  policy: KmsKeyPolicy,
): Announcement {
  const isForTwo = dualAuthDelete || policy.dualAuthorization === "required";
  const announced = (steps: readonly AnnouncedStep[]): Announcement => ({
    subject: kmsKeyId,
    shown: shownNameText(name),
    steps,
  });
  // An engine neither opens nor uses a deletion window.
  return announced(stateWord === "destroyed" || isForTwo ? [] : ["destroy"]);
}

/** A vault, keystore or template is deleted in one step, and only if it is empty. */
export function announceContainerDeletion(id: string, name: string): Announcement {
  return { subject: id, shown: shownNameText(name), steps: ["remove"] };
}

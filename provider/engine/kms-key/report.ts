/**
 * Describes the deletion of a KMS key for reports: what it waits for, the roles that the destruction requires, when the
 * window ends, after which KMS refuses the destruction, and the people as far as they are known.
 */

import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { type KmsWait, kmsWaitOf } from "../../lifecycle/kms-key/kms-wait.ts";
import type { KmsPlan, KmsRun } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { DeletionReport } from "../loop/report.ts";
import type { ObservedKmsKey } from "./observe.ts";

export interface KmsKeyDeletionReport extends DeletionReport, Pick<KmsWait, "lifecycleState"> {}

/**
 * Without the end of a run, it is what a state shows, which names no people: KMS reports no requester, and no approval
 * before the destruction (decision 12).
 */
export function reportKmsKeyDeletion(
  observed: ObservedKmsKey,
  end?: { readonly run: KmsRun; readonly plan?: KmsPlan | undefined },
): KmsKeyDeletionReport {
  const { lifecycleState, awaits, notBeforeMs, window } = kmsWaitOf(observed.observation, observed.nowMs, end?.plan);
  return {
    lifecycleState,
    ...(awaits !== undefined && { awaits }),
    ...(notBeforeMs !== undefined && { notBefore: isoTime(notBeforeMs) }),
    ...(end?.plan?.kind === "waitingForApproval" && { neededRoles: kmsRights.destroy.roles }),
    ...(window !== undefined && {
      recordId: window.name,
      recordExpiresAt: isoTime(window.endsAtMs),
    }),
    ...(end !== undefined && peopleBehind(observed, end.run, window !== undefined)),
  };
}

/**
 * KMS does not report who opened a window, so the requester is known only if this run opened it, or by the requester's
 * own signature. Under KMS dual authorization, the identity that destroyed the key is the approver.
 */
function peopleBehind(
  { observation: { state, dualAuthDelete, signatures }, snapshot: { deletedBy } }: ObservedKmsKey,
  run: KmsRun,
  isOpen: boolean,
): Pick<DeletionReport, "requestedBy" | "requestedByName" | "approvedBy"> {
  if (state === "destroyed") return dualAuthDelete && deletedBy !== undefined ? { approvedBy: deletedBy } : {};
  if (!isOpen) return {};
  const { identity, displayName } = run.actor;
  const isOwn = certainSteps(run).some(({ kind }) => kind === "set_for_deletion");
  if (isOwn && identity?.iamId !== undefined) return { requestedBy: identity.iamId, requestedByName: displayName };
  const signer = signatures?.requester?.iamId;
  return signer === undefined ? {} : { requestedBy: signer };
}

/**
 * Describes the pending deletion of a KMS key for reports: what it waits for, the roles that the destruction requires,
 * and when the window ends, after which KMS refuses the destruction.
 */

import { type KmsLifecycleState, kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { isWindowOpen, type KmsPlan, windowName } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { DeletionReport } from "../loop/report.ts";
import type { ObservedKmsKey } from "./observe.ts";

export interface KmsKeyDeletionReport extends DeletionReport {
  readonly lifecycleState: KmsLifecycleState;
}

export function reportKmsKeyDeletion({ observation, nowMs }: ObservedKmsKey, plan?: KmsPlan): KmsKeyDeletionReport {
  const awaits = awaitsOf(plan);
  const untilMs = plan?.kind === "waitingForTime" ? plan.untilMs : undefined;
  const facts = {
    ...(awaits !== undefined && { awaits }),
    ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }),
    ...(plan?.kind === "waitingForApproval" && { neededRoles: kmsRights.destroy.roles }),
  };
  if (!isWindowOpen(observation, nowMs)) return { lifecycleState: observation.state, ...facts };
  return {
    lifecycleState: "pending_approval",
    awaits: "approval",
    ...facts,
    recordId: windowName(observation.kmsKeyId, observation.windowEndsAtMs),
    recordExpiresAt: isoTime(observation.windowEndsAtMs),
  };
}

function awaitsOf(plan: KmsPlan | undefined): DeletionReport["awaits"] {
  switch (plan?.kind) {
    case "waitingForApproval":
      return "approval";
    case "waitingForRequest":
      return "request";
    case "waitingForTime":
      return "time";
    case "refused":
      return "person_to_unblock";
    default:
      return undefined;
  }
}

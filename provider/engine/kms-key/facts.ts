/**
 * Makes the facts about a pending deletion of a KMS key, as data for reports: its state, what the deletion waits for,
 * the roles, and the end of the open deletion window. Times are ISO 8601 UTC.
 */

import { type KmsLifecycleState, kmsRights } from "../../lifecycle/kms-key-states.ts";
import { isWindowOpen, type KmsPlan, windowName } from "../../lifecycle/plan-kms-key-deletion.ts";
import { isoTime } from "../loop/evidence.ts";
import type { DeletionFacts } from "../loop/report.ts";
import type { ObservedKmsKey } from "./observe.ts";

export interface KmsKeyFacts extends DeletionFacts {
  readonly lifecycleState: KmsLifecycleState;
}

export function kmsKeyFacts({ observation, nowMs }: ObservedKmsKey, plan?: KmsPlan): KmsKeyFacts {
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

function awaitsOf(plan: KmsPlan | undefined): DeletionFacts["awaits"] {
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

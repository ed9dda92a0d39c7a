/** The facts about a pending deletion of a KMS key, as data. Times are ISO 8601 UTC. */

import { type KmsLifecycleState, kmsRights } from "../../lifecycle/kms-key-states.ts";
import {
  isWindowOpen,
  type KmsApprovalWait,
  type KmsPlan,
  setterHint,
  windowName,
} from "../../lifecycle/plan-kms-key-deletion.ts";
import { isoTime } from "../loop/evidence.ts";
import type { DeletionFacts } from "../loop/report.ts";
import type { ObservedKmsKey } from "./observe.ts";

export interface KmsKeyFacts extends DeletionFacts {
  readonly lifecycleState: KmsLifecycleState;
}

export function kmsKeyFacts({ observation, nowMs }: ObservedKmsKey, plan?: KmsPlan): KmsKeyFacts {
  const awaits = awaitedBy(plan);
  const untilMs = plan?.kind === "waitingForTime" ? plan.untilMs : undefined;
  const facts = {
    ...(awaits !== undefined && { awaits }),
    ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }),
    ...(plan?.kind === "waitingForApproval" && personFacts(plan)),
  };
  if (!isWindowOpen(observation, nowMs)) return { lifecycleState: observation.state, ...facts };
  const setter = setterHint(observation);
  return {
    lifecycleState: "pending_approval",
    awaits: "approval",
    ...facts,
    ...(setter?.isSure === true && setter.identity.iamId !== undefined && { requestedBy: setter.identity.iamId }),
    recordId: windowName(observation.kmsKeyId, observation.windowEndsAtMs),
    recordLapsesAt: isoTime(observation.windowEndsAtMs),
  };
}

/** KMS does not always show who opened the window. */
function personFacts({ window }: KmsApprovalWait): Pick<DeletionFacts, "neededRoles" | "excludedIdentity"> {
  if (window === undefined) return {};
  const { setter } = window;
  const excluded = setter?.isSure === true ? setter.identity.iamId : undefined;
  return { neededRoles: kmsRights.destroy.roles, ...(excluded !== undefined && { excludedIdentity: excluded }) };
}

function awaitedBy(plan: KmsPlan | undefined): DeletionFacts["awaits"] {
  switch (plan?.kind) {
    case "waitingForApproval":
      return "approval";
    case "waitingForTime":
      return "time";
    case "refused":
      return "person_to_unblock";
    default:
      return undefined;
  }
}

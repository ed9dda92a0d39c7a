/** Lists the acts that a caller can do now on a KMS key: request, approve, withdraw. */

import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { isWindowOpen, type KmsPlan } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { KeyAct } from "../text/act.ts";
import { sayTimeAndDistance } from "../text/words.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { kmsApproveCommand, kmsKeyPath, kmsRequestCommand, kmsRolesRule, kmsWayBack } from "./words.ts";

export function kmsKeyActs({ observation, nowMs }: ObservedKmsKey, plan: KmsPlan): readonly KeyAct[] {
  const isRequestable = plan.kind === "waitingForRequest" && plan.callerPosition === "may_ask";
  const window = plan.kind === "waitingForApproval" && plan.callerPosition === "may_approve" ? plan.window : undefined;
  const { signatures } = observation;
  const request: KeyAct = {
    ...(signatures !== undefined && { isSigned: true }),
    id: "request",
    title: "Set the key for deletion",
    facts: [
      "Nothing changes until another person destroys the key, within 7 days.",
      "You can close the deletion window. KMS does not store a reason.",
      kmsRolesRule,
    ],
    right: kmsRights.setForDeletion,
    fields: ["label"],
    command: kmsRequestCommand(observation),
  };
  const withdrawal: KeyAct = {
    id: "withdraw",
    title: "Close the deletion window",
    facts: ["The request is withdrawn, no matter who made it. The key keeps its state."],
    right: kmsRights.unsetForDeletion,
    command: `uko withdraw ${kmsKeyPath(observation)}`,
  };
  const destruction = (expires: string): KeyAct => ({
    // Without the file of the request, only the command that reads it can approve.
    ...(signatures !== undefined && signatures.requester === undefined && { isSigned: true }),
    id: "approve",
    title: "Approve the deletion and destroy the key",
    facts: [
      "The key material is destroyed, and everything that uses the key stops working.",
      `KMS ${kmsWayBack}.`,
      `The deletion window ends on ${expires}.`,
      // No read tells who opened the window, so the person has to know it before the question.
      "KMS refuses the identity that set the key for deletion. If that was you, another person approves.",
    ],
    right: kmsRights.destroy,
    fields: ["label"],
    command: kmsApproveCommand(observation),
    isConsequential: true,
  });
  return [
    ...(isRequestable ? [request] : []),
    ...(window === undefined ? [] : [destruction(sayTimeAndDistance(window.endsAtMs, nowMs))]),
    ...(isWindowOpen(observation, nowMs) ? [withdrawal] : []),
  ];
}

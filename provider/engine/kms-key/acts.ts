/** The acts that uko offers to one caller on one KMS key. */

import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { isWindowOpen, type KmsPlan } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { KeyAct } from "../text/act.ts";
import { sayTimeAndDistance } from "../text/words.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { kmsKeyPath, kmsWayBack } from "./words.ts";

export function kmsKeyActs({ observation, nowMs }: ObservedKmsKey, plan: KmsPlan): readonly KeyAct[] {
  const path = kmsKeyPath(observation);
  const isRequestable = plan.kind === "waitingForRequest" && plan.callerPosition === "may_ask";
  const window = plan.kind === "waitingForApproval" && plan.callerPosition === "may_approve" ? plan.window : undefined;
  const request: KeyAct = {
    id: "request",
    title: "Set the key for deletion",
    facts: [
      "Nothing changes until another person destroys the key, within 7 days.",
      "You can close the deletion window. KMS does not store a reason.",
    ],
    right: kmsRights.setForDeletion,
    command: `uko request ${path}`,
  };
  const withdrawal: KeyAct = {
    id: "withdraw",
    title: "Close the deletion window",
    facts: ["The request is withdrawn, no matter who made it. The key keeps its state."],
    right: kmsRights.unsetForDeletion,
    command: `uko withdraw ${path}`,
  };
  return [
    ...(isRequestable ? [request] : []),
    ...(window === undefined ? [] : [destruction(path, sayTimeAndDistance(window.endsAtMs, nowMs))]),
    ...(isWindowOpen(observation, nowMs) ? [withdrawal] : []),
  ];
}

function destruction(path: string, expires: string): KeyAct {
  return {
    id: "approve",
    title: "Approve the deletion and destroy the key",
    facts: [
      "The key material is destroyed, and everything that uses the key stops working.",
      `KMS ${kmsWayBack}.`,
      `The deletion window ends on ${expires}.`,
    ],
    right: kmsRights.destroy,
    fields: ["label"],
    command: `uko approve ${path}`,
    isConsequential: true,
  };
}

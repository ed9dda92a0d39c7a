/**
 * The operations that are open to one caller on one KMS key, for an interface that shows them as
 * buttons. An offer decides nothing: its operation reads the key and plans again.
 */

import { kmsRights } from "../../lifecycle/kms-key-states.ts";
import { isWindowOpen, type KmsPlan, windowName } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { Offer } from "../text/offer.ts";
import { sayRoles, sayTimeAndDistance } from "../text/words.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { kmsWayBack } from "./words.ts";

export function kmsOffersFor({ observation, nowMs }: ObservedKmsKey, plan: KmsPlan): readonly Offer[] {
  const isRequestable = plan.kind === "ready" && plan.step.kind === "set_for_deletion";
  const window = plan.kind === "waitingForApproval" && plan.standing === "may_consent" ? plan.window : undefined;
  return [
    ...(isRequestable ? [request] : []),
    ...(window === undefined ? [] : [destruction(sayTimeAndDistance(window.endsAtMs, nowMs))]),
    ...(isWindowOpen(observation, nowMs) ? [withdrawal] : []),
  ];
}

/** The state and the window: a person who saw others decided about something else. */
export function kmsBasisOf({ observation, nowMs }: ObservedKmsKey): {
  readonly basis: string;
  readonly window?: string;
} {
  const { kmsKeyId, stateWord } = observation;
  if (!isWindowOpen(observation, nowMs)) return { basis: `${stateWord}:none` };
  const window = windowName(kmsKeyId, observation.windowEndsAtMs);
  return { basis: `${stateWord}:${window}`, window };
}

const request: Offer = {
  operation: "request",
  title: "Set the key for deletion",
  facts: [
    "Nothing changes until another person destroys the key, within 7 days.",
    "You can close the deletion window. KMS does not store a reason.",
  ],
  roles: sayRoles(kmsRights.setForDeletion),
  isConsequential: false,
  isAwaited: false,
};

function destruction(expires: string): Offer {
  return {
    operation: "continue",
    title: "Approve the deletion and destroy the key",
    facts: [
      "The key material is destroyed, and everything that uses the key stops working.",
      `KMS ${kmsWayBack}.`,
      `The deletion window ends on ${expires}.`,
    ],
    roles: sayRoles(kmsRights.destroy),
    isConsequential: true,
    isAwaited: true,
  };
}

const withdrawal: Offer = {
  operation: "withdraw",
  title: "Close the deletion window",
  facts: ["The request is withdrawn, no matter who made it. The key keeps its state."],
  roles: sayRoles(kmsRights.unsetForDeletion),
  isConsequential: false,
  isAwaited: false,
};

/** The operations that are open to one caller on one key. An offer decides nothing. */

import { mayAuthor } from "../../lifecycle/authorization.ts";
import type { ConsentRecord } from "../../lifecycle/consent-record.ts";
import { dualTwins } from "../../lifecycle/kms-window.ts";
import { type Right, rights } from "../../lifecycle/managed-key-states.ts";
import { type Actor, type ApprovedStep, isLoosening, isPerson, isSame } from "../../lifecycle/observation.ts";
import type { ApprovalWait, Plan, Run } from "../../lifecycle/plan.ts";
import type { Offer } from "../text/explanation.ts";
import {
  blocksContainers,
  noWayBack,
  sayAuthor,
  sayRoles,
  sayTimeAndDistance,
  stillReversible,
} from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";
import { sayReasons } from "./record-words.ts";
import { pathEffects } from "./remaining-path.ts";

export function offersFor(observed: KeyDetails, plan: Plan, run: Run): readonly Offer[] {
  const { carried, state } = observed.observation;
  const isUndoable = state === "active" || state === "deactivated" || state === "pre_activation";
  return [
    ...onward(observed, plan, run),
    ...(carried.kind === "one" && isUndoable ? [withdrawal(carried.record, run.actor)] : []),
    ...(state === "deactivated" ? [reactivation] : []),
  ];
}

function onward(observed: KeyDetails, plan: Plan, run: Run): readonly Offer[] {
  switch (plan.kind) {
    case "ready":
      return plan.step.kind === "remove" ? [removal] : [];
    case "waitingForApproval":
      if (isLoosening(plan.step)) return [];
      return plan.record === undefined ? request(plan, run.actor) : approvals(plan, plan.record, observed, run.actor);
    case "waitingForTime":
    case "refused":
    case "done":
      return [];
  }
}

function request({ step, standing }: ApprovalWait, actor: Actor): readonly Offer[] {
  if (standing !== "may_ask" || !mayAuthor(actor)) return [];
  return [
    {
      operation: "request",
      title: `Request the ${nounOf(step)}`,
      facts: ["Nothing changes until another person approves the request.", "You can withdraw the request."],
      roles: sayRoles(rights.writeTags),
      isConsequential: false,
      isAwaited: false,
    },
  ];
}

function approvals(
  wait: ApprovalWait,
  record: ConsentRecord,
  { observation, nowMs }: KeyDetails,
  actor: Actor,
): readonly Offer[] {
  if (wait.standing !== "may_consent" || !isPerson(actor.identity)) return [];
  const { step, right, notBeforeMs, lapsesAtMs } = wait;
  const expires = lapsesAtMs === undefined ? [] : [`The request expires on ${sayTimeAndDistance(lapsesAtMs, nowMs)}.`];
  const isOwn = isSame(record.author, actor.identity);
  const kmsRight = step === "deactivate" && dualTwins(observation).length > 0 ? rights.setForDeletion : undefined;
  const act = step === "deactivate" ? deactivation(right, kmsRight, expires) : destruction(right, expires);
  const answer: Offer = {
    operation: "consent",
    title: `Approve the ${nounOf(step)} only`,
    facts: [
      `Nothing changes until ${sayAuthor(record)} uses your approval.`,
      "You can withdraw the approval.",
      ...expires,
    ],
    roles: sayRoles(rights.writeTags),
    isConsequential: false,
    isAwaited: true,
  };
  return [
    ...(notBeforeMs === undefined ? [{ ...act, facts: [...act.facts, ...sayReasons(record)] }] : []),
    ...(isOwn || record.how === "answer" || !mayAuthor(actor) ? [] : [answer]),
  ];
}

function deactivation(right: Right, kmsRight: Right | undefined, expires: readonly string[]): Offer {
  return {
    operation: "continue",
    title: "Approve the deactivation and deactivate the key",
    facts: [
      `${pathEffects.deactivate}.`,
      stillReversible,
      "The same run requests the destruction, which another person has to approve.",
      ...expires,
    ],
    roles: sayRoles(right, kmsRight),
    isConsequential: true,
    isAwaited: true,
  };
}

function destruction(right: Right, expires: readonly string[]): Offer {
  return {
    operation: "continue",
    title: "Approve the destruction and destroy the key",
    facts: [`${pathEffects.destroy}.`, noWayBack, ...expires],
    roles: sayRoles(right),
    isConsequential: true,
    isAwaited: true,
  };
}

/** Needs no approval. */
export const removal: Offer = {
  operation: "remove",
  title: "Remove the key from its vault",
  facts: ["The metadata of the key is erased. Only the evidence log remains.", noWayBack, blocksContainers],
  roles: sayRoles(rights.remove),
  isConsequential: true,
  isAwaited: true,
};

function withdrawal(record: ConsentRecord, { identity }: Actor): Offer {
  const isOwn = identity !== undefined && isSame(record.author, identity);
  const noun = record.how === "answer" ? "approval" : "request";
  return {
    operation: "withdraw",
    title: isOwn ? `Withdraw your ${noun}` : `Decline the ${noun} of ${sayAuthor(record)}`,
    facts: [`The ${noun} is taken off the key. The key keeps its state.`, "Either person can request the step again."],
    roles: sayRoles(rights.writeTags),
    isConsequential: false,
    isAwaited: false,
  };
}

const reactivation: Offer = {
  operation: "reactivate",
  title: "Reactivate the key",
  facts: ["The data that the key protects becomes accessible again. A pending request is withdrawn."],
  roles: sayRoles(rights.reactivate),
  isConsequential: false,
  isAwaited: false,
};

function nounOf(step: ApprovedStep): string {
  return step === "deactivate" ? "deactivation" : "destruction";
}

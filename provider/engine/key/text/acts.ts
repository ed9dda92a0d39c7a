/**
 * Lists the acts that uko offers to one caller on one managed key: request, approve, store, continue, remove, withdraw,
 * reactivate.
 */

import { deletionStanding } from "../../../lifecycle/consent/consent-record.ts";
import { needsSignature } from "../../../lifecycle/consent/signed-consent.ts";
import { mayAuthor } from "../../../lifecycle/key/authorization.ts";
import { dualBackingKeys } from "../../../lifecycle/key/kms-window.ts";
import { type ApprovalWait, type KeyRun, type Plan, rightFor } from "../../../lifecycle/key/plan.ts";
import { rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import {
  type Actor,
  type ApprovedStep,
  type ConsentRecord,
  isSame,
} from "../../../lifecycle/vocabulary/observation.ts";
import type { KeyAct } from "../../text/act.ts";
import {
  blocksContainers,
  cannotBeUndone,
  keyName,
  keyPath,
  sayAuthor,
  sayRoles,
  sayTimeAndDistance,
  sayWhatOpens,
  stepNouns,
  stillReversible,
} from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";
import { sayOutsideCampaign, sayReasons, sayWhoRequested } from "./record-words.ts";
import { pathEffects } from "./remaining-path.ts";
import { warningsOn } from "./unapproved-words.ts";
import { notVerified, storingRoles } from "./waits.ts";

export function keyActs(observed: KeyDetails, plan: Plan, { actor }: KeyRun): readonly KeyAct[] {
  const { carried, state } = observed.observation;
  const name = keyName(observed.observation);
  const isUndoable = state === "active" || state === "deactivated" || state === "pre_activation";
  // The record of a deactivation stays on the key after the step, and then there is nothing left to withdraw.
  const isOpen =
    carried.kind === "one" && isUndoable && !(carried.record.step === "deactivate" && state === "deactivated");
  return [
    ...onward(observed, plan, actor),
    ...(isOpen ? [withdrawal(carried.record, actor, name)] : []),
    ...(state === "deactivated" ? [reactivation(name)] : []),
  ];
}

function onward(observed: KeyDetails, plan: Plan, actor: Actor): readonly KeyAct[] {
  const path = keyPath(observed.observation);
  switch (plan.kind) {
    case "ready":
      return plan.step.kind === "remove" ? [removal(path)] : approvedStep(observed);
    case "waitingForApproval":
      if (plan.callerPosition === "may_confirm" && plan.notBeforeMs === undefined)
        return approvedStep(observed, [notVerified, "Go on only if you requested it."]);
      return approvals(plan, observed, actor);
    case "waitingForRequest":
      return plan.callerPosition === "may_ask" ? [request(plan.step, observed)] : [];
    case "waitingForTime":
    case "refused":
    case "done":
      return [];
  }
}

function request(step: ApprovedStep, { observation }: KeyDetails): KeyAct {
  return {
    id: "request",
    title: `Request the ${stepNouns[step]}`,
    facts: [
      "Nothing changes until another person approves the request.",
      "You can withdraw the request.",
      ...warningsOn(observation),
    ],
    right: rights.writeTags,
    fields: step === "destroy" ? ["label", "reason"] : ["reason"],
    command: `uko request ${keyName(observation)}`,
    ...signing(observation, step),
  };
}

function approvals(
  { callerPosition, step, right, notBeforeMs, expiresAtMs, record }: ApprovalWait,
  { observation, nowMs }: KeyDetails,
  actor: Actor,
): readonly KeyAct[] {
  if (callerPosition !== "may_approve") return [];
  const name = keyName(observation);
  const expires = `The request expires on ${sayTimeAndDistance(expiresAtMs, nowMs)}.`;
  const effect = step === "deactivate" ? deactivation : destruction;
  const kmsRight = step === "deactivate" && dualBackingKeys(observation).length > 0 ? rights.setForDeletion : undefined;
  const act: KeyAct = {
    id: "approve",
    title: effect.title,
    facts: [
      ...effect.facts,
      sayWhoRequested(record),
      ...sayReasons(record),
      ...warningsOn(observation),
      ...sayOutsideCampaign(record.campaign),
      expires,
    ],
    right,
    ...(kmsRight !== undefined && { kmsRight }),
    fields: ["label"],
    command: `uko approve ${name}`,
    isConsequential: true,
    ...signing(observation, step),
  };
  const stored: KeyAct = {
    id: "store",
    title: `Store your approval of the ${stepNouns[step]}`,
    facts: [
      `The next run of ${sayAuthor(record)} takes the step, if this person has the role ${sayRoles(right, kmsRight)}. Nothing changes until then.`,
      ...effect.facts,
      sayWhoRequested(record),
      ...sayReasons(record),
      ...warningsOn(observation),
      ...sayOutsideCampaign(record.campaign),
      "You can withdraw the approval.",
      expires,
    ],
    right: rights.writeTags,
    fields: ["label"],
    command: `uko approve ${name} --store`,
    isConsequential: true,
    ...signing(observation, step),
  };
  const isStorable = mayAuthor(actor) && storingRoles({ record, nowMs }, right, kmsRight).length > 0;
  return [...(notBeforeMs === undefined ? [act] : []), ...(isStorable ? [stored] : [])];
}

function signing(observation: KeyDetails["observation"], step: ApprovedStep): Pick<KeyAct, "isSigned"> {
  return needsSignature(observation, step) ? { isSigned: true } : {};
}

/** The step that another person approved for the caller, who reads the doubts first. */
function approvedStep({ observation, nowMs }: KeyDetails, doubts: readonly string[] = []): readonly KeyAct[] {
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds || standing.record.quotes === undefined) return [];
  const { record, expiresAtMs } = standing;
  const effect = record.step === "deactivate" ? deactivation : destruction;
  const kmsRight =
    record.step === "deactivate" && dualBackingKeys(observation).length > 0 ? rights.setForDeletion : undefined;
  const act: KeyAct = {
    id: "continue",
    title: `Take the approved ${stepNouns[record.step]}`,
    facts: [
      ...doubts,
      ...effect.facts,
      `${sayAuthor(record)} approved it. The approval expires on ${sayTimeAndDistance(expiresAtMs, nowMs)}.`,
      ...sayReasons(record),
      ...warningsOn(observation),
    ],
    right: rightFor(record.step, observation),
    ...(kmsRight !== undefined && { kmsRight }),
    fields: ["label"],
    command: `uko continue ${keyPath(observation)}`,
    isConsequential: true,
  };
  return [act];
}

const deactivation = {
  title: "Approve the deactivation and deactivate the key",
  facts: [`${pathEffects.deactivate}.`, stillReversible, ...sayWhatOpens("deactivate")],
} as const;

const destruction = {
  title: "Approve the destruction and destroy the key",
  facts: [`${pathEffects.destroy}.`, cannotBeUndone],
} as const;

/** The removal of a destroyed key, which requires no approval. */
export function removal(path: string): KeyAct {
  return {
    id: "remove",
    title: "Remove the key from its vault",
    facts: ["The metadata of the key is erased. Only the evidence log remains.", cannotBeUndone, blocksContainers],
    right: rights.remove,
    fields: ["label"],
    command: `uko continue ${path}`,
    isConsequential: true,
  };
}

function withdrawal(record: ConsentRecord, { identity }: Actor, name: string): KeyAct {
  const isOwn = identity !== undefined && isSame(record.author, identity);
  const noun = record.how === "approval" ? "approval" : "request";
  return {
    id: "withdraw",
    title: isOwn ? `Withdraw your ${noun}` : `Decline the ${noun} of ${sayAuthor(record)}`,
    facts: [`The ${noun} is taken off the key. The key keeps its state.`, "Either person can request the step again."],
    right: rights.writeTags,
    ...(!isOwn && { fields: ["reason"] }),
    command: `uko ${isOwn ? "withdraw" : "decline"} ${name}`,
  };
}

function reactivation(name: string): KeyAct {
  return {
    id: "reactivate",
    title: "Reactivate the key",
    facts: ["The data that the key protects becomes accessible again. A pending request is withdrawn."],
    right: rights.reactivate,
    command: `uko reactivate ${name}`,
  };
}

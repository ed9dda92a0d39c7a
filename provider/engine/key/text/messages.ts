/**
 * Writes the message with which a run on a managed key ends. The sentences for waits are in waits.ts, and those for
 * refusals in refusals.ts.
 */

import { mayAuthor } from "../../../lifecycle/key/authorization.ts";
import { rightFor, type Step } from "../../../lifecycle/key/plan.ts";
import { type Right, rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import { certainSteps } from "../../../lifecycle/vocabulary/steps-taken.ts";
import { withoutPeriod } from "../../../text/printable.ts";
import { type Explanation, type NextStep, rerunCommand, type UserInterface } from "../../text/explanation.ts";
import {
  consequences,
  describeTaken,
  keyName,
  keyPath,
  plain,
  sayActor,
  sayAuthor,
  sayHolder,
  sayKey,
  sayRoles,
  sayService,
  sayState,
  stepPhrase,
} from "../../text/words.ts";
import type { KeyRunMemory, Outcome } from "../steps.ts";
import { explainNotBinding, sayDecline, sayReasonWithoutRoom } from "./record-words.ts";
import { explainGuard } from "./refusals.ts";
import { explainApproval, explainRequest, explainTimeWait, storingRoles, type WaitContext } from "./waits.ts";

/** Explains any outcome but `gone`, which needs a name that only the caller still has. */
export function explainOutcome(outcome: Exclude<Outcome, { kind: "gone" }>, userInterface: UserInterface): Explanation {
  const { isUnchanged, ...explanation } = explainEnd(outcome, userInterface);
  const { run, replaced, declined, hasRemovedUsed } = outcome.memory;
  const taken = certainSteps(run);
  const did = taken
    .filter((step) => !(step.kind === "write_record" && tellsOwnRecord(outcome)))
    .map((step) => describeTaken(step, hasRemovedUsed));
  const why = replaced === undefined ? undefined : explainNotBinding(replaced, outcome.observed.observation);
  const unsaid = taken
    .map((step) => consequences[step.kind])
    .filter((sentence) => sentence !== undefined)
    .filter((sentence) => !explanation.facts.includes(sentence));
  const unread = sayReasonWithoutRoom(taken, outcome.observed);
  return {
    ...explanation,
    ...(isUnchanged === true && taken.length === 0 && { isUnchanged }),
    facts: [
      ...did,
      ...unsaid,
      ...(why === undefined ? [] : [why]),
      ...explanation.facts,
      ...sayDecline(declined),
      ...unread,
    ],
  };
}

/** Whether the message already says that this run made the request. */
function tellsOwnRecord(outcome: Exclude<Outcome, { kind: "gone" }>): boolean {
  if (outcome.kind !== "stopped" || outcome.plan.kind !== "waitingForApproval") return false;
  return outcome.plan.callerPosition === "wrote_it";
}

function explainEnd(outcome: Exclude<Outcome, { kind: "gone" }>, userInterface: UserInterface): Explanation {
  const { observed, memory } = outcome;
  const context = { observed, run: memory.run, userInterface };
  switch (outcome.kind) {
    case "rights_missing":
      return explainMissingRight(outcome.step, outcome.message, { ...context, location: memory.location });
    case "record_not_kept":
      return {
        summary: `uko cannot store a consent record on ${sayKey(observed.observation)}`,
        facts: [
          `${withoutPeriod(plain(outcome.message, 300))}.`,
          "uko stores a record in a tag. If the service does not keep tags, uko stores the record at the end of the description, which may then have at most 110 characters.",
          "Without a record, uko cannot delete this key, because nothing would show who approved the deletion.",
        ],
        state: sayState(observed.observation),
        isUnchanged: true,
        next: [],
        code: "UKO_RECORD_NOT_KEPT",
      };
    case "stopped":
      switch (outcome.plan.kind) {
        case "waitingForApproval":
          return explainApproval(outcome.plan, context);
        case "waitingForRequest":
          return explainRequest(outcome.plan, context);
        case "waitingForTime":
          return explainTimeWait(outcome.plan, context);
        case "refused":
          return explainGuard(outcome.plan.guard, context);
        case "done":
          return {
            summary: `Nothing is left to do for ${sayKey(observed.observation)}`,
            facts: [],
            state: sayState(observed.observation),
            next: [],
          };
      }
  }
}

function explainMissingRight(
  step: Step,
  message: string,
  context: WaitContext & { readonly location: KeyRunMemory["location"] },
): Explanation {
  const { observed, run, userInterface, location } = context;
  const { observation } = observed;
  const right = rightFor(step.kind, observation);
  const named = recordFor(step, context);
  const byOthers: NextStep = {
    who: `${sayHolder(right)} runs`,
    commands: commandsFor(step, observation, userInterface),
    neededRoles: right.roles,
  };
  return {
    summary: `${sayActor(run.actor)} cannot ${stepPhrase(step.kind, sayKey(observation))}: missing right ${possiblyMissing(right, location)}`,
    facts: [
      `${step.kind === "set_for_deletion" ? "KMS dual authorization is on for the key, so its deactivation needs this right, which" : "This right"} requires the role ${sayRoles(right)}.`,
      ...(named?.quotes === undefined
        ? []
        : [
            `${sayAuthor(named)} approved what you requested, so only your run can take the step, and it needs this right.`,
            "Withdraw and request again. A person with this right then approves without --store, and their run takes the step.",
          ]),
      ...sayService("the service", message),
    ],
    state: sayState(observation),
    isUnchanged: true,
    next: named === undefined ? [byOthers] : withoutRight(step, named, context),
    code: "UKO_RIGHTS_MISSING",
  };
}

/** The record on which this run tried to take the step. A window is opened only for a deactivation. */
function recordFor(step: Step, { observed }: WaitContext): ConsentRecord | undefined {
  if ("allowedBy" in step) return step.allowedBy;
  return step.kind === "set_for_deletion" ? observed.observation.carried.record : undefined;
}

/** The next steps from a record, for a person who may not take the step. */
function withoutRight(step: Step, record: ConsentRecord, { observed, run }: WaitContext): readonly NextStep[] {
  const { observation, nowMs } = observed;
  const name = keyName(observation);
  if (record.quotes !== undefined) return [{ who: "to start over, run", commands: [`uko withdraw ${name}`] }];
  const isInKms = step.kind === "set_for_deletion";
  const right = isInKms ? rights.deactivate : rightFor(step.kind, observation);
  const kmsRight = isInKms ? rights.setForDeletion : undefined;
  const facts = { excludedIdentity: record.author.iamId ?? record.author.mark };
  const roles = mayAuthor(run.actor) ? storingRoles({ record, nowMs }, right, kmsRight) : [];
  const store: NextStep = {
    who: `if you have the role ${roles.join(" or ")}, store your approval for the next run of ${sayAuthor(record)}; run`,
    commands: [`uko approve ${name} --store`],
    ...facts,
    neededRoles: roles,
  };
  const holder = sayHolder(right, kmsRight, `someone other than ${sayAuthor(record)}`);
  return [
    ...(roles.length > 0 ? [store] : []),
    { who: `${holder} runs`, commands: [`uko approve ${name}`], ...facts, neededRoles: right.roles },
  ];
}

/** The commands for the step if another person runs it. */
function commandsFor(step: Step, observation: KeyObservation, userInterface: UserInterface): readonly string[] {
  const path = keyPath(observation);
  const rerun = userInterface.rerun === "uko continue" ? `uko continue ${path}` : rerunCommand(userInterface);
  const { record } = observation.carried;
  switch (step.kind) {
    case "write_record":
      return [
        step.draft.quotes === undefined
          ? `uko request ${keyName(observation)}`
          : `uko approve ${keyName(observation)} --store`,
      ];
    case "set_for_deletion":
    case "unset_for_deletion":
      // Without a record, the step unsets the windows.
      return [record === undefined ? `uko withdraw ${keyName(observation)}` : `uko approve ${keyName(observation)}`];
    case "drop_record":
      return [`uko withdraw ${keyName(observation)}`];
    case "reactivate":
      return [`uko reactivate ${keyName(observation)}`];
    case "sync":
      return [`uko sync ${path}`];
    case "deactivate":
    case "destroy":
      return [rerun];
    case "remove":
      return userInterface.rerun === "uko continue" ? [rerun] : [`uko continue ${path}`, rerun];
  }
}

/** A write of a tag requires two rights, and the service does not say as data which one is missing. */
function possiblyMissing(right: Right, location: KeyRunMemory["location"]): string {
  if (right !== rights.writeTags) return right.action;
  return location === "description" ? rights.write.action : `${rights.write.action} or ${right.action}`;
}

/** The messages for plans that wait: for a person, or for time. */

import { mayAuthor } from "../../lifecycle/authorization.ts";
import type { ConsentRecord } from "../../lifecycle/consent-record.ts";
import { dualTwins } from "../../lifecycle/kms-window.ts";
import { type Right, rights } from "../../lifecycle/managed-key-states.ts";
import { isPerson, type KeyObservation } from "../../lifecycle/observation.ts";
import type { ApprovalWait, Run, TimeWait } from "../../lifecycle/plan.ts";
import { judgeReviewed } from "../../lifecycle/review.ts";
import { isoTime } from "../loop/evidence.ts";
import { applyCommand, type Door, type Explanation, type NextStep, rerunCommand } from "../text/explanation.ts";
import {
  blocksContainers,
  capital,
  keyPath,
  noWayBack,
  plain,
  sayActor,
  sayAuthor,
  sayHolder,
  sayKey,
  sayList,
  sayRoles,
  sayState,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
  stillReversible,
} from "../text/words.ts";
import type { KeyDetails } from "./observe.ts";
import { explainNotBinding, sayReasons, sayReasonsOnKey } from "./record-words.ts";
import { saySkipped } from "./review-words.ts";

export interface WaitContext {
  readonly observed: Pick<KeyDetails, "observation" | "nowMs">;
  readonly run: Run;
  readonly door: Door;
}

export function explainApproval(wait: ApprovalWait, context: WaitContext): Explanation {
  const { observed } = context;
  const { observation, nowMs } = observed;
  const isReversible = observation.state === "deactivated" && wait.step === "destroy";
  return {
    summary: approvalSummary(wait, observed),
    facts: [
      ...(wait.record === undefined ? nobodyAsked(wait, context) : whoAsked(wait.record, wait, context)),
      ...(wait.notBeforeMs === undefined
        ? []
        : [`The key is cooling down. It can be destroyed after ${sayTimeAndDistance(wait.notBeforeMs, nowMs)}.`]),
      ...(setsWindow(wait, observation) ? kmsRule : []),
      ...(isReversible ? [stillReversible] : []),
    ],
    ...(!isReversible && { state: sayState(observation) }),
    next: approvalNext(wait, context),
    code: "UKO_APPROVAL_PENDING",
  };
}

function approvalSummary(wait: ApprovalWait, { observation }: WaitContext["observed"]): string {
  const key = capital(sayKey(observation));
  const noun = stepNouns[wait.step];
  const subject =
    observation.state === "deactivated" && wait.step === "destroy" ? `${key} is deactivated and is` : `${key} is`;
  if (wait.record === undefined) return `${subject} waiting for two people: its ${noun} has not been requested`;
  if (wait.record.how === "answer") {
    return wait.standing === "wrote_it"
      ? `${subject} waiting for another person to use your approval of its ${noun}`
      : `${subject} waiting for someone to use the approval of its ${noun}`;
  }
  // The caller may be one who lacks the role to act and the role to approve.
  return `${subject} waiting for a second person to approve its ${noun}`;
}

function whoAsked(record: ConsentRecord, wait: ApprovalWait, { observed, run }: WaitContext): readonly string[] {
  const isOwn = run.actor.identity !== undefined && wait.standing === "wrote_it";
  const isAnswer = record.how === "answer";
  const who = isOwn ? "You" : sayAuthor(record);
  const how = record.how === "met" && !isOwn ? ", because an engine ran a deletion" : "";
  const expires =
    wait.lapsesAtMs === undefined
      ? ""
      : `; the ${isAnswer ? "approval" : "request"} expires on ${sayTimeAndDistance(wait.lapsesAtMs, observed.nowMs)}`;
  const mayConsent = wait.standing === "may_consent";
  const named = run.consents.length > 0 && !run.consents.includes(record.id) && mayConsent;
  return [
    `${who} ${isAnswer ? "approved" : "requested"} the ${stepNouns[wait.step]} on ${sayTime(record.writtenAtMs)}${how}${expires}.`,
    ...sayReasons(record),
    ...(named ? ["The approval ID you passed does not match the pending request."] : []),
    ...(mayConsent ? sayReviewSkipped(run, observed) : []),
    ...(wait.standing === "not_a_person" ? [notAPerson(run)] : []),
    ...(isOwn && run.consents.includes(record.id) ? ["You cannot approve your own request."] : []),
    ...(observed.observation.state === "deactivated" && wait.step === "destroy" && !isAnswer && isOwn
      ? ["You have given one of the two approvals that its destruction requires."]
      : []),
  ];
}

/** Why the review that this run passed does not name the pending request. */
function sayReviewSkipped({ actor, review }: Run, { observation, nowMs }: WaitContext["observed"]): readonly string[] {
  const verdict = review === undefined ? undefined : judgeReviewed(review, observation, actor, nowMs);
  return verdict?.kind === "skip"
    ? [`The review you passed does not approve this step: ${saySkipped(verdict.why, observation)}.`]
    : [];
}

function nobodyAsked(wait: ApprovalWait, { observed, run }: WaitContext): readonly string[] {
  const before = wait.notBinding === undefined ? undefined : explainNotBinding(wait.notBinding, observed.observation);
  const who =
    wait.standing === "not_a_person"
      ? [notAPerson(run)]
      : wait.standing === "acts_in_a_profile"
        ? [`${sayActor(run.actor)} uses a trusted profile, and the service would report the profile as the author.`]
        : [];
  return [...(before === undefined ? [] : [before]), ...sayReasonsOnKey(observed), ...who];
}

function notAPerson(run: Run): string {
  return `The identity of this run, ${sayActor(run.actor)}, is not a person, so it can neither request nor approve.`;
}

function setsWindow(wait: ApprovalWait, observation: KeyObservation): boolean {
  return wait.step === "deactivate" && dualTwins(observation).length > 0;
}

/** KMS's own rule, shown before the outage, because an expiry costs another outage. */
export const kmsRule = [
  "KMS dual authorization is on: the person who deactivates the key cannot destroy it, and it must be destroyed within 7 days.",
  "After 7 days, you have to reactivate the key and start over.",
] as const;

function approvalNext(wait: ApprovalWait, { observed, run, door }: WaitContext): readonly NextStep[] {
  const { observation } = observed;
  const path = keyPath(observation);
  const kmsRight = setsWindow(wait, observation) ? rights.setForDeletion : undefined;
  const after = wait.notBeforeMs === undefined ? "" : `after ${sayTime(wait.notBeforeMs)}, `;
  if (wait.record === undefined) {
    const who = wait.standing === "may_ask" ? "to request it, run" : "a person under their own credential runs";
    return [{ who, commands: requestCommands(path, door) }];
  }
  const act = actCommands(wait.record.id, path, door);
  const { author } = wait.record;
  const facts = {
    neededRoles: wait.right.roles,
    excludedIdentity: author.iamId ?? author.mark,
    ...startOf(wait.notBeforeMs),
  };
  const undo: NextStep = {
    who: `to withdraw the ${wait.record.how === "answer" ? "approval" : "request"}, someone who can write to the key runs`,
    commands: [`uko withdraw ${path}`],
    neededRoles: rights.writeTags.roles,
  };
  if (wait.standing === "may_consent" && isPerson(run.actor.identity)) {
    const roles = `the ${kmsRight === undefined ? "role" : "roles"} ${sayRoles(wait.right, kmsRight)}`;
    const actor: NextStep = { who: `${after}if you have ${roles}, run`, commands: act, ...facts };
    return [actor, ...approvalInstead(wait.record, run, path, wait.right, kmsRight)];
  }
  const other = wait.standing === "wrote_it" ? "another person" : `someone other than ${sayAuthor(wait.record)}`;
  return [{ who: `${after}${sayHolder(wait.right, kmsRight, other)} runs`, commands: act, ...facts }, undo];
}

/** The approval by a caller who cannot take the step, and the role that it requires. */
export function approvalInstead(
  record: ConsentRecord,
  { actor }: Run,
  path: string,
  right: Right,
  kmsRight?: Right,
): readonly NextStep[] {
  const roles = approvalRoles(right, kmsRight);
  if (record.how === "answer" || !mayAuthor(actor) || roles.length === 0) return [];
  return [
    {
      who: `if you have only the role ${roles.join(" or ")}, approve the request so that ${sayAuthor(record)} can act; run`,
      commands: [`uko consent ${path} ${record.id}`],
      neededRoles: roles,
      excludedIdentity: record.author.iamId ?? record.author.mark,
    },
  ];
}

/** The roles that suffice for an approval, but not for the step. */
export function approvalRoles(right: Right, kmsRight: Right | undefined): readonly string[] {
  return rights.writeTags.roles.filter((role) => kmsRight !== undefined || !right.roles.includes(role));
}

/** The commands that act on a record by naming it. */
export function actCommands(recordId: string, path: string, door: Door): readonly string[] {
  const byCommand = `uko approve ${path} ${recordId}`;
  if (door.rerun === "uko continue") return [byCommand];
  const byEngine = `UKO_CONSENT=${recordId} ${rerunCommand(door)}`;
  // An `up` may have a lesser goal than `uko continue` does. For a destroy, the command for this
  // key alone comes first.
  return door.rerun === applyCommand(door) ? [byEngine, byCommand] : [byCommand, byEngine];
}

/** The commands that request the next step. */
export function requestCommands(path: string, door: Door): readonly string[] {
  const byCommand = `uko request ${path}`;
  return door.rerun === "uko continue" ? [byCommand] : [byCommand, rerunCommand(door)];
}

export function explainTimeWait(wait: TimeWait, { observed, run, door }: WaitContext): Explanation {
  const { observation, nowMs } = observed;
  const key = capital(sayKey(observation));
  const path = keyPath(observation);
  const byCommand = `uko continue ${path}`;
  const recordId = observation.carried.record?.id;
  const again =
    recordId !== undefined && run.consents.includes(recordId)
      ? actCommands(recordId, path, door)
      : [door.rerun === "uko continue" ? byCommand : rerunCommand(door)];
  const until = wait.untilMs === undefined ? undefined : sayTimeAndDistance(wait.untilMs, nowMs);
  switch (wait.awaits) {
    case "cool_down":
      return {
        summary: `${key} is deactivated and cooling down${until === undefined ? "; the end of the cool-down is not known" : ` until ${until}`}`,
        facts: [
          "The data that the key protects is not accessible.",
          "The service does not destroy a key until 4 hours after its deactivation.",
          ...sayReasonsOnKey(observed),
          stillReversible,
        ],
        next: [
          {
            who: `after ${wait.untilMs === undefined ? "4 hours" : sayTime(wait.untilMs)}, run`,
            commands: again,
            neededRoles: rights.destroy.roles,
            ...startOf(wait.untilMs),
          },
          reactivate(path),
        ],
        code: "UKO_COOLING_DOWN",
      };
    case "separate_run":
      return {
        summary: `${key} is deactivated; destroying it requires a separate run`,
        facts: ["A run that deactivates a key never destroys it as well.", stillReversible],
        next: [
          { who: "to destroy the key, run", commands: again, neededRoles: rights.destroy.roles },
          reactivate(path),
        ],
        code: "UKO_SEPARATE_RUN_NEEDED",
      };
    case "pending_destruction": {
      const names = (wait.keystores ?? []).map((each) => `"${plain(each.name, 60)}"`);
      const hold =
        names.length === 1 ? `keystore ${names.join()} still holds` : `keystores ${sayList(names)} still hold`;
      return {
        summary: `${key} is destroyed; ${hold} its material${until === undefined ? " (no end date reported)" : ` until ${until}`}`,
        facts: [noWayBack, blocksContainers, ...sayReasonsOnKey(observed)],
        next: [
          {
            who: `${wait.untilMs === undefined ? "on a later day" : `after ${sayTime(wait.untilMs)}`}, ${sayHolder(rights.remove)} runs`,
            commands: door.rerun === "uko continue" ? [byCommand] : [byCommand, rerunCommand(door)],
            neededRoles: rights.remove.roles,
            ...startOf(wait.untilMs),
          },
        ],
        code: "UKO_DESTRUCTION_PENDING",
      };
    }
  }
}

function reactivate(path: string): NextStep {
  return {
    who: `to end the outage instead, ${sayHolder(rights.reactivate)} runs`,
    commands: [`uko reactivate ${path}`],
    neededRoles: rights.reactivate.roles,
  };
}

function startOf(ms: number | undefined): Pick<NextStep, "notBefore"> {
  return ms === undefined ? {} : { notBefore: isoTime(ms) };
}

/** The line that reports the wait in the log of a run that waits. */
export function sayAwaited({ record }: ApprovalWait, path: string): string {
  return record === undefined
    ? `Waiting for two people. To request the step, run: uko request ${path}`
    : `Waiting for a second person to run: uko approve ${path} ${record.id}`;
}

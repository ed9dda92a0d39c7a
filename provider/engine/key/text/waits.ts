/** Writes the messages for a run on a managed key that has to wait: who can act, with which role and command. */

import { type Standing, standingOf } from "../../../lifecycle/consent/consent-record.ts";
import { mayAuthor } from "../../../lifecycle/key/authorization.ts";
import { dualBackingKeys } from "../../../lifecycle/key/kms-window.ts";
import {
  type ApprovalWait,
  type KeyRun,
  type RequestWait,
  rightFor,
  type TimeWait,
} from "../../../lifecycle/key/plan.ts";
import { notStorable } from "../../../lifecycle/key/plan-reviewed.ts";
import { type Right, rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, KeyObservation } from "../../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../../text/iso-time.ts";
import type { OpenWait } from "../../loop/deletable.ts";
import { type Explanation, type NextStep, rerunCommand, type UserInterface } from "../../text/explanation.ts";
import {
  blocksContainers,
  cannotBeUndone,
  capital,
  keyName,
  keyPath,
  plain,
  sayActor,
  sayAuthor,
  sayHolder,
  sayKey,
  sayList,
  sayRoles,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
  stillReversible,
} from "../../text/words.ts";
import type { KeyDetails } from "../observe.ts";
import { sayReleasedHolds } from "./hold-words.ts";
import { explainNotBinding, sayLeader, sayReasons, sayReasonsOnKey } from "./record-words.ts";

export interface WaitContext {
  readonly observed: Pick<KeyDetails, "observation" | "nowMs">;
  readonly run: KeyRun;
  readonly userInterface: UserInterface;
}

export function explainApproval(wait: ApprovalWait, context: WaitContext): Explanation {
  const { observation } = context.observed;
  return {
    summary: approvalSummary(wait, context.observed),
    facts: [
      ...whoAsked(wait, context),
      ...sayNotBefore(wait, context.observed),
      ...(setsWindow(wait, observation) ? kmsRule : []),
      ...(isStillReversible(wait, observation) ? [stillReversible] : []),
    ],
    next: approvalNext(wait, context),
    code: "UKO_APPROVAL_PENDING",
  };
}

/** Explains that a step is approved and that the next run of the caller takes it. */
export function explainApprovedForCaller(
  { record, expiresAtMs }: Extract<Standing, { binds: true }>,
  { observation, nowMs }: WaitContext["observed"],
): Explanation {
  const { step, quotes } = record;
  const noun = stepNouns[step];
  const isReversible = observation.state === "deactivated" && step === "destroy";
  const key = sayKey(observation);
  const next = `if you have the role ${sayRoles(rightFor(step, observation))}, your next run ${isReversible ? "destroys" : "takes"} it`;
  return {
    summary: isReversible
      ? `${capital(key)} is deactivated, and its ${noun} is approved: ${next}`
      : `The ${noun} of ${key} is approved: ${next}`,
    facts: [
      ...(quotes === undefined ? [] : [`You requested the ${noun} on ${sayTime(quotes.writtenAtMs)}.`]),
      sayApproval(sayAuthor(record), "request", { record, expiresAtMs }, nowMs),
      ...sayReasons(record),
      ...sayReleasedHolds(observation.releasedHolds),
      ...(isReversible ? [stillReversible] : []),
    ],
    next: [],
  };
}

/** Explains that no request binds, and that this run writes none. */
export function explainRequest(wait: RequestWait, { observed, run }: WaitContext): Explanation {
  const { observation } = observed;
  const before = explainNotBinding(wait.notBinding, observation);
  const who = {
    may_ask: [],
    not_a_person: [notAPerson(run)],
    acts_in_a_profile: [
      `${sayActor(run.actor)} uses a trusted profile, and the service would report the profile as the author.`,
    ],
  }[wait.callerPosition];
  return {
    summary: `${subjectOf(wait, observation)} waiting for a person to request its ${stepNouns[wait.step]}`,
    facts: [
      ...(before === undefined ? [] : [before]),
      ...sayReasonsOnKey(observed),
      ...who,
      ...sayNotBefore(wait, observed),
      ...(isStillReversible(wait, observation) ? [stillReversible] : []),
    ],
    next: [
      {
        who: wait.callerPosition === "may_ask" ? "run" : "a person under their own credential runs",
        commands: [`uko request ${keyName(observation)}`],
        neededRoles: rights.writeTags.roles,
      },
    ],
    code: "UKO_REQUEST_PENDING",
  };
}

type PersonWait = ApprovalWait | RequestWait;

function isStillReversible({ step }: PersonWait, { state }: KeyObservation): boolean {
  return state === "deactivated" && step === "destroy";
}

function sayNotBefore({ notBeforeMs }: PersonWait, { nowMs }: WaitContext["observed"]): readonly string[] {
  if (notBeforeMs === undefined) return [];
  return [`The key is cooling down. It can be destroyed after ${sayTimeAndDistance(notBeforeMs, nowMs)}.`];
}

/** The subject of a summary, such as `Key "payroll" is deactivated and is`. */
function subjectOf(wait: PersonWait, observation: KeyObservation): string {
  const key = capital(sayKey(observation));
  return isStillReversible(wait, observation) ? `${key} is deactivated and is` : `${key} is`;
}

function approvalSummary(wait: ApprovalWait, { observation }: WaitContext["observed"]): string {
  const subject = subjectOf(wait, observation);
  const noun = stepNouns[wait.step];
  const { quotes } = wait.record;
  if (quotes !== undefined) return approvedSummary(wait, observation, sayAuthor(quotes));
  // The caller may be one who lacks the role to act and the role to approve.
  return `${subject} waiting for a second person to approve its ${noun}`;
}

function approvedSummary(wait: ApprovalWait, observation: KeyObservation, requester: string): string {
  const noun = stepNouns[wait.step];
  const key = sayKey(observation);
  const approved = isStillReversible(wait, observation)
    ? `${capital(key)} is deactivated, and its ${noun} is approved`
    : `The ${noun} of ${key} is approved`;
  return wait.callerPosition === "may_confirm"
    ? `${approved}, but you have to confirm that you requested it`
    : `${approved} and is waiting for the next run of ${requester}`;
}

/** An approval names the caller as the requester, and another person may have written that. */
export const notVerified =
  "uko cannot verify that you made the request, because it was not made with the API key of this run.";

function whoAsked(
  { record, step, callerPosition, expiresAtMs }: ApprovalWait,
  { observed, run }: WaitContext,
): readonly string[] {
  const { quotes, how, campaign } = record;
  const wave = campaign === undefined ? "" : ` for ${sayLeader(campaign)}`;
  const isOwn = callerPosition === "wrote_it";
  const noun = stepNouns[step];
  const expires = `expires on ${sayTimeAndDistance(expiresAtMs, observed.nowMs)}`;
  const byEngine = how === "engine" && !isOwn ? ", because an engine ran a deletion" : "";
  const who = isOwn ? "You" : sayAuthor(record);
  const facts =
    quotes === undefined
      ? [`${who} requested the ${noun} on ${sayTime(record.writtenAtMs)}${wave}${byEngine}; the request ${expires}.`]
      : [
          `${callerPosition === "may_confirm" ? "According to the approval, you" : sayAuthor(quotes)} requested the ${noun} on ${sayTime(quotes.writtenAtMs)}${wave}.`,
          sayApproval(who, "request", { record, expiresAtMs }, observed.nowMs),
        ];
  return [
    ...facts,
    ...sayReasons(record),
    ...sayReleasedHolds(observed.observation.releasedHolds),
    ...(callerPosition === "not_a_person" ? [notAPerson(run)] : []),
    ...(callerPosition === "may_confirm" ? [notVerified] : []),
  ];
}

function sayApproval(
  who: string,
  what: string,
  { record, expiresAtMs }: Pick<ApprovalWait, "record" | "expiresAtMs">,
  nowMs: number,
): string {
  return `${who} approved the ${what} on ${sayTime(record.writtenAtMs)}; the approval expires on ${sayTimeAndDistance(expiresAtMs, nowMs)}.`;
}

/** The stored approval, which waits like the key for the end of the cool-down. */
function sayApprovedDestruction({ observation, nowMs }: WaitContext["observed"]): readonly string[] {
  const standing = standingOf(observation, "destroy", nowMs);
  if (!standing.binds || standing.record.quotes === undefined) return [];
  return [sayApproval(sayAuthor(standing.record), stepNouns.destroy, standing, nowMs)];
}

function notAPerson(run: KeyRun): string {
  return `The identity of this run, ${sayActor(run.actor)}, is not a person, so it can neither request nor approve.`;
}

function setsWindow(wait: ApprovalWait, observation: KeyObservation): boolean {
  return wait.step === "deactivate" && dualBackingKeys(observation).length > 0;
}

/** KMS's own rule. It is shown before the outage, because a window that expires costs another outage. */
export const kmsRule = [
  "KMS dual authorization is on: the person who deactivates the key cannot destroy it, and it must be destroyed within 7 days.",
  "After 7 days, you have to reactivate the key and start over.",
] as const;

function approvalNext(
  wait: ApprovalWait,
  { observed: { observation, nowMs }, run, userInterface }: WaitContext,
): readonly NextStep[] {
  const { record, callerPosition, right, notBeforeMs } = wait;
  const kmsRight = setsWindow(wait, observation) ? rights.setForDeletion : undefined;
  const after = notBeforeMs === undefined ? "" : `after ${sayTime(notBeforeMs)}, `;
  const start = startOf(notBeforeMs);
  if (record.quotes !== undefined) {
    // Only the requester acts on an approval.
    const requester = sayAuthor(record.quotes);
    const byHand = `uko continue ${keyPath(observation)}`;
    if (callerPosition === "may_confirm")
      return [{ who: `${after}if you made the request, confirm it at a terminal; run`, commands: [byHand], ...start }];
    const commands = userInterface.rerun === "uko continue" ? [byHand] : [byHand, rerunCommand(userInterface)];
    return [{ who: `${after}${requester} runs`, commands, neededRoles: right.roles, ...start }];
  }
  const { author, step } = record;
  const excludedIdentity = author.iamId ?? author.mark;
  const isOwn = callerPosition === "wrote_it";
  const isForCaller = callerPosition === "may_approve";
  const other = isOwn ? "another person" : `someone other than ${sayAuthor(record)}`;
  const whoWith = (roles: string, many = false): string =>
    isForCaller
      ? `if you have the ${many ? "roles" : "role"} ${roles}, run`
      : `${other} with the ${many ? "roles" : "role"} ${roles} runs`;
  const act: NextStep = {
    who: `${after}${whoWith(sayRoles(right, kmsRight), kmsRight !== undefined)}`,
    commands: [`uko approve ${keyName(observation)}`],
    ...{ neededRoles: right.roles, excludedIdentity, ...start },
  };
  if (record.campaign !== undefined) {
    const { name, wave } = record.campaign;
    return [
      {
        ...act,
        who: `in the folder of campaign "${name}", ${act.who}`,
        commands: [`uko campaign next --wave ${wave}`],
      },
    ];
  }
  // The requester often holds the role for the step, and the other person does not.
  const roles = isForCaller && !mayAuthor(run.actor) ? [] : storingRoles({ record, nowMs }, right, kmsRight);
  const store: NextStep = {
    who: `to let ${isOwn ? "your" : "the requester's"} next run ${step} the key, ${whoWith(roles.join(" or "))}`,
    commands: [`uko approve ${keyName(observation)} --store`],
    ...{ neededRoles: roles, excludedIdentity },
  };
  return roles.length === 0 ? [act] : [act, store];
}

/** The roles that suffice to store an approval of the record, but not to take the step. Empty if it cannot be stored. */
export function storingRoles(
  { record, nowMs }: { readonly record: ConsentRecord; readonly nowMs: number },
  right: Right,
  kmsRight: Right | undefined,
): readonly string[] {
  if (notStorable(record, nowMs) !== undefined) return [];
  return rights.writeTags.roles.filter((role) => kmsRight !== undefined || !right.roles.includes(role));
}

export function explainTimeWait(wait: TimeWait, { observed, userInterface }: WaitContext): Explanation {
  const { observation, nowMs } = observed;
  const key = capital(sayKey(observation));
  const path = keyPath(observation);
  const byCommand = `uko continue ${path}`;
  // An approval that is not stored on the key ends with its run.
  const { record } = observation.carried;
  const isApproving = record !== undefined && record.quotes === undefined;
  const again = [
    isApproving
      ? `uko approve ${keyName(observation)}`
      : userInterface.rerun === "uko continue"
        ? byCommand
        : rerunCommand(userInterface),
  ];
  const until = wait.untilMs === undefined ? undefined : sayTimeAndDistance(wait.untilMs, nowMs);
  switch (wait.awaits) {
    case "cool_down":
      return {
        summary: `${key} is deactivated and cooling down${until === undefined ? "; the end of the cool-down is not known" : ` until ${until}`}`,
        facts: [
          "The data that the key protects is not accessible.",
          "The service does not destroy a key until 4 hours after its deactivation.",
          ...sayApprovedDestruction(observed),
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
          reactivate(keyName(observation)),
        ],
        code: "UKO_COOLING_DOWN",
      };
    case "separate_run":
      return {
        summary: `${key} is deactivated; destroying it requires a separate run`,
        facts: ["A run that deactivates a key never destroys it as well.", stillReversible],
        next: [
          { who: "to destroy the key, run", commands: again, neededRoles: rights.destroy.roles },
          reactivate(keyName(observation)),
        ],
        code: "UKO_SEPARATE_RUN_NEEDED",
      };
    case "pending_destruction": {
      const names = (wait.keystores ?? []).map((each) => `"${plain(each.name, 60)}"`);
      const hold =
        names.length === 1 ? `keystore ${names.join()} still holds` : `keystores ${sayList(names)} still hold`;
      return {
        summary: `${key} is destroyed; ${hold} its material${until === undefined ? " (no end date reported)" : ` until ${until}`}`,
        facts: [cannotBeUndone, blocksContainers, ...sayReasonsOnKey(observed)],
        next: [
          {
            who: `${wait.untilMs === undefined ? "on a later day" : `after ${sayTime(wait.untilMs)}`}, ${sayHolder(rights.remove)} runs`,
            commands: userInterface.rerun === "uko continue" ? [byCommand] : [byCommand, rerunCommand(userInterface)],
            neededRoles: rights.remove.roles,
            ...startOf(wait.untilMs),
          },
        ],
        code: "UKO_DESTRUCTION_PENDING",
      };
    }
  }
}

function reactivate(name: string): NextStep {
  return {
    who: `to end the outage instead, ${sayHolder(rights.reactivate)} runs`,
    commands: [`uko reactivate ${name}`],
    neededRoles: rights.reactivate.roles,
  };
}

function startOf(ms: number | undefined): Pick<NextStep, "notBefore"> {
  return ms === undefined ? {} : { notBefore: isoTime(ms) };
}

/** The line that reports the wait in the log of a run that waits. */
export function sayOpenWait(wait: PersonWait, observation: KeyObservation): Omit<OpenWait, "neededMs"> {
  const name = keyName(observation);
  if (wait.kind === "waitingForRequest") return { what: "Waiting for a person to run", command: `uko request ${name}` };
  const { quotes } = wait.record;
  return quotes === undefined
    ? { what: "Waiting for a second person to run", command: `uko approve ${name}` }
    : { what: `Waiting for the next run of ${sayAuthor(quotes)}` };
}

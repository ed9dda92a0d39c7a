/** The messages for plans that wait: for a person, or for time. */

import { mayAuthor } from "../../lifecycle/authorization.ts";
import type { ConsentRecord, NotBinding } from "../../lifecycle/consent-record.ts";
import { targetOf } from "../../lifecycle/dual-marker.ts";
import { dualTwins } from "../../lifecycle/kms-window.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import { type ApprovedStep, isLoosening, isPerson, type KeyObservation } from "../../lifecycle/observation.ts";
import type { ApprovalWait, Run, TimeWait } from "../../lifecycle/plan.ts";
import { applyCommand, type Door, type Explanation, type NextStep, rerunCommand } from "../explanation.ts";
import {
  capital,
  keyPath,
  loosenCommand,
  noWayBack,
  plain,
  sayActor,
  sayAuthor,
  sayIdentity,
  sayKey,
  sayRoles,
  sayState,
  sayTime,
  sayTimeAndDistance,
  stepNouns,
  stillReversible,
} from "../words.ts";
import type { KeyDetails } from "./observe.ts";
import { sayReasons, sayReasonsOnKey } from "./reasons.ts";

export interface WaitContext {
  readonly observed: Pick<KeyDetails, "observation" | "nowMs">;
  readonly run: Run;
  readonly door: Door;
}

export function explainApproval(wait: ApprovalWait, context: WaitContext): Explanation {
  const { observed } = context;
  const { observation, nowMs } = observed;
  const facts = [
    ...(wait.record === undefined ? nobodyAsked(wait, context) : whoAsked(wait.record, wait, context)),
    ...(wait.notBeforeMs === undefined
      ? []
      : [`It is cooling down: destroy is possible after ${sayTimeAndDistance(wait.notBeforeMs, nowMs)}.`]),
    ...(setsWindow(wait, observation) ? kmsRule : []),
    observation.state === "deactivated" && wait.step === "destroy"
      ? stillReversible
      : `Nothing has changed yet: ${sayState(observation)}.`,
  ];
  return {
    summary: approvalSummary(wait, observed),
    facts,
    next: approvalNext(wait, context),
    code: "UKO_APPROVAL_PENDING",
  };
}

function approvalSummary(wait: ApprovalWait, { observation }: WaitContext["observed"]): string {
  const key = capital(sayKey(observation));
  const noun = stepNouns[wait.step];
  const subject =
    observation.state === "deactivated" && wait.step === "destroy" ? `${key} is deactivated and waits` : `${key} waits`;
  if (wait.record === undefined) return `${subject} for two people: nobody has asked for its ${noun}`;
  if (wait.record.how === "answer") {
    return wait.standing === "wrote_it"
      ? `${subject} for somebody else to act on your consent to its ${noun}`
      : `${subject} for somebody to act on the consent to its ${noun}`;
  }
  return wait.standing === "may_consent"
    ? `${subject} for your consent to its ${noun}`
    : `${subject} for a second person to consent to its ${noun}`;
}

function whoAsked(record: ConsentRecord, wait: ApprovalWait, { observed, run }: WaitContext): readonly string[] {
  const isOwn = run.actor.identity !== undefined && wait.standing === "wrote_it";
  const who = isOwn ? "You" : sayAuthor(record);
  const verb = record.how === "answer" ? "consented" : "asked";
  const how = record.how === "met" && !isOwn ? ", because a run met the key" : "";
  const lapses =
    wait.lapsesAtMs === undefined
      ? ""
      : `; the ${record.how === "answer" ? "consent" : "request"} lapses on ${sayTime(wait.lapsesAtMs)}`;
  const named = run.consents.length > 0 && !run.consents.includes(record.id) && wait.standing === "may_consent";
  return [
    `${who} ${verb} on ${sayTime(record.writtenAtMs)}${how}${lapses}.`,
    ...sayReasons(record),
    ...(named ? ["No id that this run named is the one on file."] : []),
    ...(wait.standing === "not_a_person" ? [notAPerson(run)] : []),
    ...(isOwn && run.consents.includes(record.id) ? ["Your own record is not a second person's consent."] : []),
    ...(observed.observation.state === "deactivated" && wait.step === "destroy" && record.how !== "answer" && isOwn
      ? ["This is your half of its destruction."]
      : []),
  ];
}

function nobodyAsked(wait: ApprovalWait, { observed, run }: WaitContext): readonly string[] {
  const before = wait.notBinding === undefined ? undefined : explainNotBinding(wait.notBinding, observed.observation);
  const who =
    wait.standing === "not_a_person"
      ? [notAPerson(run)]
      : wait.standing === "acts_in_a_profile"
        ? [`${sayActor(run.actor)} acts through a trusted profile, and the service would name the profile as author.`]
        : [];
  return [...(before === undefined ? [] : [before]), ...sayReasonsOnKey(observed), ...who];
}

function notAPerson(run: Run): string {
  return `This run's identity ${sayActor(run.actor)} is not a person, so it can neither ask nor consent.`;
}

function setsWindow(wait: ApprovalWait, observation: KeyObservation): boolean {
  return wait.step === "deactivate" && dualTwins(observation).length > 0;
}

/**
 * What KMS's own dual authorization requires of people. It is shown before the outage, because an
 * expiry costs another outage.
 */
export const kmsRule = [
  "KMS dual authorization is on: whoever deactivates may not destroy, and destroy has to follow within 7 days.",
  "After that the only way on is to reactivate the key and to begin again.",
] as const;

function approvalNext(wait: ApprovalWait, { observed, run, door }: WaitContext): readonly NextStep[] {
  const { observation } = observed;
  const path = keyPath(observation);
  const roles = sayRoles(wait.right, setsWindow(wait, observation) ? rights.setForDeletion : undefined);
  const after = wait.notBeforeMs === undefined ? "" : `after ${sayTime(wait.notBeforeMs)} `;
  if (wait.record === undefined) {
    const who = wait.standing === "may_ask" ? "you ask first" : "a person under their own credential asks first";
    return [{ who, commands: requestCommands(wait.step, path, door) }];
  }
  const act = actOnCommands(wait.record, path, door);
  const undo: NextStep = {
    who: "to take it back, anybody who may write to the key runs",
    commands: [`uko withdraw ${path}`],
  };
  if (wait.standing === "may_consent" && isPerson(run.actor.identity)) {
    const consent: NextStep = {
      who: `without that you consent, so that ${sayAuthor(wait.record)} can act`,
      commands: [`uko consent ${path} ${wait.record.id}`],
    };
    const actor: NextStep = { who: `${after}you, if you hold ${roles}, run`, commands: act };
    return wait.record.how === "answer" || !mayAuthor(run.actor) ? [actor] : [actor, consent];
  }
  const other = wait.standing === "wrote_it" ? "somebody else" : `somebody other than ${sayAuthor(wait.record)}`;
  return [{ who: `${after}${other} who holds ${roles} runs`, commands: act }, undo];
}

/** The commands that act on a record by naming it. */
export function actCommands(recordId: string, path: string, door: Door): readonly string[] {
  const byCommand = `uko continue ${path} --consent ${recordId}`;
  if (door.rerun === "uko continue") return [byCommand];
  const byEngine = `UKO_CONSENT=${recordId} ${rerunCommand(door)}`;
  // An `up` may have a lesser goal than `uko continue` does. For a destroy, the command for this
  // key alone comes first.
  return door.rerun === applyCommand(door) ? [byEngine, byCommand] : [byCommand, byEngine];
}

/** The same for a record of any step. Loosening has its own command, because no engine carries it out. */
export function actOnCommands(
  { id, step }: Pick<ConsentRecord, "id" | "step">,
  path: string,
  door: Door,
): readonly string[] {
  return isLoosening(step) ? [loosenCommand(path, targetOf(step), id)] : actCommands(id, path, door);
}

/** The commands that request a step. */
export function requestCommands(step: ApprovedStep, path: string, door: Door): readonly string[] {
  if (isLoosening(step)) return [loosenCommand(path, targetOf(step))];
  const byCommand = `uko request ${path}`;
  return door.rerun === "uko continue" ? [byCommand] : [byCommand, rerunCommand(door)];
}

/**
 * Why an earlier record does not count; undefined if there is nothing to report, as for a record
 * that was acted on.
 */
export function explainNotBinding(why: NotBinding, { state }: KeyObservation): string | undefined {
  const isOver =
    state === "destroyed" || (state === "deactivated" && "record" in why && why.record.step === "deactivate");
  if (isOver) return undefined;
  switch (why.kind) {
    case "none":
    case "other_step":
      return undefined;
    case "twice":
      return "The key carries more than one consent record, so none of them counts.";
    case "unreadable":
      return "The consent record on the key cannot be read, so it does not count.";
    case "writer_unknown":
      return "The service does not tell who wrote last, so the record on the key does not count.";
    case "lapsed":
      return `The request of ${sayAuthor(why.record)} lapsed on ${sayTime(why.atMs)}.`;
    case "changed":
      return `The request of ${sayAuthor(why.record)} no longer counts: the key is not as it was on ${sayTime(why.record.writtenAtMs)}.`;
    case "not_a_person":
      return `The record by ${sayAuthor(why.record)} does not count: its author is not a person.`;
    case "edited": {
      const when = why.atMs === undefined ? "" : ` on ${sayTime(why.atMs)}`;
      return `The record that names ${sayAuthor(why.record)} as author does not count: ${sayIdentity(why.by)} wrote to the key${when}.`;
    }
  }
}

export function explainTimeWait(wait: TimeWait, { observed, run, door }: WaitContext): Explanation {
  const { observation, nowMs } = observed;
  const key = capital(sayKey(observation));
  const path = keyPath(observation);
  const byCommand = `uko continue ${path}`;
  const recordId = observation.carried.kind === "one" ? observation.carried.record.id : undefined;
  const again =
    recordId !== undefined && run.consents.includes(recordId)
      ? actCommands(recordId, path, door)
      : [door.rerun === "uko continue" ? byCommand : rerunCommand(door)];
  const until = wait.untilMs === undefined ? undefined : sayTimeAndDistance(wait.untilMs, nowMs);
  switch (wait.awaits) {
    case "cool_down":
      return {
        summary: `${key} is deactivated and cooling down until ${until ?? "a time that is not known"}`,
        facts: [
          "What it protects is cut off.",
          "The service refuses destroy for 4 hours after a deactivation.",
          ...sayReasonsOnKey(observed),
          stillReversible,
        ],
        next: [{ who: "after that time you run", commands: again }, reactivate(path)],
        code: "UKO_COOLING_DOWN",
      };
    case "separate_run":
      return {
        summary: `${key} is deactivated, and its destruction takes a run of its own`,
        facts: ["A run that deactivated never destroys as well.", stillReversible],
        next: [{ who: "run again", commands: again }, reactivate(path)],
        code: "UKO_SEPARATE_RUN_NEEDED",
      };
    case "pending_destruction": {
      const names = (wait.keystores ?? []).map((each) => `"${plain(each.name, 60)}"`);
      const hold = names.length === 1 ? `keystore ${names.join()} holds` : `keystores ${names.join(", ")} hold`;
      const tell = names.length === 1 ? "tells" : "tell";
      return {
        summary: `${key} is destroyed; ${hold} its material ${until === undefined ? `still, and ${tell} no date` : `until ${until}`}`,
        facts: [
          noWayBack,
          "Until the record is removed it blocks the deletion of its template and vault.",
          ...sayReasonsOnKey(observed),
        ],
        next: [
          {
            who: `${until === undefined ? "on a later day" : "after that time"} somebody who holds Vault Administrator runs`,
            commands: door.rerun === "uko continue" ? [byCommand] : [byCommand, rerunCommand(door)],
          },
        ],
        code: "UKO_DESTRUCTION_PENDING",
      };
    }
  }
}

function reactivate(path: string): NextStep {
  return {
    who: "to end the outage instead, somebody who holds Key Custodian - Deployer runs",
    commands: [`uko reactivate ${path}`],
  };
}

/** The line that reports the wait in the log of a run that waits. */
export function sayAwaited({ record }: ApprovalWait, path: string): string {
  return record === undefined
    ? `Waiting for two people. The first one runs: uko request ${path}`
    : `Waiting for another person to act on record ${record.id}, by: uko continue ${path} --consent ${record.id}`;
}

/**
 * Writes the output of `uko audit`: one row for each event in the evidence, one for each gap (audit-gaps.ts), and
 * findings for an auditor.
 */

import { isSamePerson } from "../../lifecycle/vocabulary/iam-id.ts";
import { plain, sayPerson } from "../text/words.ts";
import type { Audit, AuditEvent } from "./audit.ts";
import { inTime, notRecorded } from "./audit-gaps.ts";
import { type NameOf, namesOf, peopleCells, peopleHeads } from "./people-words.ts";

export const auditHeads = ["TIME", "STEP", "WHAT", "FROM", "TO", ...peopleHeads, "NOTE"] as const;

export function auditRows(audit: Audit): readonly (readonly string[])[] {
  const nameOf = namesOf(audit.executors);
  return inTime(audit).map((event) => rowOf(event, nameOf));
}

export function auditFindings({
  events,
  gaps,
  stepsInEvidence,
  unreadableLines,
  unknownVersions,
}: Audit): readonly string[] {
  const findings = [
    ...countOf(events.filter(({ isRefused }) => isRefused === true).length, [
      "approval was refused, because the approver had made the request",
      "approvals were refused, because the approver had made the request",
    ]),
    ...countOf(events.filter(({ isUnapproved }) => isUnapproved === true).length, [
      "step was seen without a known approval by a second person: another tool may have taken it",
      "steps were seen without a known approval by a second person: another tool may have taken them",
    ]),
    ...countOf(events.filter(({ isSingle }) => isSingle === true).length, [
      "step was taken by one person alone",
      "steps were taken by one person alone",
    ]),
    ...samePerson(events),
    ...countOf(events.filter((each) => !each.isConfirmed && !each.isRefused && !each.isUnapproved).length, [
      "step was started but never recorded as finished: it was refused or interrupted, or its response was lost",
      "steps were started but never recorded as finished: they were refused or interrupted, or their responses were lost",
    ]),
    ...countOf(events.filter(({ isOnlyStated }) => isOnlyStated === true).length, [
      "step is only stated: no audit event shows it",
      "steps are only stated: no audit event shows them",
    ]),
    ...countOf(gaps.filter(({ event }) => event !== undefined).length, [
      "audit event shows a change that no line shows: another tool made it, or it is a creation or an update, which have no line",
      "audit events show changes that no line shows: another tool made them, or they are creations or updates, which have no line",
    ]),
    ...countOf(gaps.filter(({ event }) => event === undefined).length, [
      "change of a key's state is not in the evidence: another tool made it, or the file of another machine is missing",
      "changes of keys' states are not in the evidence: another tool made them, or files of other machines are missing",
    ]),
    ...countOf(unreadableLines, ["incomplete line was skipped", "incomplete lines were skipped"]),
    ...countOf(unknownVersions, [
      "line was skipped, because this release does not know its version",
      "lines were skipped, because this release does not know their versions",
    ]),
  ];
  return [...(events.length === 0 ? [sayNone(stepsInEvidence)] : []), ...findings.map((finding) => `${finding}.`)];
}

/**
 * The sentence if no step is shown. An empty log and a filter without matches are two different results for an auditor.
 */
function sayNone(stepsInEvidence: number): string {
  if (stepsInEvidence === 0) return "The evidence has no steps.";
  return stepsInEvidence === 1
    ? "The evidence has 1 step, which does not match."
    : `The evidence has ${stepsInEvidence} steps, and none of them matches.`;
}

function rowOf(event: AuditEvent, nameOf: NameOf): readonly string[] {
  const { time, actor, resource, label, keyId, from, to, allowedBy, record, approver, reason, dropped, refused } =
    event;
  const consent = allowedBy ?? record;
  const hasExecutor = event.about === undefined && actor.iamId !== "" && event.isUnapproved !== true;
  const isDrop = event.step === "drop_record";
  const requester = event.requester ?? requesterOf(isDrop ? dropped : refused);
  return [
    time,
    sayStep(event),
    `${resource === undefined ? "" : `${resource.replaceAll("_", " ")} `}${plain(label === "" ? keyId : label, 40)}`,
    from,
    to,
    ...peopleCells(
      { requester, approver, executor: hasExecutor ? actor : undefined, isByOne: event.isSingle === true },
      nameOf,
    ),
    [
      sayStanding(event),
      // The approval matters, whether it was stored on the key or given by executing the step.
      approver && actor.loggedInBy && isSamePerson(approver.iamId, actor.iamId)
        ? `logged in by ${plain(actor.loggedInBy, 100)}`
        : "",
      reason === undefined ? "" : `"${plain(reason, 60)}"`,
      isDrop || dropped === undefined ? "" : `ended the ${sayRecord(dropped)} by ${nameOf(dropped.author)}`,
      dropped?.reason === undefined ? "" : `requested for "${plain(dropped.reason, 60)}"`,
      consent?.reason === undefined ? "" : `"${plain(consent.reason, 60)}"`,
      ...(consent?.earlierReasons ?? []).map(
        ({ author, name, reason }) => `"${plain(reason, 60)}" by ${sayPerson(author, name)}`,
      ),
    ]
      .filter((note) => note !== "")
      .join(", "),
  ];
}

function sayStep({ step, about, approver, dropped, refused, isRefused, actor, reason }: AuditEvent): string {
  if (isRefused === true) return `refused approval${refused === undefined ? "" : ` to ${plain(refused.step, 60)}`}`;
  if (about !== undefined) return `${approver === undefined ? "request" : "approval"} to ${about}`;
  if (step === notRecorded) return "not in the evidence";
  if (step !== "drop_record") return step;
  const what = dropped === undefined ? "a request" : sayRecord(dropped);
  if (dropped !== undefined && isSamePerson(dropped.author, actor.iamId)) return `withdrawal of ${what}`;
  // Only a person who declines gives a reason. An update by another person removes a request, too.
  return `${reason === undefined ? "removal" : "decline"} of ${what}`;
}

function sayStanding({ step, event, isConfirmed, isOnlyStated, isRefused, lastWrite }: AuditEvent): string {
  if (lastWrite !== undefined) {
    return `no approval known, last write by ${plain(lastWrite.iamId, 60)} at ${plain(lastWrite.at, 40)}`;
  }
  if (isRefused === true) return "own request";
  if (event !== undefined) return `audit event ${plain(event, 60)}`;
  if (step === notRecorded) return "at this time or before";
  if (isOnlyStated === true) return "only stated";
  return isConfirmed ? "" : "not confirmed";
}

function requesterOf(dropped: AuditEvent["dropped"]): AuditEvent["requester"] {
  return dropped !== undefined && isRequest(dropped) ? { iamId: dropped.author, recordId: dropped.id } : undefined;
}

function sayRecord(record: NonNullable<AuditEvent["dropped"]>): string {
  return `${isRequest(record) ? "request" : "approval"} to ${plain(record.step, 60)}`;
}

function isRequest({ how }: NonNullable<AuditEvent["dropped"]>): boolean {
  return how !== "approval";
}

/**
 * Finds keys of which one person executed both steps. Each step may have had a second person, and an auditor wants to
 * know.
 */
function samePerson(events: readonly AuditEvent[]): readonly string[] {
  const deactivatedBy = new Map<string, string>();
  const found: string[] = [];
  for (const { step, isConfirmed, instanceId, keyId, label, actor } of events) {
    if (!isConfirmed) continue;
    const name = `${instanceId}/${keyId}`;
    if (step === "deactivate") deactivatedBy.set(name, actor.iamId);
    if (step === "destroy" && deactivatedBy.get(name) === actor.iamId) {
      found.push(`One person, ${plain(actor.iamId, 100)}, executed deactivate and destroy of key "${plain(label)}"`);
    }
  }
  return found;
}

function countOf(count: number, [ofOne, ofSeveral]: readonly [string, string]): readonly string[] {
  if (count === 0) return [];
  return [`${count} ${count === 1 ? ofOne : ofSeveral}`];
}

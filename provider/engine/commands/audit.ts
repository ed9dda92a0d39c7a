/**
 * Evaluates evidence for `uko audit` and certificates: who requested, approved and executed each step, when, and which
 * steps have no line that says how they ended. A step without a recorded request counts as taken by one person. If the
 * evidence does not name both people, it is not known whether they were two.
 */

import * as z from "zod";
import { isIamIdForm, isSamePerson } from "../../lifecycle/vocabulary/iam-id.ts";
import { parseJson } from "../../text/json.ts";
import { type EventedWrite, findGaps, gapsInEvents } from "./audit-gaps.ts";
import { isConsequentialStep } from "./audited-steps.ts";

const person = z.object({ iamId: z.string(), name: z.string(), loggedInBy: z.string().optional().catch(undefined) });
const record = z.object({
  id: z.string(),
  step: z.string(),
  how: z.string(),
  author: z.string(),
  writtenAt: z.string(),
  requestId: z.string().optional(),
  reason: z.string().optional(),
  earlierReasons: z
    .array(z.object({ author: z.string(), name: z.string().optional(), reason: z.string() }))
    .optional()
    .catch(undefined),
});
/** Parsed tolerantly: a later release may add fields. */
export const evidenceLine = z.object({
  v: z.literal(1),
  time: z.string(),
  instanceId: z.string(),
  resource: z.string().optional(),
  vaultId: z.string(),
  keyId: z.string(),
  label: z.string(),
  step: z.string(),
  phase: z.enum(["before", "after", "refused", "seen", "settled"]),
  from: z.string(),
  to: z.string(),
  actor: person,
  record: record.optional(),
  allowedBy: record.optional(),
  dropped: record.optional().catch(undefined),
  refused: record.optional().catch(undefined),
  lastWrite: z.object({ iamId: z.string(), at: z.string() }).optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  keystores: z.array(z.object({ name: z.string(), status: z.string(), syncFlag: z.string() })).catch([]),
  correlationId: z.string().optional(),
});
export type EvidenceLine = z.infer<typeof evidenceLine>;

/** The people behind a step that deactivates or destroys a key, or behind a record; nothing for other steps. */
export interface People {
  /** For a line about a record: the step that the record requests or approves. */
  readonly about?: string;
  readonly requester?: RecordAuthor;
  readonly approver?: RecordAuthor;
}

export interface RecordAuthor {
  /** Empty if the evidence does not have it. */
  readonly iamId: string;
  /** Absent for an approver who approved the step by executing it. */
  readonly recordId?: string;
  /** When the person wrote the record. */
  readonly at?: string;
  readonly reason?: string;
}

type LoggedConsent = z.infer<typeof record>;
/** Each consent record that a line has, by its ID. */
export type LoggedConsents = ReadonlyMap<string, LoggedConsent>;

export function consentsIn(lines: readonly EvidenceLine[]): LoggedConsents {
  const records = lines.flatMap(({ record, allowedBy }) => [record, allowedBy]);
  return new Map(records.flatMap((each) => (each === undefined ? [] : [[each.id, each]])));
}

/**
 * The people behind a line. An approval may be a record of its own. Otherwise the person who executed the step approved
 * the request by it.
 */
export function peopleBehind(
  { step, actor, record, allowedBy }: Omit<EvidenceLine, "phase">,
  records: LoggedConsents,
): People {
  if (record !== undefined) {
    const author = recordAuthorOf(record);
    return { about: record.step, ...(isApproval(record) ? { approver: author } : { requester: author }) };
  }
  if (allowedBy === undefined || !isConsequentialStep(step)) return {};
  if (!isApproval(allowedBy)) return { requester: recordAuthorOf(allowedBy), approver: { iamId: actor.iamId } };
  const { requestId } = allowedBy;
  const request = records.get(requestId ?? "");
  const unknown = { iamId: "", ...(requestId !== undefined && { recordId: requestId }) };
  return {
    requester: request === undefined ? unknown : recordAuthorOf(request),
    approver: recordAuthorOf(allowedBy),
  };
}

function isApproval({ how }: LoggedConsent): boolean {
  return how === "approval";
}

function recordAuthorOf({ id, author, writtenAt, reason }: LoggedConsent): RecordAuthor {
  return { iamId: author, recordId: id, at: writtenAt, ...(reason !== undefined && { reason }) };
}

/**
 * Whether one person alone took the step, no matter who executed it. Undefined if the evidence does not name both, as
 * for a window in KMS, so that no reader takes the two for different people.
 */
export function isByOnePerson(step: {
  readonly step: string;
  readonly requester?: Pick<RecordAuthor, "iamId"> | undefined;
  readonly approver?: Pick<RecordAuthor, "iamId"> | undefined;
}): boolean | undefined {
  if (!isConsequentialStep(step.step)) return undefined;
  const [requester, approver] = [step.requester?.iamId, step.approver?.iamId];
  if (requester === undefined || approver === undefined) return true;
  return requester === "" || approver === "" ? undefined : isSamePerson(requester, approver);
}

/** One step as its evidence lines describe it; `actor` executed it. Printed by `--json`. */
export interface AuditEvent extends Omit<EvidenceLine, "phase">, People {
  /** Whether one person alone took a step that can require two; absent if not known. */
  readonly isSingle?: boolean;
  /** False if a step was started and no line reports it as done: it was refused, it crashed, or its response was lost. */
  readonly isConfirmed: boolean;
  /** The person tried to approve their own request, and uko refused it. Nothing happened to the key. */
  readonly isRefused?: true;
  /** A run saw the result of this step on the key, and no approval of it is known. Who took it is not recorded. */
  readonly isUnapproved?: true;
  /** The action of an audit event of the account, for a change that no line shows. */
  readonly event?: string;
  /** Set if audit events were passed and none of them shows the step. */
  readonly isOnlyStated?: true;
}

export interface Audit {
  readonly events: readonly AuditEvent[];
  /** What the evidence does not have, as events of the step `not_recorded` (audit-gaps.ts). */
  readonly gaps: readonly AuditEvent[];
  /** All recorded steps, including those that the filter leaves out. */
  readonly stepsInEvidence: number;
  /** Incomplete lines, such as a crash leaves. */
  readonly unreadableLines: number;
  /** Lines of a version that this release does not know. */
  readonly unknownVersions: number;
  /** The IAM IDs of the people whose steps each text has, in the order of the texts. */
  readonly people: readonly (readonly string[])[];
  /** Who executed steps, also those that the filter leaves out. Only these lines have names. */
  readonly executors: readonly EvidenceLine["actor"][];
}

export interface AuditFilter {
  /** Only steps from this time on, ISO 8601. */
  readonly since?: string;
  readonly vaultId?: string;
  /** A key's ID or label. */
  readonly key?: string;
  readonly step?: string;
  /** Part of an IAM ID or name of the actor, requester or approver. */
  readonly person?: string;
}

/** What audit events of the account show; certificate/activity-tracker.ts decides it. */
export interface ShownSteps {
  readonly shows: (
    keyId: string,
    act: {
      readonly did: readonly "executed"[];
      readonly iamId: string;
      readonly at: string;
      readonly startedAt: string;
      readonly isConfirmed: boolean;
    },
  ) => boolean;
  /** The changes that have shown no step until now. */
  readonly unused: () => readonly EventedWrite[];
}

/**
 * Reads the lines of all files together. A line that is in two files counts once. `search` finds out which steps the
 * audit events of the account show, and which of their changes no line shows.
 */
export function auditEvidence(texts: readonly string[], filter: AuditFilter = {}, search?: ShownSteps): Audit {
  const lines: EvidenceLine[] = [];
  let unreadableLines = 0;
  let unknownVersions = 0;
  const seen = new Set<string>();
  const people = texts.map((text) => {
    const actors = new Set<string>();
    for (const line of text.split("\n")) {
      if (line.trim() === "") continue;
      const read = readLine(line);
      if (typeof read === "object") actors.add(read.actor.iamId);
      if (seen.has(line)) continue;
      seen.add(line);
      if (read === "unreadable") unreadableLines += 1;
      else if (read === "unknown_version") unknownVersions += 1;
      else lines.push(read);
    }
    return [...actors].filter((iamId) => iamId !== "").toSorted();
  });
  const records = consentsIn(lines);
  const all = pairSteps(lines.toSorted(byTime)).map((pair) => eventOf(pair, records, search));
  const events = all.filter((event) => passes(event, filter));
  // A gap can hide any step of any person, so only time, vault and key leave one out.
  const { step: _step, person, ...place } = filter;
  const evented = gapsInEvents(search?.unused() ?? [], all).filter((gap) =>
    passes(gap, { ...place, ...(person !== undefined && { person }) }),
  );
  const gaps = [...evented, ...findGaps(all).filter((gap) => passes(gap, place))];
  const executors = lines.map(({ actor }) => actor);
  return { events, gaps, stepsInEvidence: all.length, unreadableLines, unknownVersions, people, executors };
}

function readLine(line: string): EvidenceLine | "unreadable" | "unknown_version" {
  const body = parseJson(line);
  const read = evidenceLine.safeParse(body);
  if (read.success) return read.data;
  const version = typeof body === "object" && body !== null ? (body as { v?: unknown }).v : undefined;
  return typeof version === "number" && version !== 1 ? "unknown_version" : "unreadable";
}

/** The lines before and after a step. Both are the same line if one is missing. */
export interface StepLines<Line> {
  readonly first: Line;
  readonly last: Line;
  /** Whether a line reports the step as done. */
  readonly isDone: boolean;
  /** The line of a later run that read what became of the step. */
  readonly settled?: Line;
}

/**
 * Pairs the lines before and after each step, in the order of their times. If one person made two attempts, one of them
 * had no effect.
 */
export function pairSteps<Line extends EvidenceLine>(lines: readonly Line[]): readonly StepLines<Line>[] {
  const steps: StepLines<Line>[] = [];
  const begun = new Map<string, number[]>();
  for (const line of lines) {
    // What the service refused in a campaign changed nothing, and no person was refused.
    if (line.phase === "refused" && line.refused === undefined) continue;
    if (line.phase === "refused" || line.phase === "seen") {
      steps.push({ first: line, last: line, isDone: false });
      continue;
    }
    if (line.phase === "settled") {
      settle(steps, line);
      continue;
    }
    const name = [line.instanceId, line.resource, line.keyId, line.step, line.actor.iamId].join("\n");
    const open = begun.get(name) ?? [];
    const isDone = line.phase === "after";
    const index = isDone ? open.at(-1) : undefined;
    begun.set(name, isDone ? open.slice(0, -1) : [...open, steps.length]);
    const first = index === undefined ? undefined : steps[index]?.first;
    steps[index ?? steps.length] = { first: first ?? line, last: line, isDone };
  }
  return steps;
}

/**
 * Adds the line to the last open step that it is about. Anyone may have read the effect of the step, but only the run
 * that took the step knows that it had none.
 */
function settle<Line extends EvidenceLine>(steps: StepLines<Line>[], line: Line): void {
  const at = steps.findLastIndex(
    ({ first, isDone }) =>
      !isDone &&
      first.phase === "before" &&
      first.step === line.step &&
      first.keyId === line.keyId &&
      first.resource === line.resource &&
      first.instanceId === line.instanceId &&
      (first.to === line.from || first.actor.iamId === line.actor.iamId),
  );
  const open = steps[at];
  if (open !== undefined) steps[at] = { ...open, settled: line };
}

/** Whether the service reported the effect of the step later, and names no other person as the last writer. */
export function isEffectOfActor({ first, settled }: StepLines<EvidenceLine>): boolean {
  if (settled === undefined || settled.from !== first.to) return false;
  return settled.lastWrite === undefined || isSamePerson(settled.lastWrite.iamId, first.actor.iamId);
}

function eventOf(pair: StepLines<EvidenceLine>, records: LoggedConsents, search: ShownSteps | undefined): AuditEvent {
  const { first, last, isDone } = pair;
  const { phase: _phase, ...line } = { ...first, ...last };
  const people = peopleBehind(line, records);
  const isSingle = isByOnePerson({ step: line.step, ...people });
  const act =
    line.record === undefined
      ? { did: ["executed"] as const, iamId: line.actor.iamId, at: last.time, startedAt: first.time }
      : { did: [], iamId: line.record.author, at: line.record.writtenAt, startedAt: line.record.writtenAt };
  const isOnKey = line.resource === undefined || line.resource === "kms_key";
  const isOnlyStated =
    search !== undefined && isOnKey && isDone && !search.shows(line.keyId, { ...act, isConfirmed: isDone });
  return {
    ...line,
    ...people,
    ...(isSingle !== undefined && last.phase !== "seen" && { isSingle }),
    isConfirmed: isDone || isEffectOfActor(pair),
    ...(last.phase === "refused" && { isRefused: true }),
    ...(last.phase === "seen" && { isUnapproved: true }),
    ...(isOnlyStated && { isOnlyStated: true }),
    time: first.time,
  };
}

export const byTime = (a: EvidenceLine, b: EvidenceLine): number => timeOf(a) - timeOf(b);

function passes(event: AuditEvent, { since, vaultId, key, step, person: who }: AuditFilter): boolean {
  if (since !== undefined && timeOf(event) < Date.parse(since)) return false;
  if (vaultId !== undefined && event.vaultId !== vaultId) return false;
  if (key !== undefined && event.keyId !== key && event.label !== key) return false;
  if (step !== undefined && event.step !== step) return false;
  if (who === undefined) return true;
  const { actor, requester, approver } = event;
  const ids = [actor.iamId, requester?.iamId ?? "", approver?.iamId ?? ""];
  // A name may be the ID of another person, so a text in the form of an ID matches IDs alone.
  const people = isIamIdForm(who) ? ids : [...ids, actor.name];
  return people.some((each) => each.toLowerCase().includes(who.toLowerCase()));
}

function timeOf({ time }: { readonly time: string }): number {
  const ms = Date.parse(time);
  return Number.isNaN(ms) ? 0 : ms;
}

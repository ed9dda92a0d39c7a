/**
 * Reads audit events of the account, and decides whether they show an act of a person on a key. The person who verifies
 * a certificate exported these events. An export with an event that uko cannot read is refused, because this event
 * could contradict a record. One event shows one act.
 *
 * The events come from IBM and not from the people who wrote the evidence, so they can confirm or contradict it. The
 * fields are those of "Event fields" in IBM Cloud's documentation of activity tracking
 * (https://cloud.ibm.com/docs/atracker?topic=atracker-event) and of uko-v4.md 7. No real export was available.
 *
 * - **A write** is an event that changes the key. An event does not say which step it was, or which text it brought.
 * - **A call** (a step, or an approval by executing it) is shown by a write of that person at that time.
 * - **A record** (a request, or a stored approval) is shown by a write of its author in the 2 seconds from the record's
 *   time, because uko counts no record that took longer. No other person may have written just before, or in these 2
 *   seconds. Otherwise Carol could write a request in Bob's name. If Bob then changed a tag with another tool, his write
 *   would seem to have brought the request.
 *
 * The signer of a certificate can state any time in it. Two limits keep a stated time from fitting a write that has
 * nothing to do with the act. A record must be written at most 7 days before the call that uses it. Otherwise Bob's
 * creation of the key could pass for his request. A call may last 5 minutes at most. Otherwise a stated call of a year
 * would fit any write of the person. The functions are pure.
 */

import * as z from "zod";
import type { EventedWrite } from "../engine/commands/audit-gaps.ts";
import { UkoError } from "../errors.ts";
import { recordLifetimeMs, recordToleranceMs } from "../lifecycle/consent/consent-record.ts";
import { isSamePerson } from "../lifecycle/vocabulary/iam-id.ts";
import { parseJson } from "../text/json.ts";
import type { Act } from "./acts.ts";

const event = z.looseObject({
  eventTime: z
    .string()
    .regex(/(Z|[+-]\d\d:?\d\d)$/)
    .transform(Date.parse)
    .refine(Number.isFinite),
  action: z.string(),
  outcome: z.string(),
  initiator: z.looseObject({ id: z.string() }),
  target: z.looseObject({ id: z.string() }),
  requestData: z
    .looseObject({ requestURI: z.string().catch("") })
    .optional()
    .catch(undefined),
});
export type AuditEvent = z.infer<typeof event>;

/** The actions of uko-v4.md 7 and kms-v2-and-iam.md 5; other actions can change a key, but are not a step. */
const isStep = /\.(managed-keys\.(write|delete)|secrets\.delete)$/;
const isReading = /\.(read|list)$/;
/**
 * How long before the author's write no other person may have written to the key. A planted record counts only if it
 * names the second of the author's next write. A planter does not know this second more than a minute before.
 */
const quietBeforeMs = 60_000;
/** A call may last so long at most, so that a stated time does not fit a later write. */
export const maxCallMs = 5 * 60_000;

/**
 * Reads an export: a JSON array, or one event a line. An event that uko cannot read could be the write that contradicts
 * a record, so it is an error. Throws UKO_INPUT_INVALID.
 */
export function readAuditEvents(text: string, file: string): readonly AuditEvent[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  const list = text.trimStart().startsWith("[") ? parseJson(text) : lines.map(parseJson);
  const read = z.array(event).min(1).safeParse(list);
  if (read.success) return read.data;
  const [{ path: [at] = [] } = {}] = read.error.issues;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} is not an export of audit events`,
    detail: [
      ...(typeof at === "number" ? [`Event ${at + 1} cannot be read.`] : []),
      "It must be a JSON array or one event a line, each with eventTime, action, outcome, initiator.id and target.id.",
    ].join("\n"),
  });
}

export interface EventSearch {
  /** Whether an event shows the act. An event shows one act. */
  readonly shows: (keyId: string, act: Pick<Act, "did" | "iamId" | "at" | "startedAt" | "isConfirmed">) => boolean;
  /** The successful writes that have shown no act until now. */
  readonly unused: () => readonly EventedWrite[];
}

/** Finds out for each act on a key, in turn, whether an event shows it. */
export function createEventSearch(events: readonly AuditEvent[]): EventSearch {
  const writes = events.filter(({ action }) => !isReading.test(action));
  const byPlace = Map.groupBy(
    writes.flatMap((each) => [...placesOf(each)].map((place) => ({ place, each }))),
    ({ place }) => place,
  );
  const used = new Set<AuditEvent>();
  const shows: EventSearch["shows"] = (keyId, { did, iamId, at = "", startedAt, isConfirmed }) => {
    const isRecord = !did.includes("executed");
    const [calledMs, atMs] = [Date.parse(startedAt), Date.parse(at)];
    const couldCount = atMs <= calledMs && calledMs <= atMs + recordLifetimeMs;
    if (!isConfirmed || (isRecord && !couldCount)) return false;
    const [fromMs, untilMs] = isRecord
      ? [atMs, atMs + recordToleranceMs]
      : [calledMs - recordToleranceMs, Math.min(atMs, calledMs + maxCallMs) + recordToleranceMs];
    const onKey = (byPlace.get(keyId) ?? []).map(({ each }) => each);
    const isBy = ({ initiator }: AuditEvent): boolean => isSamePerson(initiator.id, iamId);
    const own = onKey.find(
      (each) =>
        isBy(each) &&
        !used.has(each) &&
        each.outcome === "success" &&
        isStep.test(each.action) &&
        each.eventTime >= fromMs &&
        each.eventTime <= untilMs,
    );
    if (own === undefined) return false;
    // Bob may write twice within the 2 seconds, and only his second write carry what Carol wrote after the first.
    const couldBeCarried = ({ outcome, eventTime }: AuditEvent): boolean =>
      outcome !== "failure" && eventTime <= untilMs && eventTime >= own.eventTime - quietBeforeMs;
    if (isRecord && onKey.some((each) => !isBy(each) && couldBeCarried(each))) return false;
    used.add(own);
    return true;
  };
  const isUnused = (each: AuditEvent): boolean =>
    !used.has(each) && each.outcome === "success" && isStep.test(each.action);
  const unused = () => events.filter(isUnused).map(describeWrite);
  return { shows, unused };
}

function describeWrite(each: AuditEvent): EventedWrite {
  const { eventTime, action, initiator, target } = each;
  const time = new Date(eventTime).toISOString().replace(/\.\d{3}Z$/, "Z");
  return { time, action, iamId: initiator.id, targetId: target.id, places: placesOf(each) };
}

/** The parts of the names by which an event says what it is about. One of them is the ID of the key. */
function placesOf({ target, requestData }: AuditEvent): ReadonlySet<string> {
  return new Set(`${target.id}/${requestData?.requestURI ?? ""}`.split(/[:/?]/));
}

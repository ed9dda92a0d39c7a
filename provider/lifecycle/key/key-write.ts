/**
 * Decides what happens to the record on a key when uko writes to the key for another purpose, such as a hold, an
 * update, a sync, or a deactivation for which one person is enough (`single`).
 *
 * The service says who wrote to a key *last*, not who wrote which text. So a person with the right to write tags can
 * plant a record in a colleague's name. The record is void, because the planter wrote last. If the colleague then
 * writes to the key for another purpose, the colleague is the last writer, and the planted record looks genuine.
 * Therefore no write of uko leaves a record on a key that the write does not bring itself:
 *
 * - A PATCH sends the tags and the description without any record (record-locations.ts builds each body).
 * - A call without a body cannot take a record off. uko first takes the record off with a PATCH, reads again, waits
 *   until the last write is settled, and then calls. The step that acts on exactly this record is the exception.
 * - A reactivation ends an outage. So it first takes off only a record that may be in the caller's own name; the others
 *   go afterwards.
 * - While a record counts, a write that makes the key safer drops the record, and so does a deactivation under
 *   `single`. Any other write is left out, because the write would void what two people are about to agree on.
 *
 * Two kinds of record may stay. No step follows on the record of a destroyed key. And a service that keeps no new tags
 * may not remove one either: uko then calls, but only once the call cannot make that record look genuine.
 */

import { deletionStanding, recordToleranceMs } from "../consent/consent-record.ts";
import {
  type Actor,
  type ConsentRecord,
  type Identity,
  isSame,
  type KeyObservation,
} from "../vocabulary/observation.ts";
import { droppedRecordIds, type KeyRun } from "./plan.ts";

interface KeyWriteRule {
  /** The write happens even if it ends a pending request, as a write does that makes the key safer. */
  readonly endsRequest?: true;
  /** The call is a POST without a body, so it cannot take a record off. */
  readonly isWithoutBody?: true;
  /** The call ends an outage: uko first takes off only a record in the caller's name, and any other one afterwards. */
  readonly isUrgent?: true;
}

/** Each purpose for which uko writes to a key outside the steps of its deletion. */
export const keyWrites = {
  /** Sets or releases a hold. The people who act after a release have to request again, and see the release. */
  hold: { endsRequest: true },
  reactivate: { endsRequest: true, isWithoutBody: true, isUrgent: true },
  /** A deactivation for which one person is enough, so that it acts on no record. */
  deactivate_alone: { endsRequest: true, isWithoutBody: true },
  update: {},
  mark: {},
  activate: { isWithoutBody: true },
  sync: { isWithoutBody: true },
  align: { isWithoutBody: true },
  rotate: { isWithoutBody: true },
} as const satisfies Record<string, KeyWriteRule>;

export type KeyWrite = keyof typeof keyWrites;

export type KeyWritePlan =
  /** Write now. The body of a PATCH contains no record. */
  | { readonly kind: "write" }
  /** Take the record off with a PATCH, then read, settle and decide again. */
  | { readonly kind: "drop_first" }
  /** Do not write, and name the request that binds. */
  | { readonly kind: "leave"; readonly record: ConsentRecord };

/** The caller, and the records that their run took off the key before. */
type Writer = Pick<KeyRun, "actor" | "stepsTaken">;

/** Decides whether and how `write` may happen to the key as the run has just read it. */
export function planKeyWrite(
  observation: KeyObservation,
  write: KeyWrite,
  nowMs: number,
  run: Writer | undefined = undefined,
): KeyWritePlan {
  const { endsRequest, isWithoutBody, isUrgent }: KeyWriteRule = keyWrites[write];
  // No step follows a destroyed key on a record, and the service does not change its tags any more.
  if (observation.state === "destroyed" || observation.state === "destroyed_compromised") return { kind: "write" };
  const standing = deletionStanding(observation, nowMs);
  if (standing.binds && endsRequest !== true) return { kind: "leave", record: standing.record };
  const hasRecord =
    isUrgent === true ? namesWriter(observation, run?.actor.writesAs) : observation.carried.kind !== "none";
  return isWithoutBody === true && hasRecord && !(run !== undefined && isLeftByService(observation, run, nowMs))
    ? { kind: "drop_first" }
    : { kind: "write" };
}

/** Whether the last write to the key is one of the caller's identity, as the service reports writers. */
export function wroteLast({ writesAs }: Actor, { updatedBy }: KeyObservation): boolean {
  return updatedBy !== undefined && writesAs !== undefined && isSame(updatedBy, writesAs);
}

/**
 * Whether the record stayed on the key although this run sent a PATCH without it: a service that drops new tags
 * cannot remove a tag either. A record that a later write could still make look genuine never counts as left.
 */
export function isLeftByService(observation: KeyObservation, run: Writer, nowMs: number): boolean {
  const { actor } = run;
  const id = carriedId(observation);
  const wasDropped = id !== undefined && droppedRecordIds(run).includes(id);
  return (
    wasDropped &&
    wroteLast(actor, observation) &&
    !mayStillFit(observation, actor.writesAs, nowMs) &&
    !deletionStanding(observation, nowMs).binds
  );
}

/**
 * How long the call that follows a read can take. A record that is dated later than that cannot become genuine through
 * the call.
 */
const longestCallMs = 120_000;

/** Whether a write by `writesAs` that follows this read could make the record on the key look like one that it brought. */
export function mayStillFit(observation: KeyObservation, writesAs: Identity | undefined, nowMs: number): boolean {
  const writtenAtMs = observation.carried.record?.writtenAtMs ?? Number.NEGATIVE_INFINITY;
  const isInTime = nowMs <= writtenAtMs + recordToleranceMs && writtenAtMs <= nowMs + longestCallMs;
  return isInTime && namesWriter(observation, writesAs);
}

/** Whether a record on the key may name the caller as its author. Its time does not matter: a clock may be wrong. */
function namesWriter({ carried }: KeyObservation, writesAs: Identity | undefined): boolean {
  if (carried.kind !== "one") return carried.kind === "twice";
  return writesAs === undefined || isSame(carried.record.author, writesAs);
}

/** The ID of the text in the record's place on the key, readable or not. */
export function carriedId({ carried }: KeyObservation): string | undefined {
  if (carried.kind === "one") return carried.record.id;
  return carried.kind === "unreadable" ? carried.id : undefined;
}

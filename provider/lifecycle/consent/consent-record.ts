/**
 * Decides whether a consent record counts. The text of a record proves nothing, because each person who may write tags
 * can write any text in any name. What the service itself says about the last write to the key is what proves a
 * consent, so a record *binds* only if:
 *
 * - There is exactly one. Two records could say different things, and no rule for choosing one would be safe.
 * - Its author is who wrote to the key last. Otherwise Carol could write a request in Bob's name and approve it alone.
 * - The author is a person. A service ID runs for everyone who can start its pipeline.
 * - The last write came at most 2 s after the record's own time, and not before it. Otherwise Carol could plant a
 *   request in Bob's name and wait. As soon as Bob writes to the key for any other reason, he is its last writer, and
 *   the request would count.
 * - It is for the step that comes next. A person who agrees to a deactivation, which can be undone, has not agreed to
 *   the destruction.
 * - The digest is that of the key as it is now. Otherwise Bob could request the deletion of a test key, rename it to
 *   another purpose, and let Alice approve something that she never saw.
 * - An approval quotes a request. Otherwise one text could stand for two people.
 * - It is signed, if it is about a destruction and the machine demands signatures: see signed-consent.ts.
 * - It is not older than 7 days, and neither is a request that an approval quotes. A quoted request to destroy is not
 *   older than 48 hours. A forgotten request must not become the first half of a deletion months later.
 *
 * One gap stays, and the documentation names it: if Bob writes with another tool within 2 s of a planted record, the
 * record binds. Only signatures close it, and they are demanded for a destruction alone.
 */

import { assertTime } from "../vocabulary/assert.ts";
import {
  type ApprovedStep,
  type ConsentRecord,
  type Identity,
  isPerson,
  isSame,
  type KeyObservation,
} from "../vocabulary/observation.ts";
import { isSigned, needsSignature } from "./signed-consent.ts";

/** A record that is not yet on a key, so it has no ID. */
export type ConsentDraft = Omit<ConsentRecord, "id" | "sha256" | "body" | "location" | "vouchedBy" | "isSealedHere">;

export const recordLifetimeMs = 7 * 24 * 60 * 60 * 1000;
/** How long a request counts once an approval quotes it. The run that acts on the approval may be an engine's. */
export const quotedLifetimeMs = {
  deactivate: recordLifetimeMs,
  destroy: 48 * 60 * 60 * 1000,
} as const satisfies Record<ApprovedStep, number>;
/**
 * How long after a record's own time the service may stamp the write that brought the record. The time is a whole
 * second of the service, read just before the write, so the stamp is never earlier. The span is short because a person who
 * plants a record in a colleague's name succeeds if the colleague writes to the key within it.
 */
export const recordToleranceMs = 2000;
/** Why a record does not count. `edited` names the last writer, so that people can ask them. */
export type NotBinding =
  | { readonly kind: "none" | "twice" | "unreadable" }
  | {
      readonly kind: "writer_unknown" | "not_a_person" | "other_step" | "changed" | "quotes_nothing" | "unsigned";
      readonly record: ConsentRecord;
    }
  | {
      readonly kind: "edited";
      readonly record: ConsentRecord;
      readonly by: Identity;
      readonly atMs: number | undefined;
    }
  | { readonly kind: "expired"; readonly record: ConsentRecord; readonly atMs: number };

export type Standing =
  | { readonly binds: true; readonly record: ConsentRecord; readonly expiresAtMs: number }
  | { readonly binds: false; readonly why: NotBinding };

/**
 * Decides whether the record on the key binds for `step`. The checks are those above, in the order of what a person can
 * mend.
 */
export function standingOf(observation: KeyObservation, step: ApprovedStep, nowMs: number): Standing {
  const { carried, updatedBy, updatedAtMs } = observation;
  if (carried.kind !== "one") return { binds: false, why: { kind: carried.kind } };
  const { record } = carried;
  const not = (why: NotBinding): Standing => ({ binds: false, why });
  if (updatedBy === undefined || updatedAtMs === undefined) return not({ kind: "writer_unknown", record });
  if (!isSame(record.author, updatedBy)) return not({ kind: "edited", record, by: updatedBy, atMs: updatedAtMs });
  if (!isPerson(updatedBy)) return not({ kind: "not_a_person", record });
  // The author wrote last, but for another purpose or with another tool, so the text may be another person's.
  if (!isWrittenAt(record, updatedAtMs)) return not({ kind: "edited", record, by: updatedBy, atMs: updatedAtMs });
  if (record.step !== step) return not({ kind: "other_step", record });
  if (record.digest !== observation.digests[step]) return not({ kind: "changed", record });
  const expiresAtMs = expiryOf(record);
  if (expiresAtMs === undefined) return not({ kind: "quotes_nothing", record });
  if (needsSignature(observation, step) && !isSigned(record)) return not({ kind: "unsigned", record });
  const latestMs = Math.max(nowMs, updatedAtMs, observation.latestTimeMs ?? nowMs);
  assertTime(latestMs, "the latest time that the run has seen");
  assertTime(expiresAtMs, "the end of a record");
  if (latestMs >= expiresAtMs) return not({ kind: "expired", record, atMs: expiresAtMs });
  return { binds: true, record, expiresAtMs };
}

/** When the record stops counting; undefined for an approval that quotes no request. */
export function expiryOf({ how, step, writtenAtMs, quotes }: ConsentRecord): number | undefined {
  const own = writtenAtMs + recordLifetimeMs;
  if (how !== "approval") return own;
  return quotes && Math.min(own, quotes.writtenAtMs + quotedLifetimeMs[step]);
}

/** Whether the last write, stamped `updatedAtMs`, can be the one that brought the record. */
export function isWrittenAt({ writtenAtMs }: Pick<ConsentRecord, "writtenAtMs">, updatedAtMs: number): boolean {
  return writtenAtMs <= updatedAtMs && updatedAtMs - writtenAtMs <= recordToleranceMs;
}

/**
 * Decides whether the record on the key binds for the next step of its deletion. While one binds, the
 * other writes to the key follow `key-write.ts`.
 */
export function deletionStanding(observation: KeyObservation, nowMs: number): Standing {
  return standingOf(observation, observation.state === "active" ? "deactivate" : "destroy", nowMs);
}

/** The record on the key if nothing but its age speaks against it. */
export function expiredRecord(
  observation: KeyObservation,
  nowMs: number,
): Extract<NotBinding, { kind: "expired" }> | undefined {
  const standing = deletionStanding(observation, nowMs);
  return !standing.binds && standing.why.kind === "expired" ? standing.why : undefined;
}

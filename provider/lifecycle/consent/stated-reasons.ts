/**
 * Collects the reasons that people stated in their records, of which a new record repeats the first and the latest. It
 * repeats nothing from a record that the last writer could have forged, and a repeated reason approves nothing.
 */

import {
  type ConsentRecord,
  type Identity,
  isSame,
  type KeyObservation,
  type StatedReason,
} from "../vocabulary/observation.ts";
import { deletionStanding } from "./consent-record.ts";

/** All reasons of a record, oldest first. */
export function statedReasons(record: ConsentRecord): readonly StatedReason[] {
  const { author, authorName, reason, earlierReasons = [] } = record;
  if (reason === undefined) return earlierReasons;
  return [...earlierReasons, { author, ...(authorName !== undefined && { authorName }), reason }];
}

/**
 * The first and the latest reason on the key, which a new record by `author` repeats. The last
 * writer could have put any text there, so only three kinds of record are repeated: one by the last
 * writer, one that `author` acted on with the last write, and the author's own request. Its seal
 * covers the reasons, and proves that a run with the author's API key wrote them.
 */
export function reasonsToRepeat(
  { carried, state, updatedBy }: KeyObservation,
  author: Identity,
  ownReason: string | undefined,
): readonly StatedReason[] {
  if (carried.kind !== "one" || updatedBy === undefined) return [];
  const { record } = carried;
  const wasActedOn = state === "deactivated" && record.step === "deactivate" && isSame(author, updatedBy);
  const isOwn = record.isSealedHere === true && isSame(record.author, author);
  if (!wasActedOn && !isOwn && !isSame(record.author, updatedBy)) return [];
  const others = statedReasons(record).filter((each) => each.reason !== ownReason || !isSame(each.author, author));
  return others.length <= 2 ? others : [...others.slice(0, 1), ...others.slice(-1)];
}

/** The record on the key whose reasons people should see: a record that binds, or whose step was taken. */
export function recordWithReasons(observation: KeyObservation, nowMs: number): ConsentRecord | undefined {
  const { carried, state } = observation;
  if (carried.kind !== "one" || statedReasons(carried.record).length === 0) return undefined;
  const { record } = carried;
  const wasActedOn = state === "destroyed" || (state === "deactivated" && record.step === "deactivate");
  return wasActedOn || deletionStanding(observation, nowMs).binds ? record : undefined;
}

/**
 * Finds a deactivation or destruction that was taken outside the rule of two people, with another tool: neither the
 * record on the key nor the note shows the step under the rule. Without this, a key that Bob destroyed alone would look
 * like a key whose destruction Alice approved.
 *
 * The record shows a step if it requests or approves this very step, and another person than the last writer stands
 * behind it. The last writer is who took the step, as long as nobody wrote to the key after it. The note shows only a
 * deactivation. Both are texts that a person who may write tags can plant, so this informs people and allows no step.
 * The function is pure.
 */

import { markerOf } from "./dual-marker.ts";
import {
  type ApprovedStep,
  type ConsentRecord,
  type Identity,
  isPerson,
  isSame,
  type KeyObservation,
} from "./observation.ts";

export interface OutsideStep {
  readonly step: ApprovedStep;
  readonly lastWriter: Identity | undefined;
  readonly atMs: number | undefined;
}

/** The last step of the deletion, if the key needs two people for it and nothing on the key shows them. */
export function findOutsideStep(observation: KeyObservation): OutsideStep | undefined {
  const { state, updatedBy, updatedAtMs, note, carried } = observation;
  if (state !== "destroyed" && state !== "deactivated") return undefined;
  const step = state === "destroyed" ? "destroy" : "deactivate";
  const rule = markerOf(observation);
  if (rule === "single" || (rule === "destroy" && step === "deactivate")) return undefined;
  const { record } = carried;
  if (record?.step === step && updatedBy !== undefined && isOfTwo(record, updatedBy)) return undefined;
  // The request of the destruction takes the place of that of the deactivation, and keeps the time.
  const isRequested = record?.step === "destroy" && record.deactivatedAtMs !== undefined;
  const isKept = note?.deactivatedAtMs !== undefined || isRequested;
  if (step === "deactivate" && isKept) return undefined;
  return { step, lastWriter: updatedBy, atMs: updatedAtMs };
}

/** Whether two people stand behind the step: the author of its record, and who took it or requested it. */
function isOfTwo({ author, how, quotes }: ConsentRecord, lastWriter: Identity): boolean {
  // A compact record keeps no ID of its author, only a mark.
  if (author.iamId !== undefined && !isPerson(author)) return false;
  if (isSame(author, lastWriter)) return false;
  return how !== "approval" || (quotes !== undefined && !isSame(quotes.author, author));
}

/**
 * Finds a deactivation or destruction for which no approval by a second person is known. Another tool may have taken
 * the step: IBM lets one person with the role destroy any deactivated key. Without this check, a key that Bob destroyed
 * alone would look like a key whose destruction Alice approved, and the next run would remove its traces. Three sources
 * can show that two people consented to the step:
 *
 * - The record on the key. It has to be for this very step and for the key as it is now, and it has to count at the
 *   time of the last write, which took the step as long as no person wrote later. A request counts if another person
 *   wrote last. A stored approval counts if the requester that it quotes, or the approver, wrote last. If Carol used
 *   what Bob requested and Alice approved, no person approved a step by Carol. Where signatures are demanded, the record
 *   of a destruction has to be signed.
 * - For a deactivation also the note, or a request to destroy that states when the key was deactivated.
 * - For a destroyed key the evidence of this machine, which this layer gets as `recorded`. What it once showed as unapproved stays so,
 *   because a later write to the key can hide who took the step.
 *
 * A person who may write tags can plant record, note and marker. So nothing here allows a step that needs two people.
 * It informs people, and it stops the removal of the metadata until a person has confirmed it. A person also confirms
 * the removal after a step that two people took, if a later write, such as a hold or a sync, hides the approval.
 */

import { expiryOf } from "../consent/consent-record.ts";
import { markerOf } from "../consent/required-people.ts";
import { isSigned, needsSignature } from "../consent/signed-consent.ts";
import {
  type ApprovedStep,
  type ConsentRecord,
  isPerson,
  isSame,
  type KeyObservation,
  type RequiredPeople,
  type UnapprovedStep,
} from "../vocabulary/observation.ts";
import { requiredPeople } from "./authorization.ts";
import type { DeletionPolicy } from "./plan.ts";

/**
 * The last step of the deletion, if the key needs two people for it and nothing shows them. Without the policy of a
 * program, the key alone says how many people it needs.
 */
export function findUnapprovedStep(observation: KeyObservation, policy?: DeletionPolicy): UnapprovedStep | undefined {
  const { state, updatedBy, updatedAtMs, recorded } = observation;
  if (state !== "destroyed" && state !== "deactivated") return undefined;
  const step = state === "destroyed" ? "destroy" : "deactivate";
  const rule = ruleOf(observation, policy);
  if (rule === "single" || (rule === "destroy" && step === "deactivate")) return undefined;
  if (recorded === "approved") return undefined;
  if (recorded !== "unapproved" && isShownOnKey(observation, step)) return undefined;
  return { step, lastWriter: updatedBy, atMs: updatedAtMs };
}

/** Names what a person saw and confirmed. Another write to the key changes it. */
export function nameOfUnapproved({ step, lastWriter, atMs }: UnapprovedStep): string {
  return JSON.stringify([step, lastWriter?.iamId ?? "", atMs ?? 0]);
}

/** A command sees no program and assumes the strictest rule, which says nothing of the rule when the step was taken. */
function ruleOf(observation: KeyObservation, policy: DeletionPolicy | undefined): RequiredPeople {
  if (policy?.people !== undefined) return requiredPeople(observation, policy);
  return observation.signatures === undefined ? markerOf(observation) : "both";
}

function isShownOnKey(observation: KeyObservation, step: ApprovedStep): boolean {
  const { note, carried } = observation;
  const { record } = carried;
  if (record?.step === step && isOfTwo(record, observation)) return true;
  // The request of the destruction takes the place of that of the deactivation, and keeps the time.
  const isRequested = record?.step === "destroy" && record.deactivatedAtMs !== undefined;
  return step === "deactivate" && (note?.deactivatedAtMs !== undefined || isRequested);
}

/** Whether two people stand behind the step: the author of its record, and the last writer to the key. */
function isOfTwo(record: ConsentRecord, observation: KeyObservation): boolean {
  const { updatedBy, updatedAtMs, digests } = observation;
  const { author, how, quotes, step, digest, writtenAtMs } = record;
  // Where signatures are demanded, a text that another person planted in the author's name shows no consent of theirs.
  if (needsSignature(observation, step) && !isSigned(record)) return false;
  if (!isPerson(updatedBy) || updatedAtMs === undefined) return false;
  if (digest !== digests[step]) return false;
  const expiresAtMs = expiryOf(record);
  if (expiresAtMs === undefined || updatedAtMs < writtenAtMs || updatedAtMs >= expiresAtMs) return false;
  // A compact record keeps no ID of its author, only a mark.
  if (author.iamId !== undefined && !isPerson(author)) return false;
  if (how !== "approval") return !isSame(author, updatedBy);
  if (quotes === undefined || isSame(quotes.author, author)) return false;
  return [quotes.author, author].some((each) => isSame(each, updatedBy));
}

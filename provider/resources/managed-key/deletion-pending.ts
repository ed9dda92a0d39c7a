/**
 * Messages about a key whose last write is a binding consent record. Any other write would void the
 * record.
 */

import { capital, sayAuthor, sayKey, sayTime, stepNouns } from "../../engine/words.ts";
import { UkoError } from "../../errors.ts";
import type { ConsentRecord } from "../../lifecycle/consent-record.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";

/** A warning: the difference remains, and shows again. */
export function leftAlone(observation: KeyObservation, record: ConsentRecord): string {
  return `${capitalKey(observation)} was left as it is: ${sayWhoAsked(record)}`;
}

/** An error, for a one-time request of the program. */
export function deletionOnFile(observation: KeyObservation, record: ConsentRecord, why: string): UkoError {
  const { vaultId, keyId } = observation.facts;
  return new UkoError("UKO_DELETION_ON_FILE", {
    summary: `${capitalKey(observation)} was left as it is: ${sayWhoAsked(record)}`,
    detail: `${why}\nTo take the request back, anybody who may write to the key runs\n  uko withdraw ${vaultId}/${keyId}`,
  });
}

/** `Key "payroll"`, for the beginning of a sentence. */
export function capitalKey(observation: KeyObservation): string {
  return capital(sayKey(observation));
}

function sayWhoAsked(record: ConsentRecord): string {
  const did = record.how === "answer" ? "consented to" : "asked for";
  return `${sayAuthor(record)} ${did} its ${stepNouns[record.step]} on ${sayTime(record.writtenAtMs)}`;
}

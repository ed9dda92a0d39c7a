/**
 * Writes to a managed key. While a consent record binds, nothing else writes to the key, because any
 * other write would void the record.
 */

import { type KeyDetails, observeKey, readingOf } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import { capital, sayAuthor, sayKey, sayTime, stepNouns } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import type { ConsentRecord } from "../../lifecycle/consent-record.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import { type SettledWrite, writeUntilSettled } from "../write.ts";

/**
 * The key as one run last read it or wrote it; absent after a write whose response does not show the
 * key. It may show that no write is needed. A write needs a read of its own.
 */
export interface LatestKey {
  observed?: KeyDetails;
}

export interface KeyWrite<Result> extends Omit<SettledWrite<KeyDetails, Result>, "what" | "read" | "readingOf"> {
  readonly ref: KeyRef;
  /** By default a fresh read of the key. */
  readonly read?: () => Promise<KeyDetails>;
  /** Saves the read if no write is needed; holds the key afterwards. */
  readonly latest?: LatestKey;
}

/** Throws UKO_KEY_NOT_FOUND if another writer has removed the key. */
export async function writeKey<Result extends object>(write: KeyWrite<Result>): Promise<Result> {
  const { world, ref, options, latest = {} } = write;
  if (latest.observed !== undefined) {
    const decision = await write.decide(latest.observed, 0);
    if (typeof decision !== "function") return decision;
  }
  const read = () => presentKey(world, ref, options);
  return writeUntilSettled({
    what: `key ${ref.keyId}`,
    read,
    readingOf,
    ...write,
    async decide(observed, attempt) {
      const decision = await write.decide(observed, attempt);
      if (typeof decision === "function") delete latest.observed;
      else latest.observed = observed;
      return decision;
    },
  });
}

/** Throws UKO_KEY_NOT_FOUND if another writer has removed the key. */
export async function presentKey(world: World, ref: KeyRef, options: CallOptions): Promise<KeyDetails> {
  const result = await observeKey(world, ref, "summary", options);
  if (result.kind === "present") return result;
  throw new UkoError("UKO_KEY_NOT_FOUND", {
    summary: `Key ${ref.keyId} is gone: someone removed it in the meantime`,
    detail: "A refresh removes it from the state.",
  });
}

/** The warning that a binding record keeps an update back: the difference shows again. */
export function warnRecordBinds(observation: KeyObservation, record: ConsentRecord): string {
  return `${capitalKey(observation)} was not changed: ${describeRequest(record)}`;
}

/** The error about a one-time request of the program that a binding record keeps back. */
export function deletionPending(observation: KeyObservation, record: ConsentRecord, why: string): UkoError {
  const { vaultId, keyId } = observation.facts;
  return new UkoError("UKO_DELETION_ON_FILE", {
    summary: warnRecordBinds(observation, record),
    detail: `${why}\nNext: to withdraw the request, someone who can write to the key runs:\n  uko withdraw ${vaultId}/${keyId}`,
  });
}

/** `Key "payroll"`, for the beginning of a sentence. */
export function capitalKey(observation: KeyObservation): string {
  return capital(sayKey(observation));
}

function describeRequest(record: ConsentRecord): string {
  const did = record.how === "answer" ? "approved" : "requested";
  return `${sayAuthor(record)} ${did} its ${stepNouns[record.step]} on ${sayTime(record.writtenAtMs)}`;
}

/**
 * Writes to a managed key for other purposes than its deletion, such as a new label. Two rules protect the consent
 * records on the key (lifecycle/key/key-write.ts):
 *
 * - While a record counts, no such write is sent, because the write would void the record.
 * - A record that does not count is removed with the write or before it, because another person could have planted it
 *   in the caller's name. A record looks genuine if its author is the last writer, and the write makes the caller that
 *   writer.
 */

import { type KeyDetails, observeKey, readingOf } from "../../engine/key/observe.ts";
import type { CallOptions, KeyRef, World } from "../../engine/ports/world.ts";
import { capital, sayAuthor, sayKey, sayRoles, sayTime, stepNouns } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { patchWithoutRecord } from "../../lifecycle/consent/record-locations.ts";
import { carriedId, type KeyWrite, planKeyWrite } from "../../lifecycle/key/key-write.ts";
import type { KeyRun, Step } from "../../lifecycle/key/plan.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { withStep } from "../../lifecycle/vocabulary/steps-taken.ts";
import { type SettledWrite, throwIfDenied, type WriteWords, writeUntilSettled } from "../write.ts";

/**
 * The key as this run last read it or wrote it. It is absent after a write whose response does not show the key. It
 * can show that no write is needed, but before a write the key is read again.
 */
export interface LatestKey {
  observed?: KeyDetails;
}

export interface SettledKeyWrite<Result> extends Omit<SettledWrite<KeyDetails, Result>, "what" | "read" | "readingOf"> {
  readonly ref: KeyRef;
  readonly purpose: KeyWrite;
  /** Reads the key; by default with a fresh read. */
  readonly read?: () => Promise<KeyDetails>;
  /** Saves the read if no write is needed; holds the key afterwards. */
  readonly latest?: LatestKey;
}

/** Throws UKO_KEY_NOT_FOUND if another writer has removed the key. */
export async function writeKey<Result extends object>(write: SettledKeyWrite<Result>): Promise<Result> {
  const { world, ref, options, latest = {} } = write;
  let run: Pick<KeyRun, "actor" | "stepsTaken"> = { actor: await world.session.actor(options) };
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
      if (typeof decision !== "function") {
        latest.observed = observed;
        return decision;
      }
      delete latest.observed;
      const { observation, snapshot, nowMs, etag } = observed;
      if (planKeyWrite(observation, write.purpose, nowMs, run).kind !== "drop_first") return decision;
      return async (settler) => {
        const written = await world.keys.update(ref, patchWithoutRecord(snapshot) ?? {}, etag, options);
        throwIfDenied(written, removalOf(observation));
        const step = { kind: "drop_record", recordId: carriedId(observation) } as const;
        if (written.kind === "done") run = withStep<Step, typeof run>(run, { step });
        settler.afterOwnWrite();
        return undefined;
      };
    },
  });
}

function removalOf(observation: KeyObservation): WriteWords {
  return {
    act: `remove the consent record from ${sayKey(observation)}`,
    needs: `The record does not count, but the next call would carry the record along. Changing tags requires the role ${sayRoles(rights.writeTags)}.`,
    left: "Nothing was changed. ",
    hasInputs: false,
  };
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

/** The warning that a binding consent record stops an update. The difference shows again in the next run. */
export function warnRecordBinds(observation: KeyObservation, record: ConsentRecord): string {
  return `${capitalKey(observation)} was not changed: ${describeRequest(record)}`;
}

/** The error if a binding consent record stops a one-time request of the program, such as a rotation. */
export function deletionPending(observation: KeyObservation, record: ConsentRecord, why: string): UkoError {
  const { vaultId, keyId } = observation.facts;
  return new UkoError("UKO_DELETION_PENDING", {
    summary: warnRecordBinds(observation, record),
    detail: `${why}\nNext: to withdraw the request, someone who can write to the key runs:\n  uko withdraw ${vaultId}/${keyId}`,
  });
}

/** `Key "payroll"`, for the beginning of a sentence. */
export function capitalKey(observation: KeyObservation): string {
  return capital(sayKey(observation));
}

function describeRequest(record: ConsentRecord): string {
  const did = record.how === "approval" ? "approved" : "requested";
  return `${sayAuthor(record)} ${did} its ${stepNouns[record.step]} on ${sayTime(record.writtenAtMs)}`;
}

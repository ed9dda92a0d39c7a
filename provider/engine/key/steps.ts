/** The execution of exactly one step: one call, or one record that is written and confirmed. */

import { UkoError } from "../../errors.ts";
import { encodeCompact, encodeTagValue, recordId, standingOf } from "../../lifecycle/consent-record.ts";
import { type ApprovedStep, isSame, type KeystoreStatus } from "../../lifecycle/observation.ts";
import type { Step } from "../../lifecycle/plan.ts";
import { patchWithMarker, patchWithoutRecord, patchWithRecord } from "../../lifecycle/record-carriers.ts";
import { settledAfterMs } from "../../lifecycle/settling.ts";
import type { ReadResult, StepResult } from "../loop/converge.ts";
import { isoTime } from "../loop/evidence.ts";
import type { EvidenceKeystore } from "../ports/evidence.ts";
import type { CallOptions, KeyRef, KeySnapshot, KeyWithEtag, World } from "../ports/world.ts";
import { explainUnfitRecord } from "../text/clock-skew.ts";
import { capital, sayKey } from "../text/words.ts";
import { type KeyDetails, observedInAnswer, observeKey } from "./observe.ts";

export type RecordLocation = "tag" | "description";

/** What a step is based on, and where a record would be stored. */
export interface KeyStepContext {
  readonly world: World;
  readonly ref: KeyRef;
  readonly observed: KeyDetails;
  readonly carrier: RecordLocation;
  /** Whether the run acts on a reviewed set, and so requests no further step. */
  readonly isOfSet: boolean;
  /** SHA-256 of the review that the run acts on, for evidence. */
  readonly review?: string;
  readonly options: CallOptions;
}

/** Two writes within one second can share an ETag (uko-v4.md 1.4): trust a read after that. */
const etagGrainMs = 1000;

/** Takes `step`: one call, or one record that is written and confirmed by the response or a read back. */
export async function takeStep(step: Step, context: KeyStepContext): Promise<KeyStepResult> {
  const { world, ref, observed, isOfSet, options } = context;
  switch (step.kind) {
    case "write_record":
      return writeRecord(step, context);
    case "loosen":
      return loosen(step, context);
    case "drop_record": {
      const patch = patchWithoutRecord(observed.snapshot);
      return patch === undefined ? nothingToDo : world.keys.update(ref, patch, observed.etag, options);
    }
    case "set_for_deletion":
      return world.twins.setForDeletion(step.kmsKeyId, options);
    case "unset_for_deletion":
      return world.twins.unsetForDeletion(step.kmsKeyId, options);
    case "reactivate":
      return world.keys.act(ref, "activate", observed.etag, options);
    case "destroy": {
      const written = await world.keys.act(ref, "destroy", observed.etag, options);
      if (written.kind !== "done") return written;
      // The pending periods; no later read of this run is in the evidence.
      const reported = written.value.snapshot.storedStatus.map(describeKeystore);
      return { ...written, reported, shown: observedInAnswer(world, ref, written) };
    }
    case "deactivate": {
      const written = await world.keys.act(ref, "deactivate", observed.etag, options);
      // A run that deactivates with another person's approval writes the record for destroy next.
      const isBeforeRecord = step.consentedBy !== undefined && !isOfSet;
      if (written.kind !== "done") return written;
      const shown = observedInAnswer(world, ref, written);
      return { ...written, shown, ...(isBeforeRecord && { settleUnder: shown.etag }) };
    }
    case "sync":
      return world.keys.sync(ref, observed.etag, options);
    case "remove": {
      const written = await world.keys.remove(ref, observed.etag, options);
      return written.kind === "done" ? { ...written, isGone: true } : written;
    }
  }
}

type KeyStepResult = StepResult<KeyDetails>;

const nothingToDo: KeyStepResult = { kind: "done", correlationId: "" };

/** The ID that this step's record will have once it is on the key. */
export function writtenRecordId(
  step: Extract<Step, { kind: "write_record" }>,
  { world, ref, carrier }: KeyStepContext,
): string {
  const text = carrier === "tag" ? encodeTagValue(step.draft) : encodeCompact(step.draft, step.marker);
  return recordId(ref.keyId, text, world.sha256);
}

async function writeRecord(
  step: Extract<Step, { kind: "write_record" }>,
  context: KeyStepContext,
): Promise<KeyStepResult> {
  const { world, ref, observed, carrier, options } = context;
  const patch = patchWithRecord(observed.snapshot, step.draft, step.marker, carrier);
  if (patch === undefined) {
    const message = "The description is longer than 110 characters, so it has no room for the record";
    return { kind: "not_kept", message };
  }
  const written = await world.keys.update(ref, patch, observed.etag, options);
  if (written.kind === "refused" && written.status === 400) return { kind: "not_kept", message: written.message };
  if (written.kind !== "done") return written;
  const { correlationId } = written;
  const shown = observedInAnswer(world, ref, written);
  let read: KeyStepResult | undefined;
  const confirm = async (): Promise<boolean> => {
    read = await readBack(step, correlationId, context);
    return read.kind === "done";
  };
  const isKept = isWrittenIn(shown, step, context) && (await world.answerTrust.isConfirmed("record", confirm));
  if (read !== undefined) return read;
  return isKept ? { kind: "done", correlationId, shown } : readBack(step, correlationId, context);
}

/** Whether a response shows the record exactly as written, by its author, under a new ETag. */
function isWrittenIn(
  { observation, etag, nowMs }: KeyDetails,
  step: Extract<Step, { kind: "write_record" }>,
  context: KeyStepContext,
): boolean {
  const { carried, updatedBy } = observation;
  const isOwn = updatedBy !== undefined && isSame(updatedBy, step.draft.author);
  const isSameText = carried.kind === "one" && carried.record.id === writtenRecordId(step, context);
  return isOwn && isSameText && etag !== context.observed.etag && standingOf(observation, step.draft.step, nowMs).binds;
}

/**
 * A record that the response does not show exactly as written is read back, and so is the first
 * record of a run. No key is cut off because of a record that was not read.
 */
async function readBack(
  step: Extract<Step, { kind: "write_record" }>,
  correlationId: string,
  context: KeyStepContext,
): Promise<KeyStepResult> {
  const { world, ref, observed, carrier, options } = context;
  const seen = await observeSettled(context);
  if (seen.kind === "gone") return { kind: "stale" };
  const { carried, updatedBy } = seen.observation;
  if (carried.kind === "one" && carried.record.id === writtenRecordId(step, context)) {
    if (updatedBy !== undefined && isSame(updatedBy, step.draft.author)) {
      requireFit(seen, step.draft.step);
      return { kind: "done", correlationId, shown: seen };
    }
    throw new UkoError("UKO_PERSONS_UNKNOWN", {
      summary: `The service reports ${updatedBy?.iamId ?? "no one"} as the last writer, but ${step.draft.author.iamId ?? "this identity"} just wrote to the key`,
      detail: "uko cannot distinguish two people this way, or someone wrote to the key in between. No step was taken.",
    });
  }
  const wasOverwritten = updatedBy !== undefined && !isSame(updatedBy, step.draft.author);
  if (wasOverwritten) return { kind: "stale" };
  await restoreDescription(world, ref, observed.snapshot, seen, options);
  return { kind: "not_kept", message: `The service did not store the ${carrier === "tag" ? "tag" : "description"}` };
}

/**
 * Stops the run if the record that it just wrote does not bind, because writing it again would not
 * help.
 * Throws UKO_CLOCK_SKEW, UKO_CHANGED_MEANWHILE.
 */
export function requireFit({ observation, nowMs }: KeyDetails, step: ApprovedStep): void {
  const standing = standingOf(observation, step, nowMs);
  if (standing.binds) return;
  const what = sayKey(observation);
  const { why } = standing;
  const { updatedAtMs } = observation;
  if ("record" in why && why.kind !== "changed" && updatedAtMs !== undefined) {
    throw new UkoError("UKO_CLOCK_SKEW", explainUnfitRecord(why.record.writtenAtMs, updatedAtMs, what));
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `${capital(what)} changed while this run wrote its consent record`,
    detail: "The record does not count, and no step was taken. Run again to write a new record.",
  });
}

/** The write also uses up the record, so the record cannot approve a second step. */
async function loosen(step: Extract<Step, { kind: "loosen" }>, context: KeyStepContext): Promise<KeyStepResult> {
  const { world, ref, observed, options } = context;
  const patch = patchWithMarker(observed.snapshot, step.to, recordCarrier(observed));
  if (patch === undefined) {
    return { kind: "refused", status: 400, message: "the description has no room for the marker" };
  }
  const written = await world.keys.update(ref, patch, observed.etag, options);
  if (written.kind !== "done") return written;
  const seen = await observeSettled(context);
  return seen.kind === "gone" || seen.observation.marker !== step.to ? { kind: "stale" } : written;
}

/** The service keeps a marker in the same place as the record. */
function recordCarrier({ observation }: KeyDetails): RecordLocation {
  return observation.carried.kind === "one" ? observation.carried.record.carrier : "tag";
}

/** The key after the write, read once more after a second if the ETag has not changed yet. */
async function observeSettled({ world, ref, observed, options }: KeyStepContext): Promise<ReadResult<KeyDetails>> {
  const seen = await observeKey(world, ref, "summary", options);
  if (seen.kind === "gone" || seen.etag !== observed.etag) return seen;
  await world.clock.sleep(etagGrainMs, options.signal);
  return observeKey(world, ref, "summary", options);
}

/** Restores the user's description if the service moved a record or marker into it. */
export async function restoreDescription(
  world: World,
  ref: KeyRef,
  { description }: KeySnapshot,
  now: KeyWithEtag,
  options: CallOptions,
): Promise<void> {
  if (now.snapshot.description === description) return;
  await world.clock.sleep(settledAfterMs, options.signal);
  const seen = await observeKey(world, ref, "summary", options);
  const isOwn = seen.kind === "present" && seen.etag === now.etag;
  if (isOwn) await world.keys.update(ref, { description }, now.etag, options);
}

/** A keystore's status as evidence states it: with the key's ID there and its pending period. */
export function describeKeystore({
  keystoreId: id,
  name,
  type,
  status,
  syncFlag,
  destructionAtMs,
  ...rest
}: KeystoreStatus): EvidenceKeystore {
  const destructionAt = destructionAtMs === undefined ? {} : { destructionAt: isoTime(destructionAtMs) };
  return { id, name, type, keyId: keyIdIn(rest), status, syncFlag, ...destructionAt };
}

/** The adapter adds the key's ID to the statuses that the planner sees. */
function keyIdIn(status: object): string {
  return "keyIdInKeystore" in status ? String(status.keyIdInKeystore) : "";
}

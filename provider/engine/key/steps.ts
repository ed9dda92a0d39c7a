/**
 * Takes exactly one step on a managed key. A record may take several calls, because it counts only once it is
 * confirmed: otherwise a key could be deactivated because of a record that the service did not keep.
 */

import { UkoError } from "../../errors.ts";
import { type ConsentDraft, isWrittenAt, type NotBinding, standingOf } from "../../lifecycle/consent/consent-record.ts";
import { patchOfUser, patchWithoutRecord, patchWithRecord } from "../../lifecycle/consent/record-locations.ts";
import {
  bodyJson,
  encodeCompact,
  encodeTagValue,
  fitToTag,
  recordId,
  requestStatement,
  shortenedDrafts,
} from "../../lifecycle/consent/record-text.ts";
import type { Review } from "../../lifecycle/consent/review.ts";
import { needsSignature, signatureLifetimeMs, statementOfDraft } from "../../lifecycle/consent/signed-consent.ts";
import type { KeyRun, Plan, Step } from "../../lifecycle/key/plan.ts";
import { settledAfterMs } from "../../lifecycle/key/settling.ts";
import {
  type Decline,
  isSame,
  type KeyObservation,
  type KeystoreStatus,
} from "../../lifecycle/vocabulary/observation.ts";
import { type Permit, requirePermit } from "../../lifecycle/vocabulary/permit.ts";
import { clockToleranceMs } from "../../lifecycle/vocabulary/service-time.ts";
import { isoTime } from "../../text/iso-time.ts";
import type { Outcome as OutcomeOf, ReadResult, StepContext, StepResult } from "../loop/deletable.ts";
import type { EvidenceKeystore } from "../ports/evidence.ts";
import type { CallOptions, KeyRef, KeySnapshot, KeyWithEtag, World } from "../ports/world.ts";
import { explainUnfitRecord } from "../text/clock-skew.ts";
import { capital, sayKey } from "../text/words.ts";
import { type KeyDetails, observedInResponse, observeKey } from "./observe.ts";

export type RecordLocation = "tag" | "description";

/** The task of one run for one key. `plan` is a pure planner with its policy already bound. */
export interface KeyTask {
  readonly ref: KeyRef;
  readonly plan: (observation: KeyObservation, run: KeyRun, nowMs: number) => Plan;
  /** IDs of approvals whose request the actor has confirmed by hand. */
  readonly approvals: readonly string[];
  readonly signed?: KeyRun["signed"];
  /** The review by which the run takes one step, or stores one approval, and reports it. */
  readonly review?: Review;
  /** Whether the task leads away from the deletion, so that the use of the key does not matter. */
  readonly isReversal?: true;
  /** Why the actor withdraws or declines a request, or removes a destroyed key that is held. */
  readonly reason?: string;
  readonly confirmedHold?: KeyRun["confirmedHold"];
  readonly confirmedUnapproved?: KeyRun["confirmedUnapproved"];
  readonly intent: KeyRun["intent"];
}

/** What this run has done to the key so far. A run that waits and then continues keeps it. */
export interface KeyRunMemory {
  readonly run: KeyRun;
  readonly location?: RecordLocation;
  /** Whether a record that this run removed had already been used, so that no request was pending. */
  readonly hasRemovedUsed?: true;
  /** Why the replaced record did not count. People who relied on that record must know. */
  readonly replaced?: NotBinding | undefined;
  /** Why another person declined an earlier request. The request that this run wrote took its place on the key. */
  readonly declined?: Decline | undefined;
  /** Steps whose right is missing, since the last wait. */
  readonly forbidden?: readonly Forbidden[] | undefined;
  /** The ETag that the service refused last, since the last wait. */
  readonly refusedEtag?: { readonly etag: string; readonly times: number } | undefined;
}

interface Forbidden {
  readonly step: Step;
  readonly message: string;
}

/** Why a run ended while the key still exists. */
type Stop =
  | { readonly kind: "stopped"; readonly plan: Exclude<Plan, { kind: "ready" }> }
  | { readonly kind: "rights_missing"; readonly step: Step; readonly message: string }
  | { readonly kind: "record_not_kept"; readonly message: string };

export interface KeyTypes {
  readonly task: KeyTask;
  readonly seen: KeyDetails;
  readonly step: Step;
  readonly stop: Stop;
  readonly memory: KeyRunMemory;
}

/** The result of a run. */
export type Outcome = OutcomeOf<KeyTypes>;

export type KeyStepContext = StepContext<KeyTypes>;
type WriteRecord = Extract<Step, { kind: "write_record" }>;

/** Two writes within one second can share an ETag (uko-v4.md 1.4), so a read counts only after this time. */
const etagGrainMs = 1000;

/** Takes `step`: one call, or one record that is written and confirmed by the response or a read back. */
export async function takeStep(
  step: Step,
  context: KeyStepContext,
  permit: Permit | undefined,
): Promise<KeyStepResult | { readonly kind: "expired" }> {
  const { world, task, observed, options } = context;
  const { ref } = task;
  switch (step.kind) {
    case "write_record":
      // No evidence line precedes a record, so the run first proves that evidence can be written.
      await world.evidence.open();
      return writeRecord(step, context);
    case "drop_record": {
      const note = step.dropsNote === true ? "drop_note" : "keep_note";
      const patch = patchWithoutRecord(observed.snapshot, note, declineOf(context));
      return patch === undefined ? nothingToDo : world.keys.update(ref, patch, observed.etag, options);
    }
    case "set_for_deletion":
      return world.backingKeys.setForDeletion(requirePermit(permit, "open_kms_window"), options);
    case "unset_for_deletion":
      return world.backingKeys.unsetForDeletion(step.kmsKeyId, options);
    case "reactivate":
      return world.keys.activate(ref, observed.etag, options);
    case "deactivate":
    case "destroy": {
      const written = await world.keys.act(requirePermit(permit, step.kind), options);
      if (written.kind !== "done") return written;
      const shown = observedInResponse(world, ref, written);
      if (step.kind === "destroy") {
        // The pending periods come from this response, because no later read of this run is in the evidence.
        return { ...written, shown, reported: written.value.snapshot.storedStatus.map(describeKeystore) };
      }
      return { ...written, shown };
    }
    case "sync":
      return world.keys.sync(ref, observed.etag, options);
    case "remove": {
      const written = await world.keys.remove(requirePermit(permit, "remove"), options);
      return written.kind === "done" ? { ...written, isDeletion: true } : written;
    }
  }
}

/** What a person who declines the request of another person leaves on the key: who, when and why. */
function declineOf({ actor, task: { reason }, observed: { observation, nowMs } }: KeyStepContext): Decline | undefined {
  const { record } = observation.carried;
  const { identity: author, displayName: authorName } = actor;
  if (record === undefined || author === undefined || !reason || isSame(record.author, author)) return undefined;
  return { step: record.step, author, authorName, reason, atMs: nowMs };
}

type KeyStepResult = StepResult<KeyDetails, Step>;

const nothingToDo: KeyStepResult = { kind: "done", correlationId: "" };

/** The ID that this step's record will have once it is on the key. */
export function writtenRecordId(step: WriteRecord, context: KeyStepContext): string {
  const { world, task } = context;
  const draft = sealAndSignDraft(step, context);
  const text = recordLocationFor(context) === "tag" ? encodeTagValue(draft) : encodeCompact(draft, step.marker);
  return recordId(task.ref.keyId, text, world.sha256);
}

/**
 * The draft as it is written. A request carries the own seal of the run, by which a later run of the same person
 * recognizes the request. Where signatures are demanded, a record that requests or approves a destruction also carries
 * what its author has just signed.
 */
export function sealAndSignDraft(
  { draft }: WriteRecord,
  { world, task, observed: { observation } }: KeyStepContext,
): ConsentDraft {
  const { fitted, signature } = needsSignature(observation, draft.step)
    ? signedDraft(world, observation, draft)
    : { fitted: fitDraft(draft), signature: undefined };
  const request = { ...fitted, body: world.sha256(bodyJson(fitted)) };
  const seal =
    draft.quotes === undefined ? world.session.ownSeal(requestStatement(task.ref.keyId, request)) : undefined;
  return { ...fitted, ...(seal !== undefined && { seal }), ...(signature !== undefined && { signature }) };
}

/** Cuts the earlier reasons of a draft to the room in the tag. Throws UKO_INPUT_INVALID if it does not fit without them. */
export function fitDraft(draft: ConsentDraft, signedLevels?: number): ConsentDraft {
  const fitted = fitToTag(draft, signedLevels);
  if (fitted !== undefined) return fitted;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: "The reason is too long for the consent record",
    detail: "A tag has room for 4,096 bytes, signatures included. Nothing was changed.\nNext: give a shorter reason.",
  });
}

/**
 * The draft as its author signed it in this run, cut to the room that its list left. Throws UKO_SIGNATURE_MISSING if
 * anything but the record's time differs, so that the run writes no record that does not count.
 */
function signedDraft({ signatures, sha256 }: World, observation: KeyObservation, draft: ConsentDraft) {
  for (const fitted of shortenedDrafts(draft)) {
    const statement = statementOfDraft(observation, { ...fitted, body: sha256(bodyJson(fitted)) });
    const signature = signatures?.signed.get(statement);
    if (signature === undefined) continue;
    if (draft.writtenAtMs - signature.signedAtMs <= signatureLifetimeMs) return { fitted, signature };
    throw notSigned("The signature of this run is older than 15 minutes");
  }
  throw notSigned("The signature of this run is not for the key as it is now");
}

function notSigned(summary: string): UkoError {
  const detail = "Nothing was changed on this key. Next: run the same command again, and sign again.";
  return new UkoError("UKO_SIGNATURE_MISSING", { summary, detail });
}

/**
 * Where the record is written: in a tag, unless this run has seen that the service does not keep the tag. Nothing on
 * the key decides it. Otherwise a person who may write tags could plant a text that moves a colleague's record into the
 * description, where it has no reason, no seal and no signature, and where no approval can be stored.
 */
export function recordLocationFor({ memory }: KeyStepContext): RecordLocation {
  return memory.location ?? "tag";
}

/** How often a run rewrites a record, if the service stamped the write too long after the record's own time. */
const maxRewrites = 3;

/**
 * Writes a record, and again with a new time if the service stamped the write too late, as a slow connection causes.
 * Throws UKO_CLOCK_SKEW after the last try: no step was taken on such a record.
 */
async function writeRecord(step: WriteRecord, context: KeyStepContext): Promise<KeyStepResult> {
  const { world, task, options } = context;
  let current = { step, context };
  for (let rewrites = 0; ; rewrites += 1) {
    const result = await writeRecordOnce(current.step, current.context);
    if (result.kind === "done" && rewrites > 0) return { ...result, as: current.step };
    if (result.kind !== "late") return result;
    const { writtenAtMs } = current.step.draft;
    // Clocks that differ by more than this do not agree at the next try either.
    const isClockWrong = Math.abs(result.updatedAtMs - writtenAtMs) > clockToleranceMs;
    if (rewrites === maxRewrites || isClockWrong) {
      throw new UkoError(
        "UKO_CLOCK_SKEW",
        explainUnfitRecord(writtenAtMs, result.updatedAtMs, sayKey(result.seen.observation)),
      );
    }
    await world.clock.sleep(settledAfterMs, options.signal);
    const observed = await observeKey(world, task.ref, "summary", options);
    // Another writer came in between, perhaps in the same second, so the whole decision is made again.
    if (observed.kind === "gone" || !isSameReading(observed, result.seen)) return { kind: "stale" };
    const draft = { ...step.draft, writtenAtMs: observed.nowMs };
    current = { step: { ...step, draft }, context: { ...context, observed } };
  }
}

function isSameReading(one: KeyDetails, other: KeyDetails): boolean {
  return one.etag === other.etag && JSON.stringify(one.snapshot) === JSON.stringify(other.snapshot);
}

/** The record is on the key, but its write was stamped too long after, or before, the record's own time. */
interface LateRecord {
  readonly kind: "late";
  readonly seen: KeyDetails;
  readonly updatedAtMs: number;
}

async function writeRecordOnce(step: WriteRecord, context: KeyStepContext): Promise<KeyStepResult | LateRecord> {
  const { world, task, observed, options } = context;
  const location = recordLocationFor(context);
  const patch = patchWithRecord(observed.snapshot, sealAndSignDraft(step, context), step.marker, location);
  if (patch === undefined) return { kind: "not_kept", message: sayNoRoom(step, location), isFinal: true };
  const written = await world.keys.update(task.ref, patch, observed.etag, options);
  if (written.kind === "refused" && written.status === 400) return { kind: "not_kept", message: written.message };
  if (written.kind !== "done") return written;
  const { correlationId } = written;
  const shown = observedInResponse(world, task.ref, written);
  let read: KeyStepResult | LateRecord | undefined;
  const confirm = async (): Promise<boolean> => {
    read = await readBack(step, correlationId, context);
    return read.kind === "done";
  };
  const isKept = isWrittenIn(shown, step, context) && (await world.responseTrust.isConfirmed("record", confirm));
  if (read !== undefined) return read;
  return isKept ? { kind: "done", correlationId, shown } : readBack(step, correlationId, context);
}

function sayNoRoom({ draft }: WriteRecord, location: RecordLocation): string {
  if (location === "tag") return "A key can have 128 tags, and the other tags of this key leave no room for the record";
  if (draft.quotes !== undefined) return "A description has no room for an approval";
  return "The description is longer than 110 characters, so it has no room for the record";
}

/** Whether a response shows the record exactly as written, by its author, under a new ETag. */
function isWrittenIn({ observation, etag, nowMs }: KeyDetails, step: WriteRecord, context: KeyStepContext): boolean {
  const { carried, updatedBy } = observation;
  const isOwn = updatedBy !== undefined && isSame(updatedBy, step.draft.author);
  const isSameText = carried.record?.id === writtenRecordId(step, context);
  return isOwn && isSameText && etag !== context.observed.etag && standingOf(observation, step.draft.step, nowMs).binds;
}

/**
 * Reads a record back. This happens if the response does not show the record exactly as written, and for the first
 * record of a run. No key is cut off because of a record that was not read.
 */
async function readBack(
  step: WriteRecord,
  correlationId: string,
  context: KeyStepContext,
): Promise<KeyStepResult | LateRecord> {
  const { world, task, observed, options } = context;
  const seen = await observeSettled(context);
  if (seen.kind === "gone") return { kind: "stale" };
  const { carried, updatedBy } = seen.observation;
  const isOwn = updatedBy !== undefined && isSame(updatedBy, step.draft.author);
  if (carried.record?.id === writtenRecordId(step, context)) {
    if (isOwn) return lateRecord(seen, step) ?? fitting(seen, step, correlationId);
    throw new UkoError("UKO_PERSONS_UNKNOWN", {
      summary: `The service reports ${updatedBy?.iamId ?? "no one"} as the last writer, but ${step.draft.author.iamId ?? "this identity"} just wrote to the key`,
      detail: "uko cannot distinguish two people this way, or someone wrote to the key in between. No step was taken.",
    });
  }
  if (updatedBy !== undefined && !isOwn) return { kind: "stale" };
  await restoreDescription(world, task.ref, observed.snapshot, seen, options);
  return { kind: "not_kept", message: `The service did not store the ${recordLocationFor(context)}` };
}

function lateRecord(seen: KeyDetails, { draft }: WriteRecord): LateRecord | undefined {
  const { updatedAtMs } = seen.observation;
  if (updatedAtMs === undefined || isWrittenAt(draft, updatedAtMs)) return undefined;
  return { kind: "late", seen, updatedAtMs };
}

/** Throws UKO_CHANGED_MEANWHILE if the record does not bind for another reason than its time. */
function fitting(shown: KeyDetails, { draft }: WriteRecord, correlationId: string): KeyStepResult {
  if (standingOf(shown.observation, draft.step, shown.nowMs).binds) return { kind: "done", correlationId, shown };
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `${capital(sayKey(shown.observation))} changed while this run wrote its consent record`,
    detail: "The record does not count, and no step was taken. Run again to write a new record.",
  });
}

/** The key after the write, read once more after a second if the ETag has not changed yet. */
async function observeSettled({ world, task, observed, options }: KeyStepContext): Promise<ReadResult<KeyDetails>> {
  const seen = await observeKey(world, task.ref, "summary", options);
  if (seen.kind === "gone" || seen.etag !== observed.etag) return seen;
  await world.clock.sleep(etagGrainMs, options.signal);
  return observeKey(world, task.ref, "summary", options);
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
  if (seen.kind === "gone" || seen.etag !== now.etag) return;
  // Neither the former description nor the tags may bring a record back, because this write would make the record look
  // genuine.
  await world.keys.update(
    ref,
    { description, ...patchOfUser({ ...seen.snapshot, description }, {}) },
    now.etag,
    options,
  );
}

/** A keystore's status as evidence states it: with the key's ID there and its pending period. */
export function describeKeystore(keystore: KeystoreStatus): EvidenceKeystore {
  const { keystoreId: id, name, type, status, syncFlag, destructionAtMs, keyIdInKeystore: keyId = "" } = keystore;
  const destructionAt = destructionAtMs === undefined ? {} : { destructionAt: isoTime(destructionAtMs) };
  return { id, name, type, keyId, status, syncFlag, ...destructionAt };
}

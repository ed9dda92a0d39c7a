/**
 * The execution of exactly one step: one call with the ETag of the read behind it, or one record
 * that is written and read back.
 */

import { UkoError } from "../../errors.ts";
import { standingOf } from "../../lifecycle/consent-record.ts";
import { type ApprovedStep, isSame } from "../../lifecycle/observation.ts";
import type { Refusal, Step } from "../../lifecycle/plan.ts";
import { patchWithMarker, patchWithoutRecord, patchWithRecord } from "../../lifecycle/record-carriers.ts";
import { explainUnfitRecord } from "../clock-skew.ts";
import { recordEvidence, writtenRecordId } from "../evidence.ts";
import type { Written } from "../ports.ts";
import { restoreDescription } from "../settle.ts";
import { capital, sayKey } from "../words.ts";
import { type KeyDetails, type KeyReadResult, observeKey } from "./observe.ts";
import type { RecordLocation, StepContext } from "./step-context.ts";

/** The result of a step. `changed_meanwhile` and `lost` both mean: read again and plan again. */
export type StepResult =
  /** `etag` is the key's ETag after the step, if the service returned the key. */
  | { readonly kind: "done"; readonly etag?: string }
  | { readonly kind: "changed_meanwhile" }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "forbidden"; readonly message: string }
  /** The record was written, but the service did not keep it there. */
  | { readonly kind: "not_kept"; readonly message: string };

/**
 * Two writes within one second can share an ETag (uko-v4.md 1.4), so a read is trusted only after
 * that second.
 */
const etagGrainMs = 1000;

/**
 * Steps that write evidence before the call as well as after it. If evidence cannot be written,
 * none of these steps is taken.
 */
const evidencedBefore: readonly Step["kind"][] = ["set_for_deletion", "loosen", "deactivate", "destroy", "remove"];

/** Takes `step`: one call, or one record that is written and read back. */
export async function runStep(step: Step, context: StepContext): Promise<StepResult> {
  if (evidencedBefore.includes(step.kind)) await recordEvidence(step, context, { phase: "before" });
  const { result, correlationId } = await callFor(step, context);
  if (result.kind === "done") await recordEvidence(step, context, { phase: "after", correlationId });
  return result;
}

async function callFor(step: Step, context: StepContext): Promise<{ result: StepResult; correlationId: string }> {
  const { world, ref, observed, options } = context;
  switch (step.kind) {
    case "write_record":
      return writeRecord(step, context);
    case "loosen":
      return loosen(step, context);
    case "drop_record": {
      const patch = patchWithoutRecord(observed.snapshot);
      if (patch === undefined) return { result: { kind: "done" }, correlationId: "" };
      return resultOf(step, await world.keys.update(ref, patch, observed.etag, options));
    }
    case "set_for_deletion":
      return resultOf(step, await world.twins.setForDeletion(step.kmsKeyId, options));
    case "unset_for_deletion":
      return resultOf(step, await world.twins.unsetForDeletion(step.kmsKeyId, options));
    case "reactivate":
      return resultOf(step, await world.keys.act(ref, "activate", observed.etag, options));
    case "deactivate":
    case "destroy": {
      const written = await world.keys.act(ref, step.kind, observed.etag, options);
      const outcome = resultOf(step, written);
      return written.kind === "done" ? { ...outcome, result: { kind: "done", etag: written.value.etag } } : outcome;
    }
    case "sync":
      return resultOf(step, await world.keys.sync(ref, observed.etag, options));
    case "remove":
      return resultOf(step, await world.keys.remove(ref, observed.etag, options));
  }
}

async function writeRecord(
  step: Extract<Step, { kind: "write_record" }>,
  context: StepContext,
): Promise<{ result: StepResult; correlationId: string }> {
  const { world, ref, observed, carrier, options } = context;
  const patch = patchWithRecord(observed.snapshot, step.draft, step.marker, carrier);
  if (patch === undefined) {
    const message = "the description is longer than 110 characters, which leaves no room for the record";
    return { result: { kind: "not_kept", message }, correlationId: "" };
  }
  const written = await world.keys.update(ref, patch, observed.etag, options);
  if (written.kind === "refused" && written.status === 400) {
    return { result: { kind: "not_kept", message: written.message }, correlationId: written.correlationId };
  }
  const outcome = resultOf(step, written);
  return outcome.result.kind === "done" ? { ...outcome, result: await readBack(step, context) } : outcome;
}

/**
 * No key is cut off because of a record that was not read back exactly as written, by its author,
 * under a new ETag.
 */
async function readBack(step: Extract<Step, { kind: "write_record" }>, context: StepContext): Promise<StepResult> {
  const { world, ref, observed, carrier, options } = context;
  const sighting = await observeSettled(context);
  if (sighting.kind === "gone") return { kind: "changed_meanwhile" };
  const { carried, updatedBy } = sighting.observation;
  if (carried.kind === "one" && carried.record.id === writtenRecordId(step, context)) {
    if (updatedBy !== undefined && isSame(updatedBy, step.draft.author)) {
      requireFit(sighting, step.draft.step);
      return { kind: "done" };
    }
    throw new UkoError("UKO_PERSONS_UNKNOWN", {
      summary: `The service names ${updatedBy?.iamId ?? "nobody"} as last writer of what ${step.draft.author.iamId ?? "this identity"} just wrote`,
      detail: "Two persons cannot be told apart this way, or somebody wrote in between. No step was taken.",
    });
  }
  const wasOverwritten = updatedBy !== undefined && !isSame(updatedBy, step.draft.author);
  if (wasOverwritten) return { kind: "changed_meanwhile" };
  await restoreDescription(world, ref, observed.snapshot, sighting, options);
  return { kind: "not_kept", message: `the service did not keep the ${carrier === "tag" ? "tag" : "description"}` };
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
    detail: "The record does not count, and no step was taken. Run again: the next run writes a new record.",
  });
}

/**
 * The write that loosens the key also uses up the record, so the record cannot approve a second
 * step.
 */
async function loosen(
  step: Extract<Step, { kind: "loosen" }>,
  context: StepContext,
): Promise<{ result: StepResult; correlationId: string }> {
  const { world, ref, observed, options } = context;
  const patch = patchWithMarker(observed.snapshot, step.to, recordCarrier(observed));
  if (patch === undefined) {
    const message = "the description leaves no room for the marker";
    return { result: { kind: "refused", refusal: { step: step.kind, status: 400, message } }, correlationId: "" };
  }
  const outcome = resultOf(step, await world.keys.update(ref, patch, observed.etag, options));
  if (outcome.result.kind !== "done") return outcome;
  const sighting = await observeSettled(context);
  if (sighting.kind === "gone" || sighting.observation.marker !== step.to) {
    return { ...outcome, result: { kind: "changed_meanwhile" } };
  }
  return outcome;
}

/** The service keeps a marker in the same place as the record. */
function recordCarrier({ observation }: KeyDetails): RecordLocation {
  return observation.carried.kind === "one" ? observation.carried.record.carrier : "tag";
}

/**
 * The key after the write. If the ETag has not changed yet, the key is read once more after a
 * second.
 */
async function observeSettled({ world, ref, observed, options }: StepContext): Promise<KeyReadResult> {
  const sighting = await observeKey(world, ref, "summary", options);
  if (sighting.kind === "gone" || sighting.etag !== observed.etag) return sighting;
  await world.clock.sleep(etagGrainMs, options.signal);
  return observeKey(world, ref, "summary", options);
}

function resultOf(step: Step, written: Written<unknown>): { result: StepResult; correlationId: string } {
  switch (written.kind) {
    case "done":
      return { result: { kind: "done" }, correlationId: written.correlationId };
    case "stale":
      return { result: { kind: "changed_meanwhile" }, correlationId: "" };
    case "lost":
      return { result: { kind: "lost", reason: written.reason }, correlationId: "" };
    case "forbidden":
      return { result: { kind: "forbidden", message: written.message }, correlationId: written.correlationId };
    case "refused":
      return {
        result: { kind: "refused", refusal: { step: step.kind, status: written.status, message: written.message } },
        correlationId: written.correlationId,
      };
  }
}

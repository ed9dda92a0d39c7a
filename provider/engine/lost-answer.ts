/** The effect of a call whose answer was lost, as far as a fresh read of the key shows it. */

import { UkoError } from "../errors.ts";
import { isSame } from "../lifecycle/observation.ts";
import type { Step } from "../lifecycle/plan.ts";
import { writtenRecordId } from "./evidence.ts";
import type { KeyReadResult } from "./key/observe.ts";
import type { StepContext } from "./key/step-context.ts";
import { plain } from "./words.ts";

/** A step without an answer, and the context in which it was taken. */
export interface PendingCall {
  readonly step: Step;
  readonly context: StepContext;
}

/**
 * `by_us`: this run caused the effect, and no write followed. `in_doubt`: the key has reached the
 * step's target, but another writer wrote last.
 */
export type Effect = "by_us" | "in_doubt" | "none";

/**
 * Infers the effect from the next read. Windows and syncs are simply set or run again, so they
 * count as without effect.
 */
export function inferEffect({ step, context }: PendingCall, sighting: KeyReadResult): Effect {
  if (sighting.kind === "gone") return step.kind === "remove" ? "by_us" : "none";
  const { observation } = sighting;
  if (!hasReachedTarget(step, context, sighting)) return "none";
  const { writesAs } = context.actor;
  const isOurs =
    observation.updatedBy === undefined || writesAs === undefined || isSame(observation.updatedBy, writesAs);
  return isOurs ? "by_us" : "in_doubt";
}

function hasReachedTarget(
  step: Step,
  context: StepContext,
  { observation }: Extract<KeyReadResult, { kind: "present" }>,
): boolean {
  switch (step.kind) {
    case "deactivate":
      return observation.state === "deactivated";
    case "destroy":
      return observation.state === "destroyed";
    case "reactivate":
      return observation.state === "active";
    case "drop_record":
      return observation.carried.kind === "none";
    case "loosen":
      return observation.carried.kind === "none" && observation.marker === step.to;
    case "write_record":
      return observation.carried.kind === "one" && observation.carried.record.id === writtenRecordId(step, context);
    case "set_for_deletion":
    case "unset_for_deletion":
    case "remove":
    case "sync":
      return false;
  }
}

/**
 * The same call, repeated without an answer, is a fault of the connection. No plan can handle it.
 */
export const maxLostAnswers = 3;

/**
 * Refusals (412) of an ETag that a new read returns again. A single one may come from a cache on
 * the way.
 */
export const maxRefusedEtags = 2;

export function etagRefused(keyId: string, etag: string): UkoError {
  return new UkoError("UKO_ANSWER_INVALID", {
    summary: `The service refuses the ETag that it returned for key ${keyId}`,
    detail: [
      `A read shows the ETag ${plain(etag, 100)}, and the service answers 412 to a change that names the same ETag.`,
      "A gateway that changes ETags, for example one that compresses answers, can cause this. No step was taken with this ETag.",
      "Next: configure the gateway to pass ETags on unchanged, and run the same command again.",
    ].join("\n"),
  });
}

export function answerLost(keyId: string, reason: string): UkoError {
  return new UkoError("UKO_ANSWER_LOST", {
    summary: `The service's answers about key ${keyId} did not arrive: ${reason}`,
    detail: "The last call had no effect as far as the key shows. What was done before stands; run again to go on.",
  });
}

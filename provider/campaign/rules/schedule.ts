/**
 * Computes the dates of a key in a campaign: when each step can happen at the earliest, until when it still meets the
 * deadline, and the cause if it does not. It also decides from when the soak counts: from a time that is too early, the
 * destruction could follow before an owner noticed the outage.
 */

import { isWrittenAt } from "../../lifecycle/consent/consent-record.ts";
import { knownDeactivationMs } from "../../lifecycle/key/authorization.ts";
import { kmsWindowMs } from "../../lifecycle/key/kms-window.ts";
import { nobody } from "../../lifecycle/key/plan.ts";
import { coolDownMs } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { type ApprovedStep, isSame, type KeyObservation } from "../../lifecycle/vocabulary/observation.ts";
import { blackoutAt, lastOpenMs, nextOpenMs } from "./calendar.ts";
import { type Blackout, dayMs, type KeyClass, type Wave } from "./campaign.ts";

/** In a week, a weekly job that still needs the key fails once. */
export const defaultSoakMs = 7 * dayMs;
/**
 * The time in which a key with a KMS window is destroyed after its deactivation. A day of the window is left for the
 * second person.
 */
export const windowUsableMs = kmsWindowMs - dayMs;

/** The soak of a key. `soakMs` is what campaign.yaml states for the wave. */
export function soakOf({ soakMs }: Pick<Wave, "soakMs">, opensWindow: boolean): number {
  return soakMs ?? (opensWindow ? windowUsableMs : defaultSoakMs);
}

/** How long KMS can restore the material of a deleted key (kms-v2-and-iam.md 2.6). */
export const kmsRestoreDays = 30;
/** How long KMS keeps the metadata of a deleted key (kms-v2-and-iam.md 3.1). */
export const kmsMetadataDays = 90;

export interface ScheduledKey {
  /** `gone`: the service no longer has the key, asked by ID. `other`: no step leads out of its state. */
  readonly state: "pre_activation" | "active" | "deactivated" | "destroyed" | "gone" | "other";
  /** A KMS key is destroyed without being deactivated first. */
  readonly isKms: boolean;
  readonly class: KeyClass;
  /** The longest pending period of its keystores. */
  readonly pendingDays: number;
  readonly soakMs: number;
  /** Whether KMS requires two people for the backing key, so that the deactivation opens a window (kms-window.ts). */
  readonly opensWindow: boolean;
  /** Whether KMS keeps metadata that blocks the key ring. */
  readonly hasKmsMetadata: boolean;
  readonly deactivatedAtMs?: number | undefined;
  /** When the material is gone, as the keystores report it once the key is destroyed. */
  readonly materialGoneMs?: number | undefined;
  /** Whether the key is destroyed, and a keystore reports neither that it is gone nor a pending end. */
  readonly isMaterialUncertain?: boolean | undefined;
  /** Whether the key is destroyed, and the answers contradict each other or one is missing (`isUnproven`). */
  readonly isEndUnproven?: boolean | undefined;
  /** Whether the key is listed as destroyed, and uko did not ask its keystores. */
  readonly isEndUnasked?: boolean | undefined;
}

/** The rules of time for the keys of a wave: when the waves before it finish, and when no step is allowed. */
export interface Timing {
  readonly nowMs: number;
  /** When the waves of `after` have finished each step; a step is absent if it waits for none. */
  readonly ready?: Readonly<Partial<Record<ApprovedStep, number>>> | undefined;
  readonly blackouts: readonly Blackout[];
}

export interface KeyDates {
  readonly deactivateMs?: number;
  readonly destroyMs?: number;
  readonly materialGoneMs?: number;
  readonly kmsMetadataGoneMs?: number;
  /** The ends (exclusive) of the time in which a step still meets the deadline. */
  readonly deactivateBeforeMs?: number;
  readonly destroyBeforeMs?: number;
}

export type LateCause =
  | { readonly kind: "blackout"; readonly blackout: Blackout }
  /** The `after` or `soak` of the wave. */
  | { readonly kind: "wave" }
  /** The pending period alone outlasts the deadline. */
  | { readonly kind: "pending_period" };

export interface Schedule {
  /**
   * `done`: the key has reached its end. `untouched`: the campaign writes nothing to the key. `impossible`: no step
   * leads out of its state. These three have no dates.
   */
  readonly kind: "done" | "untouched" | "on_time" | "late" | "impossible";
  readonly dates: KeyDates;
  /** Why the key is late; absent if it is not. */
  readonly cause?: LateCause;
  /** Whether destroy is accepted in time, but a keystore deletes the material only after the deadline. */
  readonly isProofByProvider?: boolean;
}

/** The end (exclusive) of the time in which destroy meets a deadline, pending period included. */
export function lastDestroyBeforeMs(deadlineMs: number, pendingDays: number): number {
  return deadlineMs - pendingDays * dayMs;
}

/** `deadlineMs` is exclusive: the material has to be gone before it. */
export function scheduleOf(key: ScheduledKey, timing: Timing, deadlineMs: number): Schedule {
  if (key.class === "leave") return { kind: "untouched", dates: {} };
  // A keystore may still hold the material, and no keystore reports a date for its end.
  if (key.state === "destroyed" && key.isMaterialUncertain === true) return { kind: "impossible", dates: {} };
  if (isDone(key)) return { kind: "done", dates: {} };
  if (key.state === "other") return { kind: "impossible", dates: {} };
  const dates = { ...earliestDates(key, timing), ...lastDates(key, timing, deadlineMs) };
  if (isInTime(dates, deadlineMs)) return { kind: "on_time", dates };
  const isProofByProvider =
    key.state === "destroyed" || (dates.destroyMs !== undefined && dates.destroyMs < deadlineMs);
  return { kind: "late", dates, cause: causeOf(key, timing, deadlineMs), isProofByProvider };
}

function isDone({ state, materialGoneMs }: ScheduledKey): boolean {
  return state === "gone" || (state === "destroyed" && materialGoneMs === undefined);
}

/** The dates if every person acts at once. */
export function earliestDates(key: ScheduledKey, timing: Timing): KeyDates {
  if (key.state === "destroyed") return key.materialGoneMs === undefined ? {} : { materialGoneMs: key.materialGoneMs };
  const isOutage = key.state === "active" && !key.isKms;
  const deactivateMs = isOutage ? firstDeactivationMs(key, timing) : undefined;
  if (isOutage && deactivateMs === undefined) return {};
  const deactivated = deactivateMs === undefined ? {} : { deactivateMs };
  const destroyMs = nextOpenMs(timing.blackouts, destroyFromMs(key, timing, deactivateMs));
  const isUnused = key.state === "pre_activation";
  return {
    ...deactivated,
    destroyMs,
    materialGoneMs: destroyMs + (isUnused ? 0 : key.pendingDays * dayMs),
    ...(key.hasKmsMetadata && !isUnused && { kmsMetadataGoneMs: destroyMs + kmsMetadataDays * dayMs }),
  };
}

/**
 * The earliest time at which an active key may be deactivated. A KMS window that the deactivation opens must not end
 * before the destruction is allowed: the key would be deactivated, an outage, and no person could destroy it. Undefined
 * if every window ends within the soak.
 */
export function firstDeactivationMs(
  { opensWindow, ...key }: Pick<ScheduledKey, "opensWindow" | "soakMs">,
  timing: Timing,
): number | undefined {
  const soakMs = soakFrom(key);
  const openMs = waveOpensMs(timing);
  if (!opensWindow) return openMs;
  if (soakMs > windowUsableMs) return undefined;
  const destroyMs = nextOpenMs(timing.blackouts, Math.max(fromMs("destroy", timing), openMs + soakMs));
  if (destroyMs <= openMs + windowUsableMs) return openMs;
  // Each round passes at least one blackout, or the end of the waves before.
  return firstDeactivationMs({ opensWindow, ...key }, { ...timing, nowMs: destroyMs - windowUsableMs });
}

/** The earliest time at which blackouts and the waves before let the wave deactivate a key. */
export function waveOpensMs(timing: Timing): number {
  return nextOpenMs(timing.blackouts, fromMs("deactivate", timing));
}

/** The end (exclusive) of the last time before `beforeMs` at which an active key may be deactivated. */
function lastDeactivationBeforeMs(key: ScheduledKey, blackouts: readonly Blackout[], beforeMs: number): number {
  const endMs = lastOpenMs(blackouts, beforeMs);
  const soakedMs = endMs - 1 + soakFrom(key);
  const blackout = key.opensWindow ? blackoutAt(blackouts, soakedMs) : undefined;
  if (blackout === undefined || nextOpenMs(blackouts, soakedMs) <= endMs - 1 + windowUsableMs) return endMs;
  return lastDeactivationBeforeMs(key, blackouts, blackout.fromMs - soakFrom(key));
}

/** No campaign shortens the cool-down of a single key. */
const soakFrom = ({ soakMs }: Pick<ScheduledKey, "soakMs">): number => Math.max(soakMs, coolDownMs);

/** When the soak ends. It counts from now if the time of the deactivation is unknown. */
function destroyFromMs(key: ScheduledKey, timing: Timing, deactivateMs: number | undefined): number {
  const earliestMs = fromMs("destroy", timing);
  const soakMs = soakFrom(key);
  if (deactivateMs !== undefined) return Math.max(earliestMs, deactivateMs + soakMs);
  if (key.state !== "deactivated" || key.isKms) return earliestMs;
  return Math.max(earliestMs, (key.deactivatedAtMs ?? timing.nowMs) + soakMs);
}

function fromMs(step: ApprovedStep, { nowMs, ready }: Timing): number {
  return Math.max(nowMs, ready?.[step] ?? nowMs);
}

function lastDates(key: ScheduledKey, { blackouts }: Timing, deadlineMs: number): KeyDates {
  if (key.state === "destroyed") return {};
  const pendingDays = key.state === "pre_activation" ? 0 : key.pendingDays;
  const destroyBeforeMs = lastOpenMs(blackouts, lastDestroyBeforeMs(deadlineMs, pendingDays));
  if (key.state !== "active" || key.isKms) return { destroyBeforeMs };
  const deactivateBeforeMs = lastDeactivationBeforeMs(key, blackouts, destroyBeforeMs - soakFrom(key));
  if (!key.opensWindow) return { destroyBeforeMs, deactivateBeforeMs };
  const windowEndMs = deactivateBeforeMs + windowUsableMs;
  return { destroyBeforeMs: lastOpenMs(blackouts, Math.min(destroyBeforeMs, windowEndMs)), deactivateBeforeMs };
}

function isInTime({ materialGoneMs }: KeyDates, deadlineMs: number): boolean {
  return materialGoneMs !== undefined && materialGoneMs < deadlineMs;
}

/**
 * The first cause without which the key would be in time: one blackout, all blackouts, the wave, or the pending period.
 */
function causeOf(key: ScheduledKey, timing: Timing, deadlineMs: number): LateCause {
  const isInTimeWith = (change: Partial<Timing>, changedKey = key): boolean =>
    isInTime(earliestDates(changedKey, { ...timing, ...change }), deadlineMs);
  const { blackouts } = timing;
  const decisive = blackouts.find((each) => isInTimeWith({ blackouts: blackouts.filter((other) => other !== each) }));
  if (decisive !== undefined) return { kind: "blackout", blackout: decisive };
  const [first] = blackouts;
  if (first !== undefined && isInTimeWith({ blackouts: [] })) return { kind: "blackout", blackout: first };
  const isFreeInTime = isInTimeWith({ blackouts: [], ready: undefined }, { ...key, soakMs: coolDownMs });
  return isFreeInTime ? { kind: "wave" } : { kind: "pending_period" };
}

/**
 * The time from which the soak of a key counts: the time that a record on the key notes, otherwise the last write. It
 * may be later than the deactivation, never earlier, so no request and no file of the folder shortens a soak. The
 * evidence in the folder may name a later deactivation, at `notedAtMs`. It is never later than the last write, so that a
 * forged line cannot keep a key from its end. Undefined if the service reports no time.
 */
export function soaksFromMs(observation: KeyObservation, notedAtMs: number | undefined): number | undefined {
  const { carried, updatedBy, updatedAtMs } = observation;
  const { record } = carried;
  if (updatedAtMs === undefined) return undefined;
  // Any person with the right to write tags can put a note or a void record with an early time on a key.
  const isVouchedFor =
    record !== undefined &&
    updatedBy !== undefined &&
    isSame(record.author, updatedBy) &&
    isWrittenAt(record, updatedAtMs);
  const noted = isVouchedFor ? knownDeactivationMs({ ...observation, note: undefined }, nobody) : undefined;
  const fromMs = noted ?? updatedAtMs;
  return Math.max(fromMs, Math.min(notedAtMs ?? fromMs, updatedAtMs));
}

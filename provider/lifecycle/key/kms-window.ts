/**
 * Plans the calls for KMS's own dual authorization on the backing key. A run of uko opens its own window just before it
 * deactivates, and first closes one that it did not open. There are two reasons:
 *
 * - KMS does not report who opened a window of another identity. So no message could say before the deactivation, which
 *   is an outage for applications, which person KMS will let destroy the key. The record on the key names the setter of
 *   uko's own window, so a message can name who has to act.
 * - A window may end within the cool-down. It would leave a deactivated key that no person can destroy: an outage
 *   without a purpose. So a window must outlast the cool-down by a day.
 *
 * The file also finds the setter of the window of a deactivated key. The record or the note must name the setter, or
 * the window must have begun with the deactivation. If nothing proves the setter, the key has to be reactivated and
 * deactivated again.
 */

import { coolDownMs } from "../vocabulary/managed-key-states.ts";
import type { BackingKey, Identity, KeyObservation } from "../vocabulary/observation.ts";
import { clockToleranceMs } from "../vocabulary/service-time.ts";
import { hasTaken } from "../vocabulary/steps-taken.ts";
import { type Guard, type KeyRun, kmsKeysSet, type Step } from "./plan.ts";

/** KMS keeps an authorization for 7 days (kms-v2-and-iam.md 6). */
export const kmsWindowMs = 7 * 24 * 60 * 60 * 1000;
/** A window must outlast the cool-down by a day, so that the second person has time to act. */
export const windowMustLastMs = coolDownMs + 24 * 60 * 60 * 1000;

type PresentBackingKey = Extract<BackingKey, { kind: "present" }>;

/** The backing keys that KMS does not let one person delete. */
export function dualBackingKeys(observation: KeyObservation): readonly PresentBackingKey[] {
  return observation.backingKeys.filter(
    (backingKey) => backingKey.kind === "present" && backingKey.dualAuthDelete && backingKey.state !== "destroyed",
  ) as readonly PresentBackingKey[];
}

export function isWindowLive(backingKey: PresentBackingKey, nowMs: number): boolean {
  return backingKey.windowEndsAtMs !== undefined && backingKey.windowEndsAtMs > nowMs;
}

/**
 * The next call on a window before a deactivation: close one that this run did not open, open one, or refuse one that
 * is too short.
 */
export function prepareWindows(
  observation: KeyObservation,
  run: KeyRun,
  nowMs: number,
): { readonly step: Step } | { readonly guard: Guard } | undefined {
  const alreadySet = kmsKeysSet(run);
  for (const backingKey of dualBackingKeys(observation)) {
    if (backingKey.state !== "active") {
      return { guard: { guard: "backing_key_not_active", kmsKeyId: backingKey.kmsKeyId, state: backingKey.state } };
    }
    if (!alreadySet.includes(backingKey.kmsKeyId)) {
      const kind = isWindowLive(backingKey, nowMs) ? "unset_for_deletion" : "set_for_deletion";
      return { step: { kind, kmsKeyId: backingKey.kmsKeyId } };
    }
    if (backingKey.windowEndsAtMs === undefined || backingKey.windowEndsAtMs < nowMs + windowMustLastMs) {
      if (isWindowLive(backingKey, nowMs))
        return { step: { kind: "unset_for_deletion", kmsKeyId: backingKey.kmsKeyId } };
      return { guard: { guard: "kms_window_too_short", windowEndsAtMs: backingKey.windowEndsAtMs } };
    }
  }
  return undefined;
}

/**
 * The call that closes a window of a deletion that does not go on. KMS closes windows of active keys only
 * (kms-v2-and-iam.md 10 no. 9).
 */
export function stepToCloseWindow(observation: KeyObservation, nowMs: number): Step | undefined {
  const backingKey = dualBackingKeys(observation).find((each) => each.state === "active" && isWindowLive(each, nowMs));
  return backingKey === undefined ? undefined : { kind: "unset_for_deletion", kmsKeyId: backingKey.kmsKeyId };
}

/**
 * Who set the window: for a record that is about to be written, and so that the setter does not destroy the key. It is
 * the caller if this run set it. Otherwise the record or the note on the key names the setter, or a record that this run
 * took off the key named it. If the run that deactivated the key wrote no record, the setter is the writer of the
 * deactivation, because a run of uko sets its own window just before it deactivates.
 */
export function windowSetter(observation: KeyObservation, run: KeyRun, nowMs: number): Identity | undefined {
  const backingKeys = dualBackingKeys(observation);
  if (backingKeys.length === 0) return undefined;
  if (hasTaken(run, "set_for_deletion")) return run.actor.identity;
  return provenSetter(observation, backingKeys, nowMs) ?? run.notKept?.kmsSetter;
}

/**
 * Why no person can destroy the deactivated key until it is reactivated and deactivated again: its window has expired,
 * or nothing proves who opened the window. Undefined if a person can.
 */
export function windowFault(
  observation: KeyObservation,
  nowMs: number,
): Extract<Guard, { guard: "kms_window_expired" | "kms_setter_unknown" }> | undefined {
  const backingKeys = observation.state === "deactivated" ? dualBackingKeys(observation) : [];
  if (backingKeys.length === 0) return undefined;
  const expired = backingKeys.find((backingKey) => !isWindowLive(backingKey, nowMs));
  if (expired !== undefined) return { guard: "kms_window_expired", windowEndsAtMs: expired.windowEndsAtMs };
  const isUnknown = provenSetter(observation, backingKeys, nowMs) === undefined;
  return isUnknown ? { guard: "kms_setter_unknown" } : undefined;
}

function provenSetter(
  observation: KeyObservation,
  backingKeys: readonly PresentBackingKey[],
  nowMs: number,
): Identity | undefined {
  const recorded = recordedSetter(observation, backingKeys);
  if (recorded !== undefined) return recorded;
  const { atMs, by } = writeOfDeactivation(observation);
  if (atMs === undefined) return undefined;
  // A window that began at another time is not the one of this deactivation, so another person may have set it.
  const beganWithIt = backingKeys.every(
    (backingKey) => isWindowLive(backingKey, nowMs) && Math.abs(beganAtMs(backingKey) - atMs) <= clockToleranceMs,
  );
  return beganWithIt ? by : undefined;
}

/**
 * Who deactivated the key, and when. While the request of the deactivation is on the key, the last write is the
 * deactivation. After uko removed the request, the note on the key says it.
 */
function writeOfDeactivation({ carried, note, updatedAtMs, updatedBy }: KeyObservation): {
  readonly atMs: number | undefined;
  readonly by: Identity | undefined;
} {
  return carried.record?.step === "deactivate"
    ? { atMs: updatedAtMs, by: updatedBy }
    : { atMs: note?.deactivatedAtMs, by: note?.deactivatedBy };
}

/**
 * Neither a record nor a note can name the setter of a window that began later: after the record was written, or after
 * the deactivation that the note is about. The last write limits both times, because a planted text can name any time.
 */
function recordedSetter(
  { carried, note, updatedAtMs = Number.NEGATIVE_INFINITY }: KeyObservation,
  backingKeys: readonly PresentBackingKey[],
): Identity | undefined {
  const beganBefore = (ms: number): boolean =>
    backingKeys.every((backingKey) => beganAtMs(backingKey) <= Math.min(ms, updatedAtMs) + clockToleranceMs);
  const { record } = carried;
  if (record?.kmsSetter !== undefined && beganBefore(record.writtenAtMs)) return record.kmsSetter;
  return note?.deactivatedAtMs !== undefined && beganBefore(note.deactivatedAtMs) ? note.kmsSetter : undefined;
}

/** When the window began. Without a window the time is infinite, so that no record is older and can name its setter. */
function beganAtMs(backingKey: PresentBackingKey): number {
  return (backingKey.windowEndsAtMs ?? Number.POSITIVE_INFINITY) - kmsWindowMs;
}

/**
 * Updates a KMS key: sends the changes of the program one call at a time, and reads the key after each call. A rotation
 * comes last and is never sent twice, because it cannot be undone. The file never starts a deletion, and undoes one
 * only if the program requests that. It refuses to change a backing key. If uko cannot find out whether the key is one,
 * it refuses only a move to another key ring.
 */

import { type ObservedKmsKey, observeKmsKey } from "../../engine/kms-key/observe.ts";
import { sayKmsKey } from "../../engine/kms-key/words.ts";
import type { KmsKeyRef } from "../../engine/ports/kms-keys.ts";
import type { CallOptions, World, Written } from "../../engine/ports/world.ts";
import type { RunSettings } from "../../engine/resource/definition.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { sayTime } from "../../engine/text/words.ts";
import { asUkoError, UkoError } from "../../errors.ts";
import { longestInterruptionMs } from "../../lifecycle/key/plan-update.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { isWindowOpen } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import { type Changed, withoutCancellation, writeUntilSettled } from "../write.ts";
import { refuseBackingKey } from "./create.ts";
import type { KmsKeyInputs, KmsKeyState } from "./schema.ts";
import { openWindowWarning } from "./state.ts";
import { prepareRing, responseLost, restoreKey, throwIfKmsDenied, turnOnAsWritten } from "./steps.ts";

export interface UpdatedKmsKey extends Changed<ObservedKmsKey> {
  /**
   * Whether the rotation that a `rotationTrigger` requested is done, so that state may record the
   * trigger.
   */
  readonly isRotated: boolean;
}

/** The most changes in one update: each alias takes a call, and lost responses take more. */
const maxRounds = 16;

interface Change {
  readonly what: string;
  readonly right: Right;
  readonly send: () => Promise<Written<undefined>>;
}

/**
 * Applies the inputs as far as allowed. Throws UKO_KMS_KEY_IS_BACKING_KEY, UKO_DELETION_PENDING,
 * UKO_RIGHTS_MISSING, UKO_SERVICE_REFUSED.
 */
export async function updateKmsKey(
  world: World,
  ref: KmsKeyRef,
  state: KmsKeyState,
  inputs: KmsKeyInputs,
  run: RunSettings,
  options: CallOptions,
): Promise<UpdatedKmsKey> {
  const warnings: string[] = [];
  const mustRotate = inputs.rotationTrigger !== undefined && inputs.rotationTrigger !== state.rotationTrigger;
  let observed = await present(world, ref, options);
  // A state may name any key. Rotating a backing key, or moving it out of its ring, without its managed
  // key puts it out of step or hides it. A caller who cannot read keystores can still write to a
  // key created for the program, but not move it.
  const isMoved = inputs.keyRing !== undefined && inputs.keyRing !== observed.snapshot.ring;
  await refuseBackingKey(world, observed, !isMoved, options);
  if (inputs.restoreTrigger !== undefined && inputs.restoreTrigger !== state.restoreTrigger) {
    if (observed.observation.state === "destroyed") {
      await restoreKey(world, ref, observed, options);
      observed = await present(world, ref, options);
      warnings.push(`${sayKmsKey(observed.observation)} was destroyed and is restored`);
    } else {
      warnings.push(
        `${sayKmsKey(observed.observation)} is not destroyed, so the changed ${world.dialect.property("restoreTrigger")} had no effect`,
      );
    }
  }
  const key = sayKmsKey(observed.observation);
  if (observed.observation.state === "destroyed") {
    return { observed, warnings: [...warnings, `${key} is destroyed, so it was not changed`], isRotated: false };
  }
  if (isWindowOpen(observed.observation, observed.nowMs)) {
    if (mustRotate) throw deletionPending(observed);
    return { observed, warnings: [...warnings, ...openWindowWarning(observed)], isRotated: true };
  }
  warnings.push(...(await turnOnAsWritten(world, ref, inputs, run, observed, options)));
  const { keyRing } = inputs;
  if (keyRing !== undefined && keyRing !== observed.snapshot.ring) {
    warnings.push(...(await prepareRing(world, keyRing, options)));
  }
  observed = await applyChanges(world, ref, inputs, options);
  if (mustRotate && isRotatedSince(state, inputs, observed)) {
    warnings.push(warnRotatedBefore(observed, world.dialect));
  } else if (mustRotate) {
    // The rotation comes last: if a later step failed, state would keep the old trigger and the
    // next run would rotate again (decision 0026).
    const rotated = await rotate(world, ref, observed, inputs.payload, options);
    return { observed: rotated.observed, warnings: [...warnings, ...rotated.warnings], isRotated: true };
  }
  return { observed, warnings, isRotated: true };
}

/**
 * Applies one difference by one call, and reads the key again. So a lost response shows in the next read, and values that
 * are already set are not written.
 */
function applyChanges(
  world: World,
  ref: KmsKeyRef,
  inputs: KmsKeyInputs,
  options: CallOptions,
): Promise<ObservedKmsKey> {
  return writeUntilSettled<ObservedKmsKey, ObservedKmsKey>({
    world,
    options,
    what: `KMS key ${ref.kmsKeyId}`,
    read: () => present(world, ref, options),
    decide(observed) {
      const change = nextChange(world, ref, observed, inputs, options);
      if (change === undefined) return observed;
      return async () => {
        const written = await change.send();
        throwIfKmsDenied(written, `${change.what} of ${sayKmsKey(observed.observation)}`, change.right);
        return undefined;
      };
    },
    attempts: maxRounds,
    giveUp() {
      throw new UkoError("UKO_CHANGED_MEANWHILE", {
        summary: `KMS key ${ref.kmsKeyId} changed repeatedly during the run`,
        detail: "Another writer keeps changing it. Run again when the other writer has finished.",
      });
    },
  });
}

function nextChange(
  { kmsKeys }: World,
  ref: KmsKeyRef,
  { snapshot }: ObservedKmsKey,
  { keyRing, aliases, rotationIntervalMonths: months }: KmsKeyInputs,
  options: CallOptions,
): Change | undefined {
  if (keyRing !== undefined && keyRing !== snapshot.ring) {
    return {
      what: "change the key ring",
      right: kmsRights.move,
      send: () => kmsKeys.moveToRing(ref, keyRing, options),
    };
  }
  // Removals come before additions, because KMS accepts only five aliases.
  const surplus = aliases === undefined ? undefined : snapshot.aliases.find((alias) => !aliases.includes(alias));
  if (surplus !== undefined) {
    const send = () => kmsKeys.removeAlias(ref, surplus, options);
    return { what: `remove the alias "${surplus}"`, right: kmsRights.deleteAlias, send };
  }
  const missing = aliases?.find((alias) => !snapshot.aliases.includes(alias));
  if (missing !== undefined) {
    const send = () => kmsKeys.addAlias(ref, missing, options);
    return { what: `add the alias "${missing}"`, right: kmsRights.writeAlias, send };
  }
  if (months !== undefined && months !== snapshot.rotationIntervalMonths) {
    const send = () => kmsKeys.setRotation(ref, months, options);
    return { what: "set the rotation interval", right: kmsRights.writePolicies, send };
  }
  return undefined;
}

/**
 * Whether the key was rotated since the last run, most likely by a run that was interrupted. KMS
 * does not reveal whose material was imported.
 */
function isRotatedSince(state: KmsKeyState, { payload }: KmsKeyInputs, { snapshot, nowMs }: ObservedKmsKey): boolean {
  const { lastRotatedAtMs } = snapshot;
  if (payload !== undefined || lastRotatedAtMs === undefined) return false;
  const isKnown = state.lastRotatedAt !== undefined && lastRotatedAtMs <= Date.parse(state.lastRotatedAt);
  return !isKnown && nowMs - lastRotatedAtMs <= longestInterruptionMs;
}

function warnRotatedBefore({ observation, snapshot }: ObservedKmsKey, dialect: Dialect): string {
  const on = snapshot.lastRotatedAtMs === undefined ? "" : ` on ${sayTime(snapshot.lastRotatedAtMs)}`;
  return `${sayKmsKey(observation)} was already rotated${on}, after the last run, so it was not rotated again. To rotate it once more, change ${dialect.property("rotationTrigger")} again`;
}

/**
 * Rotates the key by one call, which is never sent twice. After a lost response, the key's version shows whether it was
 * rotated (kms-v2-and-iam.md 8). Throws only if it was not, or if KMS shows no new version.
 */
async function rotate(
  world: World,
  ref: KmsKeyRef,
  before: ObservedKmsKey,
  payload: string | undefined,
  options: CallOptions,
): Promise<Changed<ObservedKmsKey>> {
  const key = sayKmsKey(before.observation);
  if (before.snapshot.isImported && payload === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${key} was imported, so a rotation requires new material`,
      detail: `Set ${world.dialect.property("payload")} to the new material when you change ${world.dialect.property("rotationTrigger")}.`,
    });
  }
  const sent = withoutCancellation(options);
  const written = await world.kmsKeys.rotate(ref, before.snapshot.isImported ? payload : undefined, sent);
  throwIfKmsDenied(written, `rotate ${key}`, kmsRights.rotate);
  let now: ObservedKmsKey;
  try {
    now = await present(world, ref, sent);
  } catch (error) {
    return rotatedUnread(written, before, error, world.dialect);
  }
  const isRotated =
    written.kind === "done" ||
    now.snapshot.versionId !== before.snapshot.versionId ||
    now.snapshot.lastRotatedAtMs !== before.snapshot.lastRotatedAtMs;
  if (!isRotated) throw responseLost(`${key} was rotated`);
  return { observed: now, warnings: [] };
}

/**
 * The key after a rotation that could not be read. An unknown outcome counts as done, because a person can easily request
 * another rotation but cannot undo one.
 */
function rotatedUnread(
  written: Written<undefined>,
  before: ObservedKmsKey,
  error: unknown,
  dialect: Dialect,
): Changed<ObservedKmsKey> {
  const key = sayKmsKey(before.observation);
  const why = asUkoError(error).summary;
  if (written.kind !== "done") {
    const warning = `It is not known whether ${key} was rotated: the response did not arrive, and the next read failed: ${why}. If ${dialect.property("lastRotatedAt")} shows no rotation, change ${dialect.property("rotationTrigger")} again`;
    return { observed: before, warnings: [warning] };
  }
  const warning = `${key} was rotated, but the next read failed: ${why}. A refresh shows the new state`;
  const snapshot = { ...before.snapshot, lastRotatedAtMs: written.serviceTimeMs };
  return { observed: { ...before, snapshot }, warnings: [warning] };
}

async function present(world: World, ref: KmsKeyRef, options: CallOptions): Promise<ObservedKmsKey> {
  const result = await observeKmsKey(world, ref, "summary", options);
  if (result.kind === "present") return result;
  throw new UkoError("UKO_NOT_FOUND", {
    summary: `KMS key ${ref.kmsKeyId} is gone: KMS has no key with this ID`,
    detail: "A refresh removes it from the state.",
  });
}

function deletionPending(observed: ObservedKmsKey): UkoError {
  const { kmsKeyId } = observed.observation;
  return new UkoError("UKO_DELETION_PENDING", {
    summary: `${sayKmsKey(observed.observation)} was not rotated: it is set for deletion`,
    detail: [
      ...openWindowWarning(observed),
      "Nothing was changed.",
      "Next: to close the deletion window first, run:",
      `  uko withdraw kms/${kmsKeyId}`,
    ].join("\n"),
  });
}

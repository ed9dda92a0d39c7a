/**
 * The mark of a KMS key's creation, and the search for it. Names are not unique in KMS, so only the
 * mark prevents a second key after a lost response or a crash.
 */

import { type ObservedKmsKey, observedInSnapshot } from "../../engine/kms-key/observe.ts";
import type { CallOptions, World } from "../../engine/ports.ts";
import { isUkoError, UkoError } from "../../errors.ts";
import { isWindowOpen } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { KmsKeyInputs } from "./schema.ts";
import { creationTagPrefix } from "./state.ts";

/** See decision 0010. */
export interface KmsCreationMark {
  /** A tag of the key: its prefix and 32 hex digits. */
  readonly tag: string;
  /**
   * Whether every run of this resource derives the same mark, so that a later run finds the key of
   * an earlier one.
   */
  readonly isLasting: boolean;
}

/**
 * A copy of the program in another backend derives the same mark, so a person decides about an
 * older key.
 */
const longestInterruptionMs = 7 * 86_400_000;
/** KMS may still be processing a request whose connection broke. */
const maxLooks = 3;
const pauseMs = 2000;

export function kmsCreationMark(world: World, inputs: KmsKeyInputs, origin: string | undefined): KmsCreationMark {
  if (origin === undefined) {
    return { tag: `${creationTagPrefix}${world.newId().replaceAll("-", "")}`, isLasting: false };
  }
  const text = JSON.stringify([world.session.instanceId, "kms_key", inputs.name, inputs.type, origin]);
  return { tag: `${creationTagPrefix}${world.sha256(text).slice(0, 32)}`, isLasting: true };
}

/** Reads once, for a key that bears the mark and is unchanged since its creation. */
export async function findMarkedKmsKey(
  world: World,
  inputs: KmsKeyInputs,
  mark: KmsCreationMark,
  options: CallOptions,
): Promise<ObservedKmsKey | undefined> {
  const listed = await world.kmsKeys.list({}, options);
  const marked = listed.filter(({ name, tags }) => name === inputs.name && tags.includes(mark.tag));
  for (const { kmsKeyId } of marked) {
    const ref = { instanceId: world.session.instanceId, kmsKeyId };
    const { value, serviceTimeMs } = await world.kmsKeys.read(ref, options);
    if (value === undefined || !value.tags.includes(mark.tag)) continue;
    const observed = observedInSnapshot(value, serviceTimeMs);
    const ageMs = value.createdAtMs === undefined ? Number.POSITIVE_INFINITY : serviceTimeMs - value.createdAtMs;
    // A request for a new key must never yield one whose deletion has begun, or one that has long
    // been in use.
    const isFresh = observed.observation.state === "active" && ageMs <= longestInterruptionMs;
    if (isFresh && !isWindowOpen(observed.observation, serviceTimeMs)) return observed;
  }
  return undefined;
}

/** Finds the key of a creation whose response was lost; throws UKO_ANSWER_LOST if none is found. */
export async function findMadeKmsKey(
  world: World,
  inputs: KmsKeyInputs,
  mark: KmsCreationMark,
  options: CallOptions,
): Promise<ObservedKmsKey> {
  const summary = `Whether KMS key "${inputs.name}" was created is not known: the answer did not arrive`;
  try {
    for (let look = 0; look < maxLooks; look += 1) {
      if (look > 0) await world.clock.sleep(pauseMs, options.signal);
      const made = await findMarkedKmsKey(world, inputs, mark, options);
      if (made !== undefined) return made;
    }
  } catch (error) {
    const why = isUkoError(error) ? error.summary : "";
    throw new UkoError("UKO_ANSWER_LOST", {
      summary,
      detail: `KMS could not be searched either. ${why}`.trim(),
      cause: error,
    });
  }
  throw new UkoError("UKO_ANSWER_LOST", {
    summary,
    detail:
      "No key with the mark of this resource is in KMS, so most likely none was made. Look at KMS, then run again; a key that appears is adopted by existingKeyId.",
  });
}

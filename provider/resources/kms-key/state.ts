/**
 * Builds a KMS key's state from one read of the key, without the mark. The file also builds the warnings about changes
 * that were made outside the program, and about a key that is set for deletion.
 */

import type { ObservedKmsKey } from "../../engine/kms-key/observe.ts";
import { reportKmsKeyDeletion } from "../../engine/kms-key/report.ts";
import { restorableUntilMs, sayBegan, sayKmsKey } from "../../engine/kms-key/words.ts";
import type { Dialect } from "../../engine/text/dialect.ts";
import { plain, sayTime, sayTimeAndDistance } from "../../engine/text/words.ts";
import { kmsLifecycleStateOf } from "../../lifecycle/kms-key/kms-wait.ts";
import { isWindowOpen } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { creationTagName } from "../../lifecycle/vocabulary/tag-names.ts";
import { isoTime } from "../../text/iso-time.ts";
import { pendingOutputs } from "../shared-inputs.ts";
import type { KmsKeyInputs, KmsKeyState } from "./schema.ts";

/** Prefix of the tag that marks a creation; hidden from people (decision 0010). */
export const creationTagPrefix = `${creationTagName}:`;

/** The state: the values in KMS, plus the inputs that only control uko. `known` contains a digest for a payload. */
export function kmsStateOf(instanceId: string, known: KmsKeyInputs, observed: ObservedKmsKey): KmsKeyState {
  const { snapshot, observation } = observed;
  const userTags = snapshot.tags.filter((tag) => !tag.startsWith(creationTagPrefix));
  const { description: _d, tags: _t, aliases: _a, expirationDate, ...kept } = known;
  const isPurging = observation.state === "destroyed" && observation.purgeScheduledAtMs !== undefined;
  return {
    ...kept,
    name: snapshot.name,
    type: snapshot.isExtractable ? "standard" : "root",
    ...(snapshot.description !== "" && { description: snapshot.description }),
    ...((userTags.length > 0 || known.tags !== undefined) && { tags: userTags }),
    ...((snapshot.aliases.length > 0 || known.aliases !== undefined) && { aliases: [...snapshot.aliases] }),
    keyRing: snapshot.ring,
    ...expirationOf(snapshot.expirationDate, expirationDate),
    dualAuthDelete: snapshot.dualAuthDelete,
    ...(snapshot.rotationIntervalMonths !== undefined && { rotationIntervalMonths: snapshot.rotationIntervalMonths }),
    instanceId,
    keyId: snapshot.kmsKeyId,
    crn: snapshot.crn,
    keyState: observation.stateWord,
    lifecycleState: kmsLifecycleStateOf(observation, observed.nowMs),
    imported: snapshot.isImported,
    ...(snapshot.lastRotatedAtMs !== undefined && { lastRotatedAt: isoTime(snapshot.lastRotatedAtMs) }),
    ...(isPurging && { deletionNotBefore: isoTime(observation.purgeScheduledAtMs ?? 0) }),
    ...pendingOutputs(reportKmsKeyDeletion(observed)),
  };
}

/** The expiry date. KMS writes a time in its own form, so the program's form is kept if both mean the same time. */
function expirationOf(actual: string, wanted: string | undefined): { readonly expirationDate?: string } {
  if (actual === "") return {};
  return { expirationDate: wanted !== undefined && isSameInstant(actual, wanted) ? wanted : actual };
}

export function isSameInstant(a: string, b: string): boolean {
  return Date.parse(a) === Date.parse(b);
}

/** Changes made outside the program since the last run; none is repaired silently. */
export function kmsDriftWarnings(observed: ObservedKmsKey, before: KmsKeyState, dialect: Dialect): readonly string[] {
  const { observation, snapshot } = observed;
  const key = sayKmsKey(observation);
  const pending = openWindowWarning(observed);
  const from = before.keyState;
  const now = observation.stateWord;
  if (from === now) return pending;
  if (now === "destroyed") {
    const by = snapshot.deletedBy === undefined ? "an unknown identity" : plain(snapshot.deletedBy, 100);
    const on = snapshot.deletedAtMs === undefined ? "" : ` on ${sayTime(snapshot.deletedAtMs)}`;
    const untilMs = restorableUntilMs(observed);
    const back =
      untilMs !== undefined && untilMs > observed.nowMs
        ? `. Until ${sayTimeAndDistance(untilMs, observed.nowMs)}, a changed ${dialect.property("restoreTrigger")} restores it`
        : "";
    return [`${key} was destroyed by ${by}${on}${back}`];
  }
  const what = from === "destroyed" ? "was restored and is" : `changed from ${plain(from, 40)} to`;
  return [...pending, `${key} ${what} ${now} since the last run`];
}

/** An update does not write to a key that is set for deletion. */
export function openWindowWarning({ observation, nowMs }: ObservedKmsKey): readonly string[] {
  if (!isWindowOpen(observation, nowMs)) return [];
  const { windowEndsAtMs } = observation;
  return [
    `${sayKmsKey(observation)} is waiting for a person to destroy it: an identity set it for deletion on ${sayBegan(windowEndsAtMs)}; the deletion window ends on ${sayTimeAndDistance(windowEndsAtMs, nowMs)}`,
  ];
}

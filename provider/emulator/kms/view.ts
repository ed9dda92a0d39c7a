/** Builds the responses that show a KMS key and its policies (kms-v2-and-iam.md 2.11, 3). */

import { dayMs, hourMs, toSecondsText } from "../store/clock.ts";
import { purgeWaitAfterDeletionMs } from "../store/collections.ts";
import type { DualAuthPolicy, KmsKey, RotationPolicy } from "../store/model.ts";
import type { World } from "../store/world.ts";

export const restoreWindowMs = 30 * dayMs;
export const purgeWaitMs = 4 * hourMs;
export const keyType = "application/vnd.ibm.kms.key+json";

export function viewKmsKey(world: World, key: KmsKey, nowMs: number): Record<string, unknown> {
  const [version] = key.versions;
  const isHidden = world.switches.kmsFirstUpdate === "absent" && key.updatedMs === key.createdMs;
  return {
    type: keyType,
    id: key.id,
    crn: `${world.crn}:key:${key.id}`,
    name: key.name,
    ...(key.description === undefined ? {} : { description: key.description }),
    ...(key.aliases.length === 0 ? {} : { aliases: key.aliases.map(({ alias }) => alias) }),
    ...(key.tags.length === 0 ? {} : { tags: key.tags }),
    state: key.state,
    extractable: key.extractable,
    imported: key.imported,
    keyRingID: key.ring,
    ...(key.expiresMs === undefined ? {} : { expirationDate: toSecondsText(key.expiresMs) }),
    creationDate: toSecondsText(key.createdMs),
    createdBy: key.createdBy,
    lastUpdateDate: isHidden ? undefined : toSecondsText(key.updatedMs),
    ...(key.rotatedMs === undefined ? {} : { lastRotateDate: toSecondsText(key.rotatedMs) }),
    ...(key.extractable ? {} : { keyVersion: { id: version.id, creationDate: toSecondsText(version.createdMs) } }),
    algorithmType: "AES",
    algorithmMetadata: { bitLength: "256", mode: "CBC_PAD" },
    algorithmBitSize: 256,
    algorithmMode: "CBC_PAD",
    dualAuthDelete: viewDualAuth(world, key.dualAuth, nowMs),
    ...(key.rotation === undefined ? {} : { rotation: viewRotation(key.rotation) }),
    deleted: key.state === 5,
    ...viewDeletion(key, nowMs),
  };
}

/** The key with its material, which KMS shows only for standard keys (kms-v2-and-iam.md 1.3). */
export function viewWithPayload(world: World, key: KmsKey, nowMs: number): Record<string, unknown> {
  const view = viewKmsKey(world, key, nowMs);
  return key.extractable && key.state !== 5 ? { ...view, payload: key.versions[0].material } : view;
}

/** An expired window is still shown, unless a switch says otherwise (10-5). */
function viewDualAuth(world: World, dualAuth: DualAuthPolicy | undefined, nowMs: number): Record<string, unknown> {
  if (dualAuth?.enabled !== true) return { enabled: false };
  const { setBy, expiresMs } = dualAuth;
  const isCleared = world.switches.kmsExpiredWindow === "cleared" && (expiresMs ?? 0) <= nowMs;
  if (setBy === undefined || expiresMs === undefined || isCleared) return { enabled: true, keySetForDeletion: false };
  return { enabled: true, keySetForDeletion: true, authExpiration: toSecondsText(expiresMs) };
}

export function viewRotation({ enabled, intervalMonths }: RotationPolicy): Record<string, unknown> {
  return { enabled, interval_month: intervalMonths };
}

function viewDeletion(key: KmsKey, nowMs: number): Record<string, unknown> {
  if (key.deletedMs === undefined) return {};
  const history = { deletionDate: toSecondsText(key.deletedMs), deletedBy: key.deletedBy };
  if (key.state !== 5) return history;
  // The window closes when the key expires, if that is sooner (kms-v2-and-iam.md 2.6).
  const restorableUntilMs = Math.min(key.deletedMs + restoreWindowMs, key.expiresMs ?? Number.POSITIVE_INFINITY);
  return {
    ...history,
    restoreAllowed: nowMs < restorableUntilMs,
    restoreExpirationDate: toSecondsText(restorableUntilMs),
    purgeAllowed: nowMs >= key.deletedMs + purgeWaitMs,
    purgeAllowedFrom: toSecondsText(key.deletedMs + purgeWaitMs),
    purgeScheduledOn: toSecondsText(key.deletedMs + purgeWaitAfterDeletionMs),
  };
}

/** The members that policies of both kinds show (2.11). */
export function viewKeyPolicy(world: World, policy: DualAuthPolicy | RotationPolicy): Record<string, unknown> {
  return {
    id: policy.id,
    crn: `${world.crn}:policy:${policy.id}`,
    createdBy: policy.createdBy,
    creationDate: toSecondsText(policy.createdMs),
    updatedBy: policy.updatedBy,
    lastUpdateDate: toSecondsText(policy.updatedMs),
  };
}

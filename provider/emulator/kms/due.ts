/** The moments at which KMS keys change by time alone (kms-v2-and-iam.md 3.1, 6). */

import { dayMs } from "../clock.ts";
import type { KmsKey } from "../model.ts";

export const purgeWaitAfterDeletionMs = 90 * dayMs;

/** The next moment at which the key changes by time alone; infinite if there is none. */
export function dueMsOf(key: KmsKey): number {
  return Math.min(rotationDueMs(key), expiryDueMs(key), purgeDueMs(key));
}

/** A rotation that is due after the key's expiry never takes place. */
export function rotationDueMs({ state, rotation, rotatedMs, createdMs, expiresMs }: KmsKey): number {
  if (rotation?.enabled !== true || state !== 1) return Number.POSITIVE_INFINITY;
  const dueMs = monthsLater(Math.max(rotatedMs ?? createdMs, rotation.updatedMs), rotation.intervalMonths);
  return dueMs < (expiresMs ?? Number.POSITIVE_INFINITY) ? dueMs : Number.POSITIVE_INFINITY;
}

/** A suspended key stays suspended until it is enabled (3.1). */
export function expiryDueMs({ state, expiresMs }: KmsKey): number {
  return state === 1 && expiresMs !== undefined ? expiresMs : Number.POSITIVE_INFINITY;
}

export function purgeDueMs({ state, deletedMs, goneMs }: KmsKey): number {
  if (state !== 5 || deletedMs === undefined) return Number.POSITIVE_INFINITY;
  return Math.max(deletedMs + purgeWaitAfterDeletionMs, goneMs ?? 0);
}

function monthsLater(ms: number, months: number): number {
  const date = new Date(ms);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

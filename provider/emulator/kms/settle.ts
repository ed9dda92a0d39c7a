/** Changes by time alone: expiry, rotation by policy, purge (kms-v2-and-iam.md 3.1, 6). */

import { dayMs } from "../clock.ts";
import type { KmsKey } from "../model.ts";
import type { World } from "../world.ts";
import { addVersion } from "./new-key.ts";

export const purgeDueMs = 90 * dayMs;
/** The most rotations that one request catches up on. */
const maxRotations = 240;

/** Brings every KMS key up to date. Each request starts with this, instead of a timer. */
export function settleKmsKeys(world: World, nowMs: number): void {
  for (const key of [...world.kmsKeys.values()]) {
    rotateByPolicy(world, key, nowMs);
    // A suspended key stays suspended until it is enabled (3.1).
    if (key.state === 1 && key.expiresMs !== undefined && key.expiresMs <= nowMs) {
      key.state = 3;
      key.updatedMs = key.expiresMs;
    }
    if (key.state === 5 && nowMs >= Math.max((key.deletedMs ?? nowMs) + purgeDueMs, key.goneMs ?? 0)) {
      world.kmsKeys.delete(key.id);
    }
  }
}

function rotateByPolicy(world: World, key: KmsKey, nowMs: number): void {
  for (let count = 0; count < maxRotations; count += 1) {
    const { rotation } = key;
    if (rotation?.enabled !== true || key.state !== 1) return;
    const sinceMs = Math.max(key.rotatedMs ?? key.createdMs, rotation.updatedMs);
    const dueMs = monthsLater(sinceMs, rotation.intervalMonths);
    if (dueMs > nowMs || dueMs >= (key.expiresMs ?? Number.POSITIVE_INFINITY)) return;
    addVersion(world, key, dueMs);
  }
}

function monthsLater(ms: number, months: number): number {
  const date = new Date(ms);
  return date.setUTCMonth(date.getUTCMonth() + months);
}

/** Changes by time alone: expiry, rotation by policy, purge (kms-v2-and-iam.md 3.1, 6). */

import type { KmsKey } from "../model.ts";
import type { World } from "../world.ts";
import { dueMsOf, expiryDueMs, purgeDueMs, rotationDueMs } from "./due.ts";
import { addVersion } from "./new-key.ts";

/** The most rotations that one request catches up on. */
const maxRotations = 240;

/**
 * Brings every KMS key up to date. Each request starts with this, instead of a timer, and reads the
 * keys only if one of them is due.
 */
export function settleKmsKeys(world: World, nowMs: number): void {
  const { kmsKeys } = world;
  if (nowMs < kmsKeys.dueMs) return;
  kmsKeys.dueMs = Number.POSITIVE_INFINITY;
  for (const key of [...kmsKeys.values()]) {
    rotateByPolicy(world, key, nowMs);
    if (expiryDueMs(key) <= nowMs) {
      key.state = 3;
      key.updatedMs = key.expiresMs ?? nowMs;
      kmsKeys.changed(key.id);
    }
    if (purgeDueMs(key) <= nowMs) kmsKeys.delete(key.id);
    else kmsKeys.dueMs = Math.min(kmsKeys.dueMs, dueMsOf(key));
  }
}

function rotateByPolicy(world: World, key: KmsKey, nowMs: number): void {
  for (let count = 0; count < maxRotations; count += 1) {
    const dueMs = rotationDueMs(key);
    if (dueMs > nowMs) return;
    addVersion(world, key, dueMs);
  }
}

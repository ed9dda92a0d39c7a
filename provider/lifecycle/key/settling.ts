/**
 * Decides when a run may write to an object that was just written. Each change names the ETag of the read that it is
 * based on (`If-Match`), and the service refuses the change with 412 if another write came since. But ETags count
 * seconds (uko-v4.md 1.4), so two writes within one second share an ETag.
 *
 * An example: Bob reads at 12:00:05.2, and Alice puts a hold on the key at 12:00:05.6. The hold makes Bob's approval
 * void. But Bob's deactivation still carries the ETag of 12:00:05, so the service would accept it. Therefore a run
 * waits until the last write is 2 s old, and reads again. If another recent write came meanwhile, the run stops
 * (`busy`). An object without a time of its last write counts as settled.
 */

import { assert, assertTime } from "../vocabulary/assert.ts";

/** Two seconds and not one, because the service's `Date`, with which the run compares, also counts whole seconds. */
export const settledAfterMs = 2000;

/** An object as the run has just read it. */
export interface Reading {
  readonly etag: string;
  readonly nowMs: number;
  /** Absent if the service does not report it. */
  readonly updatedAtMs?: number | undefined;
}

/** What a run remembers of an object that it is about to write. */
export interface SettlingMemory {
  /** Under this ETag the object is already settled, or only this run knows of the object. */
  readonly restedEtag?: string;
  /** A run waits once; after a write of its own it may wait once more. */
  readonly hasWaited: boolean;
}

export type Settling =
  | { readonly kind: "settled" }
  | { readonly kind: "wait"; readonly forMs: number }
  /** Another write came while the run waited, and that write is also recent. */
  | { readonly kind: "busy" };

export function settlingOf({ etag, nowMs, updatedAtMs }: Reading, { restedEtag, hasWaited }: SettlingMemory): Settling {
  assert(etag !== "", "a read before a write has an ETag");
  assertTime(nowMs, "the service's time");
  const restedMs = updatedAtMs === undefined ? settledAfterMs : Math.max(0, nowMs - updatedAtMs);
  if (restedMs >= settledAfterMs || etag === restedEtag) return { kind: "settled" };
  return hasWaited ? { kind: "busy" } : { kind: "wait", forMs: settledAfterMs - restedMs };
}

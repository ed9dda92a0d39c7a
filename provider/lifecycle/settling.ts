/**
 * The rule for when an object's last write is settled. ETags count seconds (uko-v4.md 1.4), so two
 * writes in one second share one. A write that is based on a read in that second could replace
 * another person's write unnoticed.
 */

/** The service's clock counts seconds, too. After this time no write can share the ETag. */
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
  const restedMs = updatedAtMs === undefined ? settledAfterMs : Math.max(0, nowMs - updatedAtMs);
  if (restedMs >= settledAfterMs || etag === restedEtag) return { kind: "settled" };
  return hasWaited ? { kind: "busy" } : { kind: "wait", forMs: settledAfterMs - restedMs };
}

/** What an ordinary update may write to a key: nothing while a consent record binds, and never a dead record carried on. */

import { anyBindingRecord, type ConsentRecord } from "./consent-record.ts";
import type { KeyObservation } from "./observation.ts";

export type UpdatePermission =
  | { readonly kind: "may" }
  /** Leaves the key and its difference alone, and says who asked. */
  | { readonly kind: "leave"; readonly record: ConsentRecord };

/** Decides whether `up` or `apply` may write to the key at all. */
export function planUpdate(observation: KeyObservation, nowMs: number): UpdatePermission {
  const standing = anyBindingRecord(observation, nowMs);
  return standing.binds ? { kind: "leave", record: standing.record } : { kind: "may" };
}

/** What may write to a key beside its deletion: nothing while a consent record binds. */

import { anyBindingRecord, type ConsentRecord } from "./consent-record.ts";
import type { KeyObservation } from "./observation.ts";
import { type Plan, type Run, unlessRefused } from "./plan.ts";

export type UpdatePermission =
  | { readonly kind: "may" }
  /** Leaves the key and its difference alone, and says who asked. */
  | { readonly kind: "leave"; readonly record: ConsentRecord };

/** Decides whether `up` or `apply` may write to the key at all. */
export function planUpdate(observation: KeyObservation, nowMs: number): UpdatePermission {
  const standing = anyBindingRecord(observation, nowMs);
  return standing.binds ? { kind: "leave", record: standing.record } : { kind: "may" };
}

/** Plans the one sync of a `uko sync`; it may change the last writer, and so void a record (product.md, the rule, point 7). */
export function planSync(observation: KeyObservation, run: Run, nowMs: number): Plan {
  if (run.syncedHere === true) return { kind: "done" };
  const permission = planUpdate(observation, nowMs);
  if (permission.kind === "leave") {
    return { kind: "refused", guard: { guard: "record_binds", record: permission.record } };
  }
  return unlessRefused({ kind: "ready", step: { kind: "sync" } }, run);
}

/**
 * Restores a destroyed KMS key, which KMS allows for 30 days. The call is sent once: after a lost response, a read says
 * whether the key is back (kms-v2-and-iam.md 2.6). A restored key is written to the evidence.
 */

import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { CallOptions, World, Written } from "../ports/world.ts";
import { noteRestore } from "./kind.ts";
import { type ObservedKmsKey, observeKmsKey } from "./observe.ts";
import { restorableUntilMs } from "./words.ts";

export type Restored =
  | { readonly kind: "restored" }
  /** KMS no longer restores the key. */
  | { readonly kind: "too_late"; readonly untilMs: number }
  /** It is not known whether the key was restored. */
  | { readonly kind: "unknown" }
  | Extract<Written<undefined>, { readonly kind: "forbidden" | "refused" }>;

export async function restoreKmsKey(
  world: World,
  ref: KmsKeyRef,
  observed: ObservedKmsKey,
  options: CallOptions,
): Promise<Restored> {
  const untilMs = restorableUntilMs(observed);
  if (untilMs !== undefined && untilMs <= observed.nowMs) return { kind: "too_late", untilMs };
  const written = await world.kmsKeys.restore(ref, options);
  if (written.kind === "forbidden" || written.kind === "refused") return written;
  if (written.kind !== "done") {
    const now = await observeKmsKey(world, ref, "summary", options);
    if (now.kind === "gone" || now.observation.state === "destroyed") return { kind: "unknown" };
  }
  await noteRestore(world, ref, observed, written.kind === "done" ? written.correlationId : "", options);
  return { kind: "restored" };
}

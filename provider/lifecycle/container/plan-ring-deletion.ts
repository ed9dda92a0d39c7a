/**
 * Decides whether a KMS key ring may be deleted now. It refuses a ring with a key that is not destroyed. It refuses a
 * ring that is, or may be, the ring of a UKO keystore, which UKO deletes together with the keystore. It waits while KMS
 * keeps the metadata of destroyed keys in the ring.
 */

import { type DecisionRead, issuePermit, type Permit } from "../vocabulary/permit.ts";
import type { RingKey } from "./plan-container-deletion.ts";

/** KMS never deletes this ring (kms-v2-and-iam.md 2.13). */
export const defaultRing = "default";

export interface RingObservation {
  readonly ring: string;
  /** Keys in any state, because a destroyed key keeps its metadata in the ring (kms-v2-and-iam.md 2.13). */
  readonly keys: readonly RingKey[];
  /** Names of internal keystores whose ring this is, or may be. UKO deletes the ring together with such a keystore. */
  readonly keystores: readonly string[];
  /** Present if the run that read the ring is about to delete it. */
  readonly decision?: DecisionRead | undefined;
}

export type RingPlan =
  | { readonly kind: "ready"; readonly permit?: Permit<"delete_key_ring"> }
  /** KMS still keeps metadata of destroyed keys; `untilMs` if it reports the date for each of them. */
  | { readonly kind: "waitingForTime"; readonly untilMs?: number; readonly keys: readonly RingKey[] }
  | { readonly kind: "refused"; readonly guard: RingGuard };

export type RingGuard =
  | { readonly guard: "of_keystore"; readonly keystores: readonly string[] }
  | { readonly guard: "holds_keys"; readonly keys: readonly RingKey[] }
  | { readonly guard: "service_refused"; readonly message: string };

/** `refusal` is what KMS answered to the deletion in this run, if it refused. */
export function planRingDeletion({ ring, keys, keystores, decision }: RingObservation, refusal?: string): RingPlan {
  if (keystores.length > 0) return { kind: "refused", guard: { guard: "of_keystore", keystores } };
  const living = keys.filter(({ isDestroyed }) => !isDestroyed);
  if (living.length > 0) return { kind: "refused", guard: { guard: "holds_keys", keys: living } };
  if (keys.length > 0) {
    const dates = keys.flatMap(({ purgeScheduledAtMs }) => purgeScheduledAtMs ?? []);
    return { kind: "waitingForTime", ...(dates.length === keys.length && { untilMs: Math.max(...dates) }), keys };
  }
  if (refusal === undefined) {
    return { kind: "ready", ...(decision && { permit: issuePermit(decision, { act: "delete_key_ring", id: ring }) }) };
  }
  return { kind: "refused", guard: { guard: "service_refused", message: refusal } };
}

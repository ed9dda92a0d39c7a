/**
 * The rules for the end of a campaign: when the containers of a vault may be deleted, and whether
 * every key is accounted for. A container that still holds a key is left by its own planner.
 */

import type { KeyOutcome } from "./reconcile.ts";

/** Outcomes that no step of this campaign changes any more. */
const finalOutcomes: readonly (KeyOutcome | "not_read")[] = [
  "removed",
  "destroyed",
  "proof_by_provider",
  "deactivated",
  "lives_on",
];

export function isFinal(outcome: KeyOutcome | "not_read"): boolean {
  return finalOutcomes.includes(outcome);
}

/** What the campaign knows about one vault. */
export interface VaultFacts {
  /** Whether its keys and contents could all be listed. */
  readonly isRead: boolean;
  /** The outcomes of its keys in the manifest. */
  readonly outcomes: readonly (KeyOutcome | "not_read")[];
  /** Keys in the vault that are not in the manifest. */
  readonly keysSinceBaseline: number;
}

export type VaultBlock =
  | { readonly kind: "not_read" }
  | { readonly kind: "keys_since_baseline"; readonly keys: number }
  | { readonly kind: "unfinished"; readonly keys: number };

/** Why no container of the vault may be deleted yet; undefined if its containers may go. */
export function vaultBlock({ isRead, outcomes, keysSinceBaseline }: VaultFacts): VaultBlock | undefined {
  if (!isRead) return { kind: "not_read" };
  if (keysSinceBaseline > 0) return { kind: "keys_since_baseline", keys: keysSinceBaseline };
  const unfinished = outcomes.filter((outcome) => !isFinal(outcome)).length;
  return unfinished > 0 ? { kind: "unfinished", keys: unfinished } : undefined;
}

/** A container that appeared after the last baseline belongs to a person who may still need it. */
export function isSinceBaseline(createdAtMs: number | undefined, baselineMs: number): boolean {
  return createdAtMs !== undefined && createdAtMs > baselineMs;
}

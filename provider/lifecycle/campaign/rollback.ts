/**
 * Decides whether a rollback may reactivate a key: only if the campaign itself deactivated the key. The proof has two
 * parts. A review of the campaign has the key. And the last write to the key is by the reviewer or the requester, and
 * falls in the days in which the deactivation was possible. If the last write does not fit, a person has to confirm.
 * Otherwise a rollback could bring back a key that another person deactivated for a reason of their own. The
 * reactivation makes a key safer, so it passes a hold. The evidence in the campaign's folder proves nothing, because
 * each person who can write to the folder can forge it.
 */

import type { ObservedState } from "../vocabulary/managed-key-states.ts";
import type { Identity } from "../vocabulary/observation.ts";

export interface ReviewedDeactivation {
  /**
   * The two people, either of whom may have taken the step: the reviewer, or the requester on the reviewer's stored
   * approval.
   */
  readonly reviewer: string;
  readonly requester: string;
  readonly reviewedAtMs: number;
}

export interface RollbackCandidate {
  readonly state: ObservedState;
  readonly updatedBy?: Identity | undefined;
  readonly updatedAtMs?: number | undefined;
  readonly reviews: readonly ReviewedDeactivation[];
}

export type Rollback =
  /** May be reactivated without another question. */
  | { readonly kind: "proven" }
  /** Another write followed. A person has to look at the key and confirm. */
  | { readonly kind: "written_since"; readonly by?: Identity; readonly atMs?: number }
  | { readonly kind: "left"; readonly why: "never_reviewed" | "not_deactivated" | "destroyed" };

/** How long after a review its step can happen: one day for the review, and seven days for a stored approval. */
const maxDelayMs = (1 + 7) * 24 * 60 * 60 * 1000;
/** UKO rounds the time of a write to seconds. */
const roundingMs = 1_000;

export function proveRollback({ state, updatedBy, updatedAtMs, reviews }: RollbackCandidate): Rollback {
  if (state === "destroyed" || state === "destroyed_compromised") return { kind: "left", why: "destroyed" };
  if (state !== "deactivated") return { kind: "left", why: "not_deactivated" };
  if (reviews.length === 0) return { kind: "left", why: "never_reviewed" };
  const isStep = reviews.some(
    ({ reviewer, requester, reviewedAtMs }) =>
      updatedAtMs !== undefined &&
      (updatedBy?.iamId === reviewer || updatedBy?.iamId === requester) &&
      reviewedAtMs <= updatedAtMs + roundingMs &&
      updatedAtMs <= reviewedAtMs + maxDelayMs,
  );
  if (isStep) return { kind: "proven" };
  return {
    kind: "written_since",
    ...(updatedBy !== undefined && { by: updatedBy }),
    ...(updatedAtMs !== undefined && { atMs: updatedAtMs }),
  };
}

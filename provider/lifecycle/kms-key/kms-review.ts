/**
 * Decides about one KMS key in a review. The review names each window that its reviewer saw, and the key is destroyed
 * only if its name and its window are still the same. KMS itself refuses the destruction to the setter.
 */

import {
  byName,
  changedFields,
  kindOf,
  type Review,
  type ReviewHeader,
  type UnusableReview,
  whyReviewIsUnusable,
} from "../consent/review.ts";
import type { Actor } from "../vocabulary/observation.ts";
import {
  isWindowOpen,
  type KmsKeyObservation,
  type KmsKeyPolicy,
  type KmsPlan,
  type KmsRun,
  planKmsKeyDeletion,
  windowName,
} from "./plan-kms-key-deletion.ts";

/** What the reviewer saw of one key. */
export interface KmsReviewLine {
  readonly kind: "kms";
  readonly kmsKeyId: string;
  readonly name: string;
  /** The name of the deletion window, as `windowName` writes it. */
  readonly window: string;
}

/** A review of KMS keys. Its step is always the destroy, and it always belongs to a campaign. */
export type KmsReview = Review<KmsReviewLine>;
export type AnyReview = Review | KmsReview;

export function isKmsReview(review: AnyReview): review is KmsReview {
  return kindOf(review) === "kms";
}

/** The name by which a campaign and a review list a KMS key. */
export function kmsNameOf({ kmsKeyId }: Pick<KmsReviewLine, "kmsKeyId">): string {
  return `kms/${kmsKeyId}`;
}

export type KmsSkip =
  | UnusableReview
  | { readonly kind: "not_listed" }
  /** The window has expired, or was unset. */
  | { readonly kind: "no_window" }
  | { readonly kind: "changed"; readonly fields: readonly (keyof KmsReviewLine)[] };

/** A campaign always requires two people. */
const strictest: KmsKeyPolicy = { goal: "destroyed", deletionProtection: false, people: "both" };

export function kmsReviewOf(header: ReviewHeader, lines: readonly KmsReviewLine[]): KmsReview {
  return { header, lines: byName(lines, kmsNameOf) };
}

/** The line of a key as one fresh read shows it; undefined if no window is open. */
export function kmsLineOf(observation: KmsKeyObservation, nowMs: number): KmsReviewLine | undefined {
  if (!isWindowOpen(observation, nowMs)) return undefined;
  const { kmsKeyId, name, windowEndsAtMs } = observation;
  return { kind: "kms", kmsKeyId, name, window: windowName(kmsKeyId, windowEndsAtMs) };
}

/** The next step of one key of the set. It opens no window: only a destroy can follow a review. */
export function planReviewedKmsKey(
  review: KmsReview,
  observation: KmsKeyObservation,
  run: KmsRun,
  nowMs: number,
): KmsPlan | { readonly kind: "skip"; readonly why: KmsSkip } {
  const approvals = { ...run, approvals: [] as readonly string[] };
  if (observation.state === "destroyed") return planKmsKeyDeletion(observation, strictest, approvals, nowMs);
  const why = skipReason(review, observation, run.actor, nowMs);
  if (typeof why === "object") return { kind: "skip", why };
  return planKmsKeyDeletion(observation, strictest, { ...run, approvals: [why] }, nowMs);
}

/** The name of the window, or why the review does not name it. */
function skipReason(
  { header, lines, answeredAtMs }: KmsReview,
  observation: KmsKeyObservation,
  actor: Actor,
  nowMs: number,
): KmsSkip | string {
  const use = { instanceId: header.instanceId, actor, nowMs, latestMs: nowMs, answeredAtMs };
  const unusable = whyReviewIsUnusable(header, use);
  if (unusable !== undefined) return unusable;
  const reviewed = lines.get(kmsNameOf(observation));
  if (reviewed === undefined) return { kind: "not_listed" };
  const fresh = kmsLineOf(observation, nowMs);
  if (fresh === undefined) return { kind: "no_window" };
  const fields = changedFields(reviewed, fresh);
  return fields.length > 0 ? { kind: "changed", fields } : fresh.window;
}

/**
 * Writes texts about a review in a campaign, a list of keys that one person saw and may approve. They say what the
 * approval does, whether that can be undone, and which holds people released before the review. For a KMS key they say
 * until when KMS accepts its destruction.
 */

import { type AnyReview, isKmsReview, type KmsReviewLine } from "../../../lifecycle/kms-review.ts";
import type { ReviewedWave } from "../../../lifecycle/review.ts";
import { keysOfKind, reviewTitle } from "../../key/text/set-messages.ts";
import { kmsWayBack } from "../../kms-key/words.ts";
import { type ReportSection, section, tableOf } from "./report.ts";

/** The first thing to read: what the approval does, and whether it can be undone. */
export function titleOf(review: AnyReview, keys: readonly unknown[]): string {
  if (!isKmsReview(review)) return reviewTitle(keys, review);
  return `Destroy ${keysOfKind("kms", keys.length)}. KMS ${kmsWayBack}.`;
}

/** When the deletion window of a line ends, ISO 8601 UTC. */
export function windowEndOf({ kmsKeyId, window }: KmsReviewLine): string {
  return window.slice(kmsKeyId.length + 1);
}

/** What people released before this review, for the reviewer. */
export function releasedSection({ released }: ReviewedWave): readonly ReportSection[] {
  const columns = { key: "key", "released by": "iamId", reason: "reason" } as const;
  return section("Released holds", { table: tableOf(released, columns), isWhole: true });
}

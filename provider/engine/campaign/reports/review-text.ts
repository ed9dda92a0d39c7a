/**
 * Writes texts about a review in a campaign, a list of keys that one person saw and may approve. They say what the
 * approval does, whether that can be undone, and which holds people released before the review. They list the keys with
 * counts, and the keys to check first, such as a key that got new resources since the manifest was written. For a KMS
 * key they say until when KMS accepts its destruction.
 */

import { type AnyReview, isKmsReview, type KmsReviewLine } from "../../../lifecycle/kms-review.ts";
import { keyPathOf, type ReviewedWave } from "../../../lifecycle/review.ts";
import type { SummarizedKey } from "../../key/many/exceptions.ts";
import { exceptionsAmong, listKeys, sayCounts } from "../../key/text/approval-messages.ts";
import { keysOfKind, reviewTitle, sharedRows } from "../../key/text/set-messages.ts";
import { kmsWayBack } from "../../kms-key/words.ts";
import { count, plain } from "../../text/words.ts";
import type { CampaignContext } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { resourcesNotRead, resourcesSource } from "../view/usage.ts";
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

/**
 * The keys to check before the approval, with the reason. First comes what only the campaign knows: resources that were
 * added since the baseline.
 */
export function exceptionRows(
  { view, plan }: CampaignContext,
  keys: readonly SummarizedKey[],
): readonly (readonly string[])[] {
  const lines = new Map(plan.keys.map(({ name, line }) => [name, line]));
  const wereRead = !view.manifest.blindSpots.some((spot) => spot.startsWith(resourcesNotRead));
  const addedTo = ({ line }: SummarizedKey): number => {
    const used = lines.get(keyPathOf(line))?.usage.find(({ source }) => source === resourcesSource);
    return wereRead ? line.resources.length - (used?.count ?? 0) : 0;
  };
  return exceptionsAmong(keys).map(({ key, why }) => {
    const added = addedTo(key);
    const says = [...(added > 0 ? [`${count(added, "resource")} added since the baseline`] : []), why].join("; ");
    return [plain(key.line.label, 60), keyPathOf(key.line), says];
  });
}

export function checkSection(rows: ReturnType<typeof exceptionRows>): readonly ReportSection[] {
  const table = { columns: ["label", "key", "why"], rows: sharedRows(rows) };
  return section("Check these keys before you approve", { table, isWhole: true });
}

/** The list of the keys, and the counts to read before it. */
export function listToApprove(keys: readonly SummarizedKey[], planned: readonly PlannedKey[]) {
  const vaults = new Map(planned.map(({ line }) => [line.vault, line.vaultName]));
  const { heads, rows } = listKeys(keys, vaults);
  return { lines: sayCounts(keys, vaults), table: { columns: heads.map((head) => head.toLowerCase()), rows } };
}

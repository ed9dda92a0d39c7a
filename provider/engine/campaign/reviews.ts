/** The reviewed sets in the folder of a campaign. They show people what happened, and qualify no key. */

import type { ReviewedWave } from "../../lifecycle/review.ts";
import { maxReviewBytes, parseReview } from "../../lifecycle/review-file.ts";
import { plain } from "../text/words.ts";
import type { CampaignFolder } from "./file-forms.ts";
import { parseKmsReview } from "./kms-review-file.ts";
import { folderFlag, type ReportSection, section, tableOf } from "./report.ts";

export const reviewFolder = "reviews";

/** Keys that were never active, and KMS keys, have a review of their own. */
export type OtherSet = "never_active" | "kms";

/** A review file of either format. */
export interface CampaignReview {
  readonly instanceId: string;
  readonly campaign?: ReviewedWave | undefined;
  readonly step: string;
  readonly set?: OtherSet;
  readonly reviewer: string;
  readonly reviewedAtMs: number;
  /** The requester of each key's step, by the name of the key. Empty for KMS keys: KMS does not report the requester. */
  readonly requesters: ReadonlyMap<string, string>;
}

/** Undefined for a text that is not a review. */
export function readAnyReview(text: string): CampaignReview | undefined {
  const kms = parseKmsReview(text);
  if (kms !== undefined) {
    const requesters = Array.from(kms.lines.keys(), (kmsKeyId) => [`kms/${kmsKeyId}`, ""] as const);
    return { ...kms.header, step: "destroy", set: "kms", requesters: new Map(requesters) };
  }
  const parsed = parseReview(text);
  if (parsed.kind === "invalid") return undefined;
  const { header, lines } = parsed.review;
  const requesters = new Map(Array.from(lines.keys(), (name) => [name, header.requester]));
  return { ...header, requesters, ...(header.neverActive && { set: "never_active" }) };
}

export function reviewFileName(wave: string, step: string, set: OtherSet | undefined, digest: string): string {
  const kind = set === undefined ? "" : `-${set.replace("_", "-")}`;
  return `${reviewFolder}/${wave}-${step}${kind}-${digest.slice(0, 16)}.jsonl`;
}

/** The command that makes such a review, for the folder at `path`. */
export function reviewAgain(wave: string, step: string, set: OtherSet | undefined, path: string): string {
  const flag = set === undefined ? "" : ` --${set.replace("_", "-")}`;
  return `uko campaign review ${wave} ${step}${flag} ${folderFlag(path)}`;
}

/** A reviewed set that lists a key. */
export interface ReviewedIn extends Pick<CampaignReview, "step" | "reviewer" | "reviewedAtMs"> {
  readonly wave: string;
  readonly requester: string;
}

export interface Reviews {
  readonly byKey: ReadonlyMap<string, readonly ReviewedIn[]>;
  /** The time of each review of this instance, by the name of its file. */
  readonly times: ReadonlyMap<string, number>;
  /** The most lines of holds.jsonl that a review noted. */
  readonly holdLines: number;
  /** Files that are no review of this instance. */
  readonly unusable: readonly string[];
}

/** The reviewed sets of this instance. */
export async function readReviews(folder: CampaignFolder, instanceId: string): Promise<Reviews> {
  const byKey = new Map<string, ReviewedIn[]>();
  const times = new Map<string, number>();
  const unusable: string[] = [];
  let holdLines = 0;
  for (const name of await folder.list(reviewFolder)) {
    const review = readAnyReview((await folder.read(`${reviewFolder}/${name}`, maxReviewBytes)) ?? "");
    if (review === undefined || review.instanceId !== instanceId) {
      unusable.push(plain(name, 100));
      continue;
    }
    const { step, reviewer, reviewedAtMs, campaign } = review;
    times.set(name, reviewedAtMs);
    holdLines = Math.max(holdLines, campaign?.holds ?? 0);
    for (const [key, requester] of review.requesters) {
      const set = { step, wave: campaign?.wave ?? "", reviewer, requester, reviewedAtMs };
      byKey.set(key, [...(byKey.get(key) ?? []), set]);
    }
  }
  return { byKey, times, holdLines, unusable };
}

/** What people released before this review, for the reviewer. */
export function releasedSection({ released }: ReviewedWave): readonly ReportSection[] {
  const columns = { key: "key", "released by": "iamId", reason: "reason" } as const;
  return section("Released holds", { table: tableOf(released, columns), isWhole: true });
}

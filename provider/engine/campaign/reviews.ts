/** The reviewed sets in the folder of a campaign. They show people what happened, and qualify no key. */

import { maxReviewBytes, parseReview } from "../../lifecycle/review-file.ts";
import { plain } from "../text/words.ts";
import type { CampaignFolder } from "./folder.ts";
import { parseKmsReview } from "./kms-review-file.ts";

export const reviewFolder = "reviews";
const maxReviews = 2_000;

/** A reviewed set that lists a key. */
export interface ReviewedIn {
  readonly step: string;
  readonly wave: string;
  readonly reviewer: string;
  /** Empty for a KMS key if KMS does not disclose who opened its deletion window. */
  readonly requester: string;
  readonly reviewedAtMs: number;
}

export interface Reviews {
  readonly byKey: ReadonlyMap<string, readonly ReviewedIn[]>;
  /** The time of each review of this instance, by the name of its file. */
  readonly times: ReadonlyMap<string, number>;
  /** Files that are no review of this instance. */
  readonly unusable: readonly string[];
}

/** The reviewed sets of this instance. */
export async function readReviews(folder: CampaignFolder, instanceId: string): Promise<Reviews> {
  const byKey = new Map<string, ReviewedIn[]>();
  const times = new Map<string, number>();
  const unusable: string[] = [];
  const add = (key: string, set: ReviewedIn): void => void byKey.set(key, [...(byKey.get(key) ?? []), set]);
  for (const name of (await folder.list(reviewFolder)).slice(0, maxReviews)) {
    const text = (await folder.read(`${reviewFolder}/${name}`, maxReviewBytes)) ?? "";
    const kms = parseKmsReview(text);
    if (kms?.header.instanceId === instanceId) {
      times.set(name, kms.header.reviewedAtMs);
      for (const { kmsKeyId, setter = "" } of kms.lines.values()) {
        const { reviewer, reviewedAtMs, campaign } = kms.header;
        add(`kms/${kmsKeyId}`, { step: "destroy", wave: campaign.wave, reviewer, requester: setter, reviewedAtMs });
      }
      continue;
    }
    const parsed = parseReview(text);
    if (parsed.kind === "invalid" || parsed.review.header.instanceId !== instanceId) {
      unusable.push(plain(name, 100));
      continue;
    }
    const { header, lines } = parsed.review;
    times.set(name, header.reviewedAtMs);
    for (const path of lines.keys()) {
      const { step, reviewer, requester, reviewedAtMs, campaign } = header;
      add(path, { step, wave: campaign?.wave ?? "", reviewer, requester, reviewedAtMs });
    }
  }
  return { byKey, times, unusable };
}

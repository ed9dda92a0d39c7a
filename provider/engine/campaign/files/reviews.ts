/**
 * Reads and names the review files in the folder of a campaign. Each lists the keys that one person saw and may approve
 * together, with the step and the time. Reports show these facts, and name a file that is not a review of this
 * instance. A rollback undoes a step only if one of these reviews lists the key. It proves everything else from the
 * service, because each person who can write to the folder can write such a file. A review also notes how many lines
 * `holds.jsonl` had, so that a removed hold is noticed.
 */

import type { AnyReview } from "../../../lifecycle/kms-review.ts";
import { maxReviewBytes, type ReviewHeader } from "../../../lifecycle/review.ts";
import { parseReview, requesterOf } from "../../key/many/review-file.ts";
import { plain } from "../../text/words.ts";
import type { CampaignFolder } from "./file-forms.ts";

export const reviewFolder = "reviews";

export function reviewFileName(wave: string, step: string, digest: string): string {
  return `${reviewFolder}/${wave}-${step}-${digest.slice(0, 16)}.jsonl`;
}

/** The review in the folder with this name; undefined if the file is not a review of this instance. */
export async function readCampaignReview(
  folder: CampaignFolder,
  name: string,
  instanceId: string,
): Promise<{ readonly review: AnyReview; readonly text: string } | undefined> {
  const text = (await folder.read(`${reviewFolder}/${name}`, maxReviewBytes)) ?? "";
  const parsed = parseReview(text);
  if (parsed.kind === "invalid" || parsed.review.header.instanceId !== instanceId) return undefined;
  return { review: parsed.review, text };
}

/** A reviewed set that lists a key. */
export interface ReviewedIn extends Pick<ReviewHeader, "step" | "reviewer" | "reviewedAtMs"> {
  readonly wave: string;
  /** Empty for KMS keys: KMS does not report the requester. */
  readonly requester: string;
}

export type Reviews = Readonly<Awaited<ReturnType<typeof readReviews>>>;

/** The reviewed sets of this instance. */
export async function readReviews(folder: CampaignFolder, instanceId: string) {
  const byKey = new Map<string, ReviewedIn[]>();
  /** The time of each review of this instance, by the name of its file. */
  const times = new Map<string, number>();
  /** Files that are no review of this instance. */
  const unusable: string[] = [];
  /** The most lines of holds.jsonl that a review noted. */
  let holdLines = 0;
  for (const name of await folder.list(reviewFolder)) {
    const read = await readCampaignReview(folder, name, instanceId);
    if (read === undefined) {
      unusable.push(plain(name, 100));
      continue;
    }
    const { header, lines } = read.review;
    const { step, reviewer, reviewedAtMs, campaign } = header;
    times.set(name, reviewedAtMs);
    holdLines = Math.max(holdLines, campaign?.holds ?? 0);
    for (const [key, line] of lines) {
      const set = { step, wave: campaign?.wave ?? "", reviewer, requester: requesterOf(line), reviewedAtMs };
      byKey.set(key, [...(byKey.get(key) ?? []), set]);
    }
  }
  return { byKey, times, holdLines, unusable };
}

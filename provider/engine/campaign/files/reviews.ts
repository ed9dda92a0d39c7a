/**
 * Reads and names the review files in the folder of a campaign. Each lists the keys that one person saw and may approve
 * together, with the step and the time. Reports show these facts, and name a file that is not a review of this
 * instance. A rollback undoes a step only if one of these reviews lists the key. It proves everything else from the
 * service, because each person who can write to the folder can write such a file.
 */

import { kindOf, maxReviewBytes, type ReviewHeader, type ReviewKind } from "../../../lifecycle/consent/review.ts";
import { parseReview, requesterOf } from "../../key/sets/review-file.ts";
import { plain } from "../../text/words.ts";
import type { CampaignFolder } from "./file-forms.ts";

export const reviewFolder = "reviews";

export function reviewFileName(wave: string, step: string, digest: string): string {
  return `${reviewFolder}/${wave}-${step}-${digest.slice(0, 16)}.jsonl`;
}

/** A reviewed set that lists a key. */
export interface ReviewedIn extends Pick<ReviewHeader, "step" | "reviewer" | "reviewedAtMs"> {
  readonly wave: string;
  /** Empty for KMS keys: KMS does not report the requester. */
  readonly requester: string;
  /** The SHA-256 of the review. */
  readonly digest: string;
}

export type Reviews = Readonly<Awaited<ReturnType<typeof readReviews>>>;

/** The reviewed sets of this instance. */
export async function readReviews(folder: CampaignFolder, instanceId: string, sha256: (text: string) => string) {
  const byKey = new Map<string, ReviewedIn[]>();
  const files: { readonly header: ReviewHeader; readonly kind: ReviewKind; readonly digest: string }[] = [];
  /** Files that are not a review of this instance. */
  const unusable: string[] = [];
  for (const name of await folder.list(reviewFolder)) {
    const text = (await folder.read(`${reviewFolder}/${name}`, maxReviewBytes)) ?? "";
    const parsed = parseReview(text);
    if (parsed.kind === "invalid" || parsed.review.header.instanceId !== instanceId) {
      unusable.push(plain(name, 100));
      continue;
    }
    const { header, lines } = parsed.review;
    const { step, reviewer, reviewedAtMs, campaign } = header;
    const digest = sha256(text);
    files.push({ header, kind: kindOf(parsed.review), digest });
    const [first] = lines.values();
    // All keys of a review have the same requester, so they share one object, which saves memory.
    const requester = first === undefined ? "" : requesterOf(first);
    const set = { step, wave: campaign?.wave ?? "", reviewer, requester, reviewedAtMs, digest };
    for (const key of lines.keys()) byKey.set(key, [...(byKey.get(key) ?? []), set]);
  }
  return { byKey, files, unusable };
}

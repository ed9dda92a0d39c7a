/** A review from its text: only the text whose digest the caller named, and only as uko writes it. */

import { UkoError } from "../../errors.ts";
import type { Review } from "../../lifecycle/review.ts";
import { parseReview } from "../../lifecycle/review-file.ts";
import { sayReviewProblem } from "./review-words.ts";

/** The text of a file, and the SHA-256 of the very bytes that the text came from. */
export interface ReviewText {
  readonly text: string;
  readonly digest: string;
}

/** `path` is for the message. Throws UKO_REVIEW_INVALID. */
export function readReview({ text, digest }: ReviewText, expected: string, path: string): Review {
  if (digest !== expected) {
    throw new UkoError("UKO_REVIEW_INVALID", {
      summary: `The review ${path} is not the file that you named: its SHA-256 differs`,
      detail: [
        `Named: ${expected}`,
        `Found: ${digest}`,
        "The file changed after the review, or the digest belongs to another file. Nothing was changed.",
        "Next: review the keys again with uko review.",
      ].join("\n"),
    });
  }
  const parsed = parseReview(text);
  if (parsed.kind === "review") return { ...parsed.review, digest };
  throw new UkoError("UKO_REVIEW_INVALID", {
    summary: `The review ${path} is not valid`,
    detail: `${sayReviewProblem(parsed.problem)} Nothing was changed.\nNext: review the keys again with uko review.`,
  });
}

/**
 * The text of a review of KMS keys. It has a format of its own, so that no run accepts it in
 * `UKO_CONSENT=@file`. A review has exactly one text, which its digest names.
 */

import * as z from "zod";
import { parseJson } from "../../encodings.ts";
import { UkoError } from "../../errors.ts";
import { type KmsReview, type KmsReviewLine, kmsReviewOf } from "../../lifecycle/kms-review.ts";
import { sha256Form, uuid } from "./file-forms.ts";

export const kmsReviewFormat = "uko-kms-review-1";

const text = z.string();
const header = z.strictObject({
  format: z.literal(kmsReviewFormat),
  instanceId: uuid,
  campaign: z.strictObject({
    ...{ name: text, wave: text, digest: sha256Form, class: text },
    holds: z.number().int().min(0).meta({ description: "How many lines holds.jsonl had" }),
    released: z.array(z.strictObject({ key: text, iamId: text, reason: text })),
  }),
  step: z.literal("destroy"),
  reviewer: text.min(1).meta({ description: "IAM ID of the one person who may use the review" }),
  reviewedAt: z.iso.datetime({ precision: 3 }),
  keys: z.number().int().min(1),
});
const line = z.strictObject({
  kmsKeyId: uuid,
  name: text,
  window: text.meta({ description: "<keyId>@<end of the deletion window>" }),
});

/** All lines of the file, for the published JSON Schema. */
export const kmsReviewLine = z.union([header, line]);

/** When the deletion window of a line ends, ISO 8601 UTC. */
export function windowEndOf({ kmsKeyId, window }: KmsReviewLine): string {
  return window.slice(kmsKeyId.length + 1);
}

/** The one text of a review. */
export function encodeKmsReview({ header: head, lines }: KmsReview): string {
  const { instanceId, campaign, reviewer, reviewedAtMs } = head;
  const { name, wave, digest, class: kind, holds, released } = campaign;
  const first = {
    format: kmsReviewFormat,
    instanceId,
    campaign: {
      ...{ name, wave, digest, class: kind, holds },
      released: released.map(({ key, iamId, reason }) => ({ key, iamId, reason })),
    },
    step: "destroy",
    reviewer,
    reviewedAt: new Date(reviewedAtMs).toISOString(),
    keys: lines.size,
  };
  const rest = [...lines.values()].map((each) =>
    JSON.stringify({ kmsKeyId: each.kmsKeyId, name: each.name, window: each.window }),
  );
  return [JSON.stringify(first), ...rest, ""].join("\n");
}

/** Undefined for every text but the one that `encodeKmsReview` writes. */
export function parseKmsReview(content: string): KmsReview | undefined {
  const [first = "", ...rest] = content.split("\n").slice(0, -1);
  const head = header.safeParse(parseJson(first));
  if (!head.success) return undefined;
  const lines = rest.map((each) => line.safeParse(parseJson(each)));
  const read = lines.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const { instanceId, campaign, reviewer, reviewedAt } = head.data;
  const review = kmsReviewOf({ instanceId, campaign, reviewer, reviewedAtMs: Date.parse(reviewedAt) }, read);
  return encodeKmsReview(review) === content ? review : undefined;
}

/** Throws UKO_REVIEW_INVALID if the text is not the one with this digest. */
export function readKmsReview(
  content: string,
  digest: string,
  name: string,
  sha256: (text: string) => string,
): KmsReview {
  const review = sha256(content) === digest.toLowerCase() ? parseKmsReview(content) : undefined;
  if (review !== undefined) return { ...review, digest: digest.toLowerCase() };
  throw new UkoError("UKO_REVIEW_INVALID", {
    summary: `${name} is not the review with this SHA-256`,
    detail: "The file was edited, or the digest is mistyped. Nothing was changed.\nNext: review the keys again.",
  });
}

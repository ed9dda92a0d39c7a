/**
 * Writes the one text of a review, whose SHA-256 stands in the evidence and before the question of a person. The text is
 * never stored and never read back: an approval names what its own process has just shown. A review has exactly one text,
 * so that one SHA-256 means one list of keys.
 */

import * as z from "zod";
import type { Review, ReviewLine } from "../../../lifecycle/consent/review.ts";
import type { KmsReviewLine } from "../../../lifecycle/kms-key/kms-review.ts";
import { isPerson } from "../../../lifecycle/vocabulary/observation.ts";

type AnyLine = ReviewLine | KmsReviewLine;

const text = z.string();
const named = z.string().min(1);
const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const person = z.string().refine((iamId) => isPerson({ iamId, mark: "" }));
export const keystore = z.strictObject({ id: text, type: text, pendingPeriod: named.exactOptional() });

/** The order of the fields is their order in the text. */
export const header = z.strictObject({
  format: z.literal("uko-review-2"),
  instanceId: uuid,
  campaign: z
    .strictObject({
      ...{ name: named, wave: named, digest: sha256, class: named },
    })
    .exactOptional(),
  step: z.enum(["deactivate", "destroy"]),
  reviewer: person.meta({ description: "IAM ID of the one person who may use the review" }),
  reviewedAt: z.iso.datetime({ precision: 3 }),
  keys: z.int().min(1),
  exceptions: named
    .exactOptional()
    .meta({ description: "What the reviewer confirms beside the number of keys, such as 12 in use" }),
});
export const keyLine = z.strictObject({
  kind: z.enum(["managed", "never-active"]),
  ...{ vaultId: uuid, keyId: uuid, label: text },
  record: sha256.meta({ description: "Hash of the consent record" }),
  requester: person.meta({ description: "IAM ID of the person who requested the step" }),
  reason: named.exactOptional(),
  facts: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .meta({ description: "Digest of the key's facts for the step" }),
  // Sorted entries, and no keystore twice, so that the same key has one line.
  resources: z
    .array(text)
    .overwrite((ids) => ids.toSorted())
    .meta({ description: "IDs of the resources that use the key" }),
  keystores: z.array(keystore).overwrite(sortedById),
});
const kmsLine = z.strictObject({
  ...{ kind: z.literal("kms"), kmsKeyId: uuid, name: text },
  window: text.meta({ description: "<keyId>@<end of the deletion window>" }),
});
const line: z.ZodType<AnyLine> = z.discriminatedUnion("kind", [keyLine, kmsLine]);

/** Writes a review. A review has exactly one text. */
export function encodeReview({ header: { reviewedAtMs, ...common }, lines }: Review<AnyLine>): string {
  const reviewedAt = new Date(reviewedAtMs).toISOString();
  const first = header.parse({ format: header.shape.format.value, ...common, reviewedAt, keys: lines.size });
  const rest = Array.from(lines.values(), (each) => line.parse(each));
  return [first, ...rest].map((each) => `${JSON.stringify(each)}\n`).join("");
}

function sortedById<Item extends { readonly id: string }>(items: readonly Item[]): Item[] {
  const byId = new Map(items.map((item) => [item.id, item]));
  return Array.from(byId.values()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

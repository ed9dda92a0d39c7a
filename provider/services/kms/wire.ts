/**
 * Defines the forms of KMS v2's responses (kms-v2-and-iam.md 2.11, 2.13, 3, 4.1). Key material is part of no form, so
 * it is dropped if KMS sends it.
 */

import * as z from "zod";
import { listOf, optionalText } from "../http/wire-values.ts";

const optionalFlag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

/**
 * A KMS key, which may be the backing key of a managed key. Key material is not among the members, so the parser drops
 * it if KMS sends it. `dualAuthDelete` may be absent (kms-v2-and-iam.md 5.2). Null, or an object without `enabled`, is
 * invalid, because a guard depends on it.
 */
export const kmsKey = z.object({
  id: z.string(),
  state: z.number().int(),
  dualAuthDelete: z
    .object({
      enabled: z.boolean(),
      keySetForDeletion: z.boolean().optional(),
      authExpiration: z.string().optional(),
    })
    .optional(),
  crn: optionalText,
  name: optionalText,
  description: optionalText,
  aliases: listOf(z.string()),
  tags: listOf(z.string()),
  extractable: optionalFlag,
  imported: optionalFlag,
  keyRingID: optionalText,
  expirationDate: optionalText,
  creationDate: optionalText,
  createdBy: optionalText,
  lastRotateDate: optionalText,
  keyVersion: z.object({ id: optionalText }).nullish(),
  rotation: z.object({ enabled: z.boolean().nullish(), interval_month: z.number().int() }).nullish(),
  deletionDate: optionalText,
  deletedBy: optionalText,
  restoreExpirationDate: optionalText,
  purgeScheduledOn: optionalText,
});
export type WireKmsKey = z.output<typeof kmsKey>;

/** A collection of items, which is absent if nothing matches (kms-v2-and-iam.md 1.5); null is invalid. */
function collectionOf<T extends z.ZodType>(item: T) {
  return z.object({ resources: z.array(item).default([]) });
}
export const kmsKeys = collectionOf(kmsKey);
export const keyPolicies = collectionOf(
  z.object({
    dualAuthDelete: z.object({}).nullish(),
    createdBy: optionalText,
    updatedBy: optionalText,
    lastUpdateDate: optionalText,
  }),
);
/** `preventKeyDeletion` may be absent when false; a guard depends on it, so null is invalid. */
export const registrations = collectionOf(
  z.object({ resourceCrn: z.string(), preventKeyDeletion: z.boolean().default(false) }),
);
export const keyRings = collectionOf(z.object({ id: z.string() }));

const text = z.string().catch("");
/** Codes are trimmed: one published sample has a leading blank (kms-v2-and-iam.md 2.8). */
export const kmsError = z.object({
  resources: z
    .array(
      z.object({
        errorMsg: text,
        reasons: z.array(z.object({ code: text.transform((code) => code.trim()), message: text })).nullish(),
      }),
    )
    .min(1),
});

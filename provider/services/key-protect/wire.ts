/** KMS v2 on the wire (kms-v2-and-iam.md 3, 4.1), only what the end of a managed key needs. */

import { z } from "zod";

/** `dualAuthDelete` may be absent; present, it has to be whole, because a guard rests on it. */
export const kmsKeys = z.object({
  resources: z
    .array(
      z.object({
        id: z.string(),
        state: z.number().int(),
        dualAuthDelete: z
          .object({
            enabled: z.boolean(),
            keySetForDeletion: z.boolean().optional(),
            authExpiration: z.string().optional(),
          })
          .nullish(),
      }),
    )
    .min(1)
    .max(1),
});
export type WireKmsKey = z.output<typeof kmsKeys>["resources"][number];

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

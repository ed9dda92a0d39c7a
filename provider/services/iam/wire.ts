/** IAM's response to a token request (kms-v2-and-iam.md 7.2, 7.5). */

import * as z from "zod";

export const tokenAnswer = z.object({
  /** Exactly the characters that a header can carry. */
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().max(86_400).catch(3_600),
});

/** `errorDetails` is omitted on purpose: it may repeat what was sent. */
export const iamError = z.object({
  errorCode: z.string().catch(""),
  errorMessage: z.string().catch(""),
});

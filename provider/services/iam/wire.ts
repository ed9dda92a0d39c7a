/** What IAM answers to a token request (kms-v2-and-iam.md 7.2, 7.5). */

import * as z from "zod";

export const tokenAnswer = z.object({
  /** What a header can carry, and nothing else. */
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.coerce.number().positive().max(86_400).catch(3_600),
});

/** `errorDetails` is left out on purpose: it may repeat what was sent. */
export const iamError = z.object({
  errorCode: z.string().catch(""),
  errorMessage: z.string().catch(""),
});

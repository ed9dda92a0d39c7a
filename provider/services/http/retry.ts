/**
 * Decides whether and when a failed call is sent again (kms-v2-and-iam.md 8): only if a second request cannot do harm,
 * in at most four attempts, and within the deadline of the call. A 401 is answered in client.ts.
 */

/**
 * When a request may be sent again. `always` is for reads and token calls. `after_429` is for changes: a 429 comes before
 * the service does anything, but after any other failure the change may have happened. `never` is for a request that
 * could create a second object. A request that was not sent may always be sent again.
 */
export type Resend = "always" | "after_429" | "never";

/** How an attempt ended that may need a retry; other responses are not passed in. */
export type AttemptEnd =
  | { readonly kind: "response"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "broken"; readonly isUnsent: boolean };

export interface RetryQuestion {
  readonly resend: Resend;
  readonly end: AttemptEnd;
  /** Attempts made so far, at least 1. */
  readonly attempts: number;
  readonly elapsedMs: number;
  readonly deadlineMs: number;
  readonly random: number;
}

export const maxAttempts = 4;
const firstDelayMs = 500;
const longestDelayMs = 8_000;
/** The longest wait that uko accepts. If a service asks for more, the call fails with that report. */
export const longestRetryAfterMs = 30_000;
const passingStatuses: readonly number[] = [429, 502, 503, 504];

/** Returns the delay before the next attempt; undefined if the call must not be sent again. */
export function retryDelayMs(question: RetryQuestion): number | undefined {
  const { resend, end, attempts, elapsedMs, deadlineMs, random } = question;
  if (attempts >= maxAttempts || !mayResend(resend, end)) return undefined;
  const backoffMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempts - 1));
  const askedMs = end.kind === "response" ? end.retryAfterMs : undefined;
  if (askedMs !== undefined && askedMs > longestRetryAfterMs) return undefined;
  const delayMs = askedMs === undefined ? backoffMs * (0.5 + random / 2) : askedMs + firstDelayMs * random;
  return elapsedMs + delayMs < deadlineMs ? delayMs : undefined;
}

function mayResend(resend: Resend, end: AttemptEnd): boolean {
  if (end.kind === "broken" && end.isUnsent) return true;
  if (resend === "never") return false;
  if (resend === "after_429") return end.kind === "response" && end.status === 429;
  return end.kind === "broken" || passingStatuses.includes(end.status);
}

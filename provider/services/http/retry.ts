/** Retries: only if safe, at most four attempts, within the deadline (kms-v2-and-iam.md 8). */

/**
 * `always` for reads and token calls. `after_429` for changes: a limiter refuses before anything is
 * done, but any other failure may have had its effect. `never` if a second request could create a
 * second object. A request that was not sent may always be sent.
 */
export type Resend = "always" | "after_429" | "never";

/** The end of an attempt that may need a retry; other responses are not passed in. */
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
  /** From 0 up to 1. */
  readonly random: number;
}

export const maxAttempts = 4;
const firstDelayMs = 500;
const longestDelayMs = 8_000;
/** If a service asks for a longer wait, the run reports so and ends instead of waiting. */
export const longestRetryAfterMs = 30_000;
const passingStatuses: readonly number[] = [429, 502, 503, 504];

/** Returns the delay before the next attempt; undefined if there is none. */
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

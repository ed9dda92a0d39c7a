/** When a call is sent again: only where resending is safe, at most four times, within the deadline (kms-v2-and-iam.md 8). */

/**
 * `always` for reads and token calls. `after_429` for changes: a limiter refuses before anything is done, any other failure
 * may have had its effect. `never` where a second request could make a second thing.
 */
export type Resend = "always" | "after_429" | "never";

/** How one attempt ended; an answer that nobody has to retry is not asked about. */
export type AttemptEnd =
  | { readonly kind: "answer"; readonly status: number; readonly retryAfterMs: number | undefined }
  | { readonly kind: "broken" };

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
/** A service that asks for a longer wait than this is not waited for: the run says so and ends. */
export const longestRetryAfterMs = 30_000;
const passingStatuses: readonly number[] = [429, 502, 503, 504];

/** Answers how long to wait before the next attempt; undefined when there is none. */
export function retryDelayMs(question: RetryQuestion): number | undefined {
  const { resend, end, attempts, elapsedMs, deadlineMs, random } = question;
  if (attempts >= maxAttempts || !mayResend(resend, end)) return undefined;
  const backoffMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (attempts - 1));
  const askedMs = end.kind === "answer" ? end.retryAfterMs : undefined;
  if (askedMs !== undefined && askedMs > longestRetryAfterMs) return undefined;
  const delayMs = askedMs === undefined ? backoffMs * (0.5 + random / 2) : askedMs + firstDelayMs * random;
  return elapsedMs + delayMs < deadlineMs ? delayMs : undefined;
}

function mayResend(resend: Resend, end: AttemptEnd): boolean {
  if (resend === "never") return false;
  if (resend === "after_429") return end.kind === "answer" && end.status === 429;
  return end.kind === "broken" || passingStatuses.includes(end.status);
}

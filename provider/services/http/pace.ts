/**
 * Computes how many calls uko makes at a time: half after 429 or 503, and slowly more after other responses. If such a
 * response has `Retry-After`, no call starts before that time, unless the wait is over 30 s: then only the refused call
 * fails.
 */

import { longestRetryAfterMs } from "./retry.ts";

export interface Pace {
  /** The most calls at a time, rounded down. */
  readonly limit: number;
  readonly loweredAtMs: number;
  /** No call starts before this time. */
  readonly pausedUntilMs: number;
}

export interface PaceResponse {
  readonly status: number;
  readonly retryAfterMs: number | undefined;
  /** The attempt was sent and answered at these times. */
  readonly sentAtMs: number;
  readonly nowMs: number;
}

const overloaded: readonly number[] = [429, 503];

export function firstPace(most: number): Pace {
  return { limit: most, loweredAtMs: Number.NEGATIVE_INFINITY, pausedUntilMs: 0 };
}

/** The pace after one response. Calls that were under way when the limit fell do not lower it again. */
export function paceAfter(pace: Pace, { status, retryAfterMs = 0, sentAtMs, nowMs }: PaceResponse, most: number): Pace {
  if (!overloaded.includes(status)) {
    return pace.limit >= most ? pace : { ...pace, limit: Math.min(most, pace.limit + 1 / pace.limit) };
  }
  // A longer wait makes only this call fail, so other calls do not wait for it.
  const pauseMs = retryAfterMs > longestRetryAfterMs ? 0 : retryAfterMs;
  const pausedUntilMs = Math.max(pace.pausedUntilMs, nowMs + pauseMs);
  if (sentAtMs < pace.loweredAtMs) return { ...pace, pausedUntilMs };
  return { limit: Math.max(1, pace.limit / 2), loweredAtMs: nowMs, pausedUntilMs };
}

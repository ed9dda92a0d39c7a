/** The dates of a key in a campaign: when each step can happen, and when it is too late for a deadline. */

import { dayMs } from "./calendar.ts";

/**
 * The end (exclusive) of the time in which destroy still meets a deadline: the keystores need their
 * whole pending period before it.
 */
export function lastDestroyBeforeMs(deadlineMs: number, pendingDays: number): number {
  return deadlineMs - pendingDays * dayMs;
}

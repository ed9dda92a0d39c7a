/**
 * Read errors that say nothing about the object itself. They must not fail unrelated runs (decision
 * 0017).
 */

import { type ErrorCode, isUkoError, type UkoError } from "../../errors.ts";

const lookFaults: readonly ErrorCode[] = [
  "UKO_ACCESS_DENIED",
  "UKO_RIGHTS_MISSING",
  "UKO_GONE_UNPROVEN",
  "UKO_ANSWER_INVALID",
  "UKO_ANSWER_LOST",
  "UKO_SERVICE_UNAVAILABLE",
  "UKO_DEADLINE",
  "UKO_CLOCK_SKEW",
];

/**
 * A read before every run must not stop the runs of people whose work does not involve this key
 * (decision 0017).
 */
export function isTransientReadError(error: unknown): error is UkoError {
  return isUkoError(error) && lookFaults.includes(error.code);
}

/** The warning about such a read; `why` is in the terms of the door's readers. */
export function refreshSkippedWarning(why: string): string {
  return `Could not refresh this resource; keeping the last known state: ${why}`;
}

/** Ends each such warning, so that the last warning shows the total. */
export function sayUnreadSoFar(count: number): string {
  return `Resources that this run could not read so far: ${count}. UKO_STRICT_READS=1 turns this warning into an error.`;
}

/** Ends a run of an engine that signals its end. */
export function sayUnreadInAll(count: number): string {
  const resources = count === 1 ? "1 resource" : `${count} resources`;
  return `This run could not read ${resources}, so their last known state was kept. With UKO_STRICT_READS=1, such a run fails`;
}

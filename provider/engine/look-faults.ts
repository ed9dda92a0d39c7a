/** Which faults of a look say nothing of what was looked at: it may be as it was, and nobody else's run is to stop for it. */

import { type ErrorCode, isUkoError, type UkoError } from "../errors.ts";

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

/** Looking again before every run must not stop the runs of people who have nothing to do with this key (decision 0017). */
export function saysNothingOfTheObject(error: unknown): error is UkoError {
  return isUkoError(error) && lookFaults.includes(error.code);
}

/** What people are told of such a look; `why` as the door's readers need it. */
export function sayUnseen(why: string): string {
  return `Could not be looked at, so its state is from the last look: ${why}`;
}

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

/** Ends each such warning, so that the last one has the total. */
export function sayUnreadSoFar(count: number): string {
  return `Resources that this run could not read so far: ${count}. UKO_STRICT_READS=1 turns this warning into an error.`;
}

/** Ends a run whose engine tells its end. */
export function sayUnreadInAll(count: number): string {
  const resources = count === 1 ? "1 resource" : `${count} resources`;
  return `This run could not read ${resources}, so what it shows of them is from the last read. UKO_STRICT_READS=1 fails such a run`;
}

/**
 * Checks what cannot be otherwise, so that a wrong assumption stops a run before its next call and not a key. A check
 * that fails is a mistake in uko, which no person can mend at the service.
 */

import { UkoError } from "../../errors.ts";

/** Throws UKO_BUG unless the claim is true. `claim` is a sentence without a full stop. */
export function assert(isTrue: boolean, claim: string): asserts isTrue {
  if (isTrue) return;
  throw new UkoError("UKO_BUG", {
    summary: "A check inside uko failed, so the run stopped before its next step",
    detail: `The check is: ${claim}. Earlier steps stay in effect.\nNext: report this message to the project.`,
  });
}

/**
 * Every comparison with NaN is false: a hold would be over, and a request would not expire. So a time is checked before
 * anything depends on it.
 */
export function assertTime(timeMs: number, name: string): void {
  assert(Number.isFinite(timeMs), `${name} is a time`);
}

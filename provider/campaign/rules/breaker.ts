/**
 * Computes the breaker of a wave. The breaker stops the wave once more of its keys failed than the wave allows, so
 * that one mistake does not reach every key. A key failed if it was reactivated after the step, or if the service
 * reports a fault for it. It is computed at each run from what the service and the campaign's files show. So neither a
 * restart nor another clone of these files resets it. A person can continue the wave with a reason; one more failure
 * stops it again. The breaker stops mistakes, not a hostile writer: to stop a hostile writer, remove that person's
 * role.
 *
 * The file also limits the sample of an approval to 1 % of its keys, at least one.
 */

import type { Sha256 } from "../../lifecycle/consent/record-text.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";

export interface WaveFailures {
  readonly campaign: string;
  readonly wave: string;
  readonly step: ApprovedStep;
  /** Keys that were reactivated after the step, or for which the service reports a fault. */
  readonly failures: readonly string[];
  readonly maxFailures: number;
  /** Digests of earlier stops after which a person resumed with a reason. */
  readonly resumed: readonly string[];
}

export type Breaker =
  | { readonly kind: "closed" }
  /**
   * To resume, a person names this digest and a reason. A further failure changes the digest, so the wave stops again.
   */
  | { readonly kind: "stopped"; readonly digest: string; readonly failures: readonly string[] };

export function breakerOf(facts: WaveFailures, sha256: Sha256): Breaker {
  const { campaign, wave, step, maxFailures, resumed } = facts;
  const failures = [...new Set(facts.failures)].sort();
  const digest = sha256(JSON.stringify(["uko-stop-1", campaign, wave, step, failures]));
  const isStopped = failures.length > maxFailures && !resumed.includes(digest);
  return isStopped ? { kind: "stopped", digest, failures } : { kind: "closed" };
}

/** How many calls may follow a sample of which the service refused every call. */
const callsAfterRefusal = 3;

/**
 * How many write calls the sample of an approval may still make. The first 1 % of the calls go alone, whatever their
 * results, so that a mistake that concerns the whole set is found on few keys. If the service refused all of them, up to
 * three more calls follow, so that one refusing key does not starve its wave.
 */
export function callsLeftInSample({
  keys,
  calls,
  successes,
}: {
  readonly keys: number;
  readonly calls: number;
  readonly successes: number;
}): number {
  const first = Math.max(1, Math.floor(keys / 100));
  if (calls < first) return Math.min(first, keys) - calls;
  return successes === 0 && calls < first + callsAfterRefusal ? 1 : 0;
}

/**
 * The breaker of a wave: computed again from the service's facts, so that a restart, or another
 * clone with the same files, does not reset it. It stops mistakes; stopping a hostile writer takes
 * removing a role.
 */

import type { Sha256 } from "../consent-record.ts";
import type { CampaignStep } from "./campaign.ts";

export interface BreakerFacts {
  readonly campaign: string;
  readonly wave: string;
  readonly step: CampaignStep;
  /** How many keys of the wave the step is planned for. */
  readonly planned: number;
  /** How many of them have taken it. */
  readonly acted: number;
  /** Keys that were reactivated after the step, or for which the service reports a fault. */
  readonly failures: readonly string[];
  readonly maxFailures: number;
  /** Digests of earlier stops after which a person resumed with a reason. */
  readonly resumed: readonly string[];
}

export type Breaker =
  /** How many keys the next run may act on: the first 1 % go alone. */
  | { readonly kind: "closed"; readonly mayActOn: number }
  /** To resume, a person names this digest; a further failure makes another one. */
  | { readonly kind: "stopped"; readonly digest: string; readonly failures: readonly string[] };

export function breakerOf(facts: BreakerFacts, sha256: Sha256): Breaker {
  const { campaign, wave, step, planned, acted, maxFailures, resumed } = facts;
  const failures = [...new Set(facts.failures)].sort();
  const digest = sha256(JSON.stringify(["uko-stop-1", campaign, wave, step, failures]));
  if (failures.length > maxFailures && !resumed.includes(digest)) return { kind: "stopped", digest, failures };
  const remaining = Math.max(0, planned - acted);
  const first = Math.max(1, Math.floor(planned / 100));
  return { kind: "closed", mayActOn: acted < first ? Math.min(remaining, first - acted) : remaining };
}

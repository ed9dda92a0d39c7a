/**
 * Decides whether a wave may take a step now. It checks the rules of the wave, the calendar, and the breaker, which
 * stops a wave once more keys failed than the rules allow. A key failed if it was reactivated, or if a keystore reports
 * an error after its step. Only keys that a review of the wave lists count. The decision depends on the service, on the
 * files of the folder, and on a person's reason to pass a blackout or a stop. So another clone of the folder decides
 * the same. Reports and commands call this one function, so that no report calls a stopped wave open.
 */

import { type Breaker, breakerOf } from "../../../lifecycle/campaign/breaker.ts";
import { hasHappened, type WaveGate, waveGate } from "../../../lifecycle/campaign/gates.ts";
import { type ApprovedStep, approvedSteps } from "../../../lifecycle/vocabulary/observation.ts";
import { plain } from "../../text/words.ts";
import { waveDifferences } from "./rule-changes.ts";
import { type CampaignKey, type CampaignView, unfinishedWaves } from "./view.ts";

export interface WaveReadiness {
  readonly gate: WaveGate;
  readonly breaker: Breaker;
}

/** Which step of which wave, and what a person states to pass a blackout or a stop. */
interface AskedStep {
  readonly wave: string;
  readonly step: ApprovedStep;
  readonly emergency?: string | undefined;
  /** The digest of a stop after which the wave continues. */
  readonly resume?: string | undefined;
}

/** The gate and the breaker of a wave, also of one that campaign.yaml no longer has. */
export function readinessOfWave(
  view: CampaignView,
  { wave, step, emergency, resume }: AskedStep,
  sha256: (text: string) => string,
): WaveReadiness {
  const rules = view.campaign.waves.find(({ name }) => name === wave) ?? { after: [], maxFailures: 0 };
  const failures = failedKeys(view, wave, step).map(({ name }) => name);
  const resumed = resume === undefined ? [] : [resume];
  const { maxFailures } = rules;
  const breaker = breakerOf({ campaign: view.campaign.name, wave, step, failures, maxFailures, resumed }, sha256);
  const gate = waveGate({
    step,
    wave: rules,
    unfinished: unfinishedWaves(view.keys, step),
    differences: waveDifferences(view, wave),
    isStopped: breaker.kind === "stopped",
    blackouts: view.campaign.blackouts,
    nowMs: view.nowMs,
    isEmergency: emergency !== undefined,
  });
  return { gate, breaker };
}

/**
 * The keys that failed at the step or at one before it: a reactivation is the sign that the wave must not be destroyed
 * yet. Only a key that a review of this wave and step lists counts: a step before the campaign proves nothing about the
 * wave.
 */
function failedKeys(view: CampaignView, wave: string, step: ApprovedStep): readonly CampaignKey[] {
  const steps = approvedSteps.slice(0, approvedSteps.indexOf(step) + 1);
  return view.keys.filter((key) => {
    const { facts, line, name } = key;
    const sets = view.reviews.byKey.get(name) ?? [];
    return steps.some((each) => {
      const leadsTo = facts.ending === "destroy" || facts.ending === each;
      const isReviewed = line.wave === wave && sets.some((set) => set.wave === wave && set.step === each);
      return isReviewed && leadsTo && whyFailed(view, key, each) !== undefined;
    });
  });
}

/**
 * Why a key counts as failed; undefined if it does not. A key that is active again after its deactivation was
 * reactivated. A key whose keystore reports an error after the step failed. A key that changed or lost its request does
 * not count, because the campaign only skips it.
 */
export function whyFailed(
  { evidence: { deactivated } }: Pick<CampaignView, "evidence">,
  { name, listed, facts }: CampaignKey,
  step: ApprovedStep,
): string | undefined {
  const { keystores, updatedBy } = listed?.observation ?? { keystores: [] };
  if (hasHappened(facts.state, step)) {
    const failed = keystores.find(({ status }) => status === "error");
    return failed === undefined ? undefined : plain(`keystore ${failed.name} reports an error`, 200);
  }
  const isReactivated = step === "deactivate" && facts.state === "active" && deactivated.has(name);
  return isReactivated ? plain(`reactivated by ${updatedBy?.iamId ?? "an unknown identity"}`, 200) : undefined;
}

/**
 * Decides whether a wave may take a step now. It checks the rules of the wave, the calendar, and the breaker, which
 * stops a wave once more keys failed than the rules allow. A key failed if it was reactivated, or if a keystore reports
 * an error after its step. Only keys on which the evidence notes a step count. The decision depends on the service, on the
 * files of the folder, and on a person's reason to pass a stop. So another clone of the folder decides
 * the same. Reports and commands call this one function, so that no report calls a stopped wave open.
 */

import { plain } from "../../engine/text/words.ts";
import { type ApprovedStep, approvedSteps } from "../../lifecycle/vocabulary/observation.ts";
import { type Breaker, breakerOf } from "../rules/breaker.ts";
import { hasHappened, type WaveGate, waveGate } from "../rules/gates.ts";
import { waveDifferences } from "./rule-changes.ts";
import { type CampaignKey, type CampaignView, unfinishedKeys } from "./view.ts";

export interface WaveReadiness {
  readonly gate: WaveGate;
  readonly breaker: Breaker;
  /** The labels of the keys for which the wave waits; empty unless the gate is `after`. */
  readonly heldBackBy: readonly string[];
}

/** Which step of which wave, and what a person states to pass a stop. */
interface AskedStep {
  readonly wave: string;
  readonly step: ApprovedStep;
  /** The digest of a stop after which the wave continues. */
  readonly resume?: string | undefined;
}

/** The gate and the breaker of a wave, also of one that campaign.yaml no longer has. */
export function readinessOfWave(
  view: CampaignView,
  { wave, step, resume }: AskedStep,
  sha256: (text: string) => string,
): WaveReadiness {
  const rules = view.campaign.waves.find(({ name }) => name === wave) ?? { after: [], maxFailures: 0 };
  const failures = failedKeys(view, wave, step).map(({ name }) => name);
  const resumed = resume === undefined ? [] : [resume];
  const { maxFailures } = rules;
  const breaker = breakerOf({ campaign: view.campaign.name, wave, step, failures, maxFailures, resumed }, sha256);
  const unfinished = unfinishedKeys(view.keys, step);
  const gate = waveGate({
    wave: rules,
    unfinished: new Set(unfinished.map(({ line }) => line.wave)),
    differences: waveDifferences(view, wave),
    isStopped: breaker.kind === "stopped",
    blackouts: view.campaign.blackouts,
    nowMs: view.nowMs,
  });
  const waves: readonly string[] = gate.kind === "after" ? gate.waves : [];
  const heldBackBy = unfinished.flatMap(({ line }) => (waves.includes(line.wave) ? [line.label] : []));
  return { gate, breaker, heldBackBy };
}

/**
 * The keys that failed at the step or at one before it: a reactivation is the sign that the wave must not be destroyed
 * yet. Only a key on which the evidence notes the step counts: a step before the campaign proves nothing about the wave.
 */
function failedKeys(view: CampaignView, wave: string, step: ApprovedStep): readonly CampaignKey[] {
  const steps = approvedSteps.slice(0, approvedSteps.indexOf(step) + 1);
  const ofWave = view.keys.filter(({ line }) => line.wave === wave && line.class === "destroy");
  return ofWave.filter((key) => steps.some((each) => whyFailed(view, key, each) !== undefined));
}

/**
 * Why a key counts as failed; undefined if it does not. A key that is active again after its deactivation was
 * reactivated. A key whose keystore reports an error after the step failed. A key that changed or lost its request does
 * not count, because the campaign only skips it.
 */
export function whyFailed(
  { evidence: { steps } }: Pick<CampaignView, "evidence">,
  { name, listed, facts }: CampaignKey,
  step: ApprovedStep,
): string | undefined {
  if (!steps[step].has(name)) return undefined;
  const { keystores, updatedBy } = listed?.observation ?? { keystores: [] };
  if (hasHappened(facts.state, step)) {
    const failed = keystores.find(({ status }) => status === "error");
    return failed === undefined ? undefined : plain(`keystore ${failed.name} reports an error`, 200);
  }
  const isReactivated = step === "deactivate" && facts.state === "active";
  // The service names the last writer only, who may have written something else since.
  return isReactivated
    ? plain(`reactivated; last written by ${updatedBy?.iamId ?? "an unknown identity"}`, 200)
    : undefined;
}

/**
 * Says whether a wave, a group of keys of a campaign, allows a step now; if not, it makes the report that says why. It
 * also computes how many keys of a review, a list of keys that one person saw, the next run may act on. The first run
 * acts on a small sample. Only keys on which the reviewer really took the step count as that sample, so that a person
 * cannot skip it.
 */

import { type Breaker, isInSample, mayActOn } from "../../../lifecycle/campaign/breaker.ts";
import type { CampaignStep } from "../../../lifecycle/campaign/campaign.ts";
import { hasHappened, type WaveGate } from "../../../lifecycle/campaign/gates.ts";
import type { AnyReview } from "../../../lifecycle/kms-review.ts";
import type { ReviewKind } from "../../../lifecycle/review.ts";
import { count, plain, sayTimeAndDistance } from "../../text/words.ts";
import { requireWave } from "../files/folder.ts";
import { resumedAtMs } from "../files/overrides.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { waveDifferences } from "../view/rule-changes.ts";
import { readinessOfWave, type WaveReadiness } from "../view/wave-readiness.ts";
import { atMost, type CampaignReport, folderFlag, section } from "./report.ts";

/** Which step of which wave, and what a person states to pass a blackout or a stop. */
export interface StepRequest {
  readonly wave: string;
  readonly step: CampaignStep;
  /** The reason for a step inside a blackout. */
  readonly emergency?: string | undefined;
  /** The stop after which the wave continues. */
  readonly resume?: Resume | undefined;
  /** Shown on each requested key; by default the reason of the key's rule. */
  readonly reason?: string | undefined;
}

/**
 * A person's statement to continue after a stop. A further failure changes the digest, so the person continues only
 * after the stop that they saw.
 */
export interface Resume {
  readonly digest: string;
  readonly reason: string;
}

export interface RequestOfStep extends StepRequest {
  /** Replaces requests that expire within 48 hours. */
  readonly renew?: boolean | undefined;
}

export interface ReviewOfStep extends StepRequest {
  readonly requestedBy?: string | undefined;
  readonly kind: ReviewKind;
}

export interface ReviewedStepRequest extends StepRequest {
  /** The SHA-256 of the review file. */
  readonly review: string;
  readonly stores: boolean;
}

/** Asks the person to type the phrase after reading the lines. Throws if they do not. */
export type Confirm = (phrase: string, shown?: readonly string[]) => Promise<void>;

export interface ApprovalOfStep extends ReviewedStepRequest {
  readonly confirm: Confirm;
}

export function waveStateOf({ view, world }: CampaignContext, request: StepRequest): WaveReadiness {
  requireWave(view.campaign, request.wave);
  return readinessOfWave(view, { ...request, resume: request.resume?.digest }, world.sha256);
}

/**
 * How many keys of a reviewed set the next run may act on. The last write to a key that took the step is usually that
 * step. If another write followed, the key does not count, and the sample is repeated, which only takes longer.
 */
export async function sizeOfRun(
  context: CampaignContext,
  { wave, step, resume }: StepRequest,
  { header, lines }: AnyReview,
): Promise<number> {
  const sinceMs =
    resume === undefined ? 0 : await resumedAtMs(context.view.folder, { wave, step, resume: resume.digest });
  const acted = takenByReviewer(context, { wave, step }, { header, lines }, sinceMs);
  return mayActOn({ keys: lines.size, acted: acted.length });
}

/** The reviewed keys on which the reviewer took the step, after the review and after `sinceMs`. */
export function takenByReviewer(
  context: CampaignContext,
  { wave, step }: Pick<StepRequest, "wave" | "step">,
  { header, lines }: Pick<AnyReview, "header" | "lines">,
  sinceMs: number,
): readonly PlannedKey[] {
  const since = { reviewer: header.reviewer, sinceMs: Math.max(header.reviewedAtMs, sinceMs) };
  return keysOfWave(context, wave).filter(({ name, facts, listed }) => {
    if (!lines.has(name)) return false;
    const { observation, updatedAtMs, kmsKey } = listed ?? {};
    const write = facts.isKms
      ? { by: kmsKey?.deletedBy, atMs: kmsKey?.deletedAtMs }
      : { by: observation?.updatedBy?.iamId, atMs: updatedAtMs };
    return hasHappened(facts.state, step) && isInSample(write, since);
  });
}

/** The report of a command that ignores the other gates, if the rules of the wave differ from the manifest. */
export function closedByRules(
  { view }: CampaignContext,
  wave: string,
  step?: CampaignStep,
): CampaignReport | undefined {
  const differences = waveDifferences(view, wave);
  if (differences.length === 0) return undefined;
  return reportClosed({ view }, { wave, step }, { kind: "differs", differences }, { kind: "closed" });
}

interface ClosedAct {
  readonly wave: string;
  readonly step?: CampaignStep | undefined;
}

/** The report of a command that the wave does not allow now. */
export function reportClosed(
  { view }: Pick<CampaignContext, "view">,
  { wave, step }: ClosedAct,
  gate: Exclude<WaveGate, { kind: "open" }>,
  breaker: Breaker,
): CampaignReport {
  const { lines, option, isTime } = sayClosed(gate, breaker, view.nowMs);
  const folder = folderFlag(view.folder.path);
  const next =
    option !== undefined
      ? `uko campaign next --wave ${wave} ${folder}${option}`
      : gate.kind === "differs"
        ? `uko campaign plan --write --wave ${wave} ${folder}`
        : `uko campaign status ${folder}`;
  return {
    summary: `Wave "${wave}" does not take ${step === undefined ? "this step" : `the step ${step}`} now, and nothing was changed`,
    sections: section("Why", { lines }),
    next: [{ command: next }],
    exitCode: isTime ? 11 : 12,
    data: {
      wave,
      ...(step !== undefined && { step }),
      gate: gate.kind,
      ...(gate.kind === "differs" && { differences: gate.differences }),
      ...(breaker.kind === "stopped" && { stop: breaker.digest }),
    },
  };
}

const maxShownDifferences = 20;

interface Closed {
  readonly lines: readonly string[];
  /** What a person adds to the command to pass the gate. */
  readonly option?: string;
  readonly isTime: boolean;
}

function sayClosed(gate: Exclude<WaveGate, { kind: "open" }>, breaker: Breaker, nowMs: number): Closed {
  const until = (untilMs: number | undefined): string =>
    untilMs === undefined ? "uko does not know when it ends" : `Until ${sayTimeAndDistance(untilMs, nowMs)}`;
  switch (gate.kind) {
    case "differs": {
      const { differences } = gate;
      const lines = [
        "campaign.yaml or owners.csv differs from the manifest, which people signed and reviewed",
        ...atMost(differences, maxShownDifferences),
        "Undo the change, or write a new manifest of the wave: then each step needs a new review",
      ];
      return { lines, isTime: false };
    }
    case "stopped": {
      const failed = breaker.kind === "stopped" ? breaker.failures : [];
      const lines = [
        `The breaker stopped the wave: ${count(failed.length, "key failed or was reactivated", "keys failed or were reactivated")}`,
        ...failed,
        "A stop protects against mistakes; to stop a person who writes on purpose, remove their role",
      ];
      return { lines, option: "", isTime: false };
    }
    case "not_before":
      return { lines: ["The wave's notBefore has not come", until(gate.untilMs)], isTime: true };
    case "after":
      return { lines: [`These waves have to finish the step first: ${gate.waves.join(", ")}`], isTime: false };
    case "blackout":
      return {
        lines: [`A blackout forbids the step: ${plain(gate.blackout.reason, 200)}`, until(gate.untilMs)],
        option: " --emergency REASON",
        isTime: true,
      };
    case "maintenance_window":
      return { lines: ["The wave is outside its maintenance window", until(gate.untilMs)], isTime: true };
  }
}

/**
 * Says whether a wave allows a step now; if not, it makes the report that says why. It also computes how many keys of
 * a review the next run may act on. The first run acts on a small sample. Only keys on which the reviewer really took
 * the step count as that sample, so that a person cannot skip it.
 */

import { isInSample, mayActOn } from "../../../lifecycle/campaign/breaker.ts";
import { hasHappened, type WaveGate } from "../../../lifecycle/campaign/gates.ts";
import type { ReviewKind } from "../../../lifecycle/consent/review.ts";
import type { AnyReview } from "../../../lifecycle/kms-key/kms-review.ts";
import type { ApprovedStep } from "../../../lifecycle/vocabulary/observation.ts";
import { count, plain, sayTimeAndDistance } from "../../text/words.ts";
import { requireWave } from "../files/folder.ts";
import { resumedAtMs } from "../files/overrides.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { waveDifferences } from "../view/rule-changes.ts";
import { readinessOfWave, type WaveReadiness } from "../view/wave-readiness.ts";
import { atMost, type CampaignReport, folderFlag, nextCommand, section } from "./report.ts";
import { sayWaveGate } from "./waiting.ts";

/** Which step of which wave, and what a person states to pass a blackout or a stop. */
export interface StepRequest {
  readonly wave: string;
  readonly step: ApprovedStep;
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
  /** Also replaces own requests that expire within 48 hours, or that were not made for this wave. */
  readonly renew?: boolean | undefined;
  /** The names of the keys that the person confirmed; every ready key if absent. */
  readonly confirmed?: ReadonlySet<string> | undefined;
}

/** The removal of the metadata of destroyed keys. */
export type RemovalInWave = Pick<RequestOfStep, "wave" | "confirmed">;

export interface ReviewOfStep extends StepRequest {
  readonly requestedBy?: string | undefined;
  readonly kind: ReviewKind;
  /** The requests that were not made for this wave; without it, those that were (origins.ts). */
  readonly isOther?: boolean | undefined;
}

export interface ReviewedStepRequest extends StepRequest {
  /** The SHA-256 of the review, which this process has shown to its person. */
  readonly review: string;
  readonly stores: boolean;
  /** Whether the person has already approved a part of this review, so that the answer counts for 4 hours. */
  readonly isAnswered?: boolean | undefined;
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
  step?: ApprovedStep,
): CampaignReport | undefined {
  const differences = waveDifferences(view, wave);
  if (differences.length === 0) return undefined;
  return reportClosed(
    { view },
    { wave, step },
    { gate: { kind: "differs", differences }, breaker: { kind: "closed" } },
  );
}

/** The report of a command that the wave does not allow now. */
export function reportClosed(
  { view }: Pick<CampaignContext, "view">,
  { wave, step }: Pick<StepRequest, "wave"> & { readonly step?: ApprovedStep | undefined },
  { gate, breaker }: WaveReadiness,
): CampaignReport {
  const { path } = view.folder;
  const isTime = gate.kind === "not_before" || gate.kind === "blackout" || gate.kind === "maintenance_window";
  const commands: Partial<Record<WaveGate["kind"], string>> = {
    differs: `uko campaign plan --write ${folderFlag(path)}`,
    stopped: nextCommand({ wave, path }),
    blackout: `${nextCommand({ wave, path })} --emergency REASON`,
  };
  return {
    summary: `Wave "${wave}" does not take ${step === undefined ? "this step" : `the step ${step}`} now, and nothing was changed`,
    sections: section("Why", { lines: linesAbout({ gate, breaker }, view.nowMs) }),
    next: [{ command: commands[gate.kind] ?? `uko campaign status ${folderFlag(path)}` }],
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

export const maxShownDifferences = 20;

function linesAbout({ gate, breaker }: WaveReadiness, nowMs: number): readonly string[] {
  const until =
    "untilMs" in gate && gate.untilMs !== undefined ? [`Until ${sayTimeAndDistance(gate.untilMs, nowMs)}`] : [];
  switch (gate.kind) {
    case "open":
      return [];
    case "differs":
      return [
        "campaign.yaml or owners.csv differs from the manifest, which people signed and reviewed",
        ...atMost(gate.differences, maxShownDifferences),
        "Undo the change, or write a new manifest: then each step of the wave needs a new review",
      ];
    case "stopped": {
      const failed = breaker.kind === "stopped" ? breaker.failures : [];
      return [`The breaker stopped the wave: ${sayFailed(failed.length)}`, ...failed, stopAdvice];
    }
    case "after":
      return [`These waves have to finish the step first: ${gate.waves.join(", ")}`];
    case "blackout":
      return [`A blackout forbids the step: ${plain(gate.blackout.reason, 200)}`, ...until];
    default:
      return [`The wave waits for ${sayWaveGate(gate)}`, ...until];
  }
}

export function sayFailed(keys: number): string {
  return count(keys, "key failed or was reactivated", "keys failed or were reactivated");
}

export const stopAdvice = "A stop protects against mistakes; to stop a person who writes on purpose, remove their role";

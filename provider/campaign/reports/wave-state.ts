/** Says whether a wave allows a step now; if not, it makes the report that says why and what opens the wave. */

import type { ReviewFile } from "../../engine/key/sets/review-set.ts";
import { count, plain, sayFirst, sayTimeAndDistance } from "../../engine/text/words.ts";
import type { ReviewKind } from "../../lifecycle/consent/review.ts";
import type { AnyReview } from "../../lifecycle/kms-key/kms-review.ts";
import type { ApprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { requireWave } from "../files/folder.ts";
import type { CampaignContext } from "../view/context.ts";
import { waveDifferences } from "../view/rule-changes.ts";
import { readinessOfWave, type WaveReadiness } from "../view/wave-readiness.ts";
import { atMost, type CampaignReport, folderFlag, nextCommand, section } from "./report.ts";

/** Which step of which wave, and what a person states to pass a stop. */
export interface StepRequest {
  readonly wave: string;
  readonly step: ApprovedStep;
  /** The stop after which the wave continues. */
  readonly resume?: Resume | undefined;
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
  /** The names of the keys that the person counted; every ready key if absent. */
  readonly keys?: ReadonlySet<string> | undefined;
}

/** The removal of the metadata of destroyed keys. */
export type RemovalInWave = Pick<RequestOfStep, "wave" | "keys">;

export interface ReviewOfStep extends StepRequest {
  readonly requestedBy?: string | undefined;
  readonly kind: ReviewKind;
  /** The requests that were not made for this wave; without it, those that were (origins.ts). */
  readonly isOther?: boolean | undefined;
  /** The names of keys that the review reads also if the evidence excludes the caller from their approval. */
  readonly keys?: ReadonlySet<string> | undefined;
}

/** What a review found, and what an approval of it names. */
export interface ReviewResult {
  readonly report: CampaignReport;
  /** Absent if no key can be approved. */
  readonly file?: ReviewFile<AnyReview> | undefined;
}

/** A review that this process has shown to its person, and how far the person has approved it. An approval notes that. */
export interface ShownReview {
  readonly file: ReviewFile<AnyReview>;
  /** Whether the person has approved a part of it, so that the answer counts for 4 hours. */
  isAnswered: boolean;
  /** Whether the service took the step on a key of the sample, so that the rest may follow. */
  isSampled: boolean;
  /** The names of the keys that an approval went through. */
  readonly tried: Set<string>;
}

export interface ShownReviewRequest extends StepRequest {
  readonly review: ShownReview;
}

/** Asks the person to type the phrase after reading the lines. Throws if they do not. */
export type Confirm = (phrase: string, shown?: readonly string[]) => Promise<void>;

export interface ApprovalOfStep extends ShownReviewRequest {
  readonly confirm: Confirm;
}

export function waveStateOf({ view, world }: CampaignContext, request: StepRequest): WaveReadiness {
  requireWave(view.campaign, request.wave);
  return readinessOfWave(view, { ...request, resume: request.resume?.digest }, world.sha256);
}

/** The report of a command that ignores the other gates, if the rules of the wave differ from the manifest. */
export function closedByRules(
  { view }: CampaignContext,
  wave: string,
  step?: ApprovedStep,
): CampaignReport | undefined {
  const differences = waveDifferences(view, wave);
  if (differences.length === 0) return undefined;
  const readiness = { gate: { kind: "differs", differences }, breaker: { kind: "closed" }, heldBackBy: [] } as const;
  return reportClosed({ view }, { wave, step }, readiness);
}

/** The report of a command that the wave does not allow now. */
export function reportClosed(
  { view }: Pick<CampaignContext, "view">,
  { wave, step }: Pick<StepRequest, "wave"> & { readonly step?: ApprovedStep | undefined },
  readiness: WaveReadiness,
): CampaignReport {
  const { path } = view.folder;
  const { gate, breaker } = readiness;
  const { lines, command } = remedyOf(readiness, wave, { path, nowMs: view.nowMs });
  return {
    summary: `Wave "${wave}" does not take ${step === undefined ? "this step" : `the step ${step}`} now, and nothing was changed`,
    sections: section("Why", { lines }),
    next: [{ command }],
    exitCode: gate.kind === "blackout" ? 11 : 12,
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

/** Why the wave is closed, and the command that opens it. */
function remedyOf(
  { gate, breaker, heldBackBy }: WaveReadiness,
  wave: string,
  { path, nowMs }: { readonly path: string; readonly nowMs: number },
): { readonly lines: readonly string[]; readonly command: string } {
  const status = `uko campaign status ${folderFlag(path)}`;
  switch (gate.kind) {
    case "open":
      return { lines: [], command: status };
    case "differs":
      return {
        lines: [
          "campaign.yaml differs from the manifest, which people reviewed",
          ...atMost(gate.differences, maxShownDifferences),
          "Undo the change, or write a new manifest",
        ],
        command: `uko campaign plan --write ${folderFlag(path)}`,
      };
    case "stopped": {
      const failed = breaker.kind === "stopped" ? breaker.failures : [];
      const lines = [`The breaker stopped the wave: ${sayFailed(failed.length)}`, ...failed, stopAdvice];
      return { lines, command: nextCommand({ wave, path }) };
    }
    case "after": {
      const keys = `${count(heldBackBy.length, "key")}: ${sayFirst(heldBackBy)}`;
      const waves = `These waves have to finish the step first: ${gate.waves.join(", ")}`;
      return { lines: [waves, `Held back by ${keys}`, leaveAdvice], command: status };
    }
    case "blackout": {
      const until = `Until ${sayTimeAndDistance(gate.untilMs, nowMs)}`;
      return { lines: [`A blackout forbids the step: ${plain(gate.blackout.reason, 200)}`, until], command: status };
    }
  }
}

export function sayFailed(keys: number): string {
  return count(keys, "key failed or was reactivated", "keys failed or were reactivated");
}

export const stopAdvice = "A stop protects against mistakes; to stop a person who writes on purpose, remove their role";
const leaveAdvice = "To take out a key that cannot take the step, give it a rule of class leave";

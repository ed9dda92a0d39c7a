/**
 * Rolls back a wave. It reactivates the keys that this campaign deactivated and that are still deactivated, and
 * restores the KMS keys that this campaign destroyed. It changes only keys that a review of this wave lists for this
 * step, and no key that is held. If another person wrote to a key since, or destroyed the KMS key, the rollback changes
 * the key only after a confirmation: that person may have had a reason of their own. A reactivated key counts as
 * failed, so the wave stops if more keys were reactivated than it allows to fail.
 */

import { UkoError } from "../../../errors.ts";
import { planCampaignRollback } from "../../../lifecycle/campaign/plan-step.ts";
import { setPhrase } from "../../../text/phrase.ts";
import { shellWord } from "../../text/explanation.ts";
import { count } from "../../text/words.ts";
import { requireWave } from "../files/folder.ts";
import { isNamed } from "../reports/find.ts";
import { type KeyResult, reportResults, withoutStep } from "../reports/key-results.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  type ReportSection,
  section,
  withRemark,
} from "../reports/report.ts";
import { isReversible, resultOfUnreadKey, reviewsToUndo } from "../reports/waiting.ts";
import type { Confirm } from "../reports/wave-state.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { type Confirming, restoreOne } from "./kms-sets.ts";
import { actOnKeys, convergeOnKey } from "./on-keys.ts";

export interface RollbackRequest {
  readonly wave: string;
  readonly application?: string | undefined;
  /** Anything that `find` accepts. */
  readonly key?: string | undefined;
  /** Also reactivates keys that another person wrote to since. This requires `confirm`. */
  readonly writtenSince: boolean;
  /** Confirms the number of keys; absent if the caller is not asked. */
  readonly confirm?: Confirm | undefined;
}

export async function rollBackWave(context: CampaignContext, request: RollbackRequest): Promise<CampaignReport> {
  const { view } = context;
  const { wave, writtenSince, confirm } = request;
  requireWave(view.campaign, wave);
  const setsOf = (key: PlannedKey) => reviewsToUndo(context, key);
  const chosen = keysOfWave(context, wave).filter((key) => isChosen(key, request));
  if (chosen.length === 0) throw nothingChosen(request, view.folder.path);
  const keys = chosen.filter((key) => isReversible(context, key));
  await confirm?.(setPhrase("reactivate", keys.length));
  const toConfirm = new Set<string>();
  const confirming = { isConfirmed: writtenSince && confirm !== undefined, toConfirm };
  const run = await actOnKeys(context, "Reactivating", keys, (key) =>
    key.facts.isKms
      ? restoreOne(context, key, setsOf(key), confirming)
      : rollBackOne(context, key, setsOf(key), confirming),
  );
  const path = view.folder.path;
  return reportResults({
    did: "Reactivated",
    wave,
    keys: run.results,
    apart: chosen.filter((key) => !keys.includes(key)).flatMap((key) => leftOut(key, setsOf(key).length > 0)),
    run,
    found: stopAfter(context, wave, run.results),
    next: nextAfter([...toConfirm], wave, path),
  });
}

/** Reactivated keys count as failed, so that a mistake that concerns a wave is noticed before the wave goes on. */
function stopAfter({ view }: CampaignContext, wave: string, results: readonly KeyResult[]): readonly ReportSection[] {
  const back = results.filter(({ outcome, key }) => outcome === "acted" && !key.startsWith("kms/")).length;
  const { maxFailures } = requireWave(view.campaign, wave);
  if (back <= maxFailures) return [];
  return section("The wave stops", {
    lines: [
      `The ${count(back, "reactivated key counts", "reactivated keys count")} as failed, and the wave allows ${maxFailures}.`,
      "uko campaign next continues the wave, after a person states the reason.",
    ],
  });
}

/** A command for each key that a confirmation would bring back, up to the number that people read. */
function nextAfter(toConfirm: readonly string[], wave: string, path: string): readonly NextCommand[] {
  if (toConfirm.length === 0) return [{ command: `uko campaign status ${folderFlag(path)}` }];
  return toConfirm
    .slice(0, 5)
    .map((key) =>
      withRemark(
        `uko campaign rollback ${wave} --key ${key} --written-since ${folderFlag(path)}`,
        "after you checked the key",
      ),
    );
}

function isChosen(key: PlannedKey, { application, key: typed }: RollbackRequest): boolean {
  if (typed !== undefined) return isNamed(key, typed);
  return application === undefined || key.line.application === application;
}

async function rollBackOne(
  context: CampaignContext,
  key: PlannedKey,
  reviews: Parameters<typeof planCampaignRollback>[1]["reviews"],
  { isConfirmed, toConfirm }: Confirming,
): Promise<KeyResult> {
  let isProvenHere = false;
  return convergeOnKey(context, key, {
    operation: "reactivate",
    intent: "resume",
    isReversal: true,
    judge: (observation, run, nowMs) => {
      const facts = { reviews, isConfirmed, isProvenHere };
      const verdict = planCampaignRollback(observation, facts, run, nowMs);
      if (verdict.kind === "take") isProvenHere = true;
      else if (verdict.why.kind === "rollback" && verdict.why.rollback.kind === "written_since")
        toConfirm.add(key.name);
      return verdict;
    },
  });
}

/**
 * Keys that the rollback does not start with, with the reason. An active key is not listed: the campaign did not change
 * it, or it is back already.
 */
function leftOut(key: PlannedKey, isOurs: boolean): readonly KeyResult[] {
  const { facts } = key;
  if (key.isUnread) return [resultOfUnreadKey(key)];
  if (facts.state === "active" || facts.state === "pre_activation" || facts.state === "gone") return [];
  if (facts.state === "destroyed" && !facts.isKms) {
    return [withoutStep(key, "it is destroyed, which cannot be undone")];
  }
  return isOurs ? [] : [withoutStep(key, "no review of this campaign lists the key for its last step")];
}

function nothingChosen({ wave, application, key }: RollbackRequest, path: string): UkoError {
  const what = key ?? application;
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `Wave "${wave}" has no key${what === undefined ? "" : ` with the ID, label or application "${what}"`}`,
    detail: `Nothing was changed. Next: uko campaign status${what === undefined ? "" : ` ${shellWord(what)}`} ${folderFlag(path)}`,
  });
}

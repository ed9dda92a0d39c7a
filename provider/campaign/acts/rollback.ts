/**
 * Rolls back a wave or a key. It reactivates the keys that this campaign deactivated and that are still deactivated, and
 * restores the KMS keys that this campaign destroyed. What is proven goes without a question (campaign/rules/
 * rollback.ts). All others that the evidence in the folder names are shown together, with who wrote to each last, and
 * follow after one typed count: that person may have had a reason of their own. A reactivated key counts as failed, so
 * the wave stops if more keys were reactivated than it allows to fail.
 */

import type { ManyResults } from "../../engine/loop/many.ts";
import { shellWord } from "../../engine/text/explanation.ts";
import { count, maxNamed, plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { isoTime } from "../../text/iso-time.ts";
import { setPhrase } from "../../text/phrase.ts";
import { keysCalled } from "../reports/find.ts";
import { type KeyResult, reportResults, withoutStep } from "../reports/key-results.ts";
import { resultOfUnreadKey, rollbackOfKey } from "../reports/ready-keys.ts";
import { type CampaignReport, folderFlag, type ReportSection, reportOf, section, tableOf } from "../reports/report.ts";
import type { Confirm } from "../reports/wave-state.ts";
import { planCampaignRollback } from "../rules/plan-step.ts";
import type { LastWrite, Rollback } from "../rules/rollback.ts";
import { type KeyInSchedule, onlyWave } from "../view/campaign-schedule.ts";
import type { CampaignContext } from "../view/context.ts";
import { restoreOne } from "./kms-sets.ts";
import { actOnKeys, convergeOnKey, sayLeft } from "./on-keys.ts";

export interface RollbackRequest {
  /** The name of a wave, anything that `status` accepts for a key, or the names of keys. */
  readonly of: string | ReadonlySet<string>;
  /** The wave whose keys alone a text can name, so that it never stands for another wave; absent for all waves. */
  readonly inWave?: string;
  /** Asks before the proven keys; absent if they need no question. */
  readonly confirm?: Confirm | undefined;
  /** Shows the other keys and asks before them; absent if no person can answer, so that they stay. */
  readonly askAboutOthers?: ((shown: CampaignReport, phrase: string) => Promise<void>) | undefined;
}

export async function rollBack(context: CampaignContext, request: RollbackRequest): Promise<CampaignReport> {
  const { confirm, askAboutOthers } = request;
  const chosen = chosenKeys(context, request).map((key) => ({ key, rollback: rollbackOfKey(context, key) }));
  const proven = chosen.flatMap(({ key, rollback }) => (rollback.kind === "proven" ? [key] : []));
  const others = new Map(
    chosen.flatMap(({ key, rollback }) => (rollback.kind === "written_since" ? [[key, rollback] as const] : [])),
  );
  await confirm?.(setPhrase("reactivate", proven.length));
  const first = await actOnKeys(context, "Reactivating", proven, (key) => rollBackOne(context, key));
  const asked = askAboutOthers !== undefined && others.size > 0 && first.stoppedBy === undefined;
  if (asked) await askAboutOthers(showOthers(others), setPhrase("reactivate", others.size));
  const second: ManyResults<KeyResult> = asked
    ? await actOnKeys(context, "Reactivating", [...others.keys()], (key) => rollBackOne(context, key, others.get(key)))
    : { results: [], unstarted: 0 };
  const results = [...first.results, ...second.results];
  const stoppedBy = first.stoppedBy ?? second.stoppedBy;
  return reportResults({
    did: "Reactivated",
    wave: [...new Set(chosen.map(({ key }) => key.line.wave))].join(", "),
    keys: results,
    apart: [
      ...(asked
        ? []
        : Array.from(others, ([key, rollback]) => withoutStep(key, sayLeft({ kind: "rollback", rollback })))),
      ...chosen.flatMap(leftOut),
    ],
    run: { unstarted: first.unstarted + second.unstarted, ...(stoppedBy !== undefined && { stoppedBy }) },
    found: stopAfter(context, results),
    next: [{ command: `uko campaign status ${folderFlag(context.view.folder.path)}` }],
  });
}

function chosenKeys({ plan, view }: CampaignContext, { of, inWave }: RollbackRequest): readonly KeyInSchedule[] {
  if (typeof of !== "string") return plan.keys.filter(({ name }) => of.has(name));
  const isWave = inWave === undefined && view.campaign.waves.some(({ name }) => name === of);
  const inScope = onlyWave(plan, isWave ? of : inWave).keys;
  const keys = isWave ? inScope : keysCalled(inScope, of);
  const folder = folderFlag(view.folder.path);
  // Keys of two vaults may have the same label, and the person means one of them.
  if (!isWave && keys.length > 1) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The name "${plain(of, 200)}" is ambiguous: it fits ${keys.length} keys of the campaign`,
      detail: [
        "Nothing was changed. Next: name one of them by its ID:",
        ...keys
          .slice(0, maxNamed)
          .flatMap(({ name, line: { kind, vaultName } }) => [
            `  uko campaign rollback ${name} ${folder}`,
            `    ${kind === "kms" ? "a KMS key" : `in vault "${plain(vaultName, 60)}"`}`,
          ]),
        ...(keys.length > maxNamed ? [`  and ${keys.length - maxNamed} more`] : []),
      ].join("\n"),
    });
  }
  if (keys.length > 0) return keys;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${inWave === undefined ? "The campaign has no wave or key" : `Wave "${inWave}" has no key`} "${plain(of, 200)}"`,
    detail: `Nothing was changed. Next: uko campaign status ${shellWord(of)} ${folder}`,
  });
}

/** Who wrote last to each key that the rollback does not prove. */
function showOthers(others: ReadonlyMap<KeyInSchedule, LastWrite>): CampaignReport {
  const rows = Array.from(others, ([key, { by, atMs }]) => ({
    key,
    by: by?.iamId ?? "unknown",
    at: atMs === undefined ? "unknown" : isoTime(atMs),
  }));
  return reportOf({
    summary: `${count(others.size, "key")} may have been cut off by another person, or written to since`,
    parts: [
      section("Reactivate these only if their last writers agree", {
        isWhole: true,
        table: tableOf(rows, {
          label: ({ key }) => key.line.label,
          key: ({ key }) => key.name,
          "last writer": ({ by }) => plain(by, 100),
          "last write": "at",
        }),
      }),
    ],
    next: [],
  });
}

/** Reactivated keys count as failed, so that a mistake that concerns a wave is noticed before the wave goes on. */
function stopAfter({ view, plan }: CampaignContext, results: readonly KeyResult[]): readonly ReportSection[] {
  const back = new Set(results.flatMap(({ outcome, key }) => (outcome === "acted" ? [key] : [])));
  const stopped = view.campaign.waves.flatMap(({ name, maxFailures }) => {
    const own = plan.keys.filter(({ line, name: key, facts }) => line.wave === name && !facts.isKms && back.has(key));
    return own.length > maxFailures
      ? [
          `The ${count(own.length, "reactivated key counts", "reactivated keys count")} as failed, and wave "${name}" allows ${maxFailures}.`,
        ]
      : [];
  });
  const advice = "uko campaign next continues the wave, after a person states the reason.";
  return section("The wave stops", { lines: stopped.length === 0 ? [] : [...stopped, advice] });
}

async function rollBackOne(context: CampaignContext, key: KeyInSchedule, confirmed?: LastWrite): Promise<KeyResult> {
  if (key.facts.isKms) return restoreOne(context, key);
  const { campaign, evidence } = context.view;
  const wave = { name: campaign.name, wave: key.line.wave };
  const noted = evidence.steps.deactivate.get(key.name);
  let isProvenHere = false;
  return convergeOnKey(context, key, {
    operation: "reactivate",
    intent: "resume",
    isReversal: true,
    judge: (observation, run, nowMs) => {
      const facts = { wave, noted, confirmed, isProvenHere };
      const verdict = planCampaignRollback(observation, facts, run, nowMs);
      if (verdict.kind === "take") isProvenHere = true;
      return verdict;
    },
  });
}

/**
 * Keys that the rollback does not start with, with the reason. An active key is not listed: the campaign did not change
 * it, or it is back already.
 */
function leftOut({
  key,
  rollback,
}: {
  readonly key: KeyInSchedule;
  readonly rollback: Rollback;
}): readonly KeyResult[] {
  const { facts } = key;
  if (key.isUnread) return [resultOfUnreadKey(key)];
  if (facts.state === "active" || facts.state === "pre_activation" || facts.state === "gone") return [];
  return rollback.kind === "left" ? [withoutStep(key, sayLeft({ kind: "rollback", rollback }))] : [];
}

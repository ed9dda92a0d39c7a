/**
 * Ends a campaign whose keys have reached their end. It makes the final report, which gives each key one outcome. If the
 * instance ends, it also deletes the emptied templates, keystores, key rings and vaults, in this order. It deletes
 * nothing without a confirmation, or while the rules of the campaign differ from its manifest. It never purges the
 * metadata that KMS keeps of destroyed keys.
 */

import { type ManyResults, runMany } from "../../engine/loop/many.ts";
import { count, plain } from "../../engine/text/words.ts";
import { asUkoError, endsTheRun, isUkoError, onCodes } from "../../errors.ts";
import { isoTime } from "../../text/iso-time.ts";
import {
  type Closable,
  type Closed,
  checklistOf,
  closingOrder,
  isLeft,
  partsOfFinish,
  readKmsKeys,
} from "../reports/closing-report.ts";
import { keyRows } from "../reports/key-row.ts";
import { atMost, type CampaignReport, folderFlag, reportOf, withRemark } from "../reports/report.ts";
import { certificatesOf } from "../reports/status.ts";
import type { Confirm } from "../reports/wave-state.ts";
import { isFinal } from "../rules/outcomes.ts";
import type { CampaignContext } from "../view/context.ts";
import { closeOne, findClosable } from "./closing.ts";

/** `confirm` is absent for a caller who only reads. A person who does not confirm reads the report, too. */
export async function closeInstance(context: CampaignContext, confirm: Confirm | undefined): Promise<CampaignReport> {
  const { view, plan } = context;
  const isChanged = plan.waves.some(({ readiness }) => readiness.destroy.gate.kind === "differs");
  // An instance that continues keeps its containers.
  const isEnding = view.campaign.instanceEnds;
  const { found, unreadable } = isEnding ? await findClosable(context) : { found: [], unreadable: [] };
  const free = found.filter(({ blocked }) => blocked === undefined);
  const isConfirmed = async (): Promise<boolean> => {
    if (confirm === undefined) return false;
    if (free.length > 0) await confirm(`close ${free.length}`, beforeClosing(free));
    return true;
  };
  const onlyReads = onCodes(["UKO_CANCELED"], () => false);
  const hold = isChanged ? rulesChanged : (await isConfirmed().catch(onlyReads)) ? undefined : unconfirmed;
  const run =
    hold === undefined
      ? await closeInOrder(context, free)
      : {
          results: free.map((each): Closed => ({ ...each, outcome: "waits", says: hold, exitCode: 12 })),
          unstarted: 0,
        };
  const blocked = found.flatMap((each) => leftOut(each));
  const closed = [...run.results, ...blocked];
  const kmsKeys = await readKmsKeys(context);
  const facts = {
    ...{ view, closed, kmsKeys },
    keys: plan.keys,
    unstarted: run.unstarted,
    unreadable: [...view.inventory.unreadable, ...unreadable],
    stop: "stoppedBy" in run && run.stoppedBy !== undefined ? asUkoError(run.stoppedBy) : undefined,
  };
  const deleted = closed.filter(({ outcome }) => outcome === "deleted").length;
  const left = closed.filter(isLeft).length + run.unstarted;
  const isAccounted = plan.keys.every(({ outcome }) => isFinal(outcome)) && view.newKeys.length === 0;
  const rows = keyRows(view, plan);
  const { path } = view.folder;
  return reportOf({
    summary: [
      `Campaign ${view.campaign.name}: ${isAccounted ? "each key has its final outcome" : "not every key has a final outcome"}`,
      ...(isEnding ? [`${count(deleted, "container")} deleted`, left === 0 ? "none is left" : `${left} left`] : []),
    ].join("; "),
    parts: [
      { data: { campaign: view.campaign.name, asOf: isoTime(view.nowMs) }, exitCode: isAccounted ? 0 : 12 },
      ...partsOfFinish(facts, rows, isEnding ? checklistOf(facts) : []),
    ],
    next: [
      ...(isAccounted ? certificatesOf(plan, path) : []),
      ...(left === 0 ? [] : [withRemark(`uko campaign next ${folderFlag(path)}`, "again, after the causes are gone")]),
    ],
  });
}

/** uko deletes one kind after the other, because a container is deleted after its contents. */
async function closeInOrder(context: CampaignContext, free: readonly Closable[]): Promise<ManyResults<Closed>> {
  const { world, options } = context;
  const results: Closed[] = [];
  for (const kind of closingOrder) {
    const items = free.filter((each) => each.kind === kind);
    const act = (target: Closable) => closeOrFail(context, target);
    const run = await runMany(world, { items, what: "Deleting containers", act }, options);
    results.push(...run.results);
    if (run.stoppedBy !== undefined) return { ...run, results, unstarted: free.length - results.length };
  }
  return { results, unstarted: 0 };
}

/** An error about one container does not keep the run from the next. */
async function closeOrFail(context: CampaignContext, target: Closable): Promise<Closed> {
  try {
    return await closeOne(context, target);
  } catch (error) {
    if (!isUkoError(error) || endsTheRun.has(error.code)) throw error;
    const { code, summary, exitCode } = error;
    return { ...target, outcome: "failed", says: summary, code, exitCode };
  }
}

function leftOut(each: Closable): readonly Closed[] {
  return each.blocked === undefined ? [] : [{ ...each, outcome: "blocked", says: each.blocked, exitCode: 12 }];
}

const unconfirmed = "run uko campaign next at a terminal";
const rulesChanged = "the rules differ from the manifest: write a new manifest";

const maxShown = 20;

function beforeClosing(free: readonly Closable[]): readonly string[] {
  const vaults = new Map<string, Closable[]>();
  for (const each of free) {
    const name = each.vaultId === "" ? "Key rings" : `Vault "${each.vaultName}" (${each.vaultId})`;
    vaults.set(name, [...(vaults.get(name) ?? []), each]);
  }
  const lines = [...vaults].map(([name, members]) => {
    const numbers = closingOrder.flatMap((kind) => {
      const number = members.filter((each) => each.kind === kind).length;
      return number === 0 ? [] : [count(number, kind.replace("_", " "))];
    });
    return `  ${plain(name, 120)}: ${numbers.join(", ")}`;
  });
  return [
    "uko deletes these containers if nothing is left in them. This cannot be undone. Press Enter to only read the report.",
    ...atMost(lines, maxShown),
  ];
}

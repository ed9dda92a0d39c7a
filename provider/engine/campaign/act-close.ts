/**
 * The end of a campaign: deletes the emptied templates, keystores, key rings and vaults, in this
 * order. It accounts for each key and never purges.
 */

import { asUkoError, endsTheRun, isUkoError, mostSevere, UkoError } from "../../errors.ts";
import { isFinal } from "../../lifecycle/campaign/outcomes.ts";
import { type ManyResults, runMany } from "../loop/many.ts";
import { count, plain } from "../text/words.ts";
import type { ActContext } from "./act-on-keys.ts";
import { campaignFileName } from "./campaign-file.ts";
import { type Closable, type Closed, closeOne, closingOrder, findClosable } from "./closing.ts";
import { checklistOf, keptMetadata, keptMetadataFields, readKmsKeys, sectionsOfClose } from "./closing-report.ts";
import { csvTable } from "./csv.ts";
import { keyRows } from "./key-row.ts";
import { keyData } from "./key-views.ts";
import { type CampaignReport, folderFlag, remarked } from "./report.ts";
import { type Confirm, closedByRules } from "./wave-state.ts";

export async function closeCampaign(context: ActContext, confirm: Confirm): Promise<CampaignReport> {
  const { view, plan } = context;
  if (!view.campaign.instanceEnds) throw instanceContinues(view.folder.path);
  for (const { name } of plan.waves) {
    const closed = closedByRules(context, name);
    if (closed !== undefined) return closed;
  }
  const { found, unreadable } = await findClosable(context);
  const free = found.filter(({ blocked }) => blocked === undefined);
  if (free.length > 0) await confirm(`close ${free.length}`, beforeClosing(free));
  const run = await closeInOrder(context, free);
  const blocked = found.flatMap((each) => leftOut(each));
  const closed = [...run.results, ...blocked];
  const kmsKeys = await readKmsKeys(context);
  const facts = {
    view,
    keys: plan.keys,
    closed,
    unstarted: run.unstarted,
    unreadable: [...view.inventory.unreadable, ...unreadable],
    kmsKeys,
  };
  const checklist = checklistOf(facts);
  const purge = keptMetadata(kmsKeys.items);
  const deleted = closed.filter(({ outcome }) => outcome === "deleted").length;
  const left = closed.length - deleted + run.unstarted;
  const isAccounted = plan.keys.every(({ outcome }) => isFinal(outcome)) && view.born.length === 0;
  const stop = run.stoppedBy === undefined ? undefined : asUkoError(run.stoppedBy);
  return {
    summary: [
      `Deleted ${count(deleted, "container")} of campaign ${view.campaign.name}`,
      left === 0 ? "none is left" : `${left} left`,
      ...(isAccounted ? ["each key has its final outcome"] : ["not every key has a final outcome"]),
    ].join("; "),
    sections: sectionsOfClose(facts, checklist, purge, stop),
    next:
      left === 0
        ? []
        : [remarked(`uko campaign close ${folderFlag(view.folder.path)}`, "again, after the causes are gone")],
    exitCode: mostSevere([
      ...closed.map(({ exitCode }) => exitCode),
      ...(isAccounted ? [] : [12]),
      ...(facts.unreadable.length > 0 || kmsKeys.isUnread ? [13] : []),
      ...(stop === undefined ? [] : [stop.exitCode]),
    ]),
    data: {
      campaign: view.campaign.name,
      containers: closed.map(({ blocked: _, ...each }) => each),
      unstarted: run.unstarted,
      outcomes: keyData("close", keyRows(view, plan)),
      purge,
      checklist,
      unreadable: facts.unreadable,
      ...(stop !== undefined && { stoppedBy: stop.code }),
    },
    csv: csvTable(keptMetadataFields, purge),
  };
}

/** One kind after the other, because a container is deleted after its contents. */
async function closeInOrder(context: ActContext, free: readonly Closable[]): Promise<ManyResults<Closed>> {
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
async function closeOrFail(context: ActContext, target: Closable): Promise<Closed> {
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
  const rest = lines.length - maxShown;
  return [
    "uko deletes these containers if nothing is left in them. This cannot be undone.",
    ...lines.slice(0, maxShown),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
  ];
}

function instanceContinues(path: string): UkoError {
  return new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: "The instance of this campaign continues, so its containers stay",
    detail: `${campaignFileName} has instanceEnds: false. Nothing was changed.\nNext: uko campaign report ${folderFlag(path)}`,
  });
}

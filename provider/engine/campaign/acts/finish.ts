/**
 * Ends a campaign. It makes the final report, which gives each key one outcome. If the instance ends, it also deletes
 * the emptied templates, keystores, key rings and vaults, in this order. It deletes nothing without a confirmation, or
 * while the rules of the campaign differ from its manifest. It never purges the metadata that KMS keeps of destroyed
 * keys. The file also lets two people accept a key as it is, such as a compromised key, which no step can delete.
 */

import { asUkoError, endsTheRun, isUkoError, onCodes, UkoError } from "../../../errors.ts";
import { isFinal } from "../../../lifecycle/campaign/outcomes.ts";
import { mayAuthor } from "../../../lifecycle/key/authorization.ts";
import { isoTime } from "../../../text/iso-time.ts";
import { type ManyResults, runMany } from "../../loop/many.ts";
import { shellWord } from "../../text/explanation.ts";
import { count, plain, sayActor } from "../../text/words.ts";
import { acceptedFileName, acceptedLine, sayAcceptance } from "../files/accepted.ts";
import type { CampaignFolder } from "../files/file-forms.ts";
import {
  type Closable,
  type Closed,
  checklistOf,
  closingOrder,
  isLeft,
  partsOfFinish,
  readKmsKeys,
} from "../reports/closing-report.ts";
import { isNamed } from "../reports/find.ts";
import { keyRows } from "../reports/key-row.ts";
import { keyCsv } from "../reports/key-views.ts";
import { atMost, type CampaignReport, folderFlag, reportOf, section, withRemark } from "../reports/report.ts";
import { certificatesOf } from "../reports/status.ts";
import type { Confirm } from "../reports/wave-state.ts";
import type { CampaignContext } from "../view/context.ts";
import { closeOne, findClosable } from "./closing.ts";
import { noteInEvidence } from "./on-keys.ts";

/** `confirm` is absent for a caller who only reads. A person who does not confirm reads the report, too. */
export async function finishCampaign(context: CampaignContext, confirm: Confirm | undefined): Promise<CampaignReport> {
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
      ...(left === 0
        ? []
        : [withRemark(`uko campaign finish ${folderFlag(path)}`, "again, after the causes are gone")]),
    ],
    csv: () => keyCsv(rows),
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
  // Two people decided to keep an accepted key, so its container is no failure.
  const exitCode = each.vaultBlock === "accepted" ? 0 : 12;
  return each.blocked === undefined ? [] : [{ ...each, outcome: "blocked", says: each.blocked, exitCode }];
}

const unconfirmed = "run uko campaign finish at a terminal, or with --yes";
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

export interface Accepting {
  /** Anything that `status` accepts, if it names one key. */
  readonly key: string;
  readonly reason: string;
  readonly confirm: Confirm;
}

export async function acceptKey(
  context: CampaignContext,
  { key: typed, reason, confirm }: Accepting,
): Promise<CampaignReport> {
  const { world, view, plan, options } = context;
  const { folder } = view;
  const [key, ...others] = plan.keys.filter((each) => isNamed(each, typed));
  if (key === undefined || others.length > 0) throw refused(`"${typed}" does not name one key of the campaign`, folder);
  if (key.outcome !== "open" && key.outcome !== "held" && key.outcome !== "kept") {
    throw refused(`Key ${key.name} has the outcome ${key.outcome}, so there is nothing to accept`, folder);
  }
  const actor = await world.session.actor(options);
  if (!mayAuthor(actor)) throw refused("Only people accept a key, and this identity is not a person", folder);
  const { iamId = "" } = actor.identity;
  const earlier = key.acceptances.filter((each) => each.iamId !== iamId);
  const isNew = !key.acceptances.some((each) => each.iamId === iamId);
  if (isNew) {
    await confirm("accept 1", [
      `Key ${key.name} "${plain(key.line.label, 100)}" stays as it is: ${key.listed?.traits.state ?? "unknown state"}.`,
      ...earlier.map(sayAcceptance),
      "The campaign takes no step on an accepted key, and deletes no container of its vault.",
    ]);
    await world.evidence.open();
    const line = { key: key.name, by: sayActor(actor), iamId, reason, at: isoTime(world.session.serviceTimeMs() ?? 0) };
    await folder.append(acceptedFileName, `${JSON.stringify(acceptedLine.parse(line))}\n`);
    const note = { resource: "campaign_acceptance", step: "accept", reason } as const;
    await noteInEvidence(world, { key: key.name, label: key.line.label }, note, options);
  }
  const isAccepted = earlier.length > 0;
  const again = `uko campaign finish --accept ${key.name} --reason REASON ${folderFlag(folder.path)}`;
  return {
    summary: isAccepted
      ? `Key ${key.name} is accepted by two people, and ends with the outcome accepted`
      : `Your acceptance of key ${key.name} is stored; another person has to accept the key, too`,
    sections: section("Accepted", {
      lines: [
        ...key.acceptances.map(sayAcceptance),
        ...(isNew ? [`${sayActor(actor)}: ${plain(reason, 200)}`] : ["You accepted the key before, with that reason."]),
      ],
    }),
    next: [
      isAccepted ? { command: `uko campaign finish ${folderFlag(folder.path)}` } : withRemark(again, "another person"),
    ],
    exitCode: isAccepted ? 0 : 10,
    data: { key: key.name, isAccepted },
  };
}

function refused(summary: string, { path }: Pick<CampaignFolder, "path">): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary,
    detail: `Nothing was changed. Next: uko campaign status --folder ${shellWord(path)}`,
  });
}

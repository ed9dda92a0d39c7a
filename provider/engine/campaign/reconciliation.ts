/** The report of `uko campaign report`: the one outcome of each key for an auditor, and what to ask of each cloud. */

import { isPending } from "../../lifecycle/guards.ts";
import { isoTime } from "../loop/evidence.ts";
import { count, plain, sayTime } from "../text/words.ts";
import { dayOf } from "./classify.ts";
import { csvTable } from "./csv.ts";
import { requireWave } from "./folder.ts";
import { dayBefore, keyRows } from "./key-row.ts";
import { bornKeys, bornSection, countsOf, keyCsv, keyData, keySection } from "./key-views.ts";
import type { CampaignPlan, PlannedKey } from "./planned.ts";
import { type CampaignReport, folderFlag, remarked, section, tableOf, tableOfFields, unreadSection } from "./report.ts";
import type { CampaignView } from "./view.ts";

export interface ReportRequest {
  readonly wave?: string | undefined;
  /** Lists what to ask of each cloud once the instance is gone, instead of the keys. */
  readonly afterShutdown: boolean;
}

export function reportReconciled(view: CampaignView, plan: CampaignPlan, request: ReportRequest): CampaignReport {
  const { wave, afterShutdown } = request;
  if (wave !== undefined) requireWave(view.campaign, wave);
  const keys = plan.keys.filter(({ line }) => wave === undefined || line.wave === wave);
  return afterShutdown ? reportQuestions(view, { ...plan, keys }) : reportOutcomes(view, { ...plan, keys }, wave);
}

function reportOutcomes(view: CampaignView, plan: CampaignPlan, wave: string | undefined): CampaignReport {
  const { inventory, folder, campaign } = view;
  const rows = keyRows(view, plan);
  const counts = [...Map.groupBy(rows, (row) => row.wave)].flatMap(([name, own]) =>
    countsOf(own.map(({ outcome }) => outcome)).map((each) => ({ wave: name, ...each })),
  );
  const all = countsOf(rows.map(({ outcome }) => outcome)).map(({ value, keys }) => `${keys} ${value}`);
  const isOpen = rows.some(({ outcome }) => outcome === "open" || outcome === "not_read");
  const selected = wave === undefined ? "" : ` --wave ${wave}`;
  return {
    summary: `${count(rows.length, "key")} of campaign ${campaign.name}${wave === undefined ? "" : `, wave "${wave}"`}, as the service lists them on ${sayTime(view.nowMs)}: ${all.join(", ")}`,
    sections: [
      ...bornSection(view),
      ...unreadSection(inventory.unreadable),
      ...section("Outcomes", { table: tableOf(counts, { wave: "wave", outcome: "value", keys: "keys" }) }),
      ...keySection("report", rows),
    ],
    next: [
      remarked(
        `uko campaign report${selected} --after-shutdown ${folderFlag(folder.path)}`,
        "what to ask of each cloud",
      ),
      ...(isOpen ? [{ command: `uko campaign status ${folderFlag(folder.path)}` }] : []),
    ],
    exitCode: inventory.unreadable.length > 0 ? 13 : 0,
    csv: keyCsv("report", rows),
    data: {
      campaign: campaign.name,
      asOf: isoTime(view.nowMs),
      keys: keyData("report", rows),
      born: bornKeys(view),
      unreadable: inventory.unreadable,
    },
  };
}

/** What may outlive the instance: a destroyed key of which no keystore, or not each, reports the end. */
function reportQuestions(view: CampaignView, { keys: planned, deadlineMs }: CampaignPlan): CampaignReport {
  const rows = planned.flatMap(questionsAbout);
  const keys = new Set(rows.map(({ key }) => key)).size;
  const others = planned.filter(({ facts }) => facts.state !== "destroyed" && facts.state !== "gone").length;
  return {
    summary:
      rows.length === 0
        ? "No destroyed key waits for a keystore, so there is nothing to ask of a cloud"
        : `Ask the clouds about ${count(keys, "key")} once the instance is gone; the deadline is ${dayBefore(deadlineMs)}`,
    sections: [
      ...section("Proof by provider", {
        table: tableOfFields(rows, ["key", "label", "keystoreType", "cloudId", "goneOn", "askFor"]),
      }),
      ...section("Not part of the list", {
        lines: others === 0 ? [] : [`${count(others, "key")} not destroyed: uko campaign report names each outcome`],
      }),
      ...unreadSection(view.inventory.unreadable),
    ],
    next: [
      remarked(
        `uko campaign report --after-shutdown --csv ${folderFlag(view.folder.path)}`,
        "keep it: the instance cannot answer later",
      ),
    ],
    exitCode: view.inventory.unreadable.length > 0 ? 13 : 0,
    csv: csvTable(["key", "label", "wave", "keystore", "keystoreType", "cloudId", "goneOn", "askFor"], rows),
    data: {
      campaign: view.campaign.name,
      asOf: isoTime(view.nowMs),
      questions: rows,
      unreadable: view.inventory.unreadable,
    },
  };
}

/** One row a keystore that does not report the key as gone. The IDs are those that the manifest keeps. */
function questionsAbout({ line, name, listed, facts }: PlannedKey) {
  if (facts.state !== "destroyed") return [];
  const shared = { key: name, label: line.label, wave: line.wave };
  const idIn = (keystore: string): string => line.cloudIds.find((each) => each.keystore === keystore)?.id ?? "";
  if (facts.isKms) {
    const own = { keystore: "", keystoreType: "ibm_cloud_kms", cloudId: idIn(""), goneOn: dayOf(facts.materialGoneMs) };
    return facts.materialGoneMs === undefined ? [] : [{ ...shared, ...own, askFor: askSentences.instance }];
  }
  const statuses = (listed?.observation?.keystores ?? []).filter(
    ({ status, syncFlag }) => status !== "not_present" || syncFlag !== "ok",
  );
  return statuses.map((each) => {
    const isInternal = line.keystores.some(({ id, isInternal: isRing }) => id === each.keystoreId && isRing);
    const goneMs = each.destructionAtMs ?? facts.materialGoneMs;
    return {
      ...shared,
      keystore: plain(each.name, 100),
      keystoreType: plain(each.type, 40),
      cloudId: idIn(each.keystoreId),
      goneOn: isPending(each) ? dayOf(goneMs) : "",
      askFor: isInternal ? askSentences.instance : askOf(each.type),
    };
  });
}

/** What an auditor can ask for by type of keystore, once the instance is gone. */
const askSentences = {
  aws_kms: "AWS: the deletion date of the key, and later that it no longer exists",
  azure_key_vault: "Azure: the purge date of the deleted key, and later that it no longer exists",
  google_kms: "Google: the date on which each version is destroyed, and later that it was",
  ibm_cloud_kms: "IBM: that the key of the other instance is destroyed, and until when it can be restored",
  cca: "the operators of the CCA keystore: that its key storage no longer contains the key",
  instance: "IBM: that the instance and its key material are deleted",
  other: "the operators of the keystore: that it no longer contains the key",
} as const;

function askOf(type: string): string {
  return Object.entries(askSentences).find(([known]) => known === type)?.[1] ?? askSentences.other;
}

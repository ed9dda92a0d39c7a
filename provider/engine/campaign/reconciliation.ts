/** The report of `uko campaign report`: the one outcome of each key for an auditor, and what to ask of each cloud. */

import { isFinal } from "../../lifecycle/campaign/outcomes.ts";
import { isPending } from "../../lifecycle/guards.ts";
import { count, plain, sayTime } from "../text/words.ts";
import { dayOf } from "./classify.ts";
import { csvTable } from "./csv.ts";
import { requireWave } from "./folder.ts";
import { namedListedKey } from "./inventory.ts";
import { dayBefore, sayGate, shownDay } from "./plan-report.ts";
import type { CampaignPlan } from "./planned.ts";
import { type CampaignReport, folderFlag, remarked, section, tableOf, unreadSection } from "./report.ts";
import { countsOf, outcomesOf, type Reconciled } from "./status.ts";
import type { CampaignView } from "./view.ts";

export interface ReportRequest {
  readonly wave?: string | undefined;
  /** Lists what to ask of each cloud once the instance is gone, instead of the keys. */
  readonly afterShutdown: boolean;
}

export function reportReconciled(view: CampaignView, plan: CampaignPlan, request: ReportRequest): CampaignReport {
  const { wave, afterShutdown } = request;
  if (wave !== undefined) requireWave(view.campaign, wave);
  const outcomes = outcomesOf(plan).filter(({ key }) => wave === undefined || key.line.wave === wave);
  return afterShutdown ? reportQuestions(view, plan, outcomes) : reportOutcomes(view, outcomes, wave);
}

function reportOutcomes(view: CampaignView, outcomes: readonly Reconciled[], wave: string | undefined): CampaignReport {
  const { born, inventory, folder, campaign } = view;
  const waves = [...new Set(outcomes.map(({ key }) => key.line.wave))];
  const counts = waves.flatMap((name) =>
    countsOf(outcomes.filter(({ key }) => key.line.wave === name)).map((each) => ({ wave: name, ...each })),
  );
  const all = countsOf(outcomes).map(({ outcome, keys }) => `${keys} ${outcome}`);
  const rows = outcomes.map((each) => rowOf(each, view));
  // A long table is cut, and a reader looks for the keys that have not ended.
  const openFirst = rows.toSorted((one, other) => Number(isFinal(one.outcome)) - Number(isFinal(other.outcome)));
  const isOpen = outcomes.some(({ outcome }) => outcome === "open" || outcome === "not_read");
  const selected = wave === undefined ? "" : ` --wave ${wave}`;
  return {
    summary: `${count(outcomes.length, "key")} of campaign ${campaign.name}${wave === undefined ? "" : `, wave "${wave}"`}, as the service lists them on ${sayTime(view.nowMs)}: ${all.join(", ")}`,
    sections: [
      ...section("Not in the manifest, so without an outcome", {
        lines: born.map(
          (key) => `${namedListedKey(key)} (${key.traits.label}), created ${shownDay(key.traits.createdAtMs)}`,
        ),
      }),
      ...unreadSection(inventory.unreadable),
      ...section("Outcomes", { table: tableOf(counts, { wave: "wave", outcome: "outcome", keys: "keys" }) }),
      ...section("Keys", {
        table: {
          columns: ["key", "label", "wave", "class", "outcome", "last write", "by", "blocked"],
          rows: openFirst.map(({ key, label, wave: inWave, class: kind, outcome, updatedAt, updatedBy, blocked }) =>
            [key, label, inWave, kind, outcome, updatedAt, updatedBy, blocked].map((cell) => cell || "-"),
          ),
        },
      }),
    ],
    next: [
      remarked(
        `uko campaign report${selected} --after-shutdown ${folderFlag(folder.path)}`,
        "what to ask of each cloud",
      ),
      ...(isOpen ? [{ command: `uko campaign status ${folderFlag(folder.path)}` }] : []),
    ],
    exitCode: inventory.unreadable.length > 0 ? 13 : 0,
    csv: csvTable(
      [
        ...(["key", "label", "wave", "class", "outcome", "state", "updatedAt", "updatedBy"] as const),
        ...(["owners", "reason", "ticket", "blocked"] as const),
      ],
      rows.map((row) => ({ ...row, owners: row.owners.join(" ") })),
    ),
    data: {
      campaign: campaign.name,
      asOf: new Date(view.nowMs).toISOString(),
      keys: rows,
      born: born.map((key) => ({ key: namedListedKey(key), label: key.traits.label })),
      unreadable: inventory.unreadable,
    },
  };
}

/** The reviews come from the folder and are not signed. Every other field is from the manifest or the service. */
function rowOf({ key, outcome }: Reconciled, { reviews }: CampaignView) {
  const { line, listed, name } = key;
  return {
    key: name,
    label: line.label,
    wave: line.wave,
    class: line.class,
    outcome,
    // The word of the service: only the outcome says whether the key is destroyed.
    state: listed?.traits.state ?? (key.isUnread ? "not_read" : "removed"),
    updatedAt: listed?.updatedAtMs === undefined ? "" : new Date(listed.updatedAtMs).toISOString(),
    updatedBy: plain(listed?.observation?.updatedBy?.iamId ?? "", 100),
    owners: line.owners,
    reason: line.reason,
    ticket: line.ticket,
    blocked: sayGate(key) ?? "",
    reviews: (reviews.byKey.get(name) ?? []).map(({ step, reviewer, requester, reviewedAtMs }) => ({
      ...{ step, reviewer, requester },
      reviewedAt: new Date(reviewedAtMs).toISOString(),
    })),
  };
}

/** What may outlive the instance: a destroyed key of which no keystore, or not each, reports the end. */
function reportQuestions(
  view: CampaignView,
  { deadlineMs }: CampaignPlan,
  outcomes: readonly Reconciled[],
): CampaignReport {
  const rows = outcomes.flatMap(questionsAbout);
  const keys = new Set(rows.map(({ key }) => key)).size;
  const others = outcomes.filter(({ key: { facts } }) => facts.state !== "destroyed" && facts.state !== "gone").length;
  return {
    summary:
      rows.length === 0
        ? "No destroyed key waits for a keystore, so there is nothing to ask of a cloud"
        : `Ask the clouds about ${count(keys, "key")} once the instance is gone; the deadline is ${dayBefore(deadlineMs)}`,
    sections: [
      ...section("Proof by provider", {
        table: tableOf(rows, {
          ...({ key: "key", label: "label", keystore: "type" } as const),
          "ID in the cloud": ({ id }) => id || "-",
          "gone on": ({ goneOn }) => goneOn || "-",
          "ask for": "ask",
        }),
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
    csv: csvTable(
      ["key", "label", "wave", "keystore", "keystoreName", "id", "goneOn", "ask"],
      rows.map((row) => ({ ...row, keystore: row.type, keystoreName: row.keystore })),
    ),
    data: {
      campaign: view.campaign.name,
      asOf: new Date(view.nowMs).toISOString(),
      questions: rows,
      unreadable: view.inventory.unreadable,
    },
  };
}

/** One row a keystore that does not report the key as gone. The IDs are those that the manifest keeps. */
function questionsAbout({ key }: Reconciled) {
  const { line, name, listed, facts } = key;
  if (facts.state !== "destroyed") return [];
  const shared = { key: name, label: line.label, wave: line.wave };
  const idIn = (keystore: string): string => line.cloudIds.find((each) => each.keystore === keystore)?.id ?? "";
  if (facts.isKms) {
    const own = { keystore: "", type: "ibm_cloud_kms", id: idIn(""), goneOn: dayOf(facts.materialGoneMs) };
    return facts.materialGoneMs === undefined ? [] : [{ ...shared, ...own, ask: askSentences.instance }];
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
      type: plain(each.type, 40),
      id: idIn(each.keystoreId),
      goneOn: isPending(each) ? dayOf(goneMs) : "",
      ask: isInternal ? askSentences.instance : askOf(each.type),
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

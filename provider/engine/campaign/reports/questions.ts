/**
 * Writes the report of `uko campaign finish --after-shutdown`. A person runs it before the shutdown of the instance,
 * because afterwards the instance reports nothing. The report lists each keystore that does not yet report a destroyed
 * key as gone, and each destroyed KMS key whose material may still exist. It has the question for the cloud, for IBM,
 * or for the operators of the keystore.
 */

import { isPending } from "../../../lifecycle/key/guards.ts";
import { isoTime } from "../../../text/iso-time.ts";
import { count, plain } from "../../text/words.ts";
import { csvTable } from "../files/csv.ts";
import { dayOf } from "../view/classify.ts";
import type { CampaignSchedule, PlannedKey } from "../view/planned.ts";
import type { CampaignView } from "../view/view.ts";
import { dayBefore } from "./key-row.ts";
import { type CampaignReport, folderFlag, reportOf, section, tableOfFields, unreadPart, withRemark } from "./report.ts";

/** Lists the destroyed keys of which at least one keystore does not report the end. */
export function reportQuestions(view: CampaignView, { keys: planned, deadlineMs }: CampaignSchedule): CampaignReport {
  const rows = planned.flatMap(questionsAbout);
  const keys = new Set(rows.map(({ key }) => key)).size;
  const others = planned.filter(({ facts }) => facts.state !== "destroyed" && facts.state !== "gone").length;
  const { path } = view.folder;
  return reportOf({
    summary:
      rows.length === 0
        ? "No destroyed key waits for a keystore, so there is nothing to ask of a cloud"
        : `Ask the clouds about ${count(keys, "key")} once the instance is gone; the deadline is ${dayBefore(deadlineMs)}`,
    parts: [
      { data: { campaign: view.campaign.name, asOf: isoTime(view.nowMs), questions: rows } },
      section("Proof by provider", {
        table: tableOfFields(rows, ["key", "label", "keystoreType", "cloudId", "goneOn", "askFor"]),
      }),
      section("Not part of the list", {
        lines:
          others === 0
            ? []
            : [`${count(others, "key")} not destroyed: uko campaign status ${folderFlag(path)} names each outcome`],
      }),
      unreadPart(view.inventory.unreadable),
    ],
    next: [
      withRemark(
        `uko campaign finish --after-shutdown --csv ${folderFlag(path)}`,
        "keep it: the instance cannot answer later",
      ),
    ],
    csv: () => csvTable(["key", "label", "wave", "keystore", "keystoreType", "cloudId", "goneOn", "askFor"], rows),
  });
}

/** One row for each keystore that does not report the key as gone. The IDs are those that the manifest keeps. */
function questionsAbout({ line, name, listed, facts: { state, isKms, materialGoneMs } }: PlannedKey) {
  if (state !== "destroyed") return [];
  const shared = { key: name, label: line.label, wave: line.wave };
  const idIn = (keystore: string): string => line.cloudIds.find((each) => each.keystore === keystore)?.id ?? "";
  if (isKms) {
    const own = { keystore: "", keystoreType: "ibm_cloud_kms", cloudId: idIn(""), goneOn: dayOf(materialGoneMs) };
    return materialGoneMs === undefined ? [] : [{ ...shared, ...own, askFor: askSentences.instance }];
  }
  return (listed?.observation?.keystores ?? [])
    .filter(({ status, syncFlag }) => status !== "not_present" || syncFlag !== "ok")
    .map((each) => ({
      ...shared,
      keystore: plain(each.name, 100),
      keystoreType: plain(each.type, 40),
      cloudId: idIn(each.keystoreId),
      goneOn: isPending(each) ? dayOf(each.destructionAtMs ?? materialGoneMs) : "",
      askFor: line.keystores.some(({ id, isInternal }) => id === each.keystoreId && isInternal)
        ? askSentences.instance
        : askOf(each.type),
    }));
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

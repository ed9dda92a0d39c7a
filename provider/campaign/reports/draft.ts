/**
 * Makes the output of the first `uko campaign plan`: a draft of `campaign.yaml`, and a table of the keys in groups of
 * the same kind, state, keystores and pending period. The file suggests a rule for each group, as a comment, so that no
 * key takes a step before a person writes the rules. The table shows the last day on which a destruction still meets the
 * deadline of the campaign, and IBM's last day for the service.
 */

import type { Session } from "../../engine/ports/world.ts";
import { ibmDates } from "../../engine/text/ibm-dates.ts";
import { count } from "../../engine/text/words.ts";
import { campaignFileName, campaignFormat } from "../files/campaign-file.ts";
import { dayMs } from "../rules/campaign.ts";
import { kmsRestoreDays, lastDestroyBeforeMs } from "../rules/schedule.ts";
import { dayOf, pendingDaysOf, toReplace } from "../view/classify.ts";
import type { CampaignInventory, ListedKey } from "../view/inventory.ts";
import { type CampaignReport, folderFlag, reportOf, section, tableOf, unreadPart, withRemark } from "./report.ts";

/** Keys that have the same kind, state, keystores and pending period. */
interface Group {
  readonly kind: string;
  readonly state: string;
  readonly keystores: string;
  readonly pendingDays: number;
  readonly keys: number;
}

export function groupsOf(keys: readonly ListedKey[]): readonly Group[] {
  const groups = Map.groupBy(keys.map(groupOf), (group) => JSON.stringify(group));
  return [...groups.values()]
    .flatMap(([first, ...others]) => (first === undefined ? [] : [{ ...first, keys: others.length + 1 }]))
    .sort((a, b) => b.pendingDays - a.pendingDays || b.keys - a.keys);
}

function groupOf({ traits: { kind, state, keystoreTypes }, keystores }: ListedKey): Omit<Group, "keys"> {
  const days = keystores.map((each) => pendingDaysOf({}, each));
  const pendingDays = kind === "kms" ? kmsRestoreDays : Math.max(0, ...days);
  const types = [...new Set(keystoreTypes)].sort().join("+");
  return { kind, state, keystores: types, pendingDays: state === "pre_activation" ? 0 : pendingDays };
}

export function lastDestroyDayOf(group: Pick<Group, "pendingDays" | "state">, deadline: string): string {
  if (group.state === "destroyed") return "destroyed";
  return dayOf(lastDestroyBeforeMs(Date.parse(deadline) + dayMs, group.pendingDays) - 1);
}

/** The dates of a first campaign. IBM ends Hyper Protect Crypto Services, and not Key Protect. */
export interface EndOfInstance {
  readonly instanceEnds: boolean;
  readonly deadline: string;
  readonly lastDeadline?: string;
}

export function endOfInstance({ isKeyProtect }: Pick<Session, "isKeyProtect">, nowMs: number): EndOfInstance {
  if (isKeyProtect) return { instanceEnds: false, deadline: dayOf(nowMs + daysWithoutAnEnd * dayMs) };
  return { instanceEnds: true, deadline: ibmDates.endOfSupport, lastDeadline: ibmDates.lastDay };
}

/** A proposal, which people replace: enough for two waves and the 30 days in which KMS can restore a key. */
const daysWithoutAnEnd = 90;

export function firstCampaignFile(
  instanceId: string,
  { keys, vaults }: CampaignInventory,
  { instanceEnds, deadline, lastDeadline }: EndOfInstance,
): string {
  const suggestions = groupsOf(keys).flatMap(({ kind, state, keystores, keys: number }) => [
    `#  # ${count(number, "key")}`,
    `#  - match: {kind: ${kind}, state: [${state}]${keystores === "" ? "" : `, keystore: [${keystores.split("+").join(", ")}]`}}`,
    "#    class: destroy",
    "#    wave: main",
    `#    owner: ${toReplace.owner}`,
    `#    reason: ${toReplace.reason}`,
  ]);
  return [
    "# The campaign: what people propose. It grants no right.",
    `format: ${campaignFormat}`,
    "name: retirement",
    `instance: ${instanceId}`,
    `instanceEnds: ${instanceEnds}`,
    ...(instanceEnds ? [] : ["# IBM does not end Key Protect: write the day by which the keys have to be gone."]),
    `deadline: ${deadline}`,
    ...(lastDeadline === undefined ? [] : [`lastDeadline: ${lastDeadline}`]),
    "scope:",
    ...(vaults.length > 0 ? ["  vaults:"] : []),
    ...vaults.map(({ id, name: vaultName }) => `    - ${id} # ${vaultName.replaceAll(/[^\w .-]/g, "?")}`),
    "  kmsKeys: true",
    "# Pending periods by ID or type of keystore, where they differ from 7 (aws_kms), 30 (google_kms, ibm_cloud_kms)",
    "# and 90 days (azure_key_vault, and every other type).",
    "pendingDays: {}",
    "waves:",
    "  - name: pilot",
    "  - name: main",
    "    after: [pilot]",
    "# The first rule that matches a key decides. A key that no rule names is left: uko takes no step on it.",
    '# To start from this list, delete the line "rules: []" and the first # of each line below it.',
    "rules: []",
    "#rules:",
    ...suggestions,
    "blackouts: []",
    "",
  ].join("\n");
}

export function reportDraft(
  folder: string,
  inventory: CampaignInventory,
  { deadline, lastDeadline }: EndOfInstance,
): CampaignReport {
  const groups = groupsOf(inventory.keys).map((group) => ({ ...group, lastDay: lastDestroyDayOf(group, deadline) }));
  return reportOf({
    summary: `Wrote ${folder}/${campaignFileName} for ${count(inventory.keys.length, "key")} in ${count(inventory.vaults.length, "vault")}`,
    parts: [
      {
        sections: section("Last day to destroy, if the material has to be gone by the deadline", {
          table: tableOf(groups, {
            ...({ kind: "kind", state: "state", keystores: "keystores" } as const),
            pending: ({ pendingDays }) => `${pendingDays} d`,
            keys: "keys",
            [`for ${deadline}`]: "lastDay",
            ...(lastDeadline !== undefined && {
              [`for ${lastDeadline}`]: (group: Group) => lastDestroyDayOf(group, lastDeadline),
            }),
          }),
        }),
        data: { deadline, groups },
      },
      unreadPart(inventory.unreadable),
    ],
    next: [withRemark(`uko campaign plan ${folderFlag(folder)}`, "after you wrote the deadline, waves and rules")],
  });
}

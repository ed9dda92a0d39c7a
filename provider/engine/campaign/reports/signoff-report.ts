/**
 * Writes the two reports of `uko campaign signoff`, with which the owner of keys agrees to their destruction: first
 * the keys that the owner is about to sign, then the file that was written.
 */

import { dayMs } from "../../../lifecycle/campaign/campaign.ts";
import { warnsOfDeletion } from "../../key/exceptions.ts";
import { count, plain, quotedName } from "../../text/words.ts";
import { csvTable } from "../files/csv.ts";
import type { OpenCampaign } from "../files/folder.ts";
import { type ManifestKey, namedKey } from "../files/manifest.ts";
import type { Signoff } from "../files/signoffs.ts";
import { type CampaignInventory, type ListedKey, namedListedKey } from "../view/inventory.ts";
import { countsOf } from "./key-views.ts";
import { type CampaignReport, folderFlag, section, tableOf, unreadSection } from "./report.ts";

/** What the owner sees before signing: how many of what, the keys whose description warns now, then each key. */
export function showSignoff(
  owner: string,
  keys: readonly ManifestKey[],
  { keys: listed, nowMs, unreadable }: CampaignInventory,
): CampaignReport {
  const numbers = (what: string, of: (key: ManifestKey) => readonly string[]): readonly string[] => {
    const counts = countsOf(keys.flatMap(of)).map(({ value, keys: number }) => `${value} ${number}`);
    return counts.length === 0 ? [] : [`${what}: ${counts.join(", ")}`];
  };
  const used = keys.filter(({ usage }) => usage.length > 0).length;
  const own = new Set(keys.map(namedKey));
  const describes = ({ observation }: ListedKey): string => observation?.facts.description ?? "";
  const warning = listed.filter((key) => own.has(namedListedKey(key)) && warnsOfDeletion.test(describes(key)));
  const young = keys.filter(({ createdAt }) => nowMs - Date.parse(createdAt) < youngMs).length;
  return {
    summary: `${owner} signs that ${count(keys.length, "key")} may be destroyed, which cannot be undone`,
    sections: [
      ...section("Summary", {
        lines: [
          ...numbers("By vault", ({ vaultName, vault }) => [vaultName || vault || "KMS"]),
          ...numbers("By keystore", ({ keystores }) => keystores.map(({ type }) => type)),
          ...numbers("By state", ({ state }) => [state]),
          ...numbers("By application", ({ application }) => (application === "" ? [] : [application])),
          ...(used > 0 ? [`With evidence of use: ${used}`] : []),
          ...(young > 0 ? [`Created in the last 90 days: ${young}`] : []),
          "uko does not see what uses copies in other clouds.",
        ].map((line) => plain(line, 500)),
      }),
      ...section("Check these keys before you sign", {
        isWhole: true,
        table: tableOf(warning, {
          label: ({ traits }) => traits.label,
          description: (key) => quotedName(describes(key), 200),
          key: namedListedKey,
        }),
      }),
      ...unreadSection(unreadable),
      ...section("Keys to sign", {
        isWhole: true,
        table: tableOf(keys, {
          label: "label",
          vault: "vaultName",
          created: "createdAt",
          used: ({ usage }) => usage.map(({ source, lastUsed }) => lastUsed || source).join(", "),
          reason: "reason",
          key: namedKey,
        }),
      }),
    ],
    next: [],
    exitCode: 0,
    data: {},
  };
}

const youngMs = 90 * dayMs;

export function reportSignoff(
  { folder }: OpenCampaign,
  file: string,
  { owner, digest }: Signoff,
  keys: readonly ManifestKey[],
): CampaignReport {
  const rows = keys.map((key) => ({ key: namedKey(key), label: key.label }));
  return {
    summary: `Wrote ${folder.path}/${file}: ${owner} signs ${count(keys.length, "key")}`,
    sections: [],
    next: [{ command: `uko campaign status ${folderFlag(folder.path)}` }],
    exitCode: 0,
    csv: () => csvTable(["key", "label"], rows),
    data: { owner, digest, file, keys: keys.map(namedKey) },
  };
}

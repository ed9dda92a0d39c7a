/**
 * The baseline: a new manifest from the inventory, and its difference to the last one. Nothing in an
 * earlier manifest is dropped: a key that the service no longer lists keeps its line.
 */

import { UkoError } from "../../errors.ts";
import { dayMs } from "../../lifecycle/campaign/campaign.ts";
import { differencesOf } from "../../lifecycle/campaign/rule-changes.ts";
import { count } from "../text/words.ts";
import { type Classification, classify, gapSentences, type Joined } from "./classify.ts";
import { csvTable } from "./csv.ts";
import { uuid } from "./file-forms.ts";
import type { OpenCampaign } from "./folder.ts";
import { type CampaignInventory, idsOf, type ListedKey, namedListedKey } from "./inventory.ts";
import type { OwnerTable } from "./joined-files.ts";
import {
  byVaultThenId,
  digestOfWave,
  encodeManifest,
  type Manifest,
  type ManifestKey,
  manifestFileName,
  namedKey,
  type WaveOfBaseline,
} from "./manifest.ts";
import { type CampaignReport, folderFlag, reasonSection, remarked, section, unreadSection } from "./report.ts";
import { sayDifference } from "./rule-changes.ts";
import { settingsOf } from "./settings.ts";

export interface BaselineRequest {
  /** Only this wave gets new lines; absent for all. */
  readonly wave?: string | undefined;
  readonly owners: OwnerTable;
  readonly joinedTo: (key: ListedKey) => Joined;
  readonly blindSpots: readonly string[];
}

/** A key that is new or was written recently may still be in use by the work of others. */
const recentMs = 30 * dayMs;

export interface Baseline {
  readonly report: CampaignReport;
  /** The text of the manifest; absent if the baseline is blocked. */
  readonly manifest?: string;
}

export function makeBaseline(
  { campaign, folder }: OpenCampaign,
  inventory: CampaignInventory,
  earlier: Manifest | undefined,
  request: BaselineRequest,
  sha256: (text: string) => string,
): Baseline {
  const classified = classify(campaign, inventory, request.owners, request.joinedTo);
  const blocked = [
    ...namelessRules(campaign, inventory),
    ...classified.unclassified.map((key) => [namedListedKey(key), key.traits.label, "no rule matches"]),
    ...classified.incomplete.flatMap(({ key, gaps }) =>
      gaps.map((gap) => [namedKey(key), key.label, gapSentences[gap]]),
    ),
  ];
  const keys = mergeKeys(classified.keys, earlier, request.wave);
  const waves = wavesOf(keys, earlier, { campaign, wave: request.wave, nowMs: inventory.nowMs }, sha256);
  const manifest = encodeManifest(
    {
      campaign: campaign.name,
      instance: campaign.instance,
      unreadableVaults: inventory.unreadable.map(({ id }) => id),
      blindSpots: [...request.blindSpots],
      keys,
      waves,
    },
    sha256,
  );
  const changed = [...changedSettings(waves, earlier), ...differences(keys, earlier)];
  const sections = [
    ...reasonSection("Blocked", { columns: ["key", "label", "why"], rows: blocked }),
    ...reasonSection("Changed since the last baseline", { columns: ["key", "label", "change"], rows: changed }),
    ...section("New, or written in the last 30 days", { table: recent(inventory) }),
    ...section("Warnings", { lines: warnings(classified, inventory, request) }),
    ...unreadSection(inventory.unreadable),
  ];
  const shared = {
    sections,
    csv: csvOf(keys),
    data: {
      keys: keys.length,
      blocked: blocked.map(([key, label, why]) => ({ key, label, why })),
      changed: changed.map(([key, label, change]) => ({ key, label, change })),
      unreadable: inventory.unreadable,
    },
  };
  if (blocked.length > 0) {
    return {
      report: {
        ...shared,
        summary: `${count(new Set(blocked.map(([key]) => key)).size, "entry", "entries")} cannot be listed yet, so no baseline was written`,
        next: [
          remarked(
            `uko campaign baseline ${folderFlag(folder.path)}`,
            "after you corrected campaign.yaml or owners.csv",
          ),
        ],
        exitCode: 12,
      },
    };
  }
  return {
    manifest,
    report: {
      ...shared,
      summary: `Wrote ${folder.path}/${manifestFileName}: ${count(keys.length, "key")} in ${count(waves.length, "wave")}`,
      next: [{ command: `uko campaign plan ${folderFlag(folder.path)}` }],
      exitCode: inventory.unreadable.length > 0 ? 13 : 0,
    },
  };
}

/** Throws UKO_CAMPAIGN_INVALID for a wave of a first baseline, which has no other waves to keep. */
export function requireEarlier(earlier: Manifest | undefined, wave: string | undefined): void {
  if (wave === undefined || earlier !== undefined) return;
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: "The first baseline lists every wave",
    detail: "Next: uko campaign baseline, without --wave",
  });
}

/** A rule about a name would pass over every key of a vault whose name is unknown. */
function namelessRules({ rules }: OpenCampaign["campaign"], { unreadable }: CampaignInventory) {
  if (!unreadable.some(({ id }) => id === "vaults")) return [];
  return rules.flatMap(({ match }, index) =>
    match.vault === undefined || uuid.safeParse(match.vault).success
      ? []
      : [["campaign.yaml", "", `rules[${index}] matches the name of a vault, and the names could not be read`]],
  );
}

/** New lines, with the earlier lines of other waves and of keys that the service no longer lists. */
function mergeKeys(
  fresh: readonly ManifestKey[],
  earlier: Manifest | undefined,
  wave: string | undefined,
): readonly ManifestKey[] {
  const before = earlier?.keys ?? [];
  const isOther = (key: ManifestKey): boolean => wave !== undefined && key.wave !== wave;
  const kept = before.filter(isOther);
  const keptIds = new Set(kept.map(namedKey));
  const taken = fresh.filter((key) => !isOther(key) && !keptIds.has(namedKey(key)));
  const ids = new Set([...keptIds, ...taken.map(namedKey)]);
  const vanished = before.filter((key) => !ids.has(namedKey(key)));
  return [...kept, ...taken, ...vanished].sort(byVaultThenId);
}

/** A wave whose lines and rules are equal keeps the time of its baseline, so that the file does not change. */
function wavesOf(
  keys: readonly ManifestKey[],
  earlier: Manifest | undefined,
  {
    campaign,
    wave,
    nowMs,
  }: Pick<BaselineRequest, "wave"> & Pick<OpenCampaign, "campaign"> & { readonly nowMs: number },
  sha256: (text: string) => string,
): readonly WaveOfBaseline[] {
  const now = new Date(nowMs).toISOString();
  const before = new Map(earlier?.waves.map((each) => [each.wave, each]));
  return [...new Set(keys.map((key) => key.wave))].sort().flatMap((name) => {
    const known = before.get(name);
    // A wave that people took out keeps its rules with its keys.
    const settings = (wave ?? name) === name ? (settingsOf(campaign, name) ?? known?.settings) : known?.settings;
    if (settings === undefined) return [];
    const isRenewed = digestOfWave(keys, { wave: name, settings }, sha256).digest !== known?.digest;
    return { wave: name, baselineAt: isRenewed ? now : known.baselineAt, settings };
  });
}

/** The rules of each wave that this baseline changes, for example to a shorter soak. */
function changedSettings(waves: readonly WaveOfBaseline[], earlier: Manifest | undefined) {
  return waves.flatMap(({ wave, settings }) => {
    const old = earlier?.waves.find((each) => each.wave === wave)?.settings;
    return old === undefined
      ? []
      : differencesOf(old, settings).map((each) => [`wave ${wave}`, "", sayDifference(each)]);
  });
}

function differences(keys: readonly ManifestKey[], earlier: Manifest | undefined) {
  const before = new Map(earlier?.keys.map((key) => [namedKey(key), key]));
  return keys.flatMap((key) => {
    const old = before.get(namedKey(key));
    if (earlier === undefined || JSON.stringify(old) === JSON.stringify(key)) return [];
    return [[namedKey(key), key.label, old === undefined ? "new" : changeOf(old, key)] as const];
  });
}

function changeOf(old: ManifestKey, key: ManifestKey): string {
  const names = (Object.keys(key) as (keyof ManifestKey)[]).filter(
    (name) => JSON.stringify(old[name]) !== JSON.stringify(key[name]),
  );
  const shown = names.map((name) =>
    typeof key[name] === "string" ? `${name}: ${String(old[name])} -> ${String(key[name])}` : name,
  );
  return shown.join("; ");
}

function recent({ keys, nowMs }: CampaignInventory) {
  const rows = keys.flatMap((key) => {
    const { createdAtMs } = key.traits;
    const isNew = createdAtMs !== undefined && nowMs - createdAtMs < recentMs;
    const isWritten = key.updatedAtMs !== undefined && nowMs - key.updatedAtMs < recentMs;
    return isNew || isWritten ? [[namedListedKey(key), key.traits.label, isNew ? "new" : "written"]] : [];
  });
  return { columns: ["key", "label", "what"], rows };
}

function warnings(
  { unusedRules }: Classification,
  { keys }: CampaignInventory,
  { owners, blindSpots }: BaselineRequest,
): readonly string[] {
  const strangers = owners.unmatched(new Set(keys.flatMap((key) => idsOf(key).map((id) => id.toLowerCase()))));
  return [
    ...unusedRules.map(
      (index) =>
        `rules[${index}] in campaign.yaml decides for no key: no key matches it, or an earlier rule decides first`,
    ),
    ...strangers.slice(0, 20).map((key) => `owners.csv names ${key}, which is not a key of this campaign`),
    ...blindSpots,
  ];
}

function csvOf(keys: readonly ManifestKey[]): string {
  const rows = keys.map((key) => ({ ...key, key: namedKey(key) }));
  return csvTable(["key", "label", "state", "class", "wave", "owners", "application", "reason", "ticket"], rows);
}

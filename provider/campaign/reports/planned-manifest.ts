/**
 * Plans the manifest of a campaign from what the service and the rules say now. It also compares the result with the
 * manifest in the folder. A key that the service no longer lists keeps its line, so that no key leaves
 * the campaign without an outcome. The class of a key says what the campaign does to it. While a key lacks what its class
 * requires, such as an owner, no command writes the new manifest.
 */

import { plain } from "../../engine/text/words.ts";
import { uuid } from "../files/file-forms.ts";
import type { OpenCampaign } from "../files/folder.ts";
import { resourcesOf, sayUse } from "../files/line-among-many.ts";
import {
  byVaultThenId,
  digestOfWave,
  encodeManifest,
  type Manifest,
  type ManifestKey,
  namedKey,
  type PlannedWave,
} from "../files/manifest.ts";
import { settingsOf } from "../files/settings.ts";
import { differencesOf } from "../rules/rule-changes.ts";
import { type Classification, classify, gapSentences, type Joined } from "../view/classify.ts";
import type { CampaignInventory, ListedKey } from "../view/inventory.ts";
import { fieldsInDigest, sayDifference, sayShownChanges } from "../view/rule-changes.ts";
import { reasonSection, section, tableOf } from "./report.ts";

export interface ManifestRequest {
  readonly joinedTo: (key: ListedKey) => Joined;
  readonly blindSpots: readonly string[];
}

export type PlannedManifest = ReturnType<typeof planManifest>;

export function planManifest(
  { campaign }: OpenCampaign,
  inventory: CampaignInventory,
  earlier: Manifest | undefined,
  request: ManifestRequest,
  sha256: (text: string) => string,
) {
  const classified = classify(campaign, inventory, request.joinedTo);
  const blocked = [
    ...namelessRules(campaign, inventory),
    ...classified.incomplete.flatMap(({ key, gaps }) =>
      gaps.map((gap) => ({ key: namedKey(key), label: key.label, why: gapSentences[gap] })),
    ),
  ];
  const keys = mergeKeys(classified.keys, earlier);
  const waves = wavesOf(keys, earlier, { campaign, nowMs: inventory.nowMs }, sha256);
  /** The files of the manifest. No command writes it while a key is blocked. */
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
    ...reasonSection("Not complete", tableOf(blocked, reasonColumns)),
    ...(earlier === undefined ? [] : reasonSection("Changed since the manifest", tableOf(changed, reasonColumns))),
    ...section("Rules without a key", { lines: unusedRules(classified) }),
  ];
  return { manifest, blocked, changed, sections };
}

const reasonColumns = { key: "key", label: "label", why: "why" } as const;

/**
 * If the names of the vaults could not be read, a rule that matches vaults by name blocks the manifest. Otherwise the
 * rule would skip every key that it is about.
 */
function namelessRules({ rules }: OpenCampaign["campaign"], { unreadable }: CampaignInventory) {
  if (!unreadable.some(({ id }) => id === "vaults")) return [];
  return rules.flatMap(({ match: { vault } }, index) => {
    if (vault === undefined || vault.every((each) => uuid.safeParse(each).success)) return [];
    const why = `rules[${index}] matches the name of a vault, and the names could not be read`;
    return [{ key: "campaign.yaml", label: "", why }];
  });
}

/** New lines, with the earlier lines of keys that the service no longer lists. */
function mergeKeys(fresh: readonly ManifestKey[], earlier: Manifest | undefined): readonly ManifestKey[] {
  const ids = new Set(fresh.map(namedKey));
  const before = new Map(earlier?.keys.map((key) => [namedKey(key), key]));
  const known = fresh.map((key) => withEarlier(key, before.get(namedKey(key))));
  return [...known, ...(earlier?.keys ?? []).filter((key) => !ids.has(namedKey(key)))].sort(byVaultThenId);
}

/**
 * A new manifest says what changed, so that it hides no new label from those who read it next. What earlier ones noted
 * stays behind it. While a key is as it was, its last write is the one of before, because the steps of the campaign are
 * writes, too.
 */
function withEarlier(key: ManifestKey, old: ManifestKey | undefined): ManifestKey {
  if (old === undefined) return key;
  const [before, now] = [old, key].map(resourcesOf);
  const resources = (now ?? 0) > (before ?? 0) ? [`resources that use it: ${before ?? 0} -> ${now ?? 0}`] : [];
  const noted = old.changes === "" ? [] : [`before: ${old.changes}`];
  const withNoted = (found: readonly string[]): string => plain([...found, ...noted].join("; "), 1_000);
  const found = [...sayShownChanges(old, key), ...resources];
  if (found.length > 0) return { ...key, changes: withNoted(found) };
  if (old.facts !== key.facts) return { ...key, changes: withNoted([fieldsInDigest]) };
  const { updatedAt, updatedBy, changes } = old;
  return { ...key, updatedAt, updatedBy, changes };
}

/** A wave whose lines and rules are equal keeps the time at which it was planned, so that the file does not change. */
function wavesOf(
  keys: readonly ManifestKey[],
  earlier: Manifest | undefined,
  { campaign, nowMs }: Pick<OpenCampaign, "campaign"> & { readonly nowMs: number },
  sha256: (text: string) => string,
): readonly PlannedWave[] {
  const now = new Date(nowMs).toISOString();
  const before = new Map(earlier?.waves.map((each) => [each.wave, each]));
  return [...new Set(keys.map((key) => key.wave))].sort().flatMap((name) => {
    const known = before.get(name);
    // A wave that people took out keeps its rules with its keys.
    const settings = settingsOf(campaign, name) ?? known?.settings;
    if (settings === undefined) return [];
    const isRenewed = digestOfWave(keys, { wave: name, settings }, sha256).digest !== known?.digest;
    return { wave: name, plannedAt: isRenewed ? now : known.plannedAt, settings };
  });
}

/** The rules of each wave that this manifest changes, for example to a shorter soak. */
function changedSettings(waves: readonly PlannedWave[], earlier: Manifest | undefined) {
  return waves.flatMap(({ wave, settings }) => {
    const old = earlier?.waves.find((each) => each.wave === wave)?.settings;
    return old === undefined
      ? []
      : differencesOf(old, settings).map((each) => ({ key: `wave ${wave}`, label: "", why: sayDifference(each) }));
  });
}

function differences(keys: readonly ManifestKey[], earlier: Manifest | undefined) {
  const before = new Map(earlier?.keys.map((key) => [namedKey(key), key]));
  return keys.flatMap((key) => {
    const old = before.get(namedKey(key));
    if (earlier === undefined || JSON.stringify(old) === JSON.stringify(key)) return [];
    return [{ key: namedKey(key), label: key.label, why: old === undefined ? "new" : changeOf(old, key) }];
  });
}

function changeOf(old: ManifestKey, key: ManifestKey): string {
  const fields = differencesOf(comparable(old), comparable(key));
  const isHidden = old.facts !== key.facts && sayShownChanges(old, key).length === 0;
  return [...fields.map(sayDifference), ...(isHidden ? [fieldsInDigest] : [])].join("; ");
}

/** The fields of a line in which a person reads a difference. */
function comparable({ usage, facts: _, changes: __, updatedAt: ___, updatedBy: ____, ...rest }: ManifestKey) {
  return { ...rest, usage: usage.map(sayUse).join("; ") };
}

function unusedRules({ unusedRules: indexes }: Classification): readonly string[] {
  return indexes.map(
    (index) =>
      `rules[${index}] in campaign.yaml decides for no key: no key matches it, or an earlier rule decides first`,
  );
}

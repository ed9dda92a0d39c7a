/**
 * Compares the rules in `campaign.yaml` as they are now with the manifest. An edit that plans fewer
 * steps for a key stops this key. Any other edit stops the whole wave. It stays stopped until a person makes a new
 * manifest, so that people review the edit. Without this check, an edit after the review could loosen what was
 * approved. The file also writes these differences, the changes of a key since the manifest, and the rules of a wave as
 * text.
 */

import { plain } from "../../engine/text/words.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { type Campaign, type CampaignRule, unnamed } from "../files/campaign-file.ts";
import { type Manifest, type ManifestKey, namedKey } from "../files/manifest.ts";
import { saySettings, settingsOf } from "../files/settings.ts";
import { type Difference, differencesOf, type RuleChange, ruleChangeOf } from "../rules/rule-changes.ts";
import { firstMatch } from "../rules/rules.ts";
import { manifestKeyOf } from "./classify.ts";
import type { ListedKey } from "./inventory.ts";

/**
 * What the rules make of one key now. The rules see the key as the manifest has it, because a rule about a state would
 * otherwise give another result after each step. Only tags and template come from the service.
 */
export function ruleChangeOfKey(line: ManifestKey, found: ListedKey | undefined, campaign: Campaign): RuleChange {
  const { scope, rules, waves, pendingDays } = campaign;
  const isInScope = line.kind === "kms" ? scope.kmsKeys : (scope.vaults?.includes(line.vault) ?? true);
  if (!isInScope) return { kind: "narrowed", why: "out_of_scope" };
  if (found === undefined) return { kind: "unchanged" };
  const traits = {
    ...found.traits,
    ...{ vaultName: line.vaultName, label: line.label, state: line.state },
    keystoreTypes: line.keystores.map(({ type }) => type),
  };
  const index = firstMatch(rules, traits);
  const rule = index === undefined ? unnamedRuleOf(line) : rules[index];
  // Only the rules are compared, so the period that the service reports is the one of the manifest.
  const keystores = line.keystores.map(({ pendingDays: reportedDays, ...each }) => ({ ...each, reportedDays }));
  const seen = { ...found, traits, cloudIds: line.cloudIds, keystores };
  const joined = { waves, pendingDays, declaredBy: [], usage: [] };
  return ruleChangeOf(ruledFields(line), rule && ruledFields(manifestKeyOf(seen, rule, joined)));
}

/** A key that no rule named in the manifest still has none; any other key has lost its rule, and is narrowed. */
function unnamedRuleOf({ wave }: ManifestKey): CampaignRule | undefined {
  return wave === unnamed.wave ? unnamed : undefined;
}

/** What a rule and `pendingDays` decide about a key. */
function ruledFields(key: ManifestKey) {
  const { class: keyClass, wave, owner, reason, ticket, override, keystores } = key;
  const periods = keystores.map(({ pendingDays }) => pendingDays);
  return { class: keyClass, wave, owner, reason, ticket, override, pendingDays: periods };
}

/**
 * The differences in the rules of a wave, or of one of its keys, that do not narrow the campaign. A key that itself
 * changed waits alone for a new manifest: a tag on one key, which selects another rule, must not stop its wave.
 */
export function waveDifferences(
  {
    campaign,
    manifest,
    keys,
  }: {
    readonly campaign: Campaign;
    readonly manifest: Manifest;
    readonly keys: readonly {
      readonly line: ManifestKey;
      readonly change: RuleChange;
      readonly facts: { readonly isChanged: boolean };
    }[];
  },
  wave: string,
): readonly string[] {
  const before = manifest.waves.find((each) => each.wave === wave)?.settings;
  const after = settingsOf(campaign, wave);
  const own = before === undefined || after === undefined ? [] : differencesOf(before, after);
  return [
    ...own.map((each) => `wave "${wave}": ${sayDifference(each)}`),
    ...keys.flatMap(({ line, change, facts }) =>
      line.wave === wave && change.kind === "different" && !facts.isChanged
        ? change.differences.map((each) => `${namedKey(line)} "${line.label}": ${sayDifference(each)}`)
        : [],
    ),
  ];
}

/** Writes a difference such as `soak: "5d" -> "4h"`. */
export function sayDifference({ field, before, after }: Difference): string {
  return plain(`${field}: ${sayValue(before)} -> ${sayValue(after)}`, 300);
}

/** The facts of a key that its line in the manifest shows. A digest covers the others. */
type ShownInManifest = Pick<ManifestKey, "label" | "description" | "tags" | "template" | "version"> & {
  readonly keystores: readonly { readonly id: string; readonly type: string }[];
};

export const fieldsInDigest = "its dates or key ring";

/** The facts of a key as the service lists it now. */
export function factsOf({ traits: { label, template }, description, tagTexts, version, keystores }: ListedKey) {
  return { label, description, tags: [...tagTexts], template, version, keystores };
}

/** Each changed fact, such as `label: "orders" -> "orders-old"`. */
export function sayShownChanges(before: ShownInManifest, after: ShownInManifest): readonly string[] {
  const [old, now] = [before, after].map(({ label, description, tags, template, version, keystores }) => ({
    ...{ label, description, tags, template, version },
    keystores: keystores.map(({ id, type }) => `${type} ${id}`).sort(),
  }));
  return old === undefined || now === undefined ? [] : differencesOf(old, now).map(sayDifference);
}

function sayValue(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}

export const narrowedSentences = {
  out_of_scope: "campaign.yaml no longer has the vault, or KMS keys, in its scope",
  no_rule: "campaign.yaml no longer has a rule for the key",
  class: "campaign.yaml no longer plans as much for the key as the manifest",
} as const satisfies Record<Extract<RuleChange, { kind: "narrowed" }>["why"], string>;

/** The rules that the digest of the wave covers, for the reviewer. */
export function rulesLine({ manifest }: { readonly manifest: Manifest }, wave: string): string {
  const settings = manifest.waves.find((each) => each.wave === wave)?.settings;
  return `Rules of the wave: ${settings === undefined ? "none" : withoutPeriod(plain(saySettings(settings), 300))}.`;
}

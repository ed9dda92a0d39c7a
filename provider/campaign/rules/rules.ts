/**
 * Classifies keys by the rules of a campaign: the first rule that matches decides what happens to the key, and what the
 * campaign requires before it may act.
 */

import { isGlobMatch } from "../../text/glob.ts";
import type { KeyClass, KeyTraits, Rule, RuleMatch } from "./campaign.ts";

/** The index of the first rule that matches; undefined if the key is unclassified. */
export function firstMatch(rules: readonly Rule[], traits: KeyTraits): number | undefined {
  const index = rules.findIndex(({ match }) => isMatch(match, traits));
  return index === -1 ? undefined : index;
}

export function isMatch(match: RuleMatch, traits: KeyTraits): boolean {
  const { createdAtMs } = traits;
  return (
    (match.kind === undefined || match.kind === traits.kind) &&
    (match.id === undefined || match.id.includes(traits.id)) &&
    (match.vault === undefined || match.vault.some((each) => isVault(each, traits))) &&
    (match.label === undefined || isGlobMatch(match.label, traits.label)) &&
    (match.template === undefined || isGlobMatch(match.template, traits.template)) &&
    (match.state === undefined || match.state.includes(traits.state)) &&
    (match.keystore === undefined || match.keystore.some((type) => traits.keystoreTypes.includes(type))) &&
    (match.tag === undefined || hasTag(traits, match.tag)) &&
    // A key without a creation date matches no rule about dates.
    (match.createdBeforeMs === undefined || (createdAtMs !== undefined && createdAtMs < match.createdBeforeMs)) &&
    (match.createdFromMs === undefined || (createdAtMs !== undefined && createdAtMs >= match.createdFromMs))
  );
}

function isVault(named: string, { vaultId, vaultName }: KeyTraits): boolean {
  return named === vaultId || isGlobMatch(named, vaultName);
}

function hasTag({ tags }: KeyTraits, wanted: NonNullable<RuleMatch["tag"]>): boolean {
  return tags.some(({ name, value }) => name === wanted.name && (wanted.value ?? value) === value);
}

export type ClassGap = "owner_missing" | "reason_missing";

/** What a class still requires before the campaign may act on the key. */
export function classificationGaps(key: {
  readonly class: KeyClass;
  readonly owner: string;
  readonly reason: string;
}): readonly ClassGap[] {
  if (key.class === "leave") return [];
  return [
    ...(key.owner === "" ? (["owner_missing"] as const) : []),
    ...(key.reason === "" ? (["reason_missing"] as const) : []),
  ];
}

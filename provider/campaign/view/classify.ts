/**
 * Makes the lines of the manifest, the list of a campaign's keys: each key of the service with its owner, class and
 * wave. The rules of the campaign decide all three. A key that no rule names gets the class `leave`, so it takes no
 * step. The file also lists what a class still requires of a key, such as an owner, and the rules that decided for no
 * key. The texts of a first campaign.yaml that people have to replace count as missing. The file also decides the
 * pending period of a keystore, in which a destroyed key can still exist.
 */

import { plain } from "../../engine/text/words.ts";
import { longestPendingDays, pendingPeriodDays } from "../../lifecycle/key/remaining-path.ts";
import { isoTime } from "../../text/iso-time.ts";
import { type Campaign, type CampaignRule, unnamed } from "../files/campaign-file.ts";
import type { ManifestKey } from "../files/manifest.ts";
import { dayMs } from "../rules/campaign.ts";
import { type ClassGap, classificationGaps, firstMatch } from "../rules/rules.ts";
import type { ListedKey } from "./inventory.ts";

export type Classification = ReturnType<typeof classify>;

export const gapSentences = {
  owner_missing: "destroy requires an owner: name one in the rule, or a tag that the key has",
  reason_missing: "destroy requires a reason in the rule",
} as const satisfies Record<ClassGap, string>;

/** The texts of a first campaign.yaml that people have to replace. They count as missing. */
export const toReplace = { owner: "name the owner", reason: "name the reason" } as const;

/** The facts of a key that come from other sources than UKO. */
export type Joined = Pick<ManifestKey, "declaredBy" | "usage">;

export function classify(
  { rules, waves, pendingDays }: Campaign,
  inventory: { readonly keys: readonly ListedKey[] },
  joinedTo: (key: ListedKey) => Joined,
) {
  const keys: ManifestKey[] = [];
  /** Keys of which the class requires more than the files state. */
  const incomplete: { key: ManifestKey; gaps: readonly ClassGap[] }[] = [];
  const used = new Set<number>();
  for (const listed of inventory.keys) {
    const index = firstMatch(rules, listed.traits);
    const rule = index === undefined ? undefined : rules[index];
    if (index === undefined || rule === undefined) {
      // IBM does not ask for keys of an ended instance to be deleted, so a key that no rule names stays.
      keys.push(manifestKeyOf(listed, unnamed, { waves, pendingDays, ...joinedTo(listed) }));
      continue;
    }
    used.add(index);
    const key = manifestKeyOf(listed, rule, { waves, pendingDays, ...joinedTo(listed) });
    keys.push(key);
    const gaps = classificationGaps(key);
    if (gaps.length > 0) incomplete.push({ key, gaps });
  }
  /** Indexes of rules that decided for no key. */
  const unusedRules = rules.flatMap((_, index) => (used.has(index) ? [] : [index]));
  return { keys, incomplete, unusedRules };
}

/** The line of one key by one rule. */
export function manifestKeyOf(
  listed: ListedKey,
  rule: CampaignRule,
  { waves, pendingDays, declaredBy, usage }: Joined & Pick<Campaign, "waves" | "pendingDays">,
): ManifestKey {
  const { traits, keystores, cloudIds } = listed;
  return {
    kind: traits.kind,
    vault: traits.vaultId,
    vaultName: traits.vaultName,
    id: traits.id,
    label: traits.label,
    description: listed.description,
    tags: [...listed.tagTexts],
    template: traits.template,
    state: traits.state,
    createdAt: dayOf(traits.createdAtMs),
    updatedAt: listed.updatedAtMs === undefined ? "" : isoTime(listed.updatedAtMs),
    updatedBy: plain(listed.observation?.updatedBy?.iamId ?? "", 100),
    changes: "",
    version: listed.version,
    cloudIds: [...cloudIds],
    keystores: keystores.map(({ reportedDays, ...each }) => ({
      ...each,
      pendingDays: pendingDaysOf(pendingDays, { ...each, reportedDays }),
    })),
    kmsDualAuthorization: listed.kmsDualAuthorization,
    class: rule.class,
    wave: rule.wave,
    owner: ownerOf(traits, rule),
    reason: rule.reason === undefined || rule.reason === toReplace.reason ? "" : rule.reason,
    // In the line, the ticket reaches the reason on the key, and so the evidence and the certificate.
    ticket: rule.ticket ?? waves.find(({ name }) => name === rule.wave)?.ticket ?? "",
    override: rule.override ?? "",
    verificationPattern: listed.verificationPattern,
    declaredBy,
    facts: listed.facts,
    usage,
  };
}

/** The owner that the rule names, or the value of the tag that the rule names; empty if the key has no such tag. */
function ownerOf({ tags }: ListedKey["traits"], { owner = "" }: CampaignRule): string {
  if (owner === toReplace.owner) return "";
  if (!owner.startsWith("tag:")) return plain(owner, 500);
  const tag = tags.find(({ name }) => name === owner.slice("tag:".length));
  return plain(tag?.value ?? "", 500).trim();
}

/**
 * The pending period in days: as campaign.yaml states it for the keystore or its type, otherwise as the service reports
 * it (which a review shows), otherwise the usual period of the type.
 */
export function pendingDaysOf(
  stated: Campaign["pendingDays"],
  { id, type, reportedDays }: Pick<ListedKey["keystores"][number], "id" | "type" | "reportedDays">,
): number {
  return stated[id] ?? stated[type] ?? reportedDays ?? pendingPeriodDays[type] ?? longestPendingDays;
}

/** `2026-11-24`, or empty. */
export function dayOf(ms: number | undefined): string {
  return ms === undefined ? "" : new Date(Math.floor(ms / dayMs) * dayMs).toISOString().slice(0, 10);
}

/**
 * Makes the lines of the manifest, the list of a campaign's keys: each key of the service with its owners, class and
 * wave. The rules of the campaign decide the class, which says what happens to the key, and the wave, the group with
 * which it takes its steps. A key that no rule names gets the class `leave`, so it takes no step. The file also lists
 * what a class still requires of a key, such as an owner, and the rules that decided for no key. The texts that `uko
 * campaign init` writes for people to replace count as missing. The file also decides the pending period of a keystore,
 * in which a destroyed key can still exist.
 */

import { dayMs } from "../../../lifecycle/campaign/campaign.ts";
import { type ClassGap, classificationGaps, firstMatch } from "../../../lifecycle/campaign/rules.ts";
import { longestPendingDays, pendingPeriodDays } from "../../../lifecycle/key/remaining-path.ts";
import { type Campaign, type CampaignRule, unnamed } from "../files/campaign-file.ts";
import type { OwnerTable } from "../files/joined-files.ts";
import type { ManifestKey } from "../files/manifest.ts";
import { idsOf, type ListedKey } from "./inventory.ts";

export type Classification = ReturnType<typeof classify>;

export const gapSentences = {
  keep_on_ending_instance: "the instance ends, so the key cannot be kept: choose leave, migrate or destroy",
  kms_deactivation: "uko cannot deactivate a KMS key: choose leave, or disable it in KMS",
  owner_missing: "destroy requires an owner, in owners.csv or the rule",
  reason_missing: "destroy requires a reason in the rule",
  successor_missing: "migrate requires a successor in the rule",
  not_attested: "migrate waits until attestedOn names a day that has passed",
  future_owner_missing: "leave requires the owner who keeps the copies in the cloud",
} as const satisfies Record<ClassGap, string>;

/** The texts of a first campaign.yaml that people have to replace. They count as missing. */
export const toReplace = { owner: "name the owner", reason: "name the reason" } as const;

/** The facts of a key that come from other sources than UKO. */
export type Joined = Pick<ManifestKey, "declaredBy" | "usage">;

export function classify(
  { rules, pendingDays, instanceEnds }: Campaign,
  inventory: { readonly keys: readonly ListedKey[]; readonly nowMs: number },
  owners: OwnerTable,
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
      keys.push(manifestKeyOf(listed, unnamed, { pendingDays, owners, ...joinedTo(listed) }));
      continue;
    }
    used.add(index);
    const key = manifestKeyOf(listed, rule, { pendingDays, owners, ...joinedTo(listed) });
    keys.push(key);
    const attestedAtMs = rule.attestedOn;
    const gaps = classificationGaps({ ...key, attestedAtMs }, instanceEnds, inventory.nowMs);
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
  {
    pendingDays,
    owners,
    declaredBy,
    usage,
  }: Joined & { readonly pendingDays: Campaign["pendingDays"]; readonly owners: OwnerTable },
): ManifestKey {
  const { traits, keystores, cloudIds } = listed;
  const joined = owners.find(idsOf(listed));
  const owner = rule.owner === undefined || rule.owner === toReplace.owner ? [] : [rule.owner];
  return {
    kind: traits.kind,
    vault: traits.vaultId,
    vaultName: traits.vaultName,
    id: traits.id,
    label: traits.label,
    state: traits.state,
    createdAt: dayOf(traits.createdAtMs),
    version: listed.version,
    cloudIds: [...cloudIds],
    keystores: keystores.map(({ reportedDays, ...each }) => ({
      ...each,
      pendingDays: pendingDaysOf(pendingDays, { ...each, reportedDays }),
    })),
    kmsDualAuthorization: listed.kmsDualAuthorization,
    class: rule.class,
    ...(rule.into !== undefined && { into: rule.into }),
    wave: rule.wave,
    owners: joined.owners.length > 0 ? [...joined.owners] : owner,
    application: joined.application || (rule.application ?? ""),
    criticality: joined.criticality,
    reason: rule.reason === undefined || rule.reason === toReplace.reason ? "" : rule.reason,
    ticket: rule.ticket ?? "",
    successor: rule.successor ?? "",
    ...(rule.attestedOn !== undefined && { attestedOn: dayOf(rule.attestedOn) }),
    override: rule.override ?? joined.override,
    verificationPattern: listed.verificationPattern,
    declaredBy,
    facts: listed.facts,
    usage,
  };
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

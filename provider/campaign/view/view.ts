/**
 * Joins what is known of each key of a campaign: its line in the manifest, what the service shows now, and its holds.
 * It adds how people edited the rules since, and whether the key is in use or declared by a program. Every report and
 * plan of a campaign is made from this view. A step does not rely on it and reads its key again. The file refuses a
 * service whose clock is behind the manifest. It also says which keys a command has to read one by one, and which waves
 * are not finished.
 */

import { holdsInForce } from "../../lifecycle/consent/hold.ts";
import { isUnproven } from "../../lifecycle/key/guards.ts";
import { windowFault } from "../../lifecycle/key/kms-window.ts";
import type { ApprovedStep, KeyHold } from "../../lifecycle/vocabulary/observation.ts";
import { isGlobMatch } from "../../text/glob.ts";
import { type OpenCampaign, requireTimeAfter } from "../files/folder.ts";
import { type Manifest, type ManifestKey, namedKey } from "../files/manifest.ts";
import { warningWordsOf } from "../files/settings.ts";
import { dayMs, type Wave } from "../rules/campaign.ts";
import { isStepDue, type KeySituation } from "../rules/gates.ts";
import type { RuleChange } from "../rules/rule-changes.ts";
import { classificationGaps } from "../rules/rules.ts";
import { kmsRestoreDays, type ScheduledKey, soakOf, soaksFromMs } from "../rules/schedule.ts";
import { type CampaignInventory, type InventoryScope, type ListedKey, namedListedKey } from "./inventory.ts";
import { ruleChangeOfKey } from "./rule-changes.ts";

export interface CampaignKey {
  readonly line: ManifestKey;
  readonly name: string;
  /** Absent if the key is gone, or could not be read. */
  readonly listed?: ListedKey;
  /** Whether uko did not find the key, and could not prove that the key is gone, so that its state is unknown. */
  readonly isUnread: boolean;
  /** Whether only the evidence and the list of its vault say that the key is removed. */
  readonly isRecorded: boolean;
  /** The holds in force. A KMS key carries no tags, so it has none. */
  readonly holds: readonly KeyHold[];
  /** What people changed about the key in campaign.yaml since the manifest. */
  readonly change: RuleChange;
  /** The facts from which all gates and dates are computed. */
  readonly facts: KeySituation & ScheduledKey;
}

export interface CampaignView extends OpenCampaign {
  readonly manifest: Manifest;
  readonly keys: readonly CampaignKey[];
  /** Keys in scope that no line of the manifest names. */
  readonly newKeys: readonly ListedKey[];
  readonly inventory: CampaignInventory;
  /** The words that warn in a description or tag, in addition to those that uko knows. */
  readonly warningWords: readonly string[];
  readonly nowMs: number;
}

/** A key that was used within this time before the manifest is in use. */
const recentUseMs = 90 * dayMs;

/** Throws UKO_CLOCK_SKEW. */
export function readCampaignView(
  opened: OpenCampaign & { readonly manifest: Manifest },
  inventory: CampaignInventory,
): CampaignView {
  const { manifest } = opened;
  requireTimeAfter(manifest, inventory.nowMs);
  const listed = new Map(inventory.keys.map((key) => [namedListedKey(key), key]));
  const owned = new Map(opened.campaign.waves.map((wave) => [wave.name, wave]));
  const keys = manifest.keys.map((line): CampaignKey => {
    const name = namedKey(line);
    const found = listed.get(name);
    const isRecorded = inventory.recorded.has(name);
    const isUnread = found === undefined && !inventory.gone.has(name) && !isRecorded;
    const holds = holdsInForce(found?.observation?.holds ?? [], inventory.nowMs);
    const change = ruleChangeOfKey(line, found, opened.campaign);
    const facts = {
      ...scheduledKeyOf(line, found, {
        isUnread,
        evidence: opened.evidence,
        nowMs: inventory.nowMs,
        wave: owned.get(line.wave),
      }),
      isHeld: holds.length > 0,
      isNarrowed: change.kind === "narrowed",
      gaps: classificationGaps(line),
      isChanged: found !== undefined && found.facts !== line.facts,
      isDeclared: line.declaredBy.some(
        ({ address, protection }) =>
          protection.length > 0 || !opened.campaign.takingPart.some((glob) => isGlobMatch(glob, address)),
      ),
      isInUse: line.override === "" && line.usage.some((use) => isRecent(use, inventory.nowMs)),
      windowFault: found?.observation && windowFault(found.observation, inventory.nowMs)?.guard,
    };
    return { line, name, ...(found !== undefined && { listed: found }), isUnread, isRecorded, holds, change, facts };
  });
  const known = new Set(keys.map(({ name }) => name));
  const backing = backingKeys(manifest);
  const newKeys = inventory.keys.filter((key) => !known.has(namedListedKey(key)) && !isLeftBehind(key, backing));
  const warningWords = warningWordsOf(opened.campaign, manifest.waves);
  return { ...opened, keys, newKeys, inventory, warningWords, nowMs: inventory.nowMs };
}

/** The IDs in KMS of the keys behind the managed keys of the manifest: the last part of a pair of IDs. */
function backingKeys({ keys }: Manifest): ReadonlySet<string> {
  const managed = keys.filter(({ kind }) => kind === "managed");
  return new Set(managed.flatMap(({ cloudIds }) => cloudIds.map(({ id }) => id.split("/").at(-1) ?? "")));
}

/**
 * Whether the KMS key is what is left of a backing key. KMS keeps a destroyed backing key for 90 days, also after its
 * managed key was removed.
 */
function isLeftBehind({ traits, kmsKey }: ListedKey, backing: ReadonlySet<string>): boolean {
  return kmsKey !== undefined && traits.state === "destroyed" && backing.has(traits.id);
}

/** How much a command reads in addition to the lists. */
export interface Reading {
  /** Of which destroyed keys uko asks the keystores. A removal asks them in any case, so `left` are those without one. */
  readonly ends: "none" | "left" | "all";
  /** The wave that the command is about; every wave if absent. */
  readonly wave?: string | undefined;
  /** The name of the key that the page is about. Only the vaults of its wave, and of the waves before it, are listed. */
  readonly key?: string;
  /** Whether the evidence and a list together are enough to show a key as removed: for a report that opens no gate. */
  readonly areRemovalsRecorded?: boolean;
}

/**
 * What the inventory of this campaign reads. A command on one wave asks one by one only for keys of this wave and of the
 * waves before it, which must have finished. A key of another wave that no list shows then counts as not read.
 */
export function inventoryScope(
  { campaign, evidence }: Pick<OpenCampaign, "campaign" | "evidence">,
  manifest: Pick<Manifest, "keys"> | undefined,
  { ends, wave, key, areRemovalsRecorded }: Reading,
): InventoryScope {
  const known = manifest?.keys ?? [];
  const scope = key === undefined ? campaign.scope : placesOf(known);
  const after = campaign.waves.find(({ name }) => name === wave)?.after ?? [];
  const others = wave === undefined ? [] : known.filter((line) => line.wave !== wave && !after.includes(line.wave));
  const recorded = areRemovalsRecorded === true ? { recorded: evidence.removals } : {};
  return { ...scope, known, ends, apart: new Set(others.map(namedKey)), ...recorded };
}

function placesOf(lines: readonly ManifestKey[]): Pick<InventoryScope, "vaults" | "kmsKeys"> {
  const vaults = lines.flatMap(({ kind, vault }) => (kind === "managed" ? [vault] : []));
  return { vaults: [...new Set(vaults)], kmsKeys: lines.some(({ kind }) => kind === "kms") };
}

/** The keys that still need the step. A held key does not count; a key that could not be read does. */
export function unfinishedKeys(keys: readonly CampaignKey[], step: ApprovedStep): readonly CampaignKey[] {
  const isDue = ({ facts, isUnread }: CampaignKey) => isStepDue(isUnread ? { ...facts, state: "active" } : facts, step);
  return keys.filter(isDue);
}

function isRecent({ lastUsed, count }: ManifestKey["usage"][number], nowMs: number): boolean {
  return lastUsed === "" ? count > 0 : nowMs - Date.parse(lastUsed) < recentUseMs;
}

const kmsStates: Readonly<Record<string, ScheduledKey["state"]>> = {
  active: "active",
  suspended: "deactivated",
  deactivated: "deactivated",
  destroyed: "destroyed",
};
const managedStates: Readonly<Record<string, ScheduledKey["state"]>> = {
  pre_activation: "pre_activation",
  active: "active",
  deactivated: "deactivated",
  destroyed: "destroyed",
};

function scheduledKeyOf(
  line: ManifestKey,
  found: ListedKey | undefined,
  {
    isUnread,
    evidence,
    nowMs,
    wave = {},
  }: Pick<CampaignKey, "isUnread"> &
    Pick<CampaignView, "evidence" | "nowMs"> & { readonly wave: Pick<Wave, "soakMs"> | undefined },
): ScheduledKey {
  const isKms = line.kind === "kms";
  const opensWindow = found?.kmsDualAuthorization === true && !isKms;
  const states = isKms ? kmsStates : managedStates;
  const shared = {
    isKms,
    class: line.class,
    pendingDays: isKms ? kmsRestoreDays : Math.max(0, ...line.keystores.map(({ pendingDays }) => pendingDays)),
    ...{ opensWindow, soakMs: soakOf(wave, opensWindow) },
    hasKmsMetadata: isKms || line.keystores.some(({ isInternal }) => isInternal),
  };
  if (found === undefined) return { ...shared, state: isUnread ? "other" : "gone" };
  const state = states[found.traits.state] ?? "other";
  if (state === "deactivated") return { ...shared, state, deactivatedAtMs: deactivatedAt(found, evidence) };
  if (state !== "destroyed") return { ...shared, state };
  const materialGoneMs = materialGoneAt(found, shared.pendingDays, nowMs);
  const { leftover } = found;
  return {
    ...shared,
    state,
    materialGoneMs,
    isEndUnasked: found.observation !== undefined && leftover === undefined,
    isMaterialUncertain: leftover?.kind === "held",
    isEndUnproven: leftover !== undefined && isUnproven(leftover),
  };
}

/** The latest time at which the key can have been deactivated. */
function deactivatedAt(found: ListedKey, { steps }: CampaignView["evidence"]): number | undefined {
  if (found.observation === undefined) return undefined;
  return soaksFromMs(found.observation, steps.deactivate.get(namedListedKey(found))?.atMs);
}

/**
 * When the material is gone; undefined if no keystore reports that it waits. For a keystore without a date, the period
 * counts from the last write.
 */
function materialGoneAt({ leftover, kmsKey, updatedAtMs }: ListedKey, pendingDays: number, nowMs: number) {
  if (kmsKey !== undefined) {
    const untilMs = kmsKey.restoreUntilMs ?? (kmsKey.deletedAtMs ?? nowMs) + pendingDays * dayMs;
    return untilMs > nowMs ? untilMs : undefined;
  }
  const pending = leftover?.kind === "pending" ? leftover.keystores : [];
  const dates = pending.map(({ destructionAtMs }) => destructionAtMs ?? (updatedAtMs ?? nowMs) + pendingDays * dayMs);
  return dates.length === 0 ? undefined : Math.max(...dates);
}

/**
 * Defines the terms of a campaign as plain values. A class says what happens to a key, and a rule gives keys their
 * class. A wave is a group of keys that take their steps together, and a blackout is a period without steps. A campaign
 * only proposes and forbids steps, and it grants no right.
 *
 * The file also reads and writes the value of the tag `hold`, which forbids every step of every campaign on a key, and
 * decides whether a key is held now. A tag `hold` that uko did not write, or cannot read, holds without an end.
 */

import { holdTagName } from "../tag-names.ts";

export const dayMs = 24 * 60 * 60 * 1000;

/** The steps that a campaign plans for a day. Each needs its own request and approval. */
export const campaignSteps = ["deactivate", "destroy"] as const;
export type CampaignStep = (typeof campaignSteps)[number];

/**
 * The outcomes that a campaign can plan for a key. `migrate` becomes `destroy` or `deactivate` once
 * a successor is attested; `leave` writes nothing, because the copy in the cloud stays in use;
 * `keep` is possible only on an instance that continues.
 */
export const keyClasses = ["destroy", "migrate", "leave", "deactivate", "keep"] as const;
export type KeyClass = (typeof keyClasses)[number];

export type CampaignKeyKind = "managed" | "kms";

/** The properties of a key that rules can match. */
export interface KeyTraits {
  readonly kind: CampaignKeyKind;
  /** Empty for a KMS key, which is in no vault. */
  readonly vaultId: string;
  readonly vaultName: string;
  readonly id: string;
  readonly label: string;
  readonly state: string;
  readonly keystoreTypes: readonly string[];
  readonly tags: readonly { readonly name: string; readonly value: string }[];
  readonly template: string;
  readonly createdAtMs?: number;
}

/** All conditions must hold; an absent condition always holds. */
export interface RuleMatch {
  readonly kind?: CampaignKeyKind | undefined;
  readonly id?: readonly string[] | undefined;
  /** ID, or glob on the name. */
  readonly vault?: string | undefined;
  readonly label?: string | undefined;
  readonly template?: string | undefined;
  readonly state?: readonly string[] | undefined;
  /** At least one keystore of the key has one of these types. */
  readonly keystore?: readonly string[] | undefined;
  readonly tag?: { readonly name: string; readonly value?: string | undefined } | undefined;
  readonly createdBeforeMs?: number | undefined;
  readonly createdFromMs?: number | undefined;
}

export interface Rule {
  readonly match: RuleMatch;
  readonly class: KeyClass;
  readonly wave: string;
}

/** Minutes of a day in UTC, and the days on which they count; 0 is Sunday. */
export interface MaintenanceWindow {
  readonly fromMinute: number;
  readonly untilMinute: number;
  readonly days: readonly number[];
}

export interface Wave {
  readonly name: string;
  /** Waves that must have finished the same step first. */
  readonly after: readonly string[];
  readonly notBeforeMs?: number | undefined;
  readonly maintenanceWindow?: MaintenanceWindow | undefined;
  /** How long a key stays deactivated before its destroy may be requested. */
  readonly soakMs: number;
  readonly maxFailures: number;
}

export interface Period {
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
}

/** A period in which the campaign takes none of these steps, unless it is an emergency. */
export interface Blackout extends Period {
  readonly steps: readonly CampaignStep[];
  readonly reason: string;
}

/** A reason, outside of the rules, why a key takes no step. */
export interface Hold {
  readonly kind: "legal" | "owner" | "incident";
  /** Exclusive; absent if the hold has no end. */
  readonly untilMs?: number | undefined;
}

/** The tag that `uko hold` writes on a key. */
export interface HoldTag {
  readonly kind: Hold["kind"];
  /** The last day, such as 2027-03-20. */
  readonly until?: string | undefined;
  readonly ticket?: string | undefined;
}

const holdTagForm =
  /^(?<kind>legal|owner|incident)(?: until (?<until>\d{4}_\d\d_\d\d))?(?: ticket \w{1,200})?(?: by \w{1,100})?(?: release (?<release>\w{1,100}))?$/;

/** A tag value admits letters, digits, `_` and white space only (uko-v4.md 3.2). The tag of a legal hold says who set it. */
export function encodeHoldTag({ kind, until, ticket }: HoldTag, by = ""): string {
  const day = until === undefined ? "" : ` until ${until.replaceAll("-", "_")}`;
  const number = ticket === undefined ? "" : ` ticket ${tagWord(ticket)}`;
  const setter = kind === "legal" && by !== "" ? ` by ${tagWord(by).slice(0, 100)}` : "";
  return `${kind}${day}${number}${setter}`;
}

/** The text with each character that a tag value cannot hold replaced by `_`. */
export function tagWord(text: string): string {
  return text.replaceAll(/\W/g, "_");
}

/** What uko wrote into a tag; undefined for the tag of another writer, which uko does not change. */
export function readHoldTag(
  value: string,
): { readonly kind: string; readonly until?: string; readonly release?: string } | undefined {
  const { kind, until, release } = holdTagForm.exec(value)?.groups ?? {};
  if (kind === undefined) return undefined;
  return {
    kind,
    ...(until !== undefined && { until: until.replaceAll("_", "-") }),
    ...(release !== undefined && { release }),
  };
}

const releaseForm = / release \w+$/;

/** Whether a tag is a hold that one person has released, and that waits for the second person. */
export function isReleasedHold({ name, value }: { readonly name: string; readonly value: string }): boolean {
  return name === holdTagName && releaseForm.test(value);
}

/** The value of a hold tag without the first person's release, which waits for a second person. */
export function withoutRelease(value: string): string {
  return value.replace(releaseForm, "");
}

/** Whether uko wrote the value, so that uko may also remove the tag. */
export function isOwnHoldTag(value: string): boolean {
  return holdTagForm.test(value);
}

/** Whether a new hold may take the place of a tag: not if it holds for another reason, or for a shorter time. */
export function mayReplaceHold(value: string, { kind, until }: HoldTag, nowMs: number): boolean {
  const found = readHoldTag(value);
  const isAsLong = until === undefined || (found?.until !== undefined && found.until <= until);
  return !isTagHolding({ name: holdTagName, value }, nowMs) || (found?.kind === kind && isAsLong);
}

/** A hold tag that uko did not write, or cannot read, has no end. */
export function isTagHolding(
  { name, value = "" }: { readonly name: string; readonly value?: string },
  nowMs: number,
): boolean {
  if (name !== holdTagName) return false;
  const until = readHoldTag(value)?.until;
  if (until === undefined) return true;
  const endsMs = Date.parse(`${until}T00:00:00Z`) + dayMs;
  return Number.isNaN(endsMs) || nowMs < endsMs;
}

/** Whether a hold or a hold tag on the key forbids every step now. */
export function isHeld(
  holds: readonly Hold[],
  tags: readonly { readonly name: string; readonly value?: string }[],
  nowMs: number,
): boolean {
  return (
    tags.some((tag) => isTagHolding(tag, nowMs)) ||
    holds.some(({ untilMs }) => untilMs === undefined || nowMs < untilMs)
  );
}

/**
 * Defines the terms of a campaign as plain values. A campaign only proposes and forbids steps, and it grants no right.
 */

import type { ApprovedStep } from "../vocabulary/observation.ts";

export const dayMs = 24 * 60 * 60 * 1000;

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
  readonly steps: readonly ApprovedStep[];
  readonly reason: string;
}

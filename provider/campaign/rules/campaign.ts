/**
 * Defines the terms of a campaign as plain values. A campaign only proposes and forbids steps, and it grants no right.
 */

export const dayMs = 24 * 60 * 60 * 1000;

/** What a campaign does with a key: `destroy` leads to its end, and `leave` writes nothing to the key. */
export const keyClasses = ["destroy", "leave"] as const;
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
  /** IDs, or globs on the name. */
  readonly vault?: readonly string[] | undefined;
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

export interface Wave {
  readonly name: string;
  /** Waves that must have finished the same step first. */
  readonly after: readonly string[];
  /** How long a key stays deactivated before its destroy may be requested; absent if campaign.yaml does not say. */
  readonly soakMs?: number | undefined;
  readonly maxFailures: number;
}

/** A period in which the campaign takes no step. */
export interface Blackout {
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  readonly reason: string;
}

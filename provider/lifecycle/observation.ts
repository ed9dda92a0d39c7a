/** What one look at a key shows, in the words of the planner: plain values, filled in by the engine, trusted inside. */

import type { ObservedState } from "./managed-key-states.ts";

/** Somebody as IAM knows them; `mark` is the first 16 hex digits of SHA-256 of the id, all that a compact record holds. */
export interface Identity {
  readonly iamId?: string;
  readonly mark: string;
}

/** The identity behind this run's credential (kms-v2-and-iam.md 7.4). */
export interface Actor {
  /** Who really acts: `authn.iam_id`; absent where the service gives no ids. */
  readonly identity?: Identity;
  /** What the service will write as `updated_by`: the token's `iam_id`. */
  readonly writesAs?: Identity;
  readonly displayName: string;
}

/** The steps of a deletion that take two people unless the key's marker and code say otherwise. */
const consequentialSteps = ["deactivate", "destroy"] as const;

/** The step by which fewer people are asked for; its name holds the target, so that an approval is of this target alone. */
const looseningSteps = ["loosen_to_destroy", "loosen_to_single"] as const;
export type LooseningStep = (typeof looseningSteps)[number];

/** What a consent record can approve. */
export const approvedSteps = [...consequentialSteps, ...looseningSteps] as const;
export type ApprovedStep = (typeof approvedSteps)[number];

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** What a consent record speaks of: a change to any of these voids it. */
export interface KeyFacts {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly version: number;
  readonly label: string;
  /** The user's description, without what this tool appends. */
  readonly description: string;
  readonly activationDate: string;
  readonly expirationDate: string;
  /** The user's tags, without the reserved ones. */
  readonly tags: readonly Tag[];
  readonly keystores: readonly { readonly id: string; readonly type: string }[];
}

/** One keystore's answer about the key (uko-v4.md 3.4); words that are not in the contract are `unrecognised`. */
export interface KeystoreStatus {
  readonly keystoreId: string;
  readonly name: string;
  readonly type: string;
  readonly status:
    | "active"
    | "not_active"
    | "not_present"
    | "wrong_key"
    | "pending_destruction"
    | "unknown"
    | "error"
    | "unrecognised";
  readonly syncFlag: "ok" | "out_of_sync" | "error" | "verifying_sync" | "unrecognised";
  readonly detail: string;
  /** When the keystore says that the material will be gone; absent where it does not say. */
  readonly destructionAtMs?: number;
  readonly error?: string;
}

/** The key of an internal keystore as KMS shows it (kms-v2-and-iam.md 3). */
export type Twin =
  | {
      readonly kind: "absent";
      readonly kmsKeyId: string;
      /** What its keystore reports of the key, by UKO. */
      readonly keystoreSays?: KeystoreStatus["status"];
    }
  | { readonly kind: "unreadable"; readonly kmsKeyId: string; readonly reason: string }
  | {
      readonly kind: "present";
      readonly kmsKeyId: string;
      readonly state: "active" | "suspended" | "deactivated" | "destroyed" | "other";
      /** KMS's own dual authorization for this key. */
      readonly dualAuthDelete: boolean;
      /** End of the deletion window that somebody set, past or future; absent when none is set. */
      readonly windowEndsAtMs?: number;
    };

/** Resources that use the key (uko-v4.md 3.13). */
export type KeyUse =
  | { readonly kind: "known"; readonly count: number; readonly retainedBy: readonly string[] }
  | { readonly kind: "unreadable"; readonly reason: string };

/** Which steps of a deletion take two people: both, or destroy alone. */
export type DeletionGate = "both" | "destroy";

/** What the key's own marker asks for; see `dual-marker.ts`. */
export type DualMarker = DeletionGate | "single";

/** What a loosening can aim at. */
export type LooserMarker = Exclude<DualMarker, "both">;

/** A reason that an earlier record gave, as a later record repeats it. It tells people why and approves nothing. */
export interface StatedReason {
  readonly author: Identity;
  readonly authorName?: string;
  readonly reason: string;
}

/** The note by which one person asks for, or consents to, exactly one step of one key; see `consent-record.ts`. */
export interface ConsentRecord {
  /** Names this record of this key and step alone: 32 hex digits. */
  readonly id: string;
  readonly carrier: "tag" | "description";
  readonly step: ApprovedStep;
  readonly writtenAtMs: number;
  readonly digest: string;
  readonly author: Identity;
  readonly authorName?: string;
  /** Asked for by command, written because an engine met the key, or an answer to another's record. */
  readonly how: "asked" | "met" | "answer";
  /** Id of the record that this one answers; the compact form has no room for it. */
  readonly answers?: string;
  readonly deactivatedAtMs?: number;
  readonly kmsSetter?: Identity;
  readonly reason?: string;
  /** The first reason of this deletion and the latest, oldest first; only this record's author vouches for them. */
  readonly earlierReasons?: readonly StatedReason[];
}

/** The consent record carried by the key, as read; at most one carrier may hold one. */
export type CarriedRecord =
  | { readonly kind: "none" }
  | { readonly kind: "twice" }
  | { readonly kind: "unreadable"; readonly id: string }
  | { readonly kind: "one"; readonly record: ConsentRecord };

export interface KeyObservation {
  /** The latest time that the run has seen anywhere; a record expires by it even where the service's `Date` is behind. */
  readonly latestTimeMs?: number;
  readonly facts: KeyFacts;
  readonly state: ObservedState;
  /** The service's word for the state, for people. */
  readonly stateWord: string;
  readonly updatedAtMs?: number;
  readonly updatedBy?: Identity;
  readonly carried: CarriedRecord;
  /** Absent where the key has no marker, which counts as `both`. */
  readonly marker?: DualMarker;
  /** Today's digest for each step that a record can approve; computed by the engine from `digestText`. */
  readonly digests: Readonly<Record<ApprovedStep, string>>;
  readonly keystores: readonly KeystoreStatus[];
  /** Whether `keystores` was asked of the keystores just now, or is what the service remembered. */
  readonly keystoresAreLive: boolean;
  /** The statuses that the service stores with the key; it may name keystores that the live status leaves out. */
  readonly storedKeystores: readonly KeystoreStatus[];
  /** Where the service says that key material is (`key_material_present`); absent where it does not say. */
  readonly materialIn?: readonly string[];
  readonly twins: readonly Twin[];
  readonly use: KeyUse;
}

/** One digest for each step that a record can approve. */
export function digestsBy(digest: (step: ApprovedStep) => string): Readonly<Record<ApprovedStep, string>> {
  return {
    deactivate: digest("deactivate"),
    destroy: digest("destroy"),
    loosen_to_destroy: digest("loosen_to_destroy"),
    loosen_to_single: digest("loosen_to_single"),
  };
}

export function isLoosening(step: ApprovedStep): step is LooseningStep {
  return step === "loosen_to_destroy" || step === "loosen_to_single";
}

/** Whether an IAM id names a person: service ids and profiles begin `iam-`, cloud services `crn-` (kms-v2-and-iam.md 7.4). */
export function isPerson(identity: Identity | undefined): identity is Identity & { readonly iamId: string } {
  const iamId = identity?.iamId;
  return iamId !== undefined && iamId !== "" && !iamId.startsWith("iam-") && !iamId.startsWith("crn-");
}

/** Whether two identities are the same: by id where both are known, else by mark. */
export function isSame(a: Identity, b: Identity): boolean {
  return a.iamId !== undefined && b.iamId !== undefined ? a.iamId === b.iamId : a.mark === b.mark;
}

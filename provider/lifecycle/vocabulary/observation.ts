/**
 * Defines the observation of a managed key, on which a planner decides. It also says when two identities are the same,
 * and which identity is a person.
 */

import type { keystoreStatuses, keystoreSyncFlags, ObservedState } from "./managed-key-states.ts";
import type { DecisionRead } from "./permit.ts";

/**
 * An identity in IAM. `mark` is 16 hex digits of the SHA-256 of the IAM ID, which is all that a compact record has room
 * for.
 */
export interface Identity {
  readonly iamId?: string;
  readonly mark: string;
}

/** The identity behind this run's credential (kms-v2-and-iam.md 7.4). */
export interface Actor {
  /** The real actor, `authn.iam_id`; absent if the service gives no IDs. */
  readonly identity?: Identity;
  /** What the service will write as `updated_by`: the token's `iam_id`. */
  readonly writesAs?: Identity;
  readonly displayName: string;
}

/** The steps that a consent record can approve. They require two people unless marker and code both say otherwise. */
export const approvedSteps = ["deactivate", "destroy"] as const;
export type ApprovedStep = (typeof approvedSteps)[number];

/** The step that a person can approve next; undefined for a key that is past both. */
export function nextStepOf(state: ObservedState): ApprovedStep | undefined {
  if (state === "active") return "deactivate";
  return state === "deactivated" || state === "pre_activation" ? "destroy" : undefined;
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** The facts that a consent record covers. A change to any of them voids the record. */
export interface CoveredKey {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly version: number;
  readonly label: string;
  /** The user's description, without what this tool appends. */
  readonly description: string;
  readonly activationDate: string;
  readonly expirationDate: string;
  /** The user's tags, without the reserved tags. */
  readonly tags: readonly Tag[];
  readonly keystores: readonly { readonly id: string; readonly type: string }[];
  /** Another key that this run listed has the same label. Only messages depend on it. */
  readonly hasNamesake?: true;
}

/** One keystore's status (uko-v4.md 3.4). Words that the contract lacks are `unrecognized`. */
export interface KeystoreStatus {
  readonly keystoreId: string;
  /** The key's ID in this keystore, for evidence; no decision depends on it. */
  readonly keyIdInKeystore?: string;
  readonly name: string;
  readonly type: string;
  readonly status: (typeof keystoreStatuses)[number] | "unrecognized";
  readonly syncFlag: (typeof keystoreSyncFlags)[number] | "unrecognized";
  readonly detail: string;
  /** When the material should be gone; absent if the keystore does not report it. */
  readonly destructionAtMs?: number;
  /** How long the keystore keeps destroyed material, as an ISO 8601 duration, if reported. */
  readonly pendingPeriod?: string;
  readonly error?: string;
}

/** The key of an internal keystore as KMS shows it (kms-v2-and-iam.md 3). */
export type BackingKey =
  | {
      readonly kind: "absent";
      readonly kmsKeyId: string;
      /** The status of the key in its keystore, as UKO reports it. */
      readonly keystoreSays?: KeystoreStatus["status"];
    }
  | { readonly kind: "unreadable"; readonly kmsKeyId: string; readonly reason: string }
  | {
      readonly kind: "present";
      readonly kmsKeyId: string;
      readonly state: "active" | "suspended" | "deactivated" | "destroyed" | "other";
      /** KMS's own dual authorization for this key. */
      readonly dualAuthDelete: boolean;
      /** End of the deletion window, past or future; absent if no window is set. */
      readonly windowEndsAtMs?: number;
    };

/** A resource that uses a key, as the service names it. */
export interface UsingResource {
  readonly id: string;
  readonly name: string;
  /** The service, and the name of its instance; empty if UKO does not know them. */
  readonly service: string;
}

/** Resources that use the key (uko-v4.md 3.13). */
export type KeyUse =
  | {
      readonly kind: "known";
      readonly count: number;
      readonly retainedBy: readonly string[];
      /** Absent if the read did not ask for them. */
      readonly resources?: readonly UsingResource[];
    }
  | { readonly kind: "unreadable"; readonly reason: string };

/** How many people a deletion requires: one, two to destroy, or two for both steps. See `required-people.ts`. */
export type RequiredPeople = "single" | "destroy" | "both";

/** A reason of an earlier record, as a later one repeats it. It approves nothing. */
export interface StatedReason {
  readonly author: Identity;
  readonly authorName?: string | undefined;
  readonly reason: string;
}

/** Why a person declined a request that was on the key. It informs people, and it is never a consent. */
export interface Decline extends StatedReason {
  readonly step: ApprovedStep;
  readonly atMs: number;
}

/**
 * For which wave of a campaign a request was made. A *wave* is a group of keys that a campaign deletes together. The
 * mark leads people to the campaign, and no decision about a step depends on it (consent/membership.ts).
 */
export interface CampaignMark {
  /** The name of the campaign. */
  readonly name: string;
  readonly wave: string;
  /** The digest of the key's line in the manifest, the list of the campaign's keys: 32 hex digits. */
  readonly line: string;
}

/** The note by which one person requests, or approves, one step; see `consent-record.ts`. */
export interface ConsentRecord {
  /** Names this record, of this key and step alone: 32 hex digits. */
  readonly id: string;
  /** SHA-256 of the key's ID and the text of the record, 64 hex digits. The ID is its first half. */
  readonly sha256: string;
  /** SHA-256 of what its author wrote, 64 hex digits: without the times, the seal and the signature; see `bodyJson`. */
  readonly body: string;
  readonly location: "tag" | "description";
  readonly step: ApprovedStep;
  readonly writtenAtMs: number;
  readonly digest: string;
  readonly author: Identity;
  readonly authorName?: string | undefined;
  /**
   * `command`: a person requested by command. `engine`: a run of an engine wrote the request, because its deletion
   * reached this key. `approval`: a person approved the request of another person.
   */
  readonly how: "command" | "engine" | "approval";
  /** Absent outside a campaign, and in a compact record, which has no room. An approval repeats that of its request. */
  readonly campaign?: CampaignMark | undefined;
  /** The seal over a request by the API key of its writer; see `requestStatement`. An approval quotes the seal. */
  readonly seal?: string | undefined;
  /** Whether the credential of this run made the seal of this request. */
  readonly isSealedHere?: true | undefined;
  readonly signature?: ConsentSignature | undefined;
  /** Whether the signature is the author's own. Otherwise only the last writer vouches for the record. */
  readonly vouchedBy?: "signature" | undefined;
  /** The request that an approval is for. An approval without one counts for nothing. */
  readonly quotes?: QuotedRequest | undefined;
  readonly deactivatedAtMs?: number | undefined;
  readonly kmsSetter?: Identity | undefined;
  /**
   * When the author wrote to the key last before this request, if the author was its last writer then. The author may
   * have given the key another name by that write.
   */
  readonly ownWriteAtMs?: number | undefined;
  readonly reason?: string | undefined;
  /** The first and the latest reason, oldest first. Only this record's author vouches for them. */
  readonly earlierReasons?: readonly StatedReason[] | undefined;
}

/** The signature of a consent by its author's SSH key; see `signed-consent.ts`. */
export interface ConsentSignature {
  readonly signedAtMs: number;
  /** Where the consent stands in the list that was signed at once; empty if it was signed alone. */
  readonly path: string;
  /** An SSH signature in base64. */
  readonly bytes: string;
}

/** A request as the approval that took its place on the key quotes it. */
export interface QuotedRequest {
  /** The hashes of the request as it was on the key: see `ConsentRecord`. */
  readonly sha256: string;
  readonly body: string;
  readonly author: Identity;
  readonly authorName?: string | undefined;
  readonly writtenAtMs: number;
  readonly seal?: string | undefined;
  readonly signature?: ConsentSignature | undefined;
  readonly vouchedBy?: "signature" | undefined;
  /**
   * Whether the credential of this run made the seal. Without this fact, a person could approve a request that
   * another person never made, and let the next run of that person take the step.
   */
  readonly isSealedHere?: true | undefined;
}

/** The part of the note about a deactivation (key-note.ts). Writes of uko keep it until a reactivation. */
export interface DeactivationNote {
  readonly deactivatedAtMs?: number | undefined;
  readonly kmsSetter?: Identity | undefined;
  /** The writer of the deactivation, as the service named the last writer; says nothing of who set a window before. */
  readonly deactivatedBy?: Identity;
}

/** A reason, set by a person, why no run may take anything from a key; see `hold.ts`. */
export interface KeyHold {
  /** `other`: a text that uko did not write, or cannot read. */
  readonly kind: "legal" | "owner" | "incident" | "other";
  /** The hold as the tag has it. */
  readonly text: string;
  /** The last day, such as 2027-03-20; absent if the hold has no end. */
  readonly until?: string | undefined;
  readonly ticket?: string | undefined;
  /** Who is said to have set the hold. A tag has no hyphen, so `IBMid-5` is `IBMid_5`. */
  readonly setBy?: string | undefined;
  /** The first day, such as 2026-12-01. */
  readonly since?: string | undefined;
}

/** A hold that a person released. It informs the people who act next, and its text is the word of the last writer. */
export interface ReleasedHold {
  /** The hold as the tag had it. */
  readonly hold: string;
  /** The IAM ID of the person. */
  readonly releasedBy: string;
  readonly atMs: number;
  readonly reason: string;
}

/** The consent record on the key, as read; at most one record location may hold a record. */
export type CarriedRecord =
  | { readonly kind: "none" | "twice"; readonly record?: undefined }
  | { readonly kind: "unreadable"; readonly id: string; readonly record?: undefined }
  | { readonly kind: "one"; readonly record: ConsentRecord };

export interface KeyObservation {
  /** The latest time seen anywhere. A record expires by it, even if `Date` is behind. */
  readonly latestTimeMs?: number | undefined;
  readonly facts: CoveredKey;
  readonly state: ObservedState;
  /** The service's word for the state, for display. */
  readonly stateWord: string;
  readonly createdBy?: Identity | undefined;
  readonly updatedAtMs?: number | undefined;
  readonly updatedBy?: Identity | undefined;
  readonly carried: CarriedRecord;
  /** Absent if the key has no marker, which counts as `both`. */
  readonly marker?: RequiredPeople | undefined;
  /** The holds in the tags of the key, also those that are over. */
  readonly holds: readonly KeyHold[];
  /** The last holds that people released, as the note on the key says. */
  readonly releasedHolds?: readonly ReleasedHold[] | undefined;
  /**
   * Present if this machine demands that both people sign a destruction. `service` is what the signatures say of the
   * service, and `by` the file that demands them.
   */
  readonly signatures?: { readonly service: string; readonly by: string } | undefined;
  /**
   * What the evidence of this machine says of the last deactivation or destruction: that two people stood behind it, or
   * that a run saw it without a known approval. Absent if the evidence does not have the step.
   */
  readonly recorded?: "approved" | "unapproved" | undefined;
  /** The note that an earlier record left about the deactivation. It informs, and it is never a consent. */
  readonly note?: DeactivationNote | undefined;
  /** Present as long as the person who declined is the last writer, so that nobody else can put words in their mouth. */
  readonly declined?: Decline | undefined;
  /** The current digest for each step that a record can approve, from `digestText`. */
  readonly digests: Readonly<Record<ApprovedStep, string>>;
  readonly keystores: readonly KeystoreStatus[];
  /**
   * True for a live status, and for the statuses in the response to a destroy, from which only a wait
   * may follow (`after-step.ts`); false for a status that the service stored.
   */
  readonly keystoresAreLive: boolean;
  /** The statuses that the service stored with the key. They may name keystores that the live status omits. */
  readonly storedKeystores: readonly KeystoreStatus[];
  /** Where the service reports key material (`key_material_present`); absent if it does not. */
  readonly materialIn?: readonly string[] | undefined;
  readonly backingKeys: readonly BackingKey[];
  readonly use: KeyUse;
  /** Present if the run that read the key is about to act. Without it a planner makes no permit, so a preview gets none. */
  readonly decision?: DecisionRead | undefined;
}

/** A step for which no approval by a second person is known, with the last write to the key; see `unapproved-step.ts`. */
export interface UnapprovedStep {
  readonly step: ApprovedStep;
  readonly lastWriter: Identity | undefined;
  readonly atMs: number | undefined;
}

export function digestsBy(digest: (step: ApprovedStep) => string): Readonly<Record<ApprovedStep, string>> {
  return {
    deactivate: digest("deactivate"),
    destroy: digest("destroy"),
  };
}

/**
 * Whether an IAM ID names a person: IDs of services and profiles begin with `iam-`, of cloud
 * services with `crn-` (kms-v2-and-iam.md 7.4).
 */
export function isPerson(identity: Identity | undefined): identity is Identity & { readonly iamId: string } {
  const iamId = identity?.iamId;
  return iamId !== undefined && iamId !== "" && !iamId.startsWith("iam-") && !iamId.startsWith("crn-");
}

/** Whether two identities are the same: by ID if both are known, otherwise by mark. */
export function isSame(a: Identity, b: Identity): boolean {
  return a.iamId !== undefined && b.iamId !== undefined ? a.iamId === b.iamId : a.mark === b.mark;
}

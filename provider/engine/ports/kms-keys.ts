/**
 * Defines the port for KMS keys outside UKO and for key rings (kms-v2-and-iam.md 2). It has no call that reads key
 * material, forces a deletion, or purges metadata, so no caller can skip the checks of KMS.
 */

import type { Registration } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { CallOptions, Permitted, WithServiceTime, Written } from "./calls.ts";

/** The location of a KMS key: the instance and the key's UUID. */
export interface KmsKeyRef {
  readonly instanceId: string;
  readonly kmsKeyId: string;
}

/** A KMS key as its metadata shows it (kms-v2-and-iam.md 3); key material is never read. */
export interface KmsKeySnapshot {
  readonly kmsKeyId: string;
  readonly crn: string;
  readonly name: string;
  readonly description: string;
  readonly aliases: readonly string[];
  readonly tags: readonly string[];
  /** 0, 1, 2, 3, 5, or a number from a later release. */
  readonly state: number;
  /** True for standard keys, false for root keys. */
  readonly isExtractable: boolean;
  readonly isImported: boolean;
  /** Empty if KMS does not report it. */
  readonly ring: string;
  /** RFC 3339, or empty. */
  readonly expirationDate: string;
  readonly createdAtMs?: number;
  readonly createdBy?: string;
  readonly lastRotatedAtMs?: number;
  /** Version ID of a root key; empty for standard keys. */
  readonly versionId: string;
  readonly dualAuthDelete: boolean;
  readonly windowEndsAtMs?: number;
  /** Months between rotations, if a rotation policy is on. */
  readonly rotationIntervalMonths?: number;
  readonly deletedAtMs?: number;
  readonly deletedBy?: string;
  readonly restoreUntilMs?: number;
  readonly purgeScheduledAtMs?: number;
}

export interface NewKmsKey {
  readonly name: string;
  readonly description?: string | undefined;
  readonly aliases?: readonly string[] | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly expirationDate?: string | undefined;
  readonly isExtractable: boolean;
  readonly ring?: string | undefined;
  /** Base64 of 16, 24 or 32 bytes; imports instead of generating. Never logged. */
  readonly payload?: string | undefined;
  /** Secure import (kms-v2-and-iam.md 2.2). */
  readonly encryptedNonce?: string | undefined;
  readonly iv?: string | undefined;
  readonly encryptionAlgorithm?: string | undefined;
  /** In effect from the creation on; requires Manager (kms-v2-and-iam.md 2.1 row 2). */
  readonly dualAuthDelete?: boolean | undefined;
  readonly rotationIntervalMonths?: number | undefined;
}

/** Who last wrote the key's dual-authorization policy: a hint, readable by Managers only. */
export interface PolicyWrite {
  readonly updatedBy: string;
  readonly updatedAtMs: number;
  /** Who turned the policy on, and may be named only because of that. */
  readonly createdBy?: string;
}

/**
 * The calls for KMS keys; the rows are those of kms-v2-and-iam.md 2. Reads throw `UKO_ACCESS_DENIED` on 401, which KMS
 * also returns for a foreign key or a missing role. A 401 never means gone. `undefined` stands only for KMS's own 404
 * `KEY_NOT_FOUND_ERR`.
 */
export interface KmsKeys {
  /** Row 6. */
  read(ref: KmsKeyRef, options: CallOptions): Promise<WithServiceTime<KmsKeySnapshot | undefined>>;
  /** Row 3 with every state and every page; limited to one ring if a ring is named. */
  list(filter: { readonly ring?: string }, options: CallOptions): Promise<readonly KmsKeySnapshot[]>;
  /** Rows 1 and 2, sent once. Only the ID and the requested values are certain in the response. */
  create(key: NewKmsKey, options: CallOptions): Promise<Written<KmsKeySnapshot>>;
  /** Row 7. */
  moveToRing(ref: KmsKeyRef, ring: string, options: CallOptions): Promise<Written<undefined>>;
  /** Row 12; with `payload` if the key was imported. */
  rotate(ref: KmsKeyRef, payload: string | undefined, options: CallOptions): Promise<Written<undefined>>;
  /** Row 25. */
  addAlias(ref: KmsKeyRef, alias: string, options: CallOptions): Promise<Written<undefined>>;
  removeAlias(ref: KmsKeyRef, alias: string, options: CallOptions): Promise<Written<undefined>>;
  /** Row 18: turns KMS's dual authorization on. KMS never turns it off again. */
  requireTwo(ref: KmsKeyRef, options: CallOptions): Promise<Written<undefined>>;
  /** Row 18. */
  setRotation(ref: KmsKeyRef, intervalMonths: number, options: CallOptions): Promise<Written<undefined>>;
  /** Row 17; `undefined` if the key has no policy or the right is missing. Never throws for 401. */
  dualAuthPolicyWrite(ref: KmsKeyRef, options: CallOptions): Promise<PolicyWrite | undefined>;
  /** Row 21, every page; returns `unreadable` if the right is missing. */
  registrations(
    ref: KmsKeyRef,
    options: CallOptions,
  ): Promise<
    | { readonly kind: "known"; readonly items: readonly Registration[] }
    | { readonly kind: "unreadable"; readonly reason: string }
  >;
  /** Rows 14, 15; sent again only after a 429, because a second call may move the window's end. */
  setForDeletion(permit: Permit<"open_kms_window">, options: CallOptions): Promise<Permitted<undefined>>;
  unsetForDeletion(ref: KmsKeyRef, options: CallOptions): Promise<Written<undefined>>;
  /** Row 8, never with `force`; sent once. */
  destroy(permit: Permit<"destroy_kms_key">, options: CallOptions): Promise<Permitted<undefined>>;
  /** Row 9. */
  restore(ref: KmsKeyRef, options: CallOptions): Promise<Written<undefined>>;
  /** Row 24, every page; the IDs of all key rings. */
  rings(options: CallOptions): Promise<readonly string[]>;
  createRing(ring: string, options: CallOptions): Promise<Written<undefined>>;
  /** Row 24, never with `force`, which would move destroyed keys to the default ring (section 2.13). */
  removeRing(permit: Permit<"delete_key_ring">, options: CallOptions): Promise<Permitted<undefined>>;
}

/**
 * Defines the ports for vaults, keystores and templates. A keystore is deleted with `mode=restrict` only, because the
 * other modes delete its keys or cut them off.
 */

import type { ContainerKind } from "../../lifecycle/container/plan-container-deletion.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { CallOptions, Permitted, WithServiceTime, Written } from "./calls.ts";

/** The location of a container. All IDs are UUIDs; a vault is its own vault. */
export interface ContainerRef {
  readonly kind: ContainerKind;
  readonly instanceId: string;
  readonly vaultId: string;
  readonly id: string;
}

export interface WithEtag<Snapshot> {
  readonly snapshot: Snapshot;
  readonly etag: string;
}

/** Who created and last wrote an object, and when; each is absent if the service does not report it. */
export interface Stamps {
  readonly createdAtMs?: number;
  readonly createdBy?: string;
  readonly updatedAtMs?: number;
  /** IAM ID of the last writer. */
  readonly updatedBy?: string;
}

/** A vault as the service returns it (uko-v4.md 3.12). */
export interface VaultSnapshot extends Stamps {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** On-premises only; empty elsewhere. */
  readonly recoveryKeyLabel: string;
  /** How many managed keys the vault has; absent before API 4.12. */
  readonly keysCount?: number;
}

/** A connection's fields by their wire names (uko-v4.md 3.7), without secrets. */
export type ConnectionFields = Readonly<Record<string, string | number | boolean>>;

/** A keystore as the service returns it (uko-v4.md 3.7), parsed tolerantly. */
export interface KeystoreSnapshot extends Stamps {
  readonly id: string;
  readonly vaultId: string;
  readonly name: string;
  readonly description: string;
  readonly location: string;
  readonly groups: readonly string[];
  readonly type: string;
  /** `internal`, `hpcs` or `key_protect` for `ibm_cloud_kms`; empty otherwise. */
  readonly variant: string;
  /** The KMS key ring behind it; empty if the service does not report it. */
  readonly ring: string;
  readonly fields: ConnectionFields;
  /** `ok`, `not_responding`, `configuration_error`, `pending_check`, or a later word; or empty. */
  readonly health: string;
  readonly healthMessage: string;
}

/** The values that only one type of keystores has, by the names of the resource. */
type VariantValues = Readonly<Record<string, string | readonly string[] | undefined>>;

/** The properties of a template, by the names of the resource (uko-v4.md 3.5, 3.6). */
export interface TemplateProperties {
  readonly name: string;
  readonly description?: string | undefined;
  readonly namingScheme?: string | undefined;
  readonly algorithm: string;
  readonly size: string;
  /** ISO 8601 periods such as `P5Y1M1W2D`. */
  readonly activationPeriod: string;
  readonly expirationPeriod: string;
  readonly keyState: string;
  readonly deactivateOnRotation?: boolean | undefined;
  readonly keystoreType: string;
  readonly group: string;
  readonly keystoreNamingScheme?: string | undefined;
  readonly google?: VariantValues | undefined;
  readonly azure?: VariantValues | undefined;
  readonly cca?: VariantValues | undefined;
}

/** Type and group are absent if the response does not contain exactly one distribution that this release understands. */
export interface TemplateSnapshot
  extends Stamps,
    Omit<TemplateProperties, "keystoreType" | "group">,
    Partial<Pick<TemplateProperties, "keystoreType" | "group">> {
  readonly id: string;
  readonly vaultId: string;
  readonly version: number;
  /** `user_defined`, `shadow`, `system`. */
  readonly types: readonly string[];
  readonly isArchived: boolean;
}

export interface ListFilter {
  readonly vaultId?: string;
  /**
   * Whether the list must be whole, for a decision about what it leaves out. Throws UKO_RESPONSE_INVALID if the service
   * counts more than it lists.
   */
  readonly isWhole?: true;
}

/** Reads throw `UKO_ACCESS_DENIED` on 401 and `UKO_RIGHTS_MISSING` on 403. */
export interface Collection<Snapshot, New, Patch> {
  /** `undefined` for the service's own 404, which alone proves nothing. */
  read(ref: ContainerRef, options: CallOptions): Promise<WithServiceTime<WithEtag<Snapshot> | undefined>>;
  /** Every page. */
  list(filter: ListFilter, options: CallOptions): Promise<readonly Snapshot[]>;
  /** Sent once and never retried. */
  create(wanted: New, options: CallOptions): Promise<Written<WithEtag<Snapshot>>>;
  update(ref: ContainerRef, patch: Patch, etag: string, options: CallOptions): Promise<Written<WithEtag<Snapshot>>>;
}

export interface VaultInput {
  readonly name: string;
  readonly description?: string | undefined;
  readonly recoveryKeyLabel?: string | undefined;
}

/** The calls for vaults (uko-v4.md V1-V5). */
export interface Vaults extends Collection<VaultSnapshot, VaultInput, Partial<VaultInput>> {
  remove(permit: Permit<"delete_vault">, options: CallOptions): Promise<Permitted<undefined>>;
}

export interface NewKeystore {
  readonly vaultId: string;
  readonly type: string;
  /** Absent only for an Azure keystore, which may have no name (uko-v4.md 3.8). */
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  /** `ibm_variant` and the connection's fields by wire name, with secrets; never logged. */
  readonly fields: ConnectionFields;
}

export interface KeystorePatch {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  readonly groups?: readonly string[] | undefined;
  readonly fields?: ConnectionFields;
}

/**
 * The calls for keystores (uko-v4.md S1-S6). S5 is sent with `mode=restrict` only, because other modes delete keys or
 * cut them off.
 */
export interface Keystores extends Collection<KeystoreSnapshot, NewKeystore, KeystorePatch> {
  remove(permit: Permit<"delete_keystore">, options: CallOptions): Promise<Permitted<undefined>>;
  /** S6: a live status, asked of the keystore now. */
  status(ref: ContainerRef, options: CallOptions): Promise<{ readonly health: string; readonly healthMessage: string }>;
}

export interface NewTemplate extends TemplateProperties {
  readonly vaultId: string;
}

/**
 * The properties that an update of a template can send. The form has no type, no naming scheme and no Azure properties
 * (uko-v4.md 3.6). A group is sent with all properties of its variant.
 */
export type TemplatePatch = Partial<
  Omit<TemplateProperties, "namingScheme" | "algorithm" | "keystoreType" | "keystoreNamingScheme" | "azure">
>;

/** The calls for templates (uko-v4.md T1-T7). */
export interface Templates extends Collection<TemplateSnapshot, NewTemplate, TemplatePatch> {
  remove(permit: Permit<"delete_template">, options: CallOptions): Promise<Permitted<undefined>>;
  archive(ref: ContainerRef, etag: string, options: CallOptions): Promise<Written<WithEtag<TemplateSnapshot>>>;
  unarchive(ref: ContainerRef, etag: string, options: CallOptions): Promise<Written<WithEtag<TemplateSnapshot>>>;
}

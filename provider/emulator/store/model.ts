/**
 * Defines the types of all objects that the emulator stores: vaults, keystores, templates, managed keys, KMS keys,
 * policies and identities. Times are epoch milliseconds.
 */

import * as z from "zod";
import type { KeyAttributes } from "./key-attributes.ts";
import type { KeyState } from "./key-states.ts";

export const keystoreTypes = ["aws_kms", "azure_key_vault", "google_kms", "ibm_cloud_kms", "cca"] as const;
export type KeystoreType = (typeof keystoreTypes)[number];

/** Who created and who last wrote an object; the ETag is `updatedMs` in seconds (uko-v4.md 1.4). */
export interface Stamps {
  createdMs: number;
  createdBy: string;
  updatedMs: number;
  updatedBy: string;
}

/** The identity that logged in. A profile's token names the person or workload behind it. */
export interface Login {
  readonly iamId: string;
  readonly sub: string;
  readonly name: string;
}

export interface Identity {
  readonly iamId: string;
  readonly kind: "person" | "service" | "profile";
  readonly name: string;
  readonly email?: string | undefined;
  readonly givenName?: string | undefined;
  readonly familyName?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Set on a profile whose API key stands for this login in the profile. */
  readonly login?: Login | undefined;
  /** The iam_ids that may assume this profile with the assume grant. */
  readonly assumableBy: readonly string[];
  readonly rights: ReadonlySet<string>;
  /** IDs of the vaults that the identity is limited to; every vault if absent. */
  readonly vaultIds?: readonly string[] | undefined;
}

export interface Vault extends Stamps {
  readonly id: string;
  name: string;
  description: string;
  /** The label of the recovery key, which only UKO outside the cloud has (uko-v4.md 3.12). */
  recoveryKeyLabel?: string | undefined;
}

export const keystoreOperations = ["activate", "deactivate", "destroy"] as const;
export type KeystoreOperation = (typeof keystoreOperations)[number];

export interface Keystore extends Stamps {
  readonly id: string;
  readonly vaultId: string;
  readonly type: KeystoreType;
  readonly variant?: "internal" | "hpcs" | "key_protect" | undefined;
  name: string;
  description: string;
  location: string;
  groups: string[];
  /** The KMS key ring of an internal keystore. */
  readonly ring?: string | undefined;
  /** How long the keystore keeps destroyed material (uko-v4.md 4.4). */
  pendingMs: number;
  /** The connection fields that responses show. Secrets are never kept (uko-v4.md U24). */
  fields: Readonly<Record<string, unknown>>;
  /** The last health check; before the first, health is `pending_check` (uko-v4.md U16). */
  checkedMs?: number | undefined;
  /** The credentials do not work, so the keystore takes part in no operation. */
  misconfigured?: boolean | undefined;
  /** Operations that the keystore refuses; for tests. */
  refuses: Set<KeystoreOperation>;
  /** The keystore's response to a status call; for tests. */
  statusResponse: "ok" | "error" | "unknown";
}

export const templateTypes = ["user_defined", "shadow", "system"] as const;
export type TemplateType = (typeof templateTypes)[number];

export interface Template extends Stamps {
  readonly id: string;
  readonly vaultId: string;
  name: string;
  description: string;
  version: number;
  archived: boolean;
  type: TemplateType;
  readonly namingScheme?: string | undefined;
  readonly algorithm: string;
  size: string;
  activationPeriod: string;
  expirationPeriod: string;
  keyState: "pre_activation" | "active";
  deactivateOnRotation: boolean;
  readonly keystoreType: KeystoreType;
  group: string;
  /** The naming scheme of the key's label inside its keystores (uko-v4.md 3.6). */
  readonly keystoreNamingScheme?: string | undefined;
  /** The Azure, Google or CCA fields of its one keystores item (uko-v4.md 3.3). */
  keystoreFields: Readonly<Record<string, unknown>>;
}

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** The material of a key in one keystore. */
export type Material =
  | { readonly kind: "absent" | "enabled" | "disabled" | "wrong" }
  | { readonly kind: "pending"; readonly untilMs: number };

/** One key in one keystore. In an internal keystore the backing key is the material. */
export interface Placement {
  readonly keystoreId: string;
  material: Material;
  idInKeystore?: string | undefined;
  backingKeyId?: string | undefined;
  removedByUser: boolean;
}

/** A cloud resource that a key protects, as in a seed (uko-v4.md 3.13). */
export const resourceSchema = z
  .strictObject({
    crn: z.string().min(1),
    /** Without it, the last part of the CRN, so that two resources of a key differ. */
    name: z.string().optional(),
    description: z.string().default(""),
    serviceName: z.string().default("cloud-object-storage"),
    serviceInstanceName: z.string().default(""),
    /** A retention policy: the key cannot be deleted (uko-v4.md 5). */
    preventKeyDeletion: z.boolean().default(false),
  })
  .transform(({ name, ...given }) => ({ ...given, name: name ?? given.crn.split(":").findLast(Boolean) ?? given.crn }));
export type AssociatedResource = Readonly<z.output<typeof resourceSchema>>;

export interface KeystoreStatus {
  readonly keystore: { readonly id: string; readonly name: string; readonly type: string; readonly href: string };
  readonly instance: { readonly id: string };
  readonly status: string;
  readonly destruction_policy_duration: string;
  readonly destruction_at: string;
  readonly keystore_sync_flag: string;
  readonly keystore_sync_flag_detail: string;
  readonly error?: unknown;
  readonly key_id_in_keystore?: string | undefined;
}

export interface Key extends Stamps, KeyAttributes {
  readonly id: string;
  readonly vaultId: string;
  readonly templateId: string;
  readonly instanceId: string;
  /** Set on an older version: the ID of the key that it belongs to (uko-v4.md U11). */
  readonly headId?: string | undefined;
  label: string;
  readonly size: string;
  /** Fields in `instances[]`, from the template at the creation or the last realign. */
  keystoreFields: Readonly<Record<string, unknown>>;
  state: KeyState;
  version: number;
  rotatedMs?: number | undefined;
  deactivatedMs?: number | undefined;
  destroyedMs?: number | undefined;
  verification: string;
  placements: Placement[];
  resources: AssociatedResource[];
  /** The statuses that a plain GET shows under the switch `statusFreshness: stale`. */
  storedStatuses?: readonly KeystoreStatus[] | undefined;
}

/** The properties that a new key takes from its template. */
export function startOf({ id: templateId, vaultId, size, keystoreFields, keyState: state }: Template) {
  return { templateId, vaultId, size, keystoreFields, state, version: 1, placements: [] as Placement[] };
}

export interface DualAuthPolicy extends Stamps {
  readonly id: string;
  enabled: boolean;
  /** Who set the key for deletion. No response of KMS says it (kms-v2-and-iam.md 2.10). */
  setBy?: { readonly iamId: string; readonly authnIamId: string } | undefined;
  expiresMs?: number | undefined;
}

export interface RotationPolicy extends Stamps {
  readonly id: string;
  enabled: boolean;
  intervalMonths: number;
}

/** One generation of a KMS key's material, base64. */
export interface KmsKeyVersion {
  readonly id: string;
  readonly createdMs: number;
  readonly material: string;
}

export interface KmsAlias {
  readonly alias: string;
  readonly createdMs: number;
  readonly createdBy: string;
}

/** The states by KMS's numbers: 1 active, 2 suspended, 3 deactivated, 5 destroyed (kms-v2-and-iam.md 3). */
export type KmsKeyState = 1 | 2 | 3 | 5;

/** A KMS key: the backing key of a managed key in an internal keystore, or an independent key. */
export interface KmsKey {
  readonly id: string;
  /** Set on a backing key: the managed key, and the internal keystore that holds it. */
  readonly backingKeyOf?: { readonly keyId: string; readonly keystoreId: string } | undefined;
  /** Standard keys are extractable, root keys are not. */
  readonly extractable: boolean;
  readonly imported: boolean;
  ring: string;
  readonly createdMs: number;
  readonly createdBy: string;
  name: string;
  readonly description?: string | undefined;
  readonly tags: readonly string[];
  aliases: KmsAlias[];
  state: KmsKeyState;
  updatedMs: number;
  readonly expiresMs?: number | undefined;
  /** Newest first, never empty. */
  versions: readonly [KmsKeyVersion, ...KmsKeyVersion[]];
  rotatedMs?: number | undefined;
  syncedMs?: number | undefined;
  deletedMs?: number | undefined;
  deletedBy?: string | undefined;
  /** The end of the pending period, after which the material cannot be restored. */
  goneMs?: number | undefined;
  dualAuth?: DualAuthPolicy | undefined;
  rotation?: RotationPolicy | undefined;
  /** Registrations of an independent key; a backing key has those of its managed key. */
  resources: AssociatedResource[];
}

/** A policy of the instance by its kind (kms-v2-and-iam.md 2.12). */
export interface InstancePolicy extends Readonly<Stamps> {
  readonly enabled: boolean;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

/** The instance's only import token; a new one replaces it. */
export interface ImportToken {
  readonly createdMs: number;
  readonly expiresMs: number;
  readonly maxAllowedRetrievals: number;
  remainingRetrievals: number;
  /** PEM, base64. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly nonce: string;
}

/** A KMS key ring (kms-v2-and-iam.md 2.13): `default`, and one for each internal keystore. */
export interface Ring {
  readonly id: string;
  readonly createdMs: number;
  readonly createdBy: string;
}

/** The identity of a request: the token's `iam_id` and the login behind it. */
export interface Caller {
  readonly iamId: string;
  readonly authnIamId: string;
  readonly name: string;
  readonly identity: Identity;
}

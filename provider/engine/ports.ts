/** The outside world on one page: everything that the engine can see or do, as plain values. Adapters live in `services`. */

import type { ErrorCode } from "../errors.ts";
import type { ConsentRecord } from "../lifecycle/consent-record.ts";
import type { KeystoreKind } from "../lifecycle/keystore-kind.ts";
import type { Actor, KeystoreStatus, KeyUse, Tag, Twin } from "../lifecycle/observation.ts";
import type { ContainerKind } from "../lifecycle/plan-container-deletion.ts";
import type { Answered, CallOptions, Progress, Written } from "./calls.ts";
import type { Keystores, Templates, Vaults } from "./container-ports.ts";
import type { KmsKeys } from "./kms-ports.ts";
import type { ServiceClock } from "./service-clock.ts";

export type { Answered, CallOptions, Progress, Written };

/** Where a key lives. All three are UUIDs. */
export interface KeyRef {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
}

/** A managed key as the service answers it (uko-v4.md 3.2), read tolerantly. */
export interface KeySnapshot {
  readonly keyId: string;
  readonly vaultId: string;
  readonly templateId: string;
  readonly templateName: string;
  readonly version: number;
  readonly label: string;
  /** As on the wire, with whatever this tool appended. */
  readonly description: string;
  /** As on the wire, reserved ones included. */
  readonly tags: readonly Tag[];
  readonly stateWord: string;
  readonly algorithm: string;
  readonly size: string;
  /** `YYYY-MM-DD`, or empty. */
  readonly activationDate: string;
  readonly expirationDate: string;
  readonly createdAtMs?: number;
  readonly createdBy?: string;
  readonly updatedAtMs?: number;
  /** IAM id of whoever wrote last; absent where the service does not tell. */
  readonly updatedBy?: string;
  readonly referencedKeystores: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  /** What the service remembers; `liveStatus` asks the keystores. */
  readonly storedStatus: readonly KeystoreStatusWithKey[];
  /** Where the service says that key material is; absent where it does not say (uko-v4.md 3.2). */
  readonly materialPresent?: readonly string[];
  /** Whether the key's keystores match its template's current version; absent where the service does not tell. */
  readonly alignment?: "aligned" | "unaligned";
  readonly isRotatable?: boolean;
  readonly rotatedAtMs?: number;
  /** Values used in the naming scheme; absent where there are none. */
  readonly labelTags?: readonly Tag[];
}

/** A keystore's answer, with the key's id over there (uko-v4.md 3.4). */
export interface KeystoreStatusWithKey extends KeystoreStatus {
  readonly keyIdInKeystore: string;
}

export interface KeyWithEtag {
  readonly snapshot: KeySnapshot;
  readonly etag: string;
}

export interface NewKey {
  readonly vaultId: string;
  readonly templateName: string;
  readonly label?: string;
  readonly description?: string;
  readonly tags: readonly Tag[];
  /** Values for the placeholders of the template's naming scheme (uko-v4.md 3.11). */
  readonly labelTags?: readonly Tag[];
}

export interface KeyPatch {
  readonly label?: string;
  readonly description?: string;
  readonly activationDate?: string;
  readonly expirationDate?: string;
  readonly tags?: readonly Tag[];
}

/** Managed keys (uko-v4.md K1-K14). Reads throw `UKO_ACCESS_DENIED` on 401 and `UKO_RIGHTS_MISSING` on 403. */
export interface Keys {
  /** K3; `undefined` for a 404, which by itself proves nothing. */
  read(ref: KeyRef, options: CallOptions): Promise<Answered<KeyWithEtag | undefined>>;
  /**
   * For looking only, never for deciding: without ETag, and up to ten seconds old unless this run changed a key of the vault.
   * Glances that arrive together are one list of their vault. `undefined` as for `read`.
   */
  glance(ref: KeyRef, options: CallOptions): Promise<Answered<KeySnapshot | undefined>>;
  /** K12: asks the keystores now. */
  liveStatus(ref: KeyRef, options: CallOptions): Promise<Answered<readonly KeystoreStatusWithKey[]>>;
  /** K13, every page. Answers `unreadable` where the right is missing. */
  use(ref: KeyRef, options: CallOptions): Promise<KeyUse>;
  /** K1 with every state, every page, filtered by label where one is given. */
  list(
    filter: { readonly vaultId: string; readonly label?: string },
    options: CallOptions,
  ): Promise<readonly KeySnapshot[]>;
  /** K2, sent once and never again. */
  create(key: NewKey, options: CallOptions): Promise<Written<KeyWithEtag>>;
  /** K4. */
  update(ref: KeyRef, patch: KeyPatch, etag: string, options: CallOptions): Promise<Written<KeyWithEtag>>;
  /** K6, K7, K8. */
  act(
    ref: KeyRef,
    action: "activate" | "deactivate" | "destroy",
    etag: string,
    options: CallOptions,
  ): Promise<Written<KeyWithEtag>>;
  /** K9: new material, so the look that follows tells what became of it. */
  rotate(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
  /** K10: installs the key where its template says, and uninstalls it elsewhere. */
  align(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
  /** K11. */
  sync(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<readonly KeystoreStatusWithKey[]>>;
  /** K5, never with `force`. */
  remove(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
}

/** KMS keys of internal keystores (kms-v2-and-iam.md 2), only what the end of a managed key needs of them. */
export interface Twins {
  /** Never throws for 401, 403 or a strange answer: those are `unreadable`. */
  read(kmsKeyId: string, options: CallOptions): Promise<Twin>;
  setForDeletion(kmsKeyId: string, options: CallOptions): Promise<Written<undefined>>;
  unsetForDeletion(kmsKeyId: string, options: CallOptions): Promise<Written<undefined>>;
}

export type KeystoreAnswer =
  | { readonly kind: Exclude<KeystoreKind, "unknown"> }
  | { readonly kind: "unknown"; readonly reason: string };

/** What the end of a managed key asks about containers. */
export interface Containers {
  vaultExists(vaultId: string, options: CallOptions): Promise<"found" | "not_found" | "unknown">;
  /** Whether a keystore is a key ring of this very instance, so that a KMS twin exists; `reason` is a whole sentence. */
  keystoreKind(keystoreId: string, options: CallOptions): Promise<KeystoreAnswer>;
}

/** The identity and the instance behind this run. */
export interface Session {
  readonly instanceId: string;
  /** Decoded from the very token that the steps will send. */
  actor(options: CallOptions): Promise<Actor>;
  /** Whether the broker's answer in this run, or the endpoint's host name, proves which instance answers. */
  isInstanceProven(options: CallOptions): Promise<boolean>;
  /** The same, or the server that answers says so itself: no proof where its vault is missing, too. */
  isInstanceReported(options: CallOptions): Promise<boolean>;
  /** Throws UKO_INSTANCE_MISMATCH where one of them reports another instance. UKO's writes ask it before the first of them. */
  requireOwnInstance(options: CallOptions): Promise<void>;
  /** The service's time at its latest answer in this run, for what is shown; undefined before the first. */
  serviceTimeMs(): number | undefined;
}

/** One step, as an auditor wants it; never holds a credential. Written *before* a removal, since nothing is left after it. */
export interface EvidenceEntry {
  readonly v: 1;
  readonly time: string;
  readonly instanceId: string;
  /** What `keyId` names; absent for a managed key. */
  readonly resource?: ContainerKind | "kms_key";
  /** Empty for a KMS key, which is in none. */
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  readonly step: string;
  readonly phase: "before" | "after";
  readonly from: string;
  readonly to: string;
  readonly actor: { readonly iamId: string; readonly name: string };
  readonly digest?: string;
  readonly record?: EvidenceRecord;
  readonly consentedBy?: EvidenceRecord;
  readonly keystores: readonly { readonly name: string; readonly status: string; readonly syncFlag: string }[];
  readonly correlationId?: string;
}

export interface EvidenceRecord extends Pick<ConsentRecord, "id" | "step" | "how"> {
  readonly author: string;
  readonly writtenAt: string;
  readonly answers?: string;
  readonly reason?: string;
  /** As the record repeats them; its author alone vouches for that. */
  readonly earlierReasons?: readonly EvidenceReason[];
}

/** Why somebody asked for a deletion; `author` is their IAM id. */
export interface EvidenceReason {
  readonly author: string;
  readonly name?: string;
  readonly reason: string;
}

export interface Evidence {
  /** Durable before it returns; throws `UKO_EVIDENCE_UNWRITABLE`, and then the step is not taken. */
  append(entry: EvidenceEntry): Promise<void>;
}

/** What one run came to for one key, for pipelines; `time` and version are the adapter's. Times are ISO 8601 UTC. */
export interface RunRecord {
  readonly instanceId: string;
  /** What `keyId` names; absent for a managed key. */
  readonly resource?: ContainerKind | "kms_key";
  /** Empty for a KMS key, which is in none. */
  readonly vaultId: string;
  readonly keyId: string;
  readonly label?: string;
  readonly lifecycleState?: string;
  readonly awaits?: string;
  readonly notBefore?: string;
  readonly requestedBy?: string;
  readonly recordId?: string;
  /** The reasons that the record on the key states, oldest first. */
  readonly reasons?: readonly EvidenceReason[];
  /** `create`, `update`, `delete`, or the command. */
  readonly operation: string;
  readonly code?: ErrorCode;
  readonly exitCode: number;
  /** What this run changed, in order; absent where its operation does not tell. */
  readonly taken?: readonly string[];
  /** Empty where the run ended before it was known who acts. */
  readonly actor: { readonly iamId: string; readonly name: string };
}

/** `UKO_REPORT`: fails before a run begins or not at all, since a report must not change what happens. */
export interface Reports {
  /** Throws `UKO_REPORT_UNWRITABLE` where nothing could be written later. */
  open(): Promise<void>;
  /** Durable before it returns; what cannot be written is warned of. Never throws. */
  append(record: RunRecord): Promise<void>;
}

/** Local time, for waiting only: what is due is decided by the service's clock. */
export interface Clock {
  /** Rejects with `UKO_CANCELLED` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** All of it, as the composition root hands it in. */
export interface World {
  readonly keys: Keys;
  readonly twins: Twins;
  readonly containers: Containers;
  readonly vaults: Vaults;
  readonly keystores: Keystores;
  readonly templates: Templates;
  readonly kmsKeys: KmsKeys;
  readonly session: Session;
  /** One for the whole run. */
  readonly serviceClock: ServiceClock;
  readonly progress: Progress;
  readonly evidence: Evidence;
  /** Absent where nobody asked for reports. */
  readonly reports?: Reports;
  readonly clock: Clock;
  /** 64 lower-case hex digits of a text's UTF-8 bytes. */
  readonly sha256: (text: string) => string;
  /** A fresh UUID. */
  readonly newId: () => string;
}

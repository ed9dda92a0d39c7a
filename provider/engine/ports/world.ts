/**
 * Defines the ports for managed keys and their backing keys, what a deletion asks about containers, and the session of
 * a run. No deletion of a key is sent with the service's option `force`, which would skip the wait for the keystores.
 */

import type { OwnSeal } from "../../lifecycle/consent/record-text.ts";
import type { KeystoreKind } from "../../lifecycle/container/keystore-kind.ts";
import type {
  Actor,
  ApprovedStep,
  BackingKey,
  KeystoreStatus,
  KeyUse,
  Tag,
} from "../../lifecycle/vocabulary/observation.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { Dialect } from "../text/dialect.ts";
import type { CallOptions, Permitted, Progress, RunSettings, WithServiceTime, Written } from "./calls.ts";
import type { Keystores, ListFilter, Stamps, Templates, Vaults, WithEtag } from "./containers.ts";
import type { Evidence, Reports } from "./evidence.ts";
import type { KmsKeys } from "./kms-keys.ts";
import type { ResponseTrust, ServiceClock } from "./service-memory.ts";
import type { TextMemory } from "./shown-key.ts";
import type { ConsentSignatures } from "./signatures.ts";

export type { CallOptions, Permitted, Progress, RunSettings, WithServiceTime, Written };

/** The location of a key. All three values are UUIDs. */
export interface KeyRef {
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
}

/** A managed key as the service returns it (uko-v4.md 3.2), parsed tolerantly. */
export interface KeySnapshot extends Stamps {
  readonly keyId: string;
  readonly vaultId: string;
  readonly templateId: string;
  readonly templateName: string;
  readonly version: number;
  readonly label: string;
  /** As on the wire, including what this tool appended. */
  readonly description: string;
  /** As on the wire, including the reserved tags. */
  readonly tags: readonly Tag[];
  readonly stateWord: string;
  readonly algorithm: string;
  readonly size: string;
  /** `YYYY-MM-DD`, or empty. */
  readonly activationDate: string;
  readonly expirationDate: string;
  readonly referencedKeystores: readonly { readonly id: string; readonly name: string; readonly type: string }[];
  /** The status that the service stored; `liveStatus` asks the keystores. */
  readonly storedStatus: readonly KeystoreStatusWithKey[];
  /** Where the service reports key material; absent if it does not (uko-v4.md 3.2). */
  readonly materialPresent?: readonly string[];
  /** Whether the keystores match the template's current version; absent if not reported. */
  readonly alignment?: "aligned" | "unaligned";
  readonly isRotatable?: boolean;
  /** Whether a rotation deactivates the older versions; absent if not reported. */
  readonly deactivatesOnRotation?: boolean;
  readonly rotatedAtMs?: number;
  /** Values used in the naming scheme; absent if the key has none. */
  readonly labelTags?: readonly Tag[];
  /** Fingerprints of the material, which are no secrets; absent if the service reports none. */
  readonly verificationPatterns?: readonly { readonly method: string; readonly value: string }[];
}

/** A keystore's status of the key, with the key's ID in that keystore (uko-v4.md 3.4). */
export interface KeystoreStatusWithKey extends KeystoreStatus {
  readonly keyIdInKeystore: string;
}

export type KeyWithEtag = WithEtag<KeySnapshot>;

export interface NewKey {
  readonly vaultId: string;
  readonly templateName: string;
  readonly label?: string | undefined;
  readonly description?: string | undefined;
  readonly tags: readonly Tag[];
  /** Values for the placeholders of the template's naming scheme (uko-v4.md 3.11). */
  readonly labelTags?: readonly Tag[] | undefined;
}

export interface KeyPatch {
  readonly label?: string;
  readonly description?: string;
  readonly activationDate?: string;
  readonly expirationDate?: string;
  readonly tags?: readonly Tag[];
}

/**
 * The calls for managed keys (uko-v4.md K1-K14). Reads throw `UKO_ACCESS_DENIED` on 401 and `UKO_RIGHTS_MISSING` on
 * 403.
 */
export interface Keys {
  /** K3; `undefined` for a 404, which alone proves nothing. A key that no list shows takes one call less if it is gone. */
  read(ref: KeyRef, options: CallOptions, isUnlisted?: true): Promise<WithServiceTime<KeyWithEtag | undefined>>;
  /**
   * For display only, never for a decision: without ETag, and up to ten seconds old unless this run
   * changed a key of the vault.
   * Concurrent calls share one list of their vault. `undefined` as for `read`.
   */
  cachedRead(ref: KeyRef, options: CallOptions): Promise<WithServiceTime<KeySnapshot | undefined>>;
  /** K12: a live status, asked of the keystores now. */
  liveStatus(ref: KeyRef, options: CallOptions): Promise<WithServiceTime<readonly KeystoreStatusWithKey[]>>;
  /** K13, every page. Returns `unreadable` if the right is missing. */
  use(ref: KeyRef, options: CallOptions): Promise<KeyUse>;
  /** K1 with every state and every page, filtered by label if a label is passed. */
  list(
    filter: ListFilter & { readonly vaultId: string; readonly label?: string },
    options: CallOptions,
  ): Promise<readonly KeySnapshot[]>;
  /** K2, sent once and never retried. */
  create(key: NewKey, options: CallOptions): Promise<Written<KeyWithEtag>>;
  /** K4. */
  update(ref: KeyRef, patch: KeyPatch, etag: string, options: CallOptions): Promise<Written<KeyWithEtag>>;
  /** K6. */
  activate(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<KeyWithEtag>>;
  /** K7, K8: which key and which act is what the permit says. */
  act(permit: Permit<ApprovedStep>, options: CallOptions): Promise<Permitted<KeyWithEtag>>;
  /** K9: creates new material, so only the next read shows the result. */
  rotate(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
  /** K10: installs the key in the keystores of its template, and uninstalls it from all others. */
  align(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<undefined>>;
  /** K11. */
  sync(ref: KeyRef, etag: string, options: CallOptions): Promise<Written<readonly KeystoreStatusWithKey[]>>;
  /** K5, never with `force`. */
  remove(permit: Permit<"remove">, options: CallOptions): Promise<Permitted<undefined>>;
}

/** KMS keys of internal keystores (kms-v2-and-iam.md 2), as the deletion of a key needs them. */
export interface BackingKeys {
  /** Never throws for 401, 403 or an unrecognized response: those results are `unreadable`. */
  read(kmsKeyId: string, options: CallOptions): Promise<BackingKey>;
  setForDeletion(permit: Permit<"open_kms_window">, options: CallOptions): Promise<Permitted<undefined>>;
  unsetForDeletion(kmsKeyId: string, options: CallOptions): Promise<Written<undefined>>;
}

export type KeystoreKindRead =
  | { readonly kind: Exclude<KeystoreKind, "unknown"> }
  | { readonly kind: "unknown"; readonly reason: string };

/** What the deletion of a managed key asks about containers. */
export interface Containers {
  vaultExists(vaultId: string, options: CallOptions): Promise<"found" | "not_found" | "unknown">;
  /** Whether a keystore is a key ring of this instance, so that a backing KMS key exists. */
  keystoreKind(keystoreId: string, options: CallOptions): Promise<KeystoreKindRead>;
}

export interface TokenClaims {
  readonly accountId?: string;
  /** The grant and the methods by which the person logged in, such as `apikey, pwd`. */
  readonly loggedInBy?: string;
  readonly expiresAtMs?: number;
  /** Whether uko requests another token before this one expires. */
  readonly isRenewed: boolean;
}

/** The identity and the instance behind this run. */
export interface Session {
  readonly instanceId: string;
  /**
   * Whether the instance is Key Protect, by its CRN in the settings. It has KMS keys alone: each call for another object
   * throws UKO_NOT_IN_KEY_PROTECT, and each KMS key that is read has to name this instance in its own CRN.
   */
  readonly isKeyProtect: boolean;
  /** Decoded from the same token that the steps will send. */
  actor(options: CallOptions): Promise<Actor>;
  /** Whether the broker, or the endpoint's host name, proves which instance answers. */
  isInstanceProven(options: CallOptions): Promise<boolean>;
  /**
   * Like `isInstanceProven`, and also true if the server itself reports the instance. That is no proof if the vault is
   * missing, too.
   */
  isInstanceReported(options: CallOptions): Promise<boolean>;
  /** Throws UKO_INSTANCE_MISMATCH if another instance answers. Each run calls it before its first write to UKO. */
  requireOwnInstance(options: CallOptions): Promise<void>;
  /** The service's time at its latest response in this run, for display; undefined before the first response. */
  serviceTimeMs(): number | undefined;
  /** What the token of this run says of itself, for display only. */
  tokenClaims(): TokenClaims;
  /** Seals what this run requests, and recognizes what the same person requested. */
  readonly ownSeal: OwnSeal;
}

/** Local time, for waiting, and for how old a read is. The service's clock decides what is due. */
export interface Clock {
  /** Never runs backwards; its zero does not matter. */
  monotonicMs(): number;
  /** Rejects with `UKO_CANCELED` as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** Digests of secrets for a state. Two digests of one secret differ, so a digest is compared only by `matches`. */
export interface SecretDigests {
  create(secret: string): string;
  matches(secret: string, digest: unknown): boolean;
}

/** All ports, as the composition root provides them. */
export interface World {
  readonly keys: Keys;
  readonly backingKeys: BackingKeys;
  readonly containers: Containers;
  readonly vaults: Vaults;
  readonly keystores: Keystores;
  readonly templates: Templates;
  readonly kmsKeys: KmsKeys;
  readonly session: Session;
  /** The notation of the reader's programs. */
  readonly dialect: Dialect;
  /** One instance for the whole run. */
  readonly serviceClock: ServiceClock;
  /** One instance for the whole run. */
  readonly responseTrust: ResponseTrust;
  readonly progress: Progress;
  readonly evidence: Evidence;
  /** The labels in the lists that this run has read. */
  readonly namesakes?: { readonly has: (key: Pick<KeySnapshot, "keyId" | "label">) => boolean };
  /** Absent if this run shows no key to a person. */
  readonly texts?: TextMemory;
  /** Absent if no report was requested. */
  readonly reports?: Reports;
  /** Absent unless this machine demands signed consents. */
  readonly signatures?: ConsentSignatures;
  readonly clock: Clock;
  /** 64 lowercase hex digits for the UTF-8 bytes of a text. */
  readonly sha256: (text: string) => string;
  readonly secretDigests: SecretDigests;
  /** A fresh UUID. */
  readonly newId: () => string;
}

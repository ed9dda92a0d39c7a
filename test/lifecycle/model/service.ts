/**
 * A small model of the service, written from the contract (uko-v4.md 4, 6, 9; kms-v2-and-iam.md 2.10, 5, 10)
 * for the model test alone: one key, its backing KMS key, times in whole seconds. It shares no table and no type
 * with `provider/lifecycle`.
 */

export const hour = 3600;
export const day = 24 * hour;
/** The tags that a key can have (uko-v4.md 2.5 K2). */
export const maxTags = 128;

export type Right =
  | "write"
  | "deactivate"
  | "reactivate"
  | "destroyUnused"
  | "destroy"
  | "remove"
  | "kmsSet"
  | "kmsDelete";

/** What each built-in role may do to a managed key and its backing key (uko-v4.md 6, kms-v2-and-iam.md 7.7). */
export const roles = {
  Deployer: ["write", "deactivate", "reactivate", "destroyUnused"],
  Creator: ["write", "destroyUnused"],
  VaultAdministrator: ["destroy", "remove"],
  /** A role of a customer's own (uko-v4.md 6): it ends outages and changes no tags. */
  Activator: ["reactivate"],
  KmsWriter: ["kmsSet"],
  KmsManager: ["kmsSet", "kmsDelete"],
} as const satisfies Record<string, readonly Right[]>;
export type Role = keyof typeof roles;

export interface ModelKey {
  state: "pre_activation" | "active" | "deactivated" | "destroyed";
  /** The label's number: the part that a user edits. */
  label: number;
  description: string;
  tags: readonly { readonly name: string; readonly value: string }[];
  updatedBy: string;
  updatedAt: number;
  deactivatedAt?: number;
  materialUntil?: number;
  /** All keystores that ever held the key; only `ks-1` if absent. */
  readonly keystores?: readonly Keystore[];
  /** The keystores whose provider restored the material of the destroyed key. */
  restored?: readonly Keystore[];
}

export type Keystore = "ks-1" | "ks-2";

/** The false responses of the service: the keystores that each source names, the material, the backing key. */
export interface Answers {
  readonly metadata: readonly Keystore[];
  readonly stored: readonly Keystore[];
  readonly live: readonly Keystore[];
  readonly material: "told" | "untold";
  readonly backingKey: "told" | "untold" | "not_known";
}

export interface ModelBackingKey {
  state: "active" | "suspended" | "destroyed";
  readonly isDual: boolean;
  windowEnds?: number;
  setter?: string;
}

export interface ServiceState {
  now: number;
  /** Absent after removal. */
  key?: ModelKey;
  backingKey?: ModelBackingKey;
  /** Absent if the service's responses are true. */
  readonly responses?: Answers;
  /** Absent if the `Date` of every response is correct. */
  dates?: FalseDates;
}

/** A `Date` that is `offBy` seconds off in the responses to a run, from its read number `from` on. */
export interface FalseDates {
  readonly offBy: number;
  readonly from: number;
}

/** The caller: `iamId` is the identity that the service stores, which is the profile's if a person acts through one. */
export interface Caller {
  readonly iamId: string;
  readonly rights: ReadonlySet<Right>;
}

type BackingKeyRequest = { readonly kind: "set" | "unset" | "deleteBackingKey" };
type KeyRequest =
  | { readonly kind: "patch"; readonly label?: number; readonly description?: string; readonly tags?: ModelKey["tags"] }
  | { readonly kind: "activate" | "deactivate" | "destroy" | "remove" | "sync" };
export type Request = KeyRequest | BackingKeyRequest;

export type Answer = "done" | "stale" | "forbidden" | "refused";

export interface ServiceSwitches {
  /** Whether KMS receives the caller of UKO's destroy, or UKO itself. */
  readonly backingKeySees: "caller" | "service";
  readonly keepsTags: boolean;
}

/**
 * One call: 404 is `refused` here; 403 before 412 before 409. The ETag is `updated_at`, which counts seconds
 * (uko-v4.md 9 U3).
 */
export function call(
  state: ServiceState,
  switches: ServiceSwitches,
  caller: Caller,
  request: Request,
  etag: number | undefined,
): Answer {
  const { key } = state;
  if (key === undefined) return "refused";
  if (!caller.rights.has(rightFor(key, request))) return "forbidden";
  if (isForBackingKey(request)) return callBackingKey(state, caller, request.kind);
  if (etag !== undefined && etag !== key.updatedAt) return "stale";
  if (!act(state, switches, caller, key, request)) return "refused";
  key.updatedBy = caller.iamId;
  key.updatedAt = state.now;
  return "done";
}

/** Whether a call goes to KMS and leaves the key's last writer alone. */
export function isForBackingKey(request: Request): request is BackingKeyRequest {
  return request.kind === "set" || request.kind === "unset" || request.kind === "deleteBackingKey";
}

function rightFor(key: ModelKey, request: Request): Right {
  switch (request.kind) {
    case "patch":
    case "sync":
      return "write";
    case "activate":
      return "reactivate";
    case "deactivate":
    case "remove":
      return request.kind;
    case "destroy":
      return key.state === "pre_activation" ? "destroyUnused" : "destroy";
    case "set":
    case "unset":
      return "kmsSet";
    case "deleteBackingKey":
      return "kmsDelete";
  }
}

function act(
  state: ServiceState,
  switches: ServiceSwitches,
  caller: Caller,
  key: ModelKey,
  request: KeyRequest,
): boolean {
  const { now, backingKey } = state;
  switch (request.kind) {
    case "patch":
      if (key.state === "destroyed" || (request.tags?.length ?? 0) > maxTags) return false;
      if (request.label !== undefined) key.label = request.label;
      if (request.description !== undefined) key.description = request.description;
      if (request.tags !== undefined && switches.keepsTags) key.tags = request.tags;
      return true;
    case "sync":
      return true;
    case "activate":
      if (key.state !== "deactivated") return false;
      key.state = "active";
      delete key.deactivatedAt;
      if (backingKey?.state === "suspended") backingKey.state = "active";
      return true;
    case "deactivate":
      if (key.state !== "active") return false;
      key.state = "deactivated";
      key.deactivatedAt = now;
      if (backingKey?.state === "active") backingKey.state = "suspended";
      return true;
    case "destroy":
      return destroy(state, switches, caller, key);
    case "remove":
      if (key.state !== "destroyed" || now < (key.materialUntil ?? 0)) return false;
      delete state.key;
      return true;
  }
}

function destroy(state: ServiceState, switches: ServiceSwitches, caller: Caller, key: ModelKey): boolean {
  const { now, backingKey } = state;
  if (key.state === "pre_activation") {
    key.state = "destroyed";
    return true;
  }
  if (key.state !== "deactivated" || key.deactivatedAt === undefined || now - key.deactivatedAt <= 4 * hour)
    return false;
  if (backingKey?.isDual && backingKey.state !== "destroyed") {
    const isLive = backingKey.windowEnds !== undefined && backingKey.windowEnds > now;
    if (!isLive || (switches.backingKeySees === "caller" && backingKey.setter === caller.iamId)) return false;
  }
  if (backingKey !== undefined) backingKey.state = "destroyed";
  key.state = "destroyed";
  key.materialUntil = now + 30 * day;
  return true;
}

function callBackingKey(state: ServiceState, caller: Caller, kind: BackingKeyRequest["kind"]): Answer {
  const { backingKey, now } = state;
  if (backingKey === undefined || backingKey.state === "destroyed") return "refused";
  if (kind === "deleteBackingKey") {
    const isLive = backingKey.windowEnds !== undefined && backingKey.windowEnds > now;
    if (backingKey.isDual && (!isLive || backingKey.setter === caller.iamId)) return "refused";
    backingKey.state = "destroyed";
    return "done";
  }
  if (!backingKey.isDual || backingKey.state !== "active") return "refused";
  if (kind === "unset") {
    delete backingKey.windowEnds;
    delete backingKey.setter;
  } else {
    backingKey.windowEnds = now + 7 * day;
    backingKey.setter = caller.iamId;
  }
  return "done";
}

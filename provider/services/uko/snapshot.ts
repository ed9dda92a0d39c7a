/**
 * Mapping from the wire to the engine's plain values: a managed key, and a keystore's status of it.
 */

import type { KeySnapshot, KeystoreStatusWithKey } from "../../engine/ports.ts";
import { readIdentity } from "../http/identity.ts";
import { printable } from "../http/printable.ts";
import { parseDateTimeMs } from "../http/timestamps.ts";
import { messageIn } from "./errors.ts";
import type { ObjectKind } from "./objects.ts";
import type { WireKeystoreStatus, WireManagedKey } from "./wire.ts";

const statuses = [
  "active",
  "not_active",
  "not_present",
  "wrong_key",
  "pending_destruction",
  "unknown",
  "error",
] as const;
const alignments = ["aligned", "unaligned"] as const;
const syncFlags = ["ok", "out_of_sync", "error", "verifying_sync"] as const;

export const keyKind: ObjectKind = { path: "managed_keys", word: "key" };

/** `vaultId` is the requested one, used only if the response names none. */
export function toSnapshot(key: WireManagedKey, vaultId: string): KeySnapshot {
  const rotatedAtMs = parseDateTimeMs(key.rotated_at);
  const alignment = alignments.find((known) => known === key.template?.alignment_status);
  return {
    keyId: key.id,
    vaultId: nonEmpty(key.vault?.id) ?? vaultId,
    templateId: key.template?.id ?? "",
    templateName: key.template?.name ?? "",
    version: key.version ?? 1,
    label: key.label,
    description: key.description,
    tags: key.tags,
    stateWord: printable(key.state, 100),
    algorithm: key.algorithm,
    size: key.size ?? "",
    activationDate: key.activation_date,
    expirationDate: key.expiration_date,
    ...toStamps(key),
    ...(rotatedAtMs === undefined ? {} : { rotatedAtMs }),
    ...(alignment === undefined ? {} : { alignment }),
    ...(typeof key.is_rotatable === "boolean" ? { isRotatable: key.is_rotatable } : {}),
    ...(key.label_tags.length === 0 ? {} : { labelTags: key.label_tags }),
    referencedKeystores: key.referenced_keystores,
    storedStatus: key.status_in_keystores.map(toKeystoreStatus),
    ...(Array.isArray(key.key_material_present) ? { materialPresent: key.key_material_present } : {}),
  };
}

/**
 * Who created and last wrote an object, and when; each is absent if the service returns no valid
 * value.
 */
export function toStamps(wire: {
  readonly created_at: string;
  readonly created_by: string;
  readonly updated_at: string;
  readonly updated_by: string;
}): Stamps {
  const createdAtMs = parseDateTimeMs(wire.created_at);
  const createdBy = readIdentity(wire.created_by);
  const updatedAtMs = parseDateTimeMs(wire.updated_at);
  const updatedBy = readIdentity(wire.updated_by);
  return {
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs }),
    ...(updatedBy === undefined ? {} : { updatedBy }),
  };
}

type Stamps = Pick<KeySnapshot, "createdAtMs" | "createdBy" | "updatedAtMs" | "updatedBy">;

export function toKeystoreStatus(wire: WireKeystoreStatus): KeystoreStatusWithKey {
  // 4.13.0 alone wrote `pending` (uko-v4.md 3.4).
  const flag = wire.keystore_sync_flag === "pending" ? "verifying_sync" : wire.keystore_sync_flag;
  const destructionAtMs = parseDateTimeMs(wire.destruction_at);
  const error = messageIn(wire.error);
  return {
    keystoreId: wire.keystore?.id ?? "",
    name: printable(wire.keystore?.name ?? "", 100),
    type: printable(wire.keystore?.type ?? "", 100),
    status: statuses.find((known) => known === wire.status) ?? "unrecognised",
    syncFlag: syncFlags.find((known) => known === flag) ?? "unrecognised",
    detail: printable(wire.keystore_sync_flag_detail, 100),
    ...(destructionAtMs === undefined ? {} : { destructionAtMs }),
    ...(error === "" ? {} : { error }),
    keyIdInKeystore: wire.key_id_in_keystore,
  };
}

export function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

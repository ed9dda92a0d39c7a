/** From the wire to the engine's plain values: a managed key, and what a keystore says about it. */

import type { KeySnapshot, KeystoreStatusWithKey } from "../../engine/ports.ts";
import { printable } from "../http/printable.ts";
import { parseDateTimeMs } from "../http/timestamps.ts";
import { messageIn } from "./errors.ts";
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
const syncFlags = ["ok", "out_of_sync", "error", "verifying_sync"] as const;
/** An id with blanks or invisible characters is taken for unknown: it could only pretend to be another. */
const identityForm = /^[\x21-\x7e]{1,200}$/;

/** `vaultId` is the one that was asked for, used only where the answer names none. */
export function toSnapshot(key: WireManagedKey, vaultId: string): KeySnapshot {
  const createdAtMs = parseDateTimeMs(key.created_at);
  const updatedAtMs = parseDateTimeMs(key.updated_at);
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
    ...(createdAtMs === undefined ? {} : { createdAtMs }),
    ...(identityForm.test(key.created_by) ? { createdBy: key.created_by } : {}),
    ...(updatedAtMs === undefined ? {} : { updatedAtMs }),
    ...(identityForm.test(key.updated_by) ? { updatedBy: key.updated_by } : {}),
    referencedKeystores: key.referenced_keystores,
    storedStatus: key.status_in_keystores.map(toKeystoreStatus),
  };
}

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

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

/** Lists of keys: K1 and K14, and the shape that S7 shares (uko-v4.md 2.2, 2.3). */

import type { Key } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { keyOf, mayUseVault, requireRight } from "./access.ts";
import { filtered } from "./filters.ts";
import { type KeyList, keyFilters, templateOf } from "./key-filters.ts";
import { viewKey } from "./key-view.ts";
import { listReply } from "./paging.ts";

/** K1 */
export function listKeys(call: Call): Reply {
  const caller = call.caller();
  requireRight(caller, "managed-keys.list");
  const keys = [...call.world.keys.values()].filter(
    (key) => key.headId === undefined && mayUseVault(caller, key.vaultId),
  );
  return keyList(call, keys, "all");
}

/** K14: the current version first (U11). */
export function listVersions(call: Call): Reply {
  const key = call.world.headOf(keyOf(call));
  return keyList(call, [key, ...call.world.olderVersions(key)], "versions");
}

export function keyList(call: Call, keys: readonly Key[], list: KeyList): Reply {
  const { world, nowMs } = call;
  return listReply(call, {
    name: "managed_keys",
    // No alternative content types on versions (2.3).
    ...(list === "versions" ? {} : { vendorName: "managed-key-list" }),
    items: filtered(call, keys, keyFilters[list]),
    view: (key) => viewKey(world, key, nowMs),
    defaultSort: list === "versions" ? "-version" : "-updated_at",
    sortable: {
      label: (key) => key.label,
      algorithm: (key) => templateOf(world, key)?.algorithm,
      state: (key) => key.state,
      activation_date: (key) => key.activationDate,
      deactivation_date: (key) => key.expirationDate,
      created_at: (key) => key.createdMs,
      updated_at: (key) => key.updatedMs,
      size: (key) => Number(key.size),
      version: (key) => key.version,
      "vault.id": (key) => key.vaultId,
    },
  });
}

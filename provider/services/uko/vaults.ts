/** The port `Vaults` over UKO v4 (uko-v4.md V1-V5, 3.12). */

import type { VaultInput, VaultSnapshot, Vaults } from "../../engine/container-ports.ts";
import { createCollection, given } from "./collection.ts";
import { changeRights, readRights } from "./errors.ts";
import { toStamps } from "./snapshot.ts";
import type { UkoTransport } from "./transport.ts";
import { vault, type WireVault } from "./wire-containers.ts";

export function createVaults(transport: UkoTransport): Vaults {
  const vaults = createCollection(transport, {
    kind: { path: "vaults", word: "vault" },
    schema: vault,
    toSnapshot,
    rights: {
      read: readRights.readVault,
      list: readRights.listVaults,
      write: changeRights.writeVault,
      remove: changeRights.removeVault,
    },
  });
  return {
    read: vaults.read,
    // A vault is in no vault: the filter names the vault itself.
    async list({ vaultId }, options) {
      const all = await vaults.list({}, options);
      return vaultId === undefined ? all : all.filter(({ id }) => id === vaultId);
    },
    create: (wanted, options) => vaults.create({ body: bodyOf(wanted) }, options),
    update: (ref, patch, etag, options) => vaults.change(ref, etag, { method: "PATCH", body: bodyOf(patch) }, options),
    remove: vaults.remove,
  };
}

function bodyOf({ name, description, recoveryKeyLabel }: Partial<VaultInput>): Record<string, unknown> {
  return given({ name, description, recovery_key_label: recoveryKeyLabel });
}

function toSnapshot(wire: WireVault): VaultSnapshot {
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description,
    recoveryKeyLabel: wire.recovery_key_label,
    ...toStamps(wire),
  };
}

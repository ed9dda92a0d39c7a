/**
 * Creates the client of one UKO v4 instance, which implements the ports; the calls for vaults are in this file. After
 * each write of this run to a key, the client invalidates the cached reads of the key's vault.
 */

import type { VaultInput, VaultSnapshot, Vaults } from "../../engine/ports/containers.ts";
import type { World } from "../../engine/ports/world.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { Transport } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { createContainers } from "./containers.ts";
import { changeRights, readRights } from "./errors.ts";
import { createKeyReads, keysForReadCache, toStamps } from "./key-reads.ts";
import { createKeyWrites } from "./key-writes.ts";
import { createKeystores } from "./keystores.ts";
import { createCollection } from "./objects.ts";
import { createReadCache, type ReadCache, type ReadCacheOptions } from "./read-batch.ts";
import { createTemplates } from "./templates.ts";
import { createUkoTransport, type UkoTransportOptions } from "./transport.ts";
import { vault, type WireVault } from "./wire.ts";

export interface UkoClientOptions extends UkoTransportOptions, Pick<ReadCacheOptions, "monotonicMs" | "sleep"> {}
export type UkoClient = Pick<World, "keys" | "containers" | "vaults" | "keystores" | "templates">;

export function createUkoClient(options: UkoClientOptions): UkoClient {
  const transport = createUkoTransport(options);
  const readCache = createReadCache({ ...options, ...keysForReadCache(transport) });
  return {
    keys: { ...createKeyReads(transport, readCache), ...invalidateAfterWrite(readCache, createKeyWrites(transport)) },
    containers: createContainers(transport),
    vaults: createVaults(transport),
    keystores: createKeystores(transport),
    templates: createTemplates(transport),
  };
}

type KeyWrites = ReturnType<typeof createKeyWrites>;

/** Invalidates the cache after each change of this run. */
function invalidateAfterWrite(readCache: ReadCache, writes: KeyWrites): KeyWrites {
  const around =
    <Of extends { readonly vaultId: string }, Rest extends unknown[], T>(
      write: (of: Of, ...rest: Rest) => Promise<T>,
    ): ((of: Of, ...rest: Rest) => Promise<T>) =>
    (of, ...rest) =>
      write(of, ...rest).finally(() => readCache.forget(of.vaultId));
  const aroundPermitted =
    <P extends Permit, Rest extends unknown[], T>(
      write: (permit: P, ...rest: Rest) => Promise<T>,
    ): ((permit: P, ...rest: Rest) => Promise<T>) =>
    (permit, ...rest) =>
      write(permit, ...rest).finally(() => readCache.forget(permit.subject.vaultId));
  return {
    create: around(writes.create),
    update: around(writes.update),
    activate: around(writes.activate),
    act: aroundPermitted(writes.act),
    rotate: around(writes.rotate),
    align: around(writes.align),
    sync: around(writes.sync),
    remove: aroundPermitted(writes.remove),
  };
}

export function createVaults(transport: Transport): Vaults {
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
    // A vault is not in a vault, so the filter names the vault itself.
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
  return definedOnly({ name, description, recovery_key_label: recoveryKeyLabel });
}

function toSnapshot(wire: WireVault): VaultSnapshot {
  return {
    id: wire.id,
    name: wire.name,
    description: wire.description,
    recoveryKeyLabel: wire.recovery_key_label,
    ...(typeof wire.keys_count === "number" && { keysCount: wire.keys_count }),
    ...toStamps(wire),
  };
}

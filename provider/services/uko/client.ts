/** UKO v4 behind the engine's ports: one client for one instance. */

import type { World } from "../../engine/ports.ts";
import { createContainers } from "./containers.ts";
import { createKeyReads, keysForReadCache } from "./key-reads.ts";
import { createKeyWrites } from "./key-writes.ts";
import { createKeystores } from "./keystores.ts";
import { createReadCache, type ReadCache, type ReadCacheOptions } from "./read-batch.ts";
import { createTemplates } from "./templates.ts";
import { createUkoTransport, type UkoTransportOptions } from "./transport.ts";
import { createVaults } from "./vaults.ts";

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

/**
 * Invalidates the cache after each change of this run, so that a cached read never shows older
 * values.
 */
function invalidateAfterWrite(readCache: ReadCache, writes: KeyWrites): KeyWrites {
  const around =
    <Of extends { readonly vaultId: string }, Rest extends unknown[], T>(
      write: (of: Of, ...rest: Rest) => Promise<T>,
    ): ((of: Of, ...rest: Rest) => Promise<T>) =>
    (of, ...rest) =>
      write(of, ...rest).finally(() => readCache.forget(of.vaultId));
  return {
    create: around(writes.create),
    update: around(writes.update),
    act: around(writes.act),
    rotate: around(writes.rotate),
    align: around(writes.align),
    sync: around(writes.sync),
    remove: around(writes.remove),
  };
}

/** UKO v4 behind the engine's ports: one client for one instance. */

import type { World } from "../../engine/ports.ts";
import { createContainers } from "./containers.ts";
import { createKeyReads, keysForGlances } from "./key-reads.ts";
import { createKeyWrites } from "./key-writes.ts";
import { createKeystores } from "./keystores.ts";
import { createGlances, type Glances, type GlancesOptions } from "./read-batch.ts";
import { createTemplates } from "./templates.ts";
import { createUkoTransport, type UkoTransportOptions } from "./transport.ts";
import { createVaults } from "./vaults.ts";

export interface UkoClientOptions extends UkoTransportOptions, Pick<GlancesOptions, "monotonicMs" | "sleep"> {}
export type UkoClient = Pick<World, "keys" | "containers" | "vaults" | "keystores" | "templates">;

export function createUkoClient(options: UkoClientOptions): UkoClient {
  const transport = createUkoTransport(options);
  const glances = createGlances({ ...options, ...keysForGlances(transport) });
  return {
    keys: { ...createKeyReads(transport, glances), ...forgettingWhatWasSeen(glances, createKeyWrites(transport)) },
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
function forgettingWhatWasSeen(glances: Glances, writes: KeyWrites): KeyWrites {
  const around =
    <Of extends { readonly vaultId: string }, Rest extends unknown[], T>(
      write: (of: Of, ...rest: Rest) => Promise<T>,
    ): ((of: Of, ...rest: Rest) => Promise<T>) =>
    (of, ...rest) =>
      write(of, ...rest).finally(() => glances.forget(of.vaultId));
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

/** UKO v4 behind the engine's ports: one client for one instance. */

import type { World } from "../../engine/ports.ts";
import { createContainers } from "./containers.ts";
import { createKeyReads } from "./key-reads.ts";
import { createKeyWrites } from "./key-writes.ts";
import { createKeystores } from "./keystores.ts";
import { createTemplates } from "./templates.ts";
import { createUkoTransport, type UkoClientOptions } from "./transport.ts";
import { createVaults } from "./vaults.ts";

export type { UkoClientOptions } from "./transport.ts";
export type UkoClient = Pick<World, "keys" | "containers" | "vaults" | "keystores" | "templates">;

export function createUkoClient(options: UkoClientOptions): UkoClient {
  const transport = createUkoTransport(options);
  return {
    keys: { ...createKeyReads(transport), ...createKeyWrites(transport) },
    containers: createContainers(transport),
    vaults: createVaults(transport),
    keystores: createKeystores(transport),
    templates: createTemplates(transport),
  };
}

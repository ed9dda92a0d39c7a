/** UKO v4 behind the engine's ports: one client for one instance. */

import type { Containers, Keys } from "../../engine/ports.ts";
import { createContainers } from "./containers.ts";
import { createKeyReads } from "./key-reads.ts";
import { createKeyWrites } from "./key-writes.ts";
import { createUkoTransport, type UkoClientOptions } from "./transport.ts";

export type { UkoClientOptions } from "./transport.ts";

export function createUkoClient(options: UkoClientOptions): { readonly keys: Keys; readonly containers: Containers } {
  const transport = createUkoTransport(options);
  return {
    keys: { ...createKeyReads(transport), ...createKeyWrites(transport) },
    containers: createContainers(transport),
  };
}

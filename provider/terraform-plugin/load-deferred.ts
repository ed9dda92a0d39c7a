/** A lazy import of the modules that only later calls need. */

import { lazyImport } from "../process/lazy-import.ts";

export type Deferred = typeof import("./deferred.ts");

export const loadDeferred: () => Promise<Deferred> = lazyImport(() => import("./deferred.ts"));

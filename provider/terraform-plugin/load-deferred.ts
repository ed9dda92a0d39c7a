/** Loads the modules of `deferred.ts` at their first use, because only later calls need them. */

import { lazyImport } from "../process/lazy-import.ts";

export type Deferred = typeof import("./deferred.ts");

export const loadDeferred: () => Promise<Deferred> = lazyImport(() => import("./deferred.ts"));

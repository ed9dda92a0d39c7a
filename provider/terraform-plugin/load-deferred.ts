/**
 * Loads the modules of `deferred.ts` at their first use, so that a process that only reports its schema starts fast.
 */

import { lazyImport } from "../process/lazy-import.ts";

export type Deferred = typeof import("./deferred.ts");

export const loadDeferred: () => Promise<Deferred> = lazyImport(() => import("./deferred.ts"));

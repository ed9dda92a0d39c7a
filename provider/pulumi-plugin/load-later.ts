/** A lazy import of the modules that only later calls need. */

import { loaderOf } from "../bundled-text.ts";

export type Later = typeof import("./later.ts");

export const loadLater: () => Promise<Later> = loaderOf(() => import("./later.ts"));

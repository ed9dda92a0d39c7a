/** Loads what only later calls need, when the first of them comes. */

import { loaderOf } from "../bundled-text.ts";

export type Later = typeof import("./later.ts");

export const loadLater: () => Promise<Later> = loaderOf(() => import("./later.ts"));

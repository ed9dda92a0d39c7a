/** The location of a program of this project: its build if no source is newer, because that starts in half the time, else its source. */

import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
// Plain JavaScript without types, since it also runs before anything is installed.
const { isStale } = createRequire(import.meta.url)("../engines/freshness.mjs") as {
  isStale(built: string, sources: readonly string[]): boolean;
};

/** `folder` and `name` as test/engines/build.mjs makes them from `entry`. */
export function programOf(folder: string, name: string, entry: string): string {
  const sources = ["provider", "package.json", "package-lock.json"].map((each) => path.join(repository, each));
  const isFresh = !isStale(path.join(repository, folder), sources);
  return path.join(repository, isFresh ? path.join(folder, name) : entry);
}

/** Builds `dist` from `provider` when a source is newer: plain JavaScript, since it may run before anything is installed. */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const dist = path.join(repository, "dist");

/** Does nothing when `dist` is newer than all sources; the new `dist` takes the old one's place only when it is complete. */
export function buildIfStale(nodeBin = process.execPath) {
  const sources = ["provider", "package.json", "tsconfig.json", "tsconfig.build.json"];
  const newestSource = Math.max(...sources.map((name) => newestChangeMs(path.join(repository, name))));
  if (existsSync(dist) && statSync(dist).mtimeMs > newestSource) return;

  console.error("Building dist");
  const startedAt = new Date();
  const fresh = path.join(repository, "node_modules", `.uko-dist-${process.pid}`);
  const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
  // Types are checked by `npm run check`; a half-written type elsewhere must not stop the demo or a test.
  const { status } = spawnSync(nodeBin, [compiler, "-p", "tsconfig.build.json", "--noCheck", "--outDir", fresh], {
    cwd: repository,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error("The TypeScript compiler found the errors above, so `dist` was not built.");
  }
  // A source that changed meanwhile is newer than this.
  utimesSync(fresh, startedAt, startedAt);
  const old = `${fresh}-old`;
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

function newestChangeMs(file) {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = readdirSync(file).map((name) => newestChangeMs(path.join(file, name)));
  // A folder's own time tells of deleted and renamed files.
  return Math.max(found.mtimeMs, ...inside);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildIfStale();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

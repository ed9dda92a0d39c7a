/** When something that is built is older than its sources, and how a new one takes the old one's place: only when it is complete. */

import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";

export function isStale(built, sources) {
  return !existsSync(built) || statSync(built).mtimeMs <= Math.max(...sources.map(newestChangeMs));
}

/** `make` fills the folder `fresh`, which then becomes `folder`; if it throws, the old one stays. */
export function replaceFolder(folder, fresh, make) {
  const startedAt = new Date();
  try {
    make(fresh);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    throw error;
  }
  // A source that changed meanwhile is newer than this.
  utimesSync(fresh, startedAt, startedAt);
  const old = `${fresh}-old`;
  if (existsSync(folder)) renameSync(folder, old);
  renameSync(fresh, folder);
  rmSync(old, { recursive: true, force: true });
}

function newestChangeMs(file) {
  const found = statSync(file);
  if (!found.isDirectory()) return found.mtimeMs;
  const inside = readdirSync(file).map((name) => newestChangeMs(path.join(file, name)));
  // A folder's own time tells of deleted and renamed files.
  return Math.max(found.mtimeMs, ...inside);
}

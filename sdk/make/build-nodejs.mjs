/** Compiles sdk/nodejs into its `bin` when a source is newer: plain JavaScript, since it may run before anything else does. */

import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const sdk = path.join(repository, "sdk", "nodejs");
const bin = path.join(sdk, "bin");

/** Does nothing when `bin` is newer than all sources; the new `bin` takes the old one's place only when it is complete. */
export function buildNodeSdkIfStale(nodeBin = process.execPath) {
  if (existsSync(bin) && statSync(bin).mtimeMs > newestSourceMs(sdk)) return;

  console.error("Building sdk/nodejs");
  const startedAt = new Date();
  const fresh = path.join(repository, "node_modules", `.uko-sdk-${process.pid}`);
  const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(nodeBin, [compiler, "-p", sdk, "--outDir", fresh], {
    cwd: repository,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    rmSync(fresh, { recursive: true, force: true });
    throw new Error("The TypeScript compiler found the errors above, so sdk/nodejs was not built.");
  }
  // The compiled code reads its version from beside itself.
  copyFileSync(path.join(sdk, "package.json"), path.join(fresh, "package.json"));
  utimesSync(fresh, startedAt, startedAt);
  const old = `${fresh}-old`;
  if (existsSync(bin)) renameSync(bin, old);
  renameSync(fresh, bin);
  rmSync(old, { recursive: true, force: true });
}

function newestSourceMs(folder) {
  const times = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => name !== "bin" && name !== "node_modules")
    .map((entry) => {
      const file = path.join(folder, entry.name);
      return entry.isDirectory() ? newestSourceMs(file) : statSync(file).mtimeMs;
    });
  return Math.max(...times);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildNodeSdkIfStale();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

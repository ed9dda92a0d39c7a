/** Compiles the npm packages of `sdk` into their `bin` when a source is newer: plain JavaScript, since it may run before anything else does. */

import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isStale, replaceFolder } from "../../test/engines/freshness.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Does nothing where `bin` is newer than all sources. */
export function buildNodeSdksIfStale(nodeBin = process.execPath) {
  for (const name of ["nodejs", "cdktn"]) buildIfStale(path.join(repository, "sdk", name), nodeBin);
}

function buildIfStale(sdk, nodeBin) {
  const bin = path.join(sdk, "bin");
  // The folder's own time tells of `bin` too, so it does not count.
  const names = readdirSync(sdk).filter((name) => name !== "bin" && name !== "node_modules");
  const sources = names.map((name) => path.join(sdk, name));
  if (!isStale(bin, sources)) return;

  const name = path.relative(repository, sdk);
  console.error(`Building ${name}`);
  replaceFolder(bin, path.join(repository, "node_modules", `.uko-sdk-${process.pid}`), (fresh) => {
    const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
    const { status } = spawnSync(nodeBin, [compiler, "-p", sdk, "--outDir", fresh], {
      cwd: repository,
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) throw new Error(`The TypeScript compiler found the errors above, so ${name} was not built.`);
    // Its compiled code reads the version from its own folder.
    if (name === path.join("sdk", "nodejs"))
      copyFileSync(path.join(sdk, "package.json"), path.join(fresh, "package.json"));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildNodeSdksIfStale();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

/**
 * Builds what is run outside the sources, when a source is newer: the npm package in `dist`, the Pulumi plugin in `build/plugin`, the
 * Terraform provider in `build/terraform`, the command line in `build/cli`, and the generated npm packages in their own `bin`. Plain JavaScript, since it may run before
 * anything is installed.
 */

import { spawnSync } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { buildNodeSdksIfStale } from "../../sdk/make/build-nodejs.mjs";
import { buildCliIfStale } from "./build-cli.mjs";
import { buildPluginIfStale } from "./build-plugin.mjs";
import { buildTerraformIfStale } from "./build-terraform.mjs";
import { isStale, replaceFolder } from "./freshness.mjs";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Does nothing for what is newer than all its sources. */
export function buildIfStale(nodeBin = process.execPath) {
  buildPackageIfStale(nodeBin);
  buildPluginIfStale(repository);
  buildTerraformIfStale(repository);
  buildNodeSdksIfStale(nodeBin);
}

/** What a Pulumi program in TypeScript needs of the npm package: its modules and its command line. */
export function buildPackageIfStale(nodeBin = process.execPath) {
  buildDistIfStale(nodeBin);
  buildCliIfStale(repository);
}

function buildDistIfStale(nodeBin) {
  const dist = path.join(repository, "dist");
  const names = ["provider", "package.json", "tsconfig.json", "tsconfig.build.json"];
  const sources = names.map((name) => path.join(repository, name));
  if (!isStale(dist, sources)) return;

  console.error("Building dist");
  replaceFolder(dist, path.join(repository, "node_modules", `.uko-dist-${process.pid}`), (fresh) => {
    const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
    // Types are checked by `npm run check`; a half-written type elsewhere must not stop the demo or a test.
    const { status } = spawnSync(nodeBin, [compiler, "-p", "tsconfig.build.json", "--noCheck", "--outDir", fresh], {
      cwd: repository,
      stdio: ["ignore", 2, 2],
    });
    if (status !== 0) throw new Error("The TypeScript compiler found the errors above, so `dist` was not built.");
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildIfStale();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}

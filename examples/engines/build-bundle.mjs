/** Bundles a program of ours as one executable file that needs nothing but Node, in a folder of its own below `build`. */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isStale, replaceFolder } from "./freshness.mjs";

/** `folder` is the one below `build`, `name` the file in it, `entry` where it begins. Does nothing when it is newer than all its sources. */
export function buildBundleIfStale(repository, { folder, name, entry }) {
  const build = path.join(repository, "build");
  const target = path.join(build, folder);
  const inputs = ["provider", "package.json", "package-lock.json", "examples/engines/build-bundle.mjs"];
  const sources = inputs.map((input) => path.join(repository, input));
  if (!isStale(target, sources)) return;

  console.error(`Building build/${folder}`);
  const { version, license } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  mkdirSync(build, { recursive: true });
  replaceFolder(target, `${target}-${process.pid}`, (fresh) => {
    const metafile = bundle(repository, entry, path.join(fresh, name));
    // Where a file without an ending stands decides how Node reads it, so this goes wherever the file goes.
    const manifest = { name, version, license, private: true, type: "commonjs", main: name };
    writeFileSync(path.join(fresh, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    // What is in the bundle: the release makes its bill of materials from it.
    writeFileSync(path.join(build, `${folder}.metafile.json`), JSON.stringify(metafile));
  });
}

function bundle(repository, entry, outfile) {
  // Only now: the packages may have been installed a moment ago.
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const { metafile } = buildSync({
    absWorkingDir: repository,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minifyWhitespace: true,
    minifySyntax: true,
    // Errors are told apart by their names.
    keepNames: true,
    banner: { js: "#!/usr/bin/env node" },
    metafile: true,
    logLevel: "warning",
  });
  chmodSync(outfile, 0o755);
  return metafile;
}

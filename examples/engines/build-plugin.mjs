/**
 * Builds the Pulumi plugin as one file that needs nothing but Node, in a folder as the CLI installs one. There is no PulumiPlugin.yaml in
 * it on purpose: where that stands, the CLI takes the folder for sources to install with npm, and not for a plugin that is ready.
 */

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isStale, replaceFolder } from "./freshness.mjs";

const name = "pulumi-resource-uko";

/** Does nothing when the plugin is newer than all its sources. */
export function buildPluginIfStale(repository) {
  const build = path.join(repository, "build");
  const plugin = path.join(build, "plugin");
  const inputs = ["provider", "package.json", "package-lock.json", "examples/engines/build-plugin.mjs"];
  const sources = inputs.map((input) => path.join(repository, input));
  if (!isStale(plugin, sources)) return;

  console.error("Building build/plugin");
  const { version, license } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  mkdirSync(build, { recursive: true });
  replaceFolder(plugin, `${plugin}-${process.pid}`, (fresh) => {
    const metafile = bundle(repository, path.join(fresh, name));
    // Where a file without an ending stands decides how Node reads it, so this goes wherever the plugin goes.
    const manifest = { name, version, license, private: true, type: "commonjs", main: name };
    writeFileSync(path.join(fresh, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    // What is in the bundle: the release makes its bill of materials from it.
    writeFileSync(path.join(build, "plugin.metafile.json"), JSON.stringify(metafile));
  });
}

function bundle(repository, outfile) {
  // Only now: the packages may have been installed a moment ago.
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const { metafile } = buildSync({
    absWorkingDir: repository,
    entryPoints: ["provider/pulumi-plugin/main.ts"],
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

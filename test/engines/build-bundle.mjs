/** Bundles a program of ours as one executable file that needs nothing but Node, in a folder of its own below `build`. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { isStale, replaceFolder } from "./freshness.mjs";

const undiciParts = "test/engines/undici-parts.cjs";

/**
 * `folder` is the one below `build`, `name` the file in it, `entry` where it begins, `later` a source that it loads when it is first
 * needed: that goes in as a gzipped text, so that starting does not read it. `encoded` is a source whose `encodedResponses` are evaluated now,
 * and go in as data. `texts` are files that the program knows by a sign. Does nothing when it is newer than all its sources.
 */
export function buildBundleIfStale(repository, { folder, name, entry, later, encoded, texts = {} }) {
  const build = path.join(repository, "build");
  const target = path.join(build, folder);
  const own = ["test/engines/build-bundle.mjs", undiciParts];
  const inputs = ["provider", "package.json", "package-lock.json", ...own];
  const sources = inputs.map((input) => path.join(repository, input));
  if (!isStale(target, sources)) return;

  console.error(`Building build/${folder}`);
  const { version, license } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  mkdirSync(build, { recursive: true });
  replaceFolder(target, `${target}-${process.pid}`, (fresh) => {
    const outfile = path.join(fresh, name);
    const metafile = bundle(repository, { entry, later, encoded, texts, outfile });
    // Where a file without an ending stands decides how Node reads it, so this goes wherever the file goes.
    const manifest = { name, version, license, private: true, type: "commonjs", main: name };
    writeFileSync(path.join(fresh, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
    // What is in the bundle: the release makes its bill of materials from it.
    const [{ inputs }] = Object.values(metafile.outputs);
    for (const text of Object.values(texts))
      inputs[text] = { bytesInOutput: statSync(path.join(repository, text)).size };
    writeFileSync(path.join(build, `${folder}.metafile.json`), JSON.stringify(metafile));
  });
}

/** Answers esbuild's account of what is in it. */
function bundle(repository, { entry, later, encoded, texts, outfile }) {
  // Only now: the packages may have been installed a moment ago.
  const { buildSync } = createRequire(import.meta.url)("esbuild");
  const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
  const definitions = Object.fromEntries(
    Object.entries(texts).map(([sign, file]) => [
      sign,
      JSON.stringify(readFileSync(path.join(repository, file), "utf8")),
    ]),
  );
  const options = {
    absWorkingDir: repository,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    logLevel: "warning",
    // THIRD-PARTY-NOTICES.txt has these comments.
    legalComments: "none",
    alias: { undici: path.join(repository, undiciParts) },
    // grpc-js reads `.proto` files with it for services of its own, which none of ours offers.
    external: ["@grpc/proto-loader"],
    define: { UKO_VERSION: JSON.stringify(version), ...definitions },
    // Only where no bundler runs does the program look for its own files.
    logOverride: { "empty-import-meta": "silent" },
  };
  const start = "#!/usr/bin/env node";
  // A plugin that an engine starts: a shell reads the second line and says what is missing, and Node takes it for a text.
  const told =
    "uko requires Node.js 22.19 or newer, and node is not on PATH. Install it, or use a release of uko, which does not need it.";
  // go-plugin shows the first line on standard output. Pulumi shows standard error.
  const telling = outfile.includes("terraform-provider")
    ? `echo "${told}"; echo "${told}" >&2;`
    : `echo "${told}" >&2;`;
  const launcher = `#!/bin/sh\n":" //; command -v node >/dev/null || { ${telling} exit 127; }; exec node "$0" "$@"`;
  // The bundler keeps the first line of an entry that has it.
  const isStarted = readFileSync(path.join(repository, entry), "utf8").startsWith(start);
  const banner = isStarted ? {} : { js: start };
  if (later === undefined) {
    const { metafile } = buildSync({ ...options, banner, entryPoints: [entry], outfile });
    chmodSync(outfile, 0o755);
    return metafile;
  }
  const inside = buildSync({ ...options, entryPoints: [later], outfile: `${outfile}.later.cjs`, write: false });
  const code = `(function(module,exports,require){${inside.outputFiles[0].text}\n})`;
  const given = `${outfile}.later.mjs`;
  mkdirSync(path.dirname(outfile), { recursive: true });
  const responses = encoded === undefined ? undefined : evaluate(buildSync, options, encoded, `${outfile}.encoded.cjs`);
  const injected = {
    UKO_LATER: gzipSync(code, { level: 9 }).toString("base64"),
    ...(responses !== undefined && { UKO_ENCODED: responses }),
  };
  const lines = Object.entries(injected).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
  writeFileSync(given, lines.join(""));
  const outside = buildSync({
    ...options,
    banner: isStarted ? {} : { js: launcher },
    entryPoints: [entry],
    outfile,
    inject: [given],
    external: [...options.external, path.join(repository, later)],
  });
  rmSync(given);
  chmodSync(outfile, 0o755);
  return { inputs: { ...inside.metafile.inputs, ...outside.metafile.inputs }, outputs: sum(inside, outside) };
}

/** What `encodedResponses` of a source answers. */
function evaluate(buildSync, options, source, file) {
  buildSync({ ...options, metafile: false, entryPoints: [source], outfile: file });
  const script = `require(${JSON.stringify(file)}).encodedResponses().then((all) => console.log(JSON.stringify(all)))`;
  const { status, stdout } = spawnSync(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", 2] });
  rmSync(file);
  if (status !== 0) throw new Error(`${source} could not be evaluated.`);
  return JSON.parse(stdout.toString());
}

/** Both parts are in the one file. */
function sum(inside, outside) {
  const [name, output] = Object.entries(outside.metafile.outputs)[0];
  const inputs = { ...output.inputs };
  for (const [input, { bytesInOutput }] of Object.entries(Object.values(inside.metafile.outputs)[0].inputs)) {
    inputs[input] = { bytesInOutput: bytesInOutput + (inputs[input]?.bytesInOutput ?? 0) };
  }
  return { [name]: { ...output, inputs } };
}

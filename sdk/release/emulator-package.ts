/** The emulator as an npm package of its own: a bundle of the compiled files of `dist`, their types, and its metadata. */

import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { z } from "zod";
import { packTar } from "./archive.ts";
import { billOfMaterials, npmPart, thirdPartyNotices } from "./bill-of-materials.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";
import { type ReleaseFile, sha256, writeReleaseFile } from "./release-file.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const own = fileURLToPath(new URL("emulator/", import.meta.url));
/** The types name those of zod. Its code, and that of the other packages, is in the bundle. */
const packages = ["zod"];
const packageName = "@uko/emulator";

const manifestShape = z.object({
  version: z.string(),
  license: z.string(),
  author: z.string(),
  homepage: z.string(),
  bugs: z.string(),
  repository: z.object({ type: z.string(), url: z.string() }),
  engines: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

/** Packs the emulator from `dist` as npm packs a package, and the Containerfile next to it. */
export async function packEmulator(folder: string): Promise<readonly ReleaseFile[]> {
  const manifest = manifestShape.parse(JSON.parse(await readFile(path.join(repository, "package.json"), "utf8")));
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-emulator-"));
  try {
    const content = path.join(workFolder, "package");
    await mkdir(content);
    const types = path.join("dist", "emulator");
    await cp(path.join(repository, types), path.join(content, types), {
      recursive: true,
      filter: async (file) => file.endsWith(".d.ts") || (await stat(file)).isDirectory(),
    });
    const bundled = await bundle(path.join(content, types), workFolder);
    await writeFile(path.join(content, "THIRD-PARTY-NOTICES.txt"), thirdPartyNotices(bundled));
    await cp(path.join(repository, "LICENSE"), path.join(content, "LICENSE"));
    await cp(path.join(own, "README.md"), path.join(content, "README.md"));
    await writeFile(path.join(content, "package.json"), `${JSON.stringify(manifestOf(manifest), undefined, 2)}\n`);
    const name = `uko-emulator-${manifest.version}.tgz`;
    await packTar(workFolder, ["package"], path.join(folder, name));
    const { version, license } = manifest;
    const bill = billOfMaterials(npmPart({ name: packageName, version, license }), bundled.map(npmPart));
    return [
      { name, sha256: await sha256(path.join(folder, name)) },
      await writeReleaseFile(folder, "Containerfile", await readFile(path.join(own, "Containerfile"), "utf8")),
      await writeReleaseFile(folder, name.replace(/tgz$/, "cdx.json"), bill),
    ];
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** Halves the CPU time of a start, for Node finds one file in place of hundreds. Returns what it contains. */
async function bundle(outdir: string, workFolder: string): Promise<readonly BundledPackage[]> {
  const { metafile } = await build({
    absWorkingDir: repository,
    entryPoints: ["main", "index"].map((name) => `dist/emulator/${name}.js`),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
  });
  const file = path.join(workFolder, "metafile.json");
  await writeFile(file, JSON.stringify(metafile));
  return bundledPackages(file, repository);
}

function manifestOf({ dependencies, ...shared }: z.infer<typeof manifestShape>): object {
  return {
    name: packageName,
    description: "An emulator of IBM Unified Key Orchestrator and its KMS, for tests without an account",
    keywords: ["uko", "ibm-cloud", "hpcs", "key-management", "emulator", "testing"],
    ...shared,
    type: "module",
    main: "./dist/emulator/index.js",
    types: "./dist/emulator/index.d.ts",
    exports: {
      ".": { types: "./dist/emulator/index.d.ts", default: "./dist/emulator/index.js" },
      "./package.json": "./package.json",
    },
    bin: { "uko-emulator": "./dist/emulator/main.js" },
    dependencies: Object.fromEntries(packages.map((name) => [name, dependencies[name]])),
  };
}

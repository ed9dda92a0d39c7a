/** Says which npm packages are in a program's bundle, by what esbuild itself wrote down while it made it. */

import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { sha512Hex } from "./bill-of-materials.ts";
import { commandLine, terraformProvider } from "./programs.ts";

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly license: string;
  /** Of the published package, from the lock file. */
  readonly sha512: string;
  readonly licenseText: string;
}

const metafileShape = z.object({
  outputs: z.record(z.string(), z.object({ inputs: z.record(z.string(), z.object({ bytesInOutput: z.number() })) })),
});
const manifestShape = z.object({ name: z.string(), version: z.string(), license: z.string() });
const lockShape = z.object({ packages: z.record(z.string(), z.object({ integrity: z.string().optional() })) });

/** `metafile` is esbuild's, made in `repository`. Packages of which nothing came into the bundle are left out. */
export async function bundledPackages(metafile: string, repository: string): Promise<readonly BundledPackage[]> {
  const { outputs } = metafileShape.parse(JSON.parse(await readFile(metafile, "utf8")));
  const lock = lockShape.parse(JSON.parse(await readFile(path.join(repository, "package-lock.json"), "utf8")));
  const folders = new Set(
    Object.values(outputs).flatMap(({ inputs }) =>
      Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? packageFolder(file) : [])),
    ),
  );
  return Promise.all(
    [...folders].sort().map(async (folder) => {
      const sha512 = sha512Hex(lock.packages[folder]?.integrity);
      if (sha512 === undefined) throw new Error(`package-lock.json has no sha512 for ${folder}, which is bundled`);
      return { ...(await readManifest(path.join(repository, folder))), sha512 };
    }),
  );
}

/** Returns what is in the two programs that the npm package brings, by name. */
export async function bundledInNpm(build: string, repository: string): Promise<readonly BundledPackage[]> {
  const metafiles = [commandLine, terraformProvider].map(({ folder }) => path.join(build, `${folder}.metafile.json`));
  const bundles = await Promise.all(metafiles.map((file) => bundledPackages(file, repository)));
  const packages = new Map(bundles.flat().map((each) => [`${each.name}@${each.version}`, each]));
  return [...packages.values()].toSorted((one, other) => one.name.localeCompare(other.name));
}

/** `node_modules/@grpc/grpc-js` for a file in it, as the lock file names it; nothing for a file of ours. */
function packageFolder(file: string): readonly string[] {
  const found = /^(.*\bnode_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  return found === undefined ? [] : [found];
}

async function readManifest(folder: string): Promise<Omit<BundledPackage, "sha512">> {
  const manifest = manifestShape.parse(JSON.parse(await readFile(path.join(folder, "package.json"), "utf8")));
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), "utf8")));
  return { ...manifest, licenseText: texts.map((text) => text.trim()).join("\n\n") };
}

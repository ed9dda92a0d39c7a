/** The emulator as an npm package of its own: the compiled files of `dist` that it consists of, and its metadata. */

import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { packTar } from "./archive.ts";
import { type ReleaseFile, sha256 } from "./release-file.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const own = fileURLToPath(new URL("emulator/", import.meta.url));
/** All that the emulator imports of this project (ARCHITECTURE.md), and of others. */
const parts = ["emulator", ...["errors", "x509", "der"].flatMap((name) => [`${name}.js`, `${name}.d.ts`])];
const packages = ["@hono/node-server", "hono", "zod"];

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
    for (const part of parts) {
      await cp(path.join(repository, "dist", part), path.join(content, "dist", part), { recursive: true });
    }
    await cp(path.join(repository, "LICENSE"), path.join(content, "LICENSE"));
    await cp(path.join(own, "README.md"), path.join(content, "README.md"));
    await writeFile(path.join(content, "package.json"), `${JSON.stringify(manifestOf(manifest), undefined, 2)}\n`);
    const name = `uko-emulator-${manifest.version}.tgz`;
    await packTar(workFolder, ["package"], path.join(folder, name));
    await cp(path.join(own, "Containerfile"), path.join(folder, "Containerfile"));
    const names = [name, "Containerfile"];
    return await Promise.all(
      names.map(async (each) => ({ name: each, sha256: await sha256(path.join(folder, each)) })),
    );
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

function manifestOf({ dependencies, ...shared }: z.infer<typeof manifestShape>): object {
  return {
    name: "@uko/emulator",
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

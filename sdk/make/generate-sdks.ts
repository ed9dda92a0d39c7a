/** Makes the packages of all languages in a folder: what the generator writes, and what npm needs beside it. */

import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { findEngine } from "../../examples/engines/find-engine.ts";
import { sdkGenerator } from "../../examples/engines/sdk-generator.ts";
import { pulumiSchema } from "../../provider/schema/pulumi.ts";

const generatorLimitMs = 120_000;

/** Writes nodejs, python and go into `folder`, which has none of them yet. Builds the generator where it is nowhere. */
export async function generateSdks(folder: string, version: string, report: (line: string) => void): Promise<void> {
  const { bin } = await findEngine(sdkGenerator, report);
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-schema-"));
  try {
    const schema = path.join(workFolder, "schema.json");
    await writeFile(schema, JSON.stringify(pulumiSchema(version)));
    await promisify(execFile)(bin, [schema, folder], { timeout: generatorLimitMs });
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
  await completePackageJson(path.join(folder, "nodejs", "package.json"));
  // pyproject.toml names one beside itself; the generator writes it into the module alone.
  const python = path.join(folder, "python");
  await copyFile(path.join(python, "pulumi_uko", "README.md"), path.join(python, "README.md"));
}

/** The generator leaves out where the compiled package begins and which files are published. */
async function completePackageJson(file: string): Promise<void> {
  const generated = JSON.parse(await readFile(file, "utf8"));
  const complete = { ...generated, main: "bin/index.js", types: "bin/index.d.ts", files: ["bin"] };
  await writeFile(file, `${JSON.stringify(complete, undefined, 2)}\n`);
}

/** The packages of all languages: the output of the generator, and the files that npm needs. */

import { execFile } from "node:child_process";
import { cpSync, existsSync, readdirSync, rmSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findEngine } from "../../test/engines/find-engine.ts";
import { sdkGenerator } from "../../test/engines/sdk-generator.ts";
import { readme } from "./pulumi/readme.ts";
import { pulumiSchema } from "./pulumi/schema.ts";

const generatorLimitMs = 120_000;
const classifiers = JSON.stringify([
  "Development Status :: 3 - Alpha",
  "Intended Audience :: System Administrators",
  "Operating System :: OS Independent",
  "Programming Language :: Python :: 3",
  "Topic :: Security :: Cryptography",
  "Typing :: Typed",
]);
const license = fileURLToPath(new URL("../../LICENSE", import.meta.url));

/** Writes nodejs, python and go into `folder`, which has none of them yet. Builds a missing generator. */
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
  const python = path.join(folder, "python");
  await completePackageJson(path.join(folder, "nodejs", "package.json"));
  await passEveryArgument(path.join(folder, "nodejs"));
  await completePyproject(path.join(python, "pyproject.toml"));
  await writeFile(path.join(folder, "go", "README.md"), readme("go"));
  // pyproject.toml names a README next to it, but the generator writes one into the module only.
  await copyFile(path.join(python, "pulumi_uko", "README.md"), path.join(python, "README.md"));
  for (const made of [path.join(folder, "nodejs"), python]) await copyFile(license, path.join(made, "LICENSE"));
}

/**
 * The generated constructors take only the arguments that they know, so that a mistyped name in JavaScript would be dropped in
 * silence. Here each one starts from all arguments, and Check refuses a name that it does not know.
 */
async function passEveryArgument(nodejs: string): Promise<void> {
  for (const name of await readdir(nodejs)) {
    const file = path.join(nodejs, name);
    if (!name.endsWith(".ts")) continue;
    const text = await readFile(file, "utf8");
    if (!/ extends pulumi\.(?:Custom|Provider)Resource /.test(text)) continue;
    const changed = text.replace(
      "let resourceInputs: pulumi.Inputs = {};",
      "let resourceInputs: pulumi.Inputs = { ...args };",
    );
    if (changed === text)
      throw new Error(`The constructor in ${name} has another form than sdk/make/generate-sdks.ts expects.`);
    await writeFile(file, changed);
  }
}

/** Replaces a package by a fresh one. Compiled code and installed packages stay until the next build, because projects may use them. */
export function replaceSdk(fresh: string, sdk: string): void {
  const former = existsSync(sdk) ? readdirSync(sdk) : [];
  for (const name of former.filter((each) => each !== "bin" && each !== "node_modules")) {
    rmSync(path.join(sdk, name), { recursive: true });
  }
  cpSync(fresh, sdk, { recursive: true });
}

/** The generator leaves out where the compiled package begins, what is published, and what npm says of it. */
async function completePackageJson(file: string): Promise<void> {
  const { repository, ...generated } = JSON.parse(await readFile(file, "utf8"));
  const complete = {
    ...generated,
    bugs: `${repository}/issues`,
    author: `pulumi-uko (${new URL(".", repository).href.replace(/\/$/, "")})`,
    repository: { type: "git", url: `git+${repository}.git`, directory: "sdk/nodejs" },
    type: "commonjs",
    main: "bin/index.js",
    types: "bin/index.d.ts",
    files: ["bin"],
    engines: { node: ">=22" },
  };
  await writeFile(file, `${JSON.stringify(complete, undefined, 2)}\n`);
}

/** The generator has no settings for what PyPI shows and filters by. */
async function completePyproject(file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  const repository = /^ +Repository = "(.+)"$/m.exec(text)?.[1];
  const changed = text
    .replace(/^( +)dependencies = /m, `$1authors = [{ name = "pulumi-uko" }]\n$1classifiers = ${classifiers}\n$&`)
    .replace(
      /^( +)Repository = .*$/m,
      `$&\n$1Changelog = "${repository}/blob/main/CHANGELOG.md"\n$1Issues = "${repository}/issues"`,
    );
  if (repository === undefined || changed.split("\n").length !== text.split("\n").length + 4)
    throw new Error("pyproject.toml has another form than sdk/make/generate-sdks.ts expects.");
  await writeFile(file, changed);
}

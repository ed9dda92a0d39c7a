/**
 * Packs what goes to npm, PyPI and Maven Central, each with its bill of materials. Go takes its module from a tag, so it has the bill only.
 * The bill of a library names the versions with which this release was tested: a library brings none of them.
 */

import { execFile } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { isJavaLeftOut, locateJava } from "../../test/engines/find-java.ts";
import { findPython, isPythonLeftOut } from "../../test/engines/find-python.ts";
import type { Report } from "../../test/engines/make-once.ts";
import { billOfMaterials, npmPart, type Part, sha512Hex } from "./bill-of-materials.ts";
import { bundledInNpm } from "./bundled-packages.ts";
import { type ReleaseFile, sha256, writeReleaseFile } from "./release-file.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../", import.meta.url));
const limitMs = 20 * 60_000;
/** The time that npm writes into its archives, for a wheel: 26 October 1985, 08:15 UTC. */
const packedAt = "499162500";
const npmFolders = [".", "sdk/nodejs", "sdk/cdktn"];

const namesShape = z.record(z.string(), z.string()).optional();
const manifestShape = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  dependencies: namesShape,
  peerDependencies: namesShape,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
});
const lockShape = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      license: z.string().optional(),
      integrity: z.string().optional(),
      dependencies: namesShape,
    }),
  ),
});
type Lock = z.infer<typeof lockShape>["packages"];

/** Writes the packages into `folder`. `UKO_SKIP_PYTHON=1` and `UKO_SKIP_JAVA=1` leave out theirs. */
export async function packPackages(folder: string, report: Report): Promise<readonly ReleaseFile[]> {
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-packages-"));
  try {
    const names = [...(await packNpm(folder)), await writeGoBill(folder)];
    if (isPythonLeftOut()) report("UKO_SKIP_PYTHON=1: no package for PyPI");
    else names.push(...(await packWheel(folder, workFolder, report)));
    if (isJavaLeftOut()) report("UKO_SKIP_JAVA=1: no package for Maven Central");
    else names.push(...(await packJava(folder, workFolder)));
    return await Promise.all(names.map(async (name) => ({ name, sha256: await sha256(path.join(folder, name)) })));
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function packNpm(folder: string): Promise<readonly string[]> {
  const places = npmFolders.map((place) => (place === "." ? place : `./${place}`));
  await run("npm", ["pack", ...places, "--pack-destination", folder, "--loglevel=error"], {
    cwd: repository,
    timeout: limitMs,
    maxBuffer: 64 * 1024 * 1024,
  });
  const lock = lockShape.parse(JSON.parse(await text("package-lock.json"))).packages;
  const bundled = (await bundledInNpm(path.join(repository, "build"), repository)).map(npmPart);
  const names: string[] = [];
  for (const place of npmFolders) {
    const manifest = manifestShape.parse(JSON.parse(await text(path.join(place, "package.json"))));
    const parts = [...(place === "." ? bundled : []), ...installedWith(lock, neededBy(manifest))];
    const stem = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}`;
    await writeReleaseFile(folder, `${stem}.cdx.json`, billOfMaterials(npmPart(manifest), parts));
    names.push(`${stem}.tgz`, `${stem}.cdx.json`);
  }
  return names;
}

/** What npm installs with a package: an optional peer only comes with a program that needs it. */
function neededBy({ dependencies, peerDependencies = {}, peerDependenciesMeta = {} }: z.infer<typeof manifestShape>) {
  const peers = Object.keys(peerDependencies).filter((name) => peerDependenciesMeta[name]?.optional !== true);
  return [...Object.keys(dependencies ?? {}), ...peers];
}

/** Returns the packages that the lock file installs for these names, with all that they need. */
export function installedWith(lock: Lock, names: readonly string[]): readonly Part[] {
  const found = new Map<string, Part>();
  const visit = (name: string, from: string): void => {
    const place = nearest(lock, name, from);
    if (place === undefined || found.has(place)) return;
    const { version = "", license, integrity, dependencies = {} } = lock[place] ?? {};
    found.set(place, npmPart({ name, version, license, sha512: sha512Hex(integrity) }));
    for (const needed of Object.keys(dependencies)) visit(needed, place);
  };
  for (const name of names) visit(name, "");
  return [...found.values()];
}

/** Where Node finds a package from the folder of another: next to it, or further up. */
function nearest(lock: Lock, name: string, from: string): string | undefined {
  const place = path.posix.join(from, "node_modules", name);
  if (place in lock || from === "") return place in lock ? place : undefined;
  return nearest(lock, name, from.slice(0, Math.max(from.lastIndexOf("node_modules/") - 1, 0)));
}

async function writeGoBill(folder: string): Promise<string> {
  const { version, license } = manifestShape.parse(JSON.parse(await text("package.json")));
  const file = await text("sdk/go/go.mod");
  const url = (name: string, its: string): string => `pkg:golang/${name.toLowerCase()}@${encodeURIComponent(its)}`;
  const name = /^module (\S+)$/m.exec(file)?.[1] ?? "";
  const parts = Array.from(file.matchAll(/^\t(\S+) (v\S+)/gm), ([, each = "", its = ""]) => {
    return { name: each, version: its, url: url(each, its) };
  });
  const product = { name, version: `v${version}`, license, url: url(name, `v${version}`) };
  const bill = `uko-go-v${version}.cdx.json`;
  await writeReleaseFile(folder, bill, billOfMaterials(product, parts));
  return bill;
}

async function packWheel(folder: string, workFolder: string, report: Report): Promise<readonly string[]> {
  const { pythonBin } = await findPython(report);
  // A build leaves files among the sources.
  const sources = path.join(workFolder, "python");
  await cp(path.join(repository, "sdk/python"), sources, { recursive: true });
  const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input", "wheel", "--quiet"];
  const args = [...pip, "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder, "."];
  const env = { ...process.env, SOURCE_DATE_EPOCH: packedAt };
  await run(pythonBin, args, { cwd: sources, env, timeout: limitMs });

  const { version, license } = manifestShape.parse(JSON.parse(await text("package.json")));
  const pinned = (await text("test/engines/python/requirements.txt")).matchAll(/^([\w.-]+)==(\S+)/gm);
  const url = (name: string, its: string): string => `pkg:pypi/${name}@${its}`;
  const parts = Array.from(pinned, ([, name = "", its = ""]) => ({ name, version: its, url: url(name, its) }));
  const needed = parts.filter(({ name }) => name !== "setuptools" && name !== "wheel");
  const product = { name: "pulumi-uko", version, license, url: url("pulumi-uko", version) };
  const stem = `pulumi_uko-${version}`;
  await writeReleaseFile(folder, `${stem}-python.cdx.json`, billOfMaterials(product, needed));
  return [`${stem}-py3-none-any.whl`, `${stem}-python.cdx.json`];
}

async function packJava(folder: string, workFolder: string): Promise<readonly string[]> {
  const { mavenBin } = await locateJava();
  const sources = path.join(workFolder, "java");
  const isSource = (file: string): boolean => path.basename(file) !== "target";
  await cp(path.join(repository, "sdk/java"), sources, { recursive: true, filter: isSource });
  const args = ["--quiet", "--batch-mode", "--no-transfer-progress", "--activate-profiles", "release", "package"];
  await run(mavenBin, args, { cwd: sources, timeout: limitMs, maxBuffer: 64 * 1024 * 1024 });

  const { version } = manifestShape.parse(JSON.parse(await text("package.json")));
  const made: readonly (readonly [string, string])[] = [
    ...["", "-sources", "-javadoc"].map(
      (kind) => [`target/uko-${version}${kind}.jar`, `uko-${version}${kind}.jar`] as const,
    ),
    ["pom.xml", `uko-${version}.pom`],
    ["target/bom.json", `uko-${version}-java.cdx.json`],
  ];
  for (const [from, to] of made) await copyFile(path.join(sources, from), path.join(folder, to));
  return made.map(([, to]) => to);
}

const text = (file: string): Promise<string> => readFile(path.join(repository, file), "utf8");

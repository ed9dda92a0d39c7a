/** Makes a release: an archive for each platform, their checksums, what they are made of, and how they came about. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { Report } from "../engines/make-once.ts";
import { packArchive } from "./archive.ts";
import { billOfMaterials, thirdPartyNotices } from "./bill-of-materials.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";
import { fetchNode } from "./fetch-node.ts";
import { makeBlob, makeExecutable } from "./make-executable.ts";
import { hostPlatform, type Platform } from "./platforms.ts";
import { provenanceStatement, type ReleaseFile, type Source } from "./provenance.ts";

export interface ReleaseOptions {
  readonly platforms: readonly Platform[];
  readonly folder: string;
  readonly builder: string;
  /** The plugin as one file, and esbuild's account of what is in it. */
  readonly bundle: string;
  readonly metafile: string;
}

const plugin = "pulumi-resource-uko";
const notices = "THIRD-PARTY-NOTICES.txt";
const repository = fileURLToPath(new URL("../../", import.meta.url));
const manifestShape = z.object({ version: z.string(), license: z.string() });

interface Materials {
  readonly version: string;
  readonly blobFor: (platform: Platform) => Buffer;
  readonly notices: string;
}

/** Answers the files of the release in the order of their names; what was in the folder under other names stays. */
export async function makeRelease(options: ReleaseOptions, report: Report): Promise<readonly ReleaseFile[]> {
  const { platforms, folder, builder, bundle, metafile } = options;
  const { version, license } = manifestShape.parse(
    JSON.parse(await readFile(path.join(repository, "package.json"), "utf8")),
  );
  const packages = await bundledPackages(metafile, repository);
  await mkdir(folder, { recursive: true });
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-release-"));
  try {
    const materials = { version, ...(await prepare(bundle, packages, path.join(workFolder, "host"), report)) };
    const built: { platform: Platform; nodeSha256: string; archive: ReleaseFile }[] = [];
    for (const platform of platforms) {
      const place = path.join(workFolder, platform.name);
      built.push({ platform, ...(await buildOne(platform, materials, place, folder, report)) });
      await rm(place, { recursive: true });
    }
    const product = { name: plugin, version, license, url: `pkg:github/pulumi-uko/pulumi-uko@v${version}` };
    const archives = built.map(({ archive }) => archive);
    const bill = await writeJson(
      folder,
      `${plugin}-v${version}.cdx.json`,
      billOfMaterials(product, packages, platforms),
    );
    const circumstances = {
      version,
      builder,
      source: await readSource(),
      lockFileSha256: await sha256(path.join(repository, "package-lock.json")),
      bundleSha256: await sha256(bundle),
      built,
    };
    const statement = provenanceStatement([...archives, bill], circumstances);
    const provenance = await writeJson(folder, `${plugin}-v${version}.provenance.json`, statement);
    const files = [...archives, bill, provenance].sort((one, other) => (one.name < other.name ? -1 : 1));
    await writeFile(
      path.join(folder, "checksums.txt"),
      files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""),
    );
    return files;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** What is the same for all platforms, made by this machine's copy of the very Node that they get. */
async function prepare(bundle: string, packages: readonly BundledPackage[], folder: string, report: Report) {
  const host = hostPlatform();
  const node = await fetchNode(host, folder, report);
  const compiled = await makeBlob(bundle, node, path.join(folder, "compiled"), true);
  const plain = await makeBlob(bundle, node, path.join(folder, "plain"), false);
  const blobFor = ({ name }: Platform): Buffer => (name === host.name ? compiled : plain);
  return { blobFor, notices: thirdPartyNotices(packages, await readFile(path.join(folder, "LICENSE"), "utf8")) };
}

async function buildOne(platform: Platform, materials: Materials, place: string, folder: string, report: Report) {
  const startedAtMs = Date.now();
  const node = await fetchNode(platform, path.join(place, "node"), report);
  const content = path.join(place, "content");
  const executable = await makeExecutable(platform, node, materials.blobFor(platform), content);
  for (const name of ["LICENSE", "README.md"]) await copyFile(path.join(repository, name), path.join(content, name));
  await writeFile(path.join(content, notices), materials.notices);

  const name = `${plugin}-v${materials.version}-${platform.name}.tar.gz`;
  const archive = path.join(folder, name);
  await packArchive(content, ["LICENSE", "README.md", notices, path.basename(executable)], archive);
  const [{ size }, seconds] = [await stat(archive), Math.round((Date.now() - startedAtMs) / 1000)];
  report(`${name}: ${Math.round(size / 1_000_000)} MB, made in ${seconds} s`);
  return { nodeSha256: await sha256(node), archive: { name, sha256: await sha256(archive) } };
}

async function readSource(): Promise<Source> {
  const git = async (...args: readonly string[]) =>
    (await promisify(execFile)("git", args, { cwd: repository })).stdout.trim();
  return {
    commit: await git("rev-parse", "HEAD"),
    isCommitted: (await git("status", "--porcelain", "--untracked-files=no")) === "",
  };
}

async function writeJson(folder: string, name: string, content: object): Promise<ReleaseFile> {
  const file = path.join(folder, name);
  await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`);
  return { name, sha256: await sha256(file) };
}

async function sha256(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** The files of a release: an archive of each program for each platform, their checksums and what they are made of. */

import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Report } from "../../test/engines/make-once.ts";
import { archiveFiles } from "./archive-files.ts";
import { billOfMaterials, nodePart, npmPart, thirdPartyNotices } from "./bill-of-materials.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";
import { packEmulator } from "./emulator-package.ts";
import { fetchNode } from "./fetch-node.ts";
import { writeInstallers } from "./installers.ts";
import { makeExecutable } from "./make-executable.ts";
import { hostPlatform, type Platform } from "./platforms.ts";
import { commandLine, programs, type ReleasedProgram, terraformProvider } from "./programs.ts";
import { packRegistryDocs } from "./registry-docs.ts";
import { writeRegistryFiles } from "./registry-files.ts";
import { byName, checksumLines, type ReleaseFile, sha256, writeReleaseFile } from "./release-file.ts";

export interface ReleaseOptions {
  readonly platforms: readonly Platform[];
  readonly folder: string;
  /** Holds the programs as `npm run build` makes them. */
  readonly build: string;
  /** Files that are in the folder already, for the list of checksums. */
  readonly made?: readonly ReleaseFile[];
}

const notices = "THIRD-PARTY-NOTICES.txt";
const repository = fileURLToPath(new URL("../../", import.meta.url));
const manifestShape = z.object({ version: z.string(), license: z.string() });

/** What of a program is the same for all platforms. */
interface Materials {
  readonly program: ReleasedProgram;
  readonly packages: readonly BundledPackage[];
  readonly text: string;
  /** What stands beside the executable, by file name. */
  readonly files: ReadonlyMap<string, string>;
}

interface Built {
  readonly program: ReleasedProgram;
  readonly platform: Platform;
  readonly archive: ReleaseFile;
}

/** Returns the files of the release in the order of their names; what was in the folder under other names stays. */
export async function makeRelease(options: ReleaseOptions, report: Report): Promise<readonly ReleaseFile[]> {
  const { platforms, folder, build, made = [] } = options;
  const { version, license } = manifestShape.parse(
    JSON.parse(await readFile(path.join(repository, "package.json"), "utf8")),
  );
  await mkdir(folder, { recursive: true });
  const workFolder = await mkdtemp(path.join(os.tmpdir(), "uko-release-"));
  try {
    const host = path.join(workFolder, "host");
    const hostNode = await fetchNode(hostPlatform(), host, report);
    const materials = await Promise.all(programs.map((program) => prepare(program, version, build, host)));
    const built: Built[] = [];
    for (const platform of platforms) {
      const place = path.join(workFolder, platform.name);
      const nodes = { node: await fetchNode(platform, path.join(place, "node"), report), hostNode };
      built.push(...(await buildAll(materials, version, platform, nodes, { place, folder }, report)));
      await rm(place, { recursive: true });
    }
    const files: ReleaseFile[] = [...made, ...built.map(({ archive }) => archive)];
    for (const each of materials) files.push(await writeBill(each, { version, license }, options));
    files.push(...(await packEmulator(folder)));
    const commands = built.filter(({ program }) => program === commandLine);
    files.push(...(await writeInstallers(folder, version, commands)));
    const pages = path.join(repository, "provider/docs/registry");
    files.push(await packRegistryDocs(folder, version, pages, path.join(workFolder, "registry-docs")));
    const zips = built.filter(({ program }) => program === terraformProvider).map(({ archive }) => archive);
    const manifest = path.join(repository, "terraform-registry-manifest.json");
    files.push(...(await writeRegistryFiles(folder, terraformProvider.stem(version), zips, manifest)));
    await writeFile(path.join(folder, "checksums.txt"), checksumLines(files));
    return byName(files);
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

/** `folder` has the license of Node. */
async function prepare(program: ReleasedProgram, version: string, build: string, folder: string): Promise<Materials> {
  const packages = await bundledPackages(path.join(build, `${program.folder}.metafile.json`), repository);
  const legal = thirdPartyNotices(packages, await readFile(path.join(folder, "LICENSE"), "utf8"));
  return {
    program,
    packages,
    text: await readFile(path.join(build, program.folder, program.name), "utf8"),
    files: new Map([...(await archiveFiles(program, version, build)), [notices, legal]]),
  };
}

interface Nodes {
  readonly node: string;
  readonly hostNode: string;
}

/** Builds each program for one platform, from one copy of its Node. */
function buildAll(
  materials: readonly Materials[],
  version: string,
  platform: Platform,
  nodes: Nodes,
  { place, folder }: { readonly place: string; readonly folder: string },
  report: Report,
): Promise<readonly Built[]> {
  return Promise.all(
    materials.map(async (each) => {
      const content = path.join(place, each.program.folder);
      const archive = await buildOne(each, version, platform, nodes, { content, folder });
      report(`${archive.name}: ${Math.round((await stat(path.join(folder, archive.name))).size / 1_000_000)} MB`);
      return { program: each.program, platform, archive };
    }),
  );
}

async function buildOne(
  { program, text, files }: Materials,
  version: string,
  platform: Platform,
  nodes: Nodes,
  { content, folder }: { readonly content: string; readonly folder: string },
): Promise<ReleaseFile> {
  const executable = program.executable(version, platform);
  await makeExecutable(platform, nodes, text, path.join(content, executable));
  for (const [name, its] of files) await writeFile(path.join(content, name), its);
  const name = program.archive(version, platform);
  const archive = path.join(folder, name);
  await program.pack(content, [...files.keys(), executable], archive);
  return { name, sha256: await sha256(archive) };
}

function writeBill(
  { program, packages }: Materials,
  { version, license }: z.infer<typeof manifestShape>,
  { platforms, folder }: ReleaseOptions,
): Promise<ReleaseFile> {
  const product = { name: program.name, version, license, url: `pkg:github/pulumi-uko/pulumi-uko@v${version}` };
  const bill = billOfMaterials(product, [...packages.map(npmPart), ...platforms.map(nodePart)]);
  return writeReleaseFile(folder, `${program.stem(version)}.cdx.json`, bill);
}

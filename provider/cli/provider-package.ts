/**
 * Finds and checks the provider that `uko install` copies: the one in this package, or a zip of a release. A zip is
 * refused if it differs from its checksum, is incomplete or for another platform, or leads out of its folder.
 */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import path from "node:path";
import { jsonLine } from "../compose/text.ts";
import { UkoError } from "../errors.ts";
import { usageError } from "./arguments.ts";
import type { Machine } from "./cli-world.ts";

export const executable = "terraform-provider-uko";
const zipForm = /^terraform-provider-uko_(?<version>\d+\.\d+\.\d+(?:-[\w.-]+)?)_(?<platform>[a-z]+_[a-z0-9]+)\.zip$/;

/** The package to install: a folder with a script and its files, or a zip of a release. */
export type ProviderPackage = { readonly place: string; readonly version: string; readonly platform: string } & (
  | { readonly kind: "folder" }
  | {
      readonly kind: "zip";
      /** The digest of the content that was checked, so that no other content is installed. */
      readonly sha256: string;
      /** The file of checksums next to it that lists this checksum; absent if there is none. */
      readonly agreesWith?: string;
    }
);

export async function ownPackage(machine: Machine): Promise<ProviderPackage> {
  if (machine.system === "win32") {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The provider of this package is a script, and Windows cannot start scripts as providers",
      detail: "Use the zip of a release, which contains an executable: --from FILE.",
    });
  }
  const place = machine.providerFolder;
  try {
    await access(path.join(place, executable), constants.R_OK);
    const manifest = JSON.parse(await readFile(path.join(place, "package.json"), "utf8")) as { version: string };
    return { kind: "folder", place, version: manifest.version, platform: platformOf(machine) };
  } catch (cause) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The provider is not in ${place}`,
      detail: "In a checkout, create it with npm run build. Otherwise use the zip of a release: --from FILE.",
      cause,
    });
  }
}

/** Checks a zip of a release, which its name identifies. A truncated zip, or one with another checksum, is refused. */
export async function releasedPackage(file: string, machine: Machine): Promise<ProviderPackage> {
  const name = path.basename(file);
  const { version, platform } = zipForm.exec(name)?.groups ?? {};
  if (version === undefined || platform === undefined) {
    throw usageError(
      `${name} is not the name of a release of the provider`,
      `The name for this machine is terraform-provider-uko_VERSION_${platformOf(machine)}.zip.`,
    );
  }
  if (platform !== platformOf(machine)) {
    throw refused(`${name} is for ${platform}, but this machine is ${platformOf(machine)}`);
  }
  const zip = await readIfThere(file);
  if (zip === undefined) throw refused(`The file ${file} does not exist`);
  const sha256 = createHash("sha256").update(zip).digest("hex");
  const agreesWith = await findChecksum(file, version, sha256);
  const entries = entriesInZip(zip);
  if (entries === undefined) throw refused(`${name} is not a complete zip file`, "Download it again.");
  const wanted = `${executable}_v${version}${machine.system === "win32" ? ".exe" : ""}`;
  const odd = entries.find((entry) => !isInside(entry));
  if (odd?.isSymbolicLink === true)
    throw refused(`${name} contains a symbolic link, which no release contains`, "Do not use it.");
  if (odd !== undefined) {
    throw refused(
      `${name} contains an entry whose name could lead outside the target folder: ${jsonLine([odd.name])}`,
      "Do not use it.",
    );
  }
  if (!entries.some((entry) => entry.name === wanted))
    throw refused(`${name} does not contain ${wanted}, which every release contains`);
  return { kind: "zip", place: file, version, platform, sha256, ...(agreesWith !== undefined && { agreesWith }) };
}

/** Returns the file of checksums next to a zip, as releases and registries have it; undefined if there is none. */
async function findChecksum(zip: string, version: string, sha256: string): Promise<string | undefined> {
  const sums = path.join(path.dirname(zip), `terraform-provider-uko_${version}_SHA256SUMS`);
  const lines = (await readIfThere(sums))?.toString("utf8").split(/\r?\n/);
  if (lines === undefined) return undefined;
  if (lines.includes(`${sha256}  ${path.basename(zip)}`)) return sums;
  throw refused(
    `${path.basename(zip)} does not have the checksum in ${path.basename(sums)}`,
    `Its SHA-256 is ${sha256}. Download both files of the same release again.`,
  );
}

/** Reads a file; undefined if it does not exist. A file that exists but cannot be read is an error. */
async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if ((error as { code?: unknown }).code === "ENOENT") return undefined;
    throw refused(`${file} could not be read`, error instanceof Error ? `${error.message}.` : String(error));
  }
}

const refused = (summary: string, ...detail: readonly string[]): UkoError =>
  new UkoError("UKO_INPUT_INVALID", { summary, detail: [...detail, "Nothing was installed."].join(" ") });

/** The platform in Go's names, which the engines use. */
export function platformOf({ system, processor }: Machine): string {
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const processors: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${systems[system] ?? system}_${processors[processor] ?? processor}`;
}

/** The marks in a zip (PKWARE's APPNOTE.TXT: 4.3.7, 4.3.12 and 4.3.16). */
const fileMark = Buffer.from("PK\u0003\u0004");
const entryMark = Buffer.from("PK\u0001\u0002");
const endMark = Buffer.from("PK\u0005\u0006");
const entryBytes = 46;
const endBytes = 22;

export interface ZipEntry {
  readonly name: string;
  readonly isSymbolicLink: boolean;
}

/** The bits of the Unix mode that state the type of an entry, in the upper half of the external attributes. */
const typeBits = 0o170000;
const linkBits = 0o120000;
/**
 * The accepted form of a path: characters that every system accepts, with slashes between folders. `..`, drives and
 * backslashes could lead out of the folder.
 */
const plainName = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[\w.+()@, -]+\/)*[\w.+()@, -]+\/?$/;

export function isInside({ name, isSymbolicLink }: ZipEntry): boolean {
  return !isSymbolicLink && plainName.test(name);
}

/** Returns the entries of a zip; undefined if the file is not a zip, or is truncated. */
export function entriesInZip(zip: Buffer): readonly ZipEntry[] | undefined {
  const end = zip.lastIndexOf(endMark);
  if (!zip.subarray(0, 4).equals(fileMark) || end < 0 || end + endBytes > zip.length) return undefined;
  const [count, directoryBytes, start] = [
    zip.readUInt16LE(end + 10),
    zip.readUInt32LE(end + 12),
    zip.readUInt32LE(end + 16),
  ];
  const commentBytes = zip.readUInt16LE(end + 20);
  if (start + directoryBytes !== end || end + endBytes + commentBytes !== zip.length) return undefined;
  const entries: ZipEntry[] = [];
  let at = start;
  for (let n = 0; n < count; n += 1) {
    if (at + entryBytes > end || !zip.subarray(at, at + 4).equals(entryMark)) return undefined;
    const nameBytes = zip.readUInt16LE(at + 28);
    const name = zip.toString("utf8", at + entryBytes, at + entryBytes + nameBytes);
    const isSymbolicLink = ((zip.readUInt32LE(at + 38) >>> 16) & typeBits) === linkBits;
    entries.push({ name, isSymbolicLink });
    at += entryBytes + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return entries;
}

/** A file of a release, known by its checksum. */

import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

export interface ReleaseFile {
  readonly name: string;
  readonly sha256: string;
}

/** In the form of `sha256sum`, by name. */
export function checksumLines(files: readonly ReleaseFile[]): string {
  return byName(files)
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    .join("");
}

export function byName(files: readonly ReleaseFile[]): readonly ReleaseFile[] {
  return files.toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

export async function writeReleaseFile(folder: string, name: string, text: string): Promise<ReleaseFile> {
  const file = path.join(folder, name);
  await writeFile(file, text);
  return { name, sha256: await sha256(file) };
}

export async function sha256(file: string): Promise<string> {
  return createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
}

/** Packs the files of a release so that the same files give the same bytes, on any machine and any day. */

import { createWriteStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { create } from "tar";
import { ZipFile } from "yazl";

export type Pack = (folder: string, names: readonly string[], archive: string) => Promise<void>;

/** npm's own: a time that says nothing, and that no tool takes for missing. */
const packedAt = new Date("1985-10-26T08:15:00Z");
/** The same on whatever clock is on the wall, for a zip keeps that one. */
const packedAtByWall = () => new Date(1985, 9, 26, 8, 15);

/** Packs the named files of `folder` into a `.tar.gz` without their times, owners and the machine's umask. */
export const packTar: Pack = async (folder, names, archive) => {
  // `portable` leaves out owners and makes modes alike; it also keeps the system's name out of gzip's header.
  await create({ cwd: folder, file: archive, gzip: true, portable: true, mtime: packedAt }, [...names].sort());
};

/** Packs the named files of `folder` into a `.zip`, likewise. */
export const packZip: Pack = async (folder, names, archive) => {
  const zip = new ZipFile();
  for (const name of [...names].sort()) {
    const file = path.join(folder, name);
    const mode = ((await stat(file)).mode & 0o100) === 0 ? 0o100644 : 0o100755;
    zip.addBuffer(await readFile(file), name, { mtime: packedAtByWall(), forceDosTimestamp: true, mode });
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
};

/** Packs the files of a release so that the same files give the same bytes, on any machine and any day. */

import { create } from "tar";

/** npm's own: a time that says nothing, and that no tool takes for missing. */
const packedAt = new Date("1985-10-26T08:15:00Z");

/** Packs the named files of `folder` into `archive` without their times, owners and the machine's umask. */
export async function packArchive(folder: string, names: readonly string[], archive: string): Promise<void> {
  // `portable` leaves out owners and makes modes alike; it also keeps the system's name out of gzip's header.
  await create({ cwd: folder, file: archive, gzip: true, portable: true, mtime: packedAt }, [...names].sort());
}

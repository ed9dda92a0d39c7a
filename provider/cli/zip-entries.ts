/** The table of contents of a zip, which stands at its end: who has that has all of the file. */

/** From PKWARE's APPNOTE.TXT: 4.3.7, 4.3.12 and 4.3.16. */
const fileMark = Buffer.from("PK\u0003\u0004");
const entryMark = Buffer.from("PK\u0001\u0002");
const endMark = Buffer.from("PK\u0005\u0006");
const entryBytes = 46;
const endBytes = 22;

export interface ZipEntry {
  readonly name: string;
  readonly isSymbolicLink: boolean;
}

/** Upper half of the external attributes: a Unix mode, of which these bits say what the entry is. */
const typeBits = 0o170000;
const linkBits = 0o120000;
/** Letters that every system takes for a name, with folders between slashes. Not `..`, no drive, no backslash. */
const plainName = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[\w.+()@, -]+\/)*[\w.+()@, -]+\/?$/;

/** Returns whether an entry can only be unpacked into the folder that the zip is unpacked to. */
export function isInside({ name, isSymbolicLink }: ZipEntry): boolean {
  return !isSymbolicLink && plainName.test(name);
}

/** Returns what is in a zip; undefined if the file is not a zip, or is cut off. */
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

/**
 * The table of contents of a zip. It is at the end of the file, so a zip that has it is complete.
 */

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

/**
 * Upper half of the external attributes: a Unix mode, whose bits here state the type of the entry.
 */
const typeBits = 0o170000;
const linkBits = 0o120000;
/**
 * Characters that every system accepts in a name, with folders between slashes. No `..`, no drive,
 * no backslash.
 */
const plainName = /^(?!(?:.*\/)?\.{1,2}(?:\/|$))(?:[\w.+()@, -]+\/)*[\w.+()@, -]+\/?$/;

/** Returns whether unpacking the entry can only write into the target folder. */
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

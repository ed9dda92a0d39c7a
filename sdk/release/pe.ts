/** Reads what a release has to know of a 64-bit PE executable (Windows): its processor, resources, and a signature to take off. */

const magic = 0x5a4d;
const rawData = 10;
const subfolderBit = 0x80000000;

const archByMachine: Readonly<Record<number, string>> = { 34404: "amd64", 43620: "arm64" };

export const isPe = (file: Buffer): boolean => file.readUInt16LE(0) === magic;
export const peArch = (file: Buffer): string | undefined => archByMachine[file.readUInt16LE(headerOffset(file) + 4)];

/** Whether somebody's certificate vouches for the file. */
export const isPeSigned = (file: Buffer): boolean => file.readUInt32LE(directoryOffset(file, 4) + 4) > 0;

/**
 * Takes the certificate off. Node's own vouches for Node alone: with a program inside it would be wrong, and a wrong signature is
 * worse than none to those who check.
 */
export function withoutPeSignature(file: Buffer): Buffer {
  if (!isPeSigned(file)) return file;
  const entry = directoryOffset(file, 4);
  const start = file.readUInt32LE(entry);
  if (start + file.readUInt32LE(entry + 4) !== file.byteLength) {
    throw new Error("The executable's certificate does not stand at its end, so it was not taken off");
  }
  const unsigned = Buffer.from(file.subarray(0, start));
  unsigned.fill(0, entry, entry + 8);
  return unsigned;
}

/** Returns the raw resource of this name, or undefined when there is none. */
export function peResource(file: Buffer, name: string): Buffer | undefined {
  const table = file.readUInt32LE(directoryOffset(file, 2));
  if (table === 0) return undefined;
  const tree = file.subarray(fileOffset(file, table));
  const kind = folderEntries(tree, 0).find(({ key }) => key === rawData);
  const named = kind && folderEntries(tree, kind.offset).find(({ key }) => key === name);
  const language = named && folderEntries(tree, named.offset)[0];
  if (!language) return undefined;
  const start = fileOffset(file, tree.readUInt32LE(language.offset));
  return file.subarray(start, start + tree.readUInt32LE(language.offset + 4));
}

interface FolderEntry {
  readonly key: string | number;
  readonly offset: number;
}

function folderEntries(tree: Buffer, at: number): readonly FolderEntry[] {
  const count = tree.readUInt16LE(at + 12) + tree.readUInt16LE(at + 14);
  return Array.from({ length: count }, (_, index) => {
    const entry = at + 16 + 8 * index;
    const key = tree.readUInt32LE(entry);
    // The upper bit says that a name stands elsewhere, or that what follows is a folder.
    return {
      key: key >= subfolderBit ? nameAt(tree, key - subfolderBit) : key,
      offset: tree.readUInt32LE(entry + 4) & ~subfolderBit,
    };
  });
}

function nameAt(tree: Buffer, at: number): string {
  return tree.toString("utf16le", at + 2, at + 2 + 2 * tree.readUInt16LE(at));
}

/** Where an address of the running program stands in the file. */
function fileOffset(file: Buffer, address: number): number {
  const header = headerOffset(file);
  const sections = header + 24 + file.readUInt16LE(header + 20);
  for (let index = 0; index < file.readUInt16LE(header + 6); index += 1) {
    const at = sections + 40 * index;
    const start = file.readUInt32LE(at + 12);
    if (address >= start && address < start + file.readUInt32LE(at + 16)) {
      return address - start + file.readUInt32LE(at + 20);
    }
  }
  throw new Error(`Address ${address} is in no section of the executable`);
}

const headerOffset = (file: Buffer): number => file.readUInt32LE(0x3c);
/** Data directories of the 64-bit form: 2 is the resources, 4 the certificate. */
const directoryOffset = (file: Buffer, index: number): number => headerOffset(file) + 24 + 112 + 8 * index;

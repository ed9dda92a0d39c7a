/** Reads what a release has to know of a 64-bit ELF executable (Linux): its processor and the notes in it. */

const magic = 0x464c457f;
const noteSegment = 4;

const archByMachine: Readonly<Record<number, string>> = { 62: "amd64", 183: "arm64" };

export const isElf = (file: Buffer): boolean => file.readUInt32LE(0) === magic;
export const elfArch = (file: Buffer): string | undefined => archByMachine[file.readUInt16LE(18)];

/** Returns the content of the note of this name, as the running program finds it: by the segments that are loaded. */
export function elfNote(file: Buffer, name: string): Buffer | undefined {
  const headers = Number(file.readBigUInt64LE(32));
  const headerSize = file.readUInt16LE(54);
  for (let index = 0; index < file.readUInt16LE(56); index += 1) {
    const at = headers + index * headerSize;
    if (file.readUInt32LE(at) !== noteSegment) continue;
    const start = Number(file.readBigUInt64LE(at + 8));
    const found = findNote(file.subarray(start, start + Number(file.readBigUInt64LE(at + 32))), name);
    if (found) return found;
  }
  return undefined;
}

function findNote(notes: Buffer, name: string): Buffer | undefined {
  for (let at = 0; at + 12 <= notes.byteLength; ) {
    const nameSize = notes.readUInt32LE(at);
    const contentSize = notes.readUInt32LE(at + 4);
    const content = at + 12 + alignUp(nameSize);
    if (notes.toString("latin1", at + 12, at + 12 + nameSize).replace(/\0+$/, "") === name) {
      return notes.subarray(content, content + contentSize);
    }
    at = content + alignUp(contentSize);
  }
  return undefined;
}

const alignUp = (size: number): number => Math.ceil(size / 4) * 4;

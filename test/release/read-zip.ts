/** Reads a zip by its table of contents, as an engine does that unpacks a provider. */

import { crc32, inflateRawSync } from "node:zlib";

export interface ZipEntry {
  readonly name: string;
  /** As Unix keeps it, with the kind of file. */
  readonly mode: number;
  readonly content: Buffer;
}

const endSignature = Buffer.from("PK\x05\x06", "latin1");
const unix = 3;
const deflated = 8;

export function readZip(file: Buffer): readonly ZipEntry[] {
  const end = file.lastIndexOf(endSignature);
  let at = file.readUInt32LE(end + 16);
  return Array.from({ length: file.readUInt16LE(end + 10) }, () => {
    const [nameSize, extraSize, commentSize] = [28, 30, 32].map((field) => file.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = file.toString("utf8", at + 46, at + 46 + nameSize);
    if (file[at + 5] !== unix || file.readUInt16LE(at + 10) !== deflated) throw new Error(`${name} is kept otherwise`);
    const local = file.readUInt32LE(at + 42);
    const start = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28);
    const content = inflateRawSync(file.subarray(start, start + file.readUInt32LE(at + 20)));
    if (crc32(content) !== file.readUInt32LE(at + 16)) throw new Error(`${name} is damaged`);
    const entry = { name, mode: file.readUInt32LE(at + 38) >>> 16, content };
    at += 46 + nameSize + extraSize + commentSize;
    return entry;
  });
}

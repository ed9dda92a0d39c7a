/**
 * Signs a Mach-O executable ad hoc, without which macOS on arm64 refuses to start it: hashes of its pages, no certificate.
 * The layout is the one that Apple's linker and Go's write (Go: cmd/internal/codesign; structures: xnu, osfmk/kern/cs_blobs.h).
 */

import { createHash } from "node:crypto";
import { codeSignatureCommand, findLinkEdit, type LoadCommand, loadCommands, textSegmentSize } from "./mach-o.ts";

const pageSize = 4096;
const pageSizeBits = 12;
const segmentAlignment = 0x4000;
const hashSize = 32;
const hashTypeSha256 = 2;
const superBlobMagic = 0xfade0cc0;
const codeDirectoryMagic = 0xfade0c02;
/** The version whose header ends with the three fields of the executable segment. */
const codeDirectoryVersion = 0x20400;
const codeDirectoryHeaderSize = 88;
/** The super blob's header and its one index entry. */
const superBlobHeaderSize = 20;
/** Ad hoc, and made by a linker: the latter lets Apple's codesign replace it without being forced. */
const adHocLinkerSigned = 0x20002;
const mainBinary = 1n;

/** Returns the executable with a signature behind it; `identifier` names it and has no other meaning in an ad-hoc signature. */
export function signAdHoc(unsigned: Uint8Array, identifier: string): Buffer {
  const commands = loadCommands(unsigned);
  if (commands.some(({ kind }) => kind === codeSignatureCommand)) throw new Error("The executable is signed already");
  const codeSize = alignUp(unsigned.byteLength, 16);
  const signatureSize = superBlobHeaderSize + codeDirectorySize(codeSize, identifier);
  const signed = Buffer.alloc(codeSize + signatureSize);
  signed.set(unsigned);
  // The hashes cover the header, so the header says where the signature is before they are taken.
  addSignatureCommand(signed, commands, codeSize, signatureSize);
  signed.set(makeSignature(signed.subarray(0, codeSize), identifier, textSegmentSize(commands, signed)), codeSize);
  return signed;
}

function addSignatureCommand(file: Buffer, commands: readonly LoadCommand[], offset: number, size: number): void {
  const end = commands.at(-1);
  if (!end) throw new Error("The executable has no load commands");
  const at = end.offset + end.size;
  if (file.subarray(at, at + 16).some((byte) => byte !== 0)) {
    throw new Error("The executable's header has no room for a signature");
  }
  for (const [index, value] of [codeSignatureCommand, 16, offset, size].entries())
    file.writeUInt32LE(value, at + 4 * index);
  file.writeUInt32LE(file.readUInt32LE(16) + 1, 16);
  file.writeUInt32LE(file.readUInt32LE(20) + 16, 20);

  // The last segment has to reach over the signature.
  const linkEdit = findLinkEdit(commands, file);
  const length = BigInt(offset + size) - linkEdit.fileOffset;
  file.writeBigUInt64LE(BigInt(alignUp(Number(length), segmentAlignment)), linkEdit.commandOffset + 32);
  file.writeBigUInt64LE(length, linkEdit.commandOffset + 48);
}

function makeSignature(code: Uint8Array, identifier: string, textSize: bigint): Buffer {
  const directorySize = codeDirectorySize(code.byteLength, identifier);
  const signature = Buffer.alloc(superBlobHeaderSize + directorySize);
  const write = (values: readonly number[], at: number): void => {
    for (const [index, value] of values.entries()) signature.writeUInt32BE(value, at + 4 * index);
  };
  const hashes = codeDirectoryHeaderSize + identifier.length + 1;
  // One blob, of type 0 (a code directory), right behind the index.
  write([superBlobMagic, signature.byteLength, 1, 0, superBlobHeaderSize], 0);
  const directory = signature.subarray(superBlobHeaderSize);
  write([codeDirectoryMagic, directorySize, codeDirectoryVersion, adHocLinkerSigned], superBlobHeaderSize);
  const pages = pageCount(code.byteLength);
  write([hashes, codeDirectoryHeaderSize, 0, pages, code.byteLength], superBlobHeaderSize + 16);
  directory.set([hashSize, hashTypeSha256, 0, pageSizeBits], 36);
  directory.writeBigUInt64BE(0n, 64);
  directory.writeBigUInt64BE(textSize, 72);
  directory.writeBigUInt64BE(mainBinary, 80);
  directory.write(`${identifier}\0`, codeDirectoryHeaderSize, "latin1");
  for (let page = 0; page < pages; page += 1) {
    const bytes = code.subarray(page * pageSize, (page + 1) * pageSize);
    directory.set(createHash("sha256").update(bytes).digest(), hashes + page * hashSize);
  }
  return signature;
}

function codeDirectorySize(codeSize: number, identifier: string): number {
  return codeDirectoryHeaderSize + identifier.length + 1 + pageCount(codeSize) * hashSize;
}

const pageCount = (size: number): number => Math.ceil(size / pageSize);
const alignUp = (size: number, to: number): number => Math.ceil(size / to) * to;

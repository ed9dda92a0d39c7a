import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { codeSignatureCommand, findLinkEdit, loadCommands } from "../../sdk/release/mach-o.ts";
import { signAdHoc } from "../../sdk/release/sign-mach-o.ts";

const segmentSize = 72;

/** The least that is a Mach-O executable for arm64: two segments, and pages of content that are not all alike. */
function anExecutable({ size = 10_000, room = 16 } = {}): Buffer {
  const file = Buffer.alloc(size, 0xab);
  const header = [0xfeedfacf, 0x0100000c, 0, 2, 2, 2 * segmentSize, 0, 0];
  for (const [index, value] of header.entries()) file.writeUInt32LE(value, 4 * index);
  const segment = (index: number, name: string, fileOffset: number, fileSize: number): void => {
    const at = 32 + index * segmentSize;
    file.fill(0, at, at + segmentSize);
    file.writeUInt32LE(0x19, at);
    file.writeUInt32LE(segmentSize, at + 4);
    file.write(name, at + 8, "latin1");
    file.writeBigUInt64LE(BigInt(fileOffset), at + 40);
    file.writeBigUInt64LE(BigInt(fileSize), at + 48);
  };
  segment(0, "__TEXT", 0, 8192);
  segment(1, "__LINKEDIT", 8192, size - 8192);
  file.fill(0, 32 + 2 * segmentSize, 32 + 2 * segmentSize + room);
  file.writeUInt32LE(7, 9000);
  return file;
}

function signatureOf(signed: Buffer): Buffer {
  const command = loadCommands(signed).find(({ kind }) => kind === codeSignatureCommand);
  if (!command) throw new Error("there is no signature");
  const start = signed.readUInt32LE(command.offset + 8);
  return signed.subarray(start, start + signed.readUInt32LE(command.offset + 12));
}

test("writes the signature that Go's linker writes", () => {
  // The digest is of what Go 1.26's cmd/internal/codesign makes of the same file, name and segment.
  const signature = signatureOf(signAdHoc(anExecutable(), "pulumi-resource-uko"));
  expect(createHash("sha256").update(signature).digest("hex")).toBe(
    "40e3d53792313983f32c2118129f11fafa5bef470b9f6b8dda795ab99aed0751",
  );
});

test("vouches for every page, also for the header that names the signature", () => {
  const signed = signAdHoc(anExecutable(), "uko");
  const signature = signatureOf(signed);
  const directory = signature.subarray(signature.readUInt32BE(16));
  const [hashes, pages, covered] = [16, 28, 32].map((at) => directory.readUInt32BE(at)) as [number, number, number];
  expect(pages).toBe(Math.ceil(covered / 4096));
  for (let page = 0; page < pages; page += 1) {
    const bytes = signed.subarray(page * 4096, Math.min((page + 1) * 4096, covered));
    const hash = directory.subarray(hashes + 32 * page, hashes + 32 * (page + 1));
    expect(hash.equals(createHash("sha256").update(bytes).digest()), `page ${page}`).toBe(true);
  }
  expect(covered + signature.byteLength).toBe(signed.byteLength);
});

test("lets the last segment reach over the signature, in whole pages of memory", () => {
  const signed = signAdHoc(anExecutable(), "uko");
  const { commandOffset, fileOffset } = findLinkEdit(loadCommands(signed), signed);
  expect(fileOffset + signed.readBigUInt64LE(commandOffset + 48)).toBe(BigInt(signed.byteLength));
  expect(signed.readBigUInt64LE(commandOffset + 32)).toBe(0x4000n);
});

test("refuses a file that is signed, and one whose header has no room", () => {
  expect(() => signAdHoc(signAdHoc(anExecutable(), "uko"), "uko")).toThrow("signed already");
  expect(() => signAdHoc(anExecutable({ room: 8 }), "uko")).toThrow("no room for a signature");
});

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { mustCarry } from "../../sdk/release/make-executable.ts";
import { isPeSigned, withoutPeSignature } from "../../sdk/release/pe.ts";
import { hostPlatform, platforms } from "../../sdk/release/platforms.ts";
import { readExecutable } from "../../sdk/release/read-executable.ts";

/** The least that is a Windows executable: headers that point to a certificate at its end. */
function aWindowsExecutable({ certificateAt = 512, certificateSize = 64, behind = 0 } = {}): Buffer {
  const file = Buffer.alloc(certificateAt + certificateSize + behind, 0xcd);
  file.writeUInt16LE(0x5a4d, 0);
  file.writeUInt32LE(128, 0x3c);
  file.fill(0, 128, 512);
  file.write("PE\0\0", 128, "latin1");
  file.writeUInt16LE(0xaa64, 132);
  const certificate = 128 + 24 + 112 + 8 * 4;
  file.writeUInt32LE(certificateAt, certificate);
  file.writeUInt32LE(certificateSize, certificate + 4);
  return file;
}

test("sees that Node itself has no program inside, and for which platform it is", async () => {
  const format = { linux: "elf", darwin: "mach-o", win32: "pe" }[process.platform as "linux"];
  const arch = { x64: "amd64", arm64: "arm64" }[process.arch as "x64"];
  expect(readExecutable(await readFile(process.execPath))).toMatchObject({
    format,
    arch,
    fuseIsSet: false,
    blob: undefined,
  });
});

test("a release ships no executable without the program, and none under another platform's name", async () => {
  const node = await readFile(process.execPath);
  expect(() => mustCarry(node, "program", hostPlatform())).toThrow(
    /Node would not look for the program in it; the program is not in it as it was put there/,
  );
  for (const platform of platforms.filter(({ name }) => name !== hostPlatform().name)) {
    expect(() => mustCarry(node, "program", platform)).toThrow(`${platform.name} is wrong: it is for `);
  }
});

test("takes a script for no executable of any platform", () => {
  expect(readExecutable(Buffer.from("#!/usr/bin/env node\n"))).toMatchObject({ format: undefined, blob: undefined });
});

test("takes the certificate off a Windows executable and leaves the rest as it was", () => {
  const signed = aWindowsExecutable();
  const unsigned = withoutPeSignature(signed);
  expect([isPeSigned(signed), isPeSigned(unsigned)]).toEqual([true, false]);
  expect(unsigned.byteLength).toBe(512);
  expect(readExecutable(unsigned)).toMatchObject({ format: "pe", arch: "arm64", isSigned: false });
  const changed = [...unsigned.keys()].filter((at) => unsigned[at] !== signed[at]);
  expect(changed.every((at) => at >= 296 && at < 304)).toBe(true);
  expect(withoutPeSignature(unsigned)).toBe(unsigned);
});

test("refuses to cut off what does not stand at the end", () => {
  expect(() => withoutPeSignature(aWindowsExecutable({ behind: 8 }))).toThrow("does not stand at its end");
});

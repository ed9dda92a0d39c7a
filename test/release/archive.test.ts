import { chmod, readFile, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { list } from "tar";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Pack, packTar, packZip } from "../../sdk/release/archive.ts";
import { useFolder } from "../support/use-folder.ts";
import { readZip } from "./read-zip.ts";

const folder = useFolder();
afterEach(() => void vi.unstubAllEnvs());

const archive = () => path.join(folder, "archive");

async function packed(pack: Pack, names: readonly string[], touchedAt: Date, mode: number): Promise<Buffer> {
  for (const [name, itsMode] of [
    ["plugin", mode],
    ["LICENSE", mode & 0o666],
  ] as const) {
    const file = path.join(folder, name);
    await writeFile(file, `content of ${name}`);
    await chmod(file, itsMode);
    await utimes(file, touchedAt, touchedAt);
  }
  await pack(folder, names, archive());
  return readFile(archive());
}

describe.each([
  ["packTar", packTar],
  ["packZip", packZip],
] as const)("%s", (_, pack) => {
  test("gives the same bytes for the same files, whenever, in whichever order, under whichever umask, in whichever zone", async () => {
    const first = await packed(pack, ["plugin", "LICENSE"], new Date("2026-01-01T00:00:00Z"), 0o755);
    vi.stubEnv("TZ", "Pacific/Auckland");
    const second = await packed(pack, ["LICENSE", "plugin"], new Date("2027-02-03T04:05:06Z"), 0o775);
    expect(new Date("2026-01-01T00:00:00Z").getHours()).toBe(13);
    expect(first.equals(second)).toBe(true);
  });

  test("gives other bytes for other files", async () => {
    const first = await packed(pack, ["plugin", "LICENSE"], new Date(), 0o755);
    expect(first.equals(await packed(pack, ["plugin"], new Date(), 0o755))).toBe(false);
  });
});

test("a .tar.gz keeps what may be started, and nothing of who packed it", async () => {
  await packed(packTar, ["plugin", "LICENSE"], new Date(), 0o755);
  const entries: unknown[] = [];
  await list({
    file: archive(),
    onReadEntry: ({ path: name, mode, uid, uname, mtime }) => entries.push({ name, mode, uid, uname, mtime }),
  });
  const mtime = new Date("1985-10-26T08:15:00Z");
  expect(entries).toMatchObject([
    { name: "LICENSE", mode: 0o644, uname: "", mtime },
    { name: "plugin", mode: 0o755, uname: "", mtime },
  ]);
});

test("a .zip keeps what may be started, for systems that have such modes", async () => {
  const zip = await packed(packZip, ["plugin", "LICENSE"], new Date(), 0o775);
  expect(readZip(zip).map(({ name, mode, content }) => [name, mode, content.toString()])).toEqual([
    ["LICENSE", 0o100644, "content of LICENSE"],
    ["plugin", 0o100755, "content of plugin"],
  ]);
});

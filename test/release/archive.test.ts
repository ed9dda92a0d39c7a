import { chmod, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { list } from "tar";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packArchive } from "../../examples/release/archive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-archive-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function packed(names: readonly string[], touchedAt: Date, mode: number): Promise<Buffer> {
  const archive = path.join(folder, "archive.tar.gz");
  for (const [name, itsMode] of [
    ["plugin", mode],
    ["LICENSE", mode & 0o666],
  ] as const) {
    const file = path.join(folder, name);
    await writeFile(file, `content of ${name}`);
    await chmod(file, itsMode);
    await utimes(file, touchedAt, touchedAt);
  }
  await packArchive(folder, names, archive);
  return readFile(archive);
}

test("gives the same bytes for the same files, whenever, in whichever order, under whichever umask", async () => {
  const first = await packed(["plugin", "LICENSE"], new Date("2026-01-01T00:00:00Z"), 0o755);
  const second = await packed(["LICENSE", "plugin"], new Date("2027-02-03T04:05:06Z"), 0o775);
  expect(first.equals(second)).toBe(true);
});

test("gives other bytes for other files", async () => {
  const first = await packed(["plugin", "LICENSE"], new Date(), 0o755);
  expect(first.equals(await packed(["plugin"], new Date(), 0o755))).toBe(false);
});

test("keeps what may be started, and nothing of who packed it", async () => {
  await packed(["plugin", "LICENSE"], new Date(), 0o755);
  const entries: unknown[] = [];
  await list({
    file: path.join(folder, "archive.tar.gz"),
    onReadEntry: ({ path: name, mode, uid, uname, mtime }) => entries.push({ name, mode, uid, uname, mtime }),
  });
  const mtime = new Date("1985-10-26T08:15:00Z");
  expect(entries).toMatchObject([
    { name: "LICENSE", mode: 0o644, uname: "", mtime },
    { name: "plugin", mode: 0o755, uname: "", mtime },
  ]);
});

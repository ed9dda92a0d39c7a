/** The folder with evidence in the user's state folder: it is this user's alone, or no step is taken. */

import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { makeFolder } from "../../provider/process/regular-file.ts";
import { createOwnFolderOf } from "../../provider/services/durable-append.ts";
import { createEvidenceFile } from "../../provider/services/evidence-file.ts";
import { repository } from "../cli/harness.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "uko-home-"));
});
afterEach(() => {
  vi.restoreAllMocks();
  chmodSync(home, 0o700);
  rmSync(home, { recursive: true });
});
const folder = () => path.join(home, ".local/state/uko");
const file = () => path.join(folder(), "evidence-i.jsonl");
const modeOf = (name: string): number => statSync(name).mode & 0o777;

it("is created with its parents, for this user alone", () => {
  createOwnFolderOf(file());
  expect(modeOf(folder())).toBe(0o700);
  expect(modeOf(path.join(home, ".local"))).toBe(0o700);
});

it("loses the permissions of other users", () => {
  makeFolder(folder());
  chmodSync(folder(), 0o777);
  createOwnFolderOf(file());
  expect(modeOf(folder())).toBe(0o700);
});

describe("is refused", () => {
  it("if it is a link, also to nowhere", () => {
    makeFolder(path.dirname(folder()));
    symlinkSync(path.join(home, "elsewhere"), folder());
    expect(() => createOwnFolderOf(file())).toThrow(/uko is a symbolic link/);
    mkdirSync(path.join(home, "elsewhere"));
    expect(() => createOwnFolderOf(file())).toThrow(/uko is a symbolic link/);
  });

  it("if it belongs to another user", () => {
    createOwnFolderOf(file());
    vi.spyOn(process, "geteuid").mockReturnValue(statSync(folder()).uid + 1);
    expect(() => createOwnFolderOf(file())).toThrow(/uko belongs to another user/);
  });

  it.runIf(process.getuid?.() === 0)("if the file in it belongs to another user", async () => {
    createOwnFolderOf(file());
    writeFileSync(file(), "");
    const { chownSync } = await import("node:fs");
    chownSync(file(), 65_534, 65_534);
    expect(() => createOwnFolderOf(file())).toThrow(/jsonl belongs to another user/);
  });

  it.each([
    ["a file", () => writeFileSync(path.join(home, ".local"), ""), /ENOTDIR|EEXIST/],
    ["a folder that takes nothing", () => symlinkSync("/proc", path.join(home, ".local")), /ENOENT|EACCES|EPERM/],
  ])("if %s is in the place of a parent", async (_, put, code) => {
    put();
    const evidence = createEvidenceFile({ path: file(), isInStateFolder: true });
    await expect(evidence.open()).rejects.toMatchObject({
      code: "UKO_EVIDENCE_UNWRITABLE",
      detail: expect.stringMatching(code),
    });
  });
});

it("a read-only HOME stops the step, and the message names the file and the variable", () => {
  chmodSync(home, 0o555);
  const program = `
    import { createEvidenceFile } from ${JSON.stringify(path.join(repository, "provider/services/evidence-file.ts"))};
    await createEvidenceFile({ path: ${JSON.stringify(file())}, isInStateFolder: true })
      .open()
      .catch((error) => console.log(error.summary + "\\n" + error.detail));
  `;
  // Root may write everywhere.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const typed = ["--input-type=module", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, typed, { ...nobody, encoding: "utf8", env: {} });
  expect([stdout.trim().split("\n"), stderr]).toEqual([
    [
      `The evidence file ${file()} could not be written`,
      "The system says EACCES. The step was not taken.",
      "Next: name a file that you can write in UKO_EVIDENCE",
    ],
    "",
  ]);
  expect(readdirSync(home)).toEqual([]);
});

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isExecutable } from "./executables.ts";
import { findChromium } from "./find-chromium.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-chromium-test-"));
});
afterEach(() => rm(home, { recursive: true }));

const bare = () => ({ HOME: home, PATH: home });

describe.runIf(process.platform === "linux" && process.arch === "x64")("Chromium of the package", () => {
  test("is unpacked once for tests that start at the same time, and runs without PATH", async () => {
    const lines: string[] = [];
    const find = () => findChromium((line) => void lines.push(line), bare());
    const [one, other] = await Promise.all([find(), find()]);
    expect(other).toEqual(one);
    expect(lines.filter((line) => line.startsWith("Unpacked"))).toHaveLength(1);
    expect(await readdir(path.join(home, ".cache", "uko", "engines"))).toEqual([
      path.basename(path.dirname(one.executablePath)),
    ]);
    const { stdout } = await promisify(execFile)(one.executablePath, ["--version"], { env: one.env });
    expect(stdout).toMatch(/^Chromium \d+/i);
  });

  test("is unpacked into a temporary folder for a user without a home folder", async () => {
    const file = path.join(home, "file");
    await writeFile(file, "");
    const { executablePath } = await findChromium(() => undefined, { HOME: file, PATH: home });
    expect(path.relative(os.tmpdir(), executablePath)).toMatch(/^uko-chromium-\w+\/chromium\/chromium$/);
    expect(isExecutable(executablePath)).toBe(true);
  });
});

import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findChromium } from "./find-chromium.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-chromium-test-"));
});
afterEach(() => rm(home, { recursive: true }));

test("prefers the Chromium on PATH to the package", async () => {
  const executablePath = path.join(home, "bin", "chromium-browser");
  await mkdir(path.dirname(executablePath));
  await writeFile(executablePath, "");
  await chmod(executablePath, 0o755);
  const env = { HOME: home, PATH: path.dirname(executablePath) };
  expect(await findChromium(() => undefined, env)).toEqual({ executablePath, env });
});

test("says how to install Chromium on a system for which the package has none", async () => {
  const found = findChromium(() => undefined, { HOME: home, PATH: home }, "darwin-arm64");
  await expect(found).rejects.toThrow(
    /this system is darwin-arm64\. Install .*`brew install chromium`.* UKO_SKIP_BROWSER=1/,
  );
});

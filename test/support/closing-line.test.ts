import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { addUp } from "./closing-line.ts";

test("the closing line counts its own run, or every run that names the same file", () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "uko-counts-"));
  onTestFinished(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });
  vi.stubEnv("UKO_TEST_COUNTS", undefined);
  const first = { passed: 7, failed: 1, skipped: 2 };
  expect(addUp(first)).toEqual(first);
  vi.stubEnv("UKO_TEST_COUNTS", path.join(folder, "counts"));
  expect(addUp(first)).toEqual(first);
  expect(addUp({ passed: 30, failed: 0, skipped: 0 })).toEqual({ passed: 37, failed: 1, skipped: 2 });
});

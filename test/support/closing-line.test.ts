import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { addUp, costOf } from "./closing-line.ts";

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

test("a run of npm test over its budget of time or of CPU time says so", () => {
  const cost = { wallSeconds: 390, cpuSeconds: 414, isQuick: true };
  expect(costOf(cost)).toBe("6.5 minutes, 6.9 CPU-minutes; the budget of npm test is 7 of each");
  expect(costOf({ ...cost, wallSeconds: 480 })).toMatch(/^8\.0 minutes, .*: OVER BUDGET$/);
  expect(costOf({ ...cost, cpuSeconds: 480 })).toMatch(/8\.0 CPU-minutes; .*: OVER BUDGET$/);
  expect(costOf({ wallSeconds: 3_000, cpuSeconds: 3_000, isQuick: false })).toBe("50.0 minutes, 50.0 CPU-minutes");
});

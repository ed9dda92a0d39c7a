/** A temporary folder for the tests of a file, empty again before each test, unless it is kept. */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeEach } from "vitest";

export function useFolder({ isKept = false } = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), "uko-test-"));
  beforeEach(() => {
    if (isKept) return;
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

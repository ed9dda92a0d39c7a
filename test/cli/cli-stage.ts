/** One world and one temporary folder for a file of tests: the world is reset and the folder emptied before each test. */

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type CliTestWorld, startCliWorld } from "./harness.ts";

export interface CliStage {
  /** Only within a test or a hook. */
  readonly world: CliTestWorld;
  readonly folder: string;
}

/** Not in harness.ts, which programs without a test runner use, too. */
export function useCliStage(options: Parameters<typeof startCliWorld>[0] = {}): CliStage {
  const folder = mkdtempSync(path.join(tmpdir(), "uko-cli-"));
  let started: CliTestWorld | undefined;
  beforeAll(async () => {
    started = await startCliWorld(options);
  });
  beforeEach(async () => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    await started?.reset();
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await started?.close();
  });
  const world = new Proxy({} as CliTestWorld, {
    get(_, name) {
      if (started === undefined) throw new Error("The world is started before the tests.");
      return Reflect.get(started, name);
    },
  });
  return { world, folder };
}

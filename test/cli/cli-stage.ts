/**
 * One world and one temporary folder for a file of tests. The world is reset and the folder emptied before each test,
 * unless they are kept.
 */

import { afterAll, beforeAll, beforeEach } from "vitest";
import { useFolder } from "../support/use-folder.ts";
import { type CliTestWorld, type CliWorldOptions, startCliWorld } from "./harness.ts";

export interface CliStage {
  /** Only within a test or a hook. */
  readonly world: CliTestWorld;
  readonly folder: string;
}

export interface CliStageOptions extends CliWorldOptions {
  /** If true, each test begins with what the test before it left. */
  readonly isKept?: boolean;
}

/** Not in harness.ts, which programs without a test runner use, too. */
export function useCliStage({ isKept = false, ...options }: CliStageOptions = {}): CliStage {
  const folder = useFolder({ isKept });
  let started: CliTestWorld | undefined;
  beforeAll(async () => {
    started = await startCliWorld(options);
  });
  beforeEach(async () => {
    if (!isKept) await started?.reset();
  });
  afterAll(() => started?.close());
  const world = new Proxy({} as CliTestWorld, {
    get(_, name) {
      if (started === undefined) throw new Error("The world is started before the tests.");
      return Reflect.get(started, name);
    },
  });
  return { world, folder };
}

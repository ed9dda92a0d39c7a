/** One stage for all tests of a file, on a network of its own. */

import { afterAll, beforeAll } from "vitest";
import { joinNetwork } from "./network.ts";
import { openStage, type Stage } from "./stage.ts";

/** Registers the hooks of the calling file. The stage is open while a test runs. */
export function useStage(): () => Stage {
  let stage: Stage;
  let leaveNetwork: () => void;
  beforeAll(async () => {
    leaveNetwork = joinNetwork();
    stage = await openStage();
  });
  afterAll(async () => {
    await stage.close();
    leaveNetwork();
  });
  return () => stage;
}

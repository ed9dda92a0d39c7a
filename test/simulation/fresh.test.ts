/**
 * A fresh seed for 90 seconds of CPU time. Its number is in the output, and the shortest story that breaks a rule is the message
 * of the failure. `npm run simulate` also asks whether each deletion ends, which a change of a message alone can break.
 */

import { expect, test } from "vitest";
import { joinNetwork } from "./network.ts";
import { simulate } from "./simulate.ts";
import { openStage } from "./stage.ts";

test("a fresh seed breaks no rule", { timeout: 1_200_000 }, async () => {
  const leaveNetwork = joinNetwork();
  const stage = await openStage();
  try {
    const seed = Date.now() % 2 ** 31;
    const { broken = "", ...tally } = await simulate(
      stage,
      { seed, steps: Infinity, cpuSeconds: 90 },
      { isLeftOpen: true },
    );
    console.log(`The simulator's fresh seed: ${seed}; ${JSON.stringify(tally)}`);
    expect(broken).toBe("");
  } finally {
    await stage.close();
    leaveNetwork();
  }
});

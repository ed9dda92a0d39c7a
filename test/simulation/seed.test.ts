/**
 * Twenty stories of one seed. The seed is written here, so that a landing never fails by chance: `npm run simulate` draws a fresh
 * one, and what it finds is kept in `stories/`. The shortest story that breaks a rule is the message of the failure.
 */

import { expect, test } from "vitest";
import { joinNetwork } from "./network.ts";
import { explain, simulate } from "./simulate.ts";
import { openStage } from "./stage.ts";

const seed = 20261202;

test("the stories of one seed break no rule", { timeout: 1_200_000 }, async () => {
  const leaveNetwork = joinNetwork();
  const stage = await openStage();
  try {
    const { broken } = await simulate(stage, { seed, steps: 3_000, cpuSeconds: Infinity }, { isLeftOpen: true });
    expect(broken === undefined ? "" : await explain(stage, broken)).toBe("");
  } finally {
    await stage.close();
    leaveNetwork();
  }
});

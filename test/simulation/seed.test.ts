/**
 * Stories for about 90 s of CPU, with a seed that the commit gives: each commit plays stories of its own, and a commit that passed
 * here passes everywhere. The output names both. Only the rules of safety are judged, because in 1 of 200 stories honest people of
 * the driver do not end a deletion. The shortest story that breaks a rule is the message of the failure; with its mend it is kept in
 * `stories/`.
 */

import { expect, test } from "vitest";
import { joinNetwork } from "./network.ts";
import { commitHere, explain, nameRun, simulate } from "./simulate.ts";
import { openStage } from "./stage.ts";

test("the stories of this commit's seed break no rule", { timeout: 1_800_000 }, async () => {
  const leaveNetwork = joinNetwork();
  const stage = await openStage();
  const seed = Number.parseInt(commitHere().slice(0, 7), 16);
  console.log(nameRun(seed));
  try {
    const limits = { seed, steps: 5_400, cpuSeconds: Infinity };
    const { broken, stories, steps } = await simulate(stage, limits, { isLeftOpen: true });
    console.log(`${steps} steps in ${stories} stories`);
    expect(broken === undefined ? "" : await explain(stage, broken)).toBe("");
  } finally {
    await stage.close();
    leaveNetwork();
  }
});

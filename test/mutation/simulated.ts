/**
 * `node test/mutation/simulated.ts SEED STEPS`: plays stories of the simulator until a rule breaks or the steps are used, and prints
 * the rule, as one line of JSON with the number of steps. A mutation run starts it in a copy with a break.
 */

import { joinNetwork } from "../simulation/network.ts";
import { simulate } from "../simulation/simulate.ts";
import { openStage } from "../simulation/stage.ts";

joinNetwork();
const [seed = 0, steps = 0] = process.argv.slice(2).map(Number);
const { broken, ...played } = await simulate(await openStage(), { seed, steps, cpuSeconds: Infinity });
console.log(JSON.stringify({ steps: played.steps, rule: broken?.finding.rule }));
// A killed run still waits for an answer that never comes.
process.exit(0);

/**
 * `npm run simulate [-- --seed N --steps N --seconds N]`: people, engines, other tools and one hostile person work on the keys of an
 * emulated instance, with faults, until the steps or the CPU time are used. A broken rule ends the run with exit code 1, the
 * seed, and the shortest story that still breaks it.
 */

import { parseArgs } from "node:util";
import { startCoverage } from "./coverage.ts";
import { joinNetwork } from "./network.ts";
import { cpuSeconds, explain, nameRun, simulate } from "./simulate.ts";
import { openStage } from "./stage.ts";

const { values } = parseArgs({
  options: { seed: { type: "string" }, steps: { type: "string" }, seconds: { type: "string" } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const header = nameRun(seed);

joinNetwork();
const stage = await openStage();
const coverage = startCoverage();
console.log(header);
const limits = { seed, steps: Number(values.steps ?? 5_000), cpuSeconds: Number(values.seconds ?? Infinity) };
const { steps, stories, keys, removed, broken } = await simulate(stage, limits, { coverage });
console.log(`\n${coverage.tables()}\n`);
const share = Math.round((removed * 100) / Math.max(1, keys));
const counts = `${steps} steps in ${stories} stories, ${removed} of ${keys} keys removed (${share} %)`;
console.log(`${header}: ${counts}, ${Math.round(cpuSeconds())} CPU seconds`);
// At least 100 times in two hours, and so many in this run.
console.log(coverage.rare(Math.max(1, Math.round((cpuSeconds() * 100) / 7200))));
if (broken !== undefined) console.log(`\n${await explain(stage, broken)}`);
await stage.close();
// A killed run still waits for an answer that never comes.
process.exit(broken === undefined ? 0 : 1);

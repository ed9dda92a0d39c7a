/**
 * `npm run bench`: what many keys cost, run by run. Each run is compared with two floors of the same
 * run of the bench: an engine with a resource that does nothing, and a client that makes the same
 * calls and does nothing else.
 */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { benchCampaign } from "./campaign.ts";
import { benchPulumi } from "./pulumi-keys.ts";
import type { BenchRow, InterfaceName } from "./table.ts";
import { benchTofu } from "./tofu-keys.ts";

const userInterfaces: readonly InterfaceName[] = ["package", "dynamic", "terraform"];
const usage = `npm run bench [-- [COUNT...] [INTERFACE...] [--json FILE] [--parallel N]]

  COUNT   numbers of keys from 1 to 5000; by default 200
  INTERFACE    package, dynamic or terraform; by default all three
  FILE    receives the table as JSON
  N       keys at once; by default as many as the engine handles by itself

npm run bench campaign [COUNT] measures the commands of a campaign, by default of 5000 keys.`;

const { values, positionals } = parseArgs({
  options: {
    json: { type: "string" },
    parallel: { type: "string" },
  },
  allowPositionals: true,
});
const isCampaign = positionals[0] === "campaign";
const words = isCampaign ? positionals.slice(1) : positionals;
const named = userInterfaces.filter((userInterface) => words.includes(userInterface));
const counts = words.filter((word) => !named.some((userInterface) => userInterface === word)).map(Number);
const wanted = counts.length === 0 ? [isCampaign ? 5000 : 200] : counts;
const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
if ([...wanted, parallel ?? 1].some((count) => !Number.isInteger(count) || count < 1 || count > 5000)) {
  console.error(usage);
  process.exit(1);
}
const size = { counts: wanted, parallel };

const scratch = await mkdtemp(path.join(os.tmpdir(), "uko-bench-"));
const rows: BenchRow[] = [];
try {
  if (isCampaign) await benchCampaign(wanted[0] ?? 5000, scratch);
  else {
    for (const userInterface of named.length === 0 ? userInterfaces : named) {
      console.log(`\n${userInterface}\n`);
      if (userInterface === "terraform") await benchTofu(size, scratch, rows);
      else await benchPulumi(userInterface, size, scratch, rows);
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ ...machine(), size, rows }, null, 2)}\n`);
}

function machine() {
  return {
    format: "uko-bench-1",
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model ?? "",
    cores: os.availableParallelism(),
    memoryMiB: Math.round(os.totalmem() / 1_048_576),
    node: process.version,
  };
}

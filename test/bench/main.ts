/** `npm run bench`: what many keys cost, run by run: calls, time, CPU time, memory and the size of the state. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { interfaceNames } from "../contracts/interfaces/interface-names.ts";
import { benchCampaign } from "./campaign.ts";
import { type BenchRow, benchKeys, head } from "./keys.ts";

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
const named = interfaceNames.filter((userInterface) => words.includes(userInterface));
const counts = words.filter((word) => !named.some((userInterface) => userInterface === word)).map(Number);
const wanted = counts.length === 0 ? [isCampaign ? 5000 : 200] : counts;
const parallel = values.parallel === undefined ? undefined : Number(values.parallel);
if ([...wanted, parallel ?? 1].some((count) => !Number.isInteger(count) || count < 1 || count > 5000)) {
  console.error(usage);
  process.exit(1);
}

const scratch = await mkdtemp(path.join(os.tmpdir(), "uko-bench-"));
const rows: BenchRow[] = [];
try {
  if (isCampaign) await benchCampaign(wanted[0] ?? 5000, scratch);
  else {
    for (const userInterface of named.length === 0 ? interfaceNames : named) {
      console.log(`\n${userInterface}\n\n${head}`);
      for (const keys of wanted) await benchKeys({ userInterface, keys, parallel }, rows);
    }
  }
} finally {
  await rm(scratch, { recursive: true, force: true });
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ ...machine(), counts: wanted, parallel, rows }, null, 2)}\n`);
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

/** What a campaign of many keys costs: calls per key and step from the emulator's audit trail, time and memory. */

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { demoInstanceId } from "../../provider/emulator/demo-seed.ts";
import { generateSeed } from "../../provider/emulator/generate.ts";
import { type CliTestWorld, type Person, startCliWorld } from "../cli/harness.ts";

const rules = `format: uko-campaign-1
name: bench
instance: ${demoInstanceId}
deadline: 2027-03-20
waves:
  - {name: all, soak: 4h}
rules:
  - {match: {}, class: destroy, wave: all, owner: platform, reason: Measured}
`;

interface Ended {
  readonly keys?: readonly { readonly outcome: string }[] | number;
  readonly review?: string;
}

export async function benchCampaign(count: number, folder: string): Promise<void> {
  const seed = {
    ...generateSeed({ keys: count, vaults: Math.min(12, count), kms: 0, blocked: 0 }),
    clock: { start: "2026-10-01T09:00:00Z", frozen: true },
  };
  const world = await startCliWorld({ seed });
  try {
    await writeFile(path.join(folder, "campaign.yaml"), rules);
    const run = runner(world, folder);
    await run("bob", "baseline");
    await run("bob", "signoff --owner platform");
    await run("bob", "status");
    await run("bob", "request all deactivate");
    await approveAll(run, "alice", "deactivate");
    await world.advance("5h");
    await run("alice", "request all destroy");
    await approveAll(run, "bob", "destroy");
    await world.advance("91d");
    await run("bob", "advance all");
    await run("bob", "status");
    const { violations } = await world.verdict();
    console.log(`${violations.length} violations; client and emulator use ${megabytes()} MB in one process`);
  } finally {
    await world.close();
  }
}

type Run = (who: Person, command: string) => Promise<Ended>;

/** The first keys of a wave go alone, so that the approval runs twice. */
async function approveAll(run: Run, who: Person, step: string): Promise<void> {
  const { review } = await run(who, `review all ${step}`);
  await run(who, `approve all ${step} --review ${review} --yes`);
  await run(who, `approve all ${step} --review ${review} --yes`);
}

function runner(world: CliTestWorld, folder: string): Run {
  return async (who, command) => {
    const before = (await world.trail()).length;
    const startedMs = performance.now();
    const ended = await world.uko(who, `campaign ${command} --folder ${folder} --json`);
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    const calls = (await world.trail()).length - before;
    const result = JSON.parse(ended.out) as Ended;
    const keys = typeof result.keys === "object" ? result.keys : [];
    const acted = keys.filter(({ outcome }) => outcome === "acted").length;
    const perKey = acted === 0 ? "" : `, ${(calls / acted).toFixed(1)} a key for ${acted} keys`;
    console.log(
      `${command.replace(/ --review .*/, "").padEnd(24)} ${calls} calls${perKey}, ${seconds} s, exit code ${ended.exitCode}`,
    );
    return result;
  };
}

const megabytes = (): number => Math.round(process.memoryUsage().rss / 1_000_000);

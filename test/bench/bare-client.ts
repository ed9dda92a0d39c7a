/**
 * A client that makes the service calls of a run and does nothing else: what the calls cost by
 * themselves, for comparison.
 */

import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LocalUko } from "../stage/local-uko.ts";
import { type BareJob, type BareKey, type BareRun, doBareJob } from "./bare-job.ts";
import type { Spent } from "./measure.ts";

/** What the calls took in this process, which has made many before, and in one that has just started. */
export interface BareSpent extends Spent {
  readonly freshCpuSeconds: number;
}

export interface BareClient {
  /** `liveReads`: how often a run asks the keystores of each key for their live status. */
  run(run: BareRun, liveReads?: number): Promise<BareSpent>;
  advance(duration: string): Promise<void>;
  close(): Promise<void>;
}

const freshProcess = fileURLToPath(new URL("bare-process.ts", import.meta.url));

/** `width`: how many keys at once, as the engine does. Starts emulators of its own. */
export async function openBareClient(count: number, width: number): Promise<BareClient> {
  const warm = { uko: await LocalUko.start(), keys: [] as readonly BareKey[] };
  const fresh = { uko: await LocalUko.start(), keys: [] as readonly BareKey[] };
  const both = [warm, fresh];
  return {
    async run(run, liveReads = 0) {
      const jobOf = ({ uko, keys }: typeof warm): BareJob => ({
        ...{ url: uko.url, instanceId: uko.instanceId, keys },
        ...{ run, count, width, liveReads },
      });
      const { keys, ...spent } = await doBareJob(jobOf(warm));
      warm.keys = keys;
      const done = await inFreshProcess(jobOf(fresh));
      fresh.keys = done.keys;
      return { ...spent, freshCpuSeconds: done.cpuSeconds };
    },
    async advance(duration) {
      for (const { uko } of both) await uko.advance(duration);
    },
    async close() {
      for (const { uko } of both) await uko.stop();
    },
  };
}

function inFreshProcess(job: BareJob): ReturnType<typeof doBareJob> {
  const child = spawn(process.execPath, [freshProcess], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(JSON.stringify(job));
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve(JSON.parse(text));
      else reject(new Error(`The calls of a fresh process ended with ${code}`));
    });
  });
}

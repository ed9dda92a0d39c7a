/** Interrupted runs: a wait for their output, a kill of the CLI, and a wait for the end of their processes. */

import { setTimeout as pause } from "node:timers/promises";
import type { PulumiRun } from "../../../stage/pulumi.ts";

const saidWithinMs = 60_000;
/** The plugin looks for its engine each second, and what is on the wire has ten seconds to end. */
const goneWithinMs = 15_000;
const lookEveryMs = 100;

/** Waits for what is matched in the output of a run that has just begun; returns all that was printed until then. */
export function untilSaid({ child }: PulumiRun, wanted: RegExp): Promise<string> {
  let said = "";
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${wanted} was not said within a minute:\n${said}`)), saidWithinMs);
    const look = (chunk: string): void => {
      said += chunk;
      if (!wanted.test(said)) return;
      clearTimeout(timer);
      resolve(said);
    };
    child.stdout?.on("data", look);
    child.stderr?.on("data", look);
    child.on("close", () => {
      clearTimeout(timer);
      reject(new Error(`The run ended without saying ${wanted}:\n${said}`));
    });
  });
}

/** `kill -9` of the CLI alone, which then has no exit code. */
export async function killCli({ child, result }: PulumiRun): Promise<void> {
  child.kill("SIGKILL");
  await result.then(
    () => {
      throw new Error("The run ended before it was killed.");
    },
    () => undefined,
  );
}

/** Returns after how many milliseconds the last of these processes was gone. */
export async function untilGone(pids: readonly number[]): Promise<number> {
  const startedAt = performance.now();
  while (pids.some(isAlive)) {
    if (performance.now() - startedAt > goneWithinMs) throw new Error(`Of ${pids.join(", ")} some still run.`);
    await pause(lookEveryMs);
  }
  return performance.now() - startedAt;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

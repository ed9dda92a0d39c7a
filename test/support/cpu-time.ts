/** The CPU time of each test file with the processes that it started, kept at the file for the closing line of a run. */

import { afterAll } from "vitest";
import { cpuSeconds } from "./closing-line.ts";

declare module "vitest" {
  interface TaskMeta {
    cpuSeconds?: number;
  }
}

/** A process may run several files, one after the other; the first one also pays for its start. */
const clock = globalThis as { ukoCpuSeconds?: number };

// biome-ignore lint/correctness/noEmptyPattern: vitest asks for a pattern, which names the fixtures that a hook needs.
afterAll(({}, suite) => {
  const now = cpuSeconds();
  suite.file.meta.cpuSeconds = now - (clock.ukoCpuSeconds ?? 0);
  clock.ukoCpuSeconds = now;
});

/** Processes that are measured from outside: from their start to the line by which they say that they are ready, and what they hold. */

import { type ChildProcess, spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Started {
  readonly child: ChildProcess;
  /** The first that it wrote. */
  readonly line: string;
}

/** Starts a program for this Node with its arguments. */
export function start(program: readonly string[], env: Readonly<Record<string, string>>): Promise<Started> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, { env, stdio: ["ignore", "pipe", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program.join(" ")} ended with ${code}`)));
    child.stdout.once("data", (line: Buffer) => resolve({ child, line: line.toString().trim() }));
  });
}

/** As a host asks for it: what is killed at once leaves its socket behind. */
export async function end(child: ChildProcess): Promise<void> {
  child.removeAllListeners("exit");
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await ended;
}

/** NaN where there is no /proc, or no such process any more. */
export function residentMiB(pid: number | undefined): number {
  try {
    return Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024);
  } catch {
    return Number.NaN;
  }
}

/** NaN where there is no /proc, or no such process any more. */
export function cpuSecondsOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** The CPU time of all threads of a process so far, from Linux; finer than the clock ticks of `stat`. */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6;
}

/**
 * Measures one run of a CLI: its time, its CPU time, the calls that reached the service, and the
 * CPU time and memory of its providers.
 */

import { readFileSync } from "node:fs";
import type { EngineResult, EngineRun } from "../stage/engine-run.ts";
import type { AuditEntry, LocalUko } from "../stage/local-uko.ts";
import { cpuSecondsOf, residentMiB } from "./processes.ts";

export interface Measured {
  readonly name: string;
  readonly seconds: number;
  /** NaN on systems without /proc. */
  readonly cpuSeconds: number;
  /** Calls of the service by the contract's row, tokens left out. */
  readonly calls: ReadonlyMap<string, number>;
  /** The CPU time of the run's providers, as far as samples show it. */
  readonly providerCpuSeconds: number;
  /** The most that the run's providers held at once, in MiB. */
  readonly providerMiB: number;
  readonly result: EngineResult;
}

const sampleEveryMs = 500;

export async function measure(name: string, uko: LocalUko, start: () => EngineRun): Promise<Measured> {
  const before = await lastSequence(uko);
  const cpuBefore = endedChildrenCpuSeconds();
  const startedMs = performance.now();
  const run = start();
  const samples = new Map<number, number>();
  let providerMiB = 0;
  const sampler = setInterval(() => {
    void run.providerPids().then((pids) => {
      const sizes = pids.map(residentMiB).filter((size) => !Number.isNaN(size));
      providerMiB = Math.max(
        providerMiB,
        sizes.reduce((sum, size) => sum + size, 0),
      );
      for (const pid of pids) {
        const seconds = cpuSecondsOf(pid);
        if (!Number.isNaN(seconds)) samples.set(pid, seconds);
      }
    });
  }, sampleEveryMs);
  try {
    const result = await run.result;
    const seconds = (performance.now() - startedMs) / 1000;
    const cpuSeconds = endedChildrenCpuSeconds() - cpuBefore;
    const made = (await uko.audit()).filter(({ seq }) => seq > before);
    const providerCpuSeconds = [...samples.values()].reduce((sum, each) => sum + each, 0);
    return { name, seconds, cpuSeconds, calls: countByRow(made), providerCpuSeconds, providerMiB, result };
  } finally {
    clearInterval(sampler);
  }
}

export function total(calls: ReadonlyMap<string, number>): number {
  return Array.from(calls.values()).reduce((sum, count) => sum + count, 0);
}

export function expectExit(measured: Measured, exitCode: number): Measured {
  if (measured.result.exitCode === exitCode) return measured;
  throw new Error(`"${measured.name}" ended with ${measured.result.exitCode}:\n${measured.result.output.slice(-4000)}`);
}

/**
 * The CPU time of all descendants of this process that have ended. The emulator still runs, so it
 * does not count.
 */
function endedChildrenCpuSeconds(): number {
  try {
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}

/** Linux reports CPU time in these units on every architecture. */
const ticksPerSecond = 100;

async function lastSequence(uko: LocalUko): Promise<number> {
  return (await uko.audit()).at(-1)?.seq ?? 0;
}

function countByRow(entries: readonly AuditEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of entries) {
    if (operation !== "token") counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

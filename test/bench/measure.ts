/** Measures one run of a CLI: its time, the calls that reached the service, and how much memory its providers took. */

import type { EngineResult, EngineRun } from "../stage/engine-run.ts";
import type { AuditEntry, LocalUko } from "../stage/local-uko.ts";
import { residentMiB } from "./processes.ts";

export interface Measured<Result extends EngineResult = EngineResult> {
  readonly name: string;
  readonly seconds: number;
  /** Calls of the service by the contract's row, tokens left out. */
  readonly calls: ReadonlyMap<string, number>;
  /** The most that the run's providers held at once, in MiB. */
  readonly providerMiB: number;
  readonly result: Result;
}

const sampleEveryMs = 500;
export const runLimitMs = 3_600_000;

export async function measure<Result extends EngineResult>(
  name: string,
  uko: LocalUko | undefined,
  start: () => EngineRun<Result>,
): Promise<Measured<Result>> {
  const before = await lastSequence(uko);
  const startedMs = performance.now();
  const run = start();
  let providerMiB = 0;
  const sampler = setInterval(() => {
    void heldBy(run).then((mebibytes) => {
      providerMiB = Math.max(providerMiB, mebibytes);
    });
  }, sampleEveryMs);
  try {
    const result = await run.result;
    const seconds = (performance.now() - startedMs) / 1000;
    const made = uko === undefined ? [] : (await uko.audit()).filter(({ seq }) => seq > before);
    return { name, seconds, calls: countByRow(made), providerMiB, result };
  } finally {
    clearInterval(sampler);
  }
}

export function total(calls: ReadonlyMap<string, number>): number {
  return Array.from(calls.values()).reduce((sum, count) => sum + count, 0);
}

export function expectExit<Result extends EngineResult>(
  measured: Measured<Result>,
  exitCode: number,
): Measured<Result> {
  if (measured.result.exitCode === exitCode) return measured;
  throw new Error(`"${measured.name}" ended with ${measured.result.exitCode}:\n${measured.result.output.slice(-4000)}`);
}

async function lastSequence(uko: LocalUko | undefined): Promise<number> {
  return uko === undefined ? 0 : ((await uko.audit()).at(-1)?.seq ?? 0);
}

function countByRow(entries: readonly AuditEntry[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { operation } of entries) {
    if (operation !== "token") counts.set(operation, (counts.get(operation) ?? 0) + 1);
  }
  return new Map([...counts].sort(([, a], [, b]) => b - a));
}

/** Resident memory of the run's providers; 0 where there is no /proc. */
async function heldBy(run: EngineRun<EngineResult>): Promise<number> {
  const sizes = (await run.providerPids()).map(residentMiB).filter((size) => !Number.isNaN(size));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Measures one run of the CLI: its time, the calls that reached the service, and how much memory its providers took. */

import { readFile } from "node:fs/promises";
import type { AuditEntry, LocalUko } from "../support/local-uko.ts";
import type { PulumiPerson, PulumiResult, PulumiRun } from "../support/pulumi.ts";

export interface Measured {
  readonly name: string;
  readonly seconds: number;
  /** Calls of the service by the contract's row, tokens left out. */
  readonly calls: ReadonlyMap<string, number>;
  /** The most that the run's dynamic providers held at once, in MiB. */
  readonly providerMiB: number;
  readonly result: PulumiResult;
}

const sampleEveryMs = 1000;
const runLimitMs = 3_600_000;

export async function measure(
  name: string,
  uko: LocalUko | undefined,
  person: PulumiPerson,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Measured> {
  const before = await lastSequence(uko);
  const startedMs = performance.now();
  const run = person.start(args, { env, timeoutMs: runLimitMs });
  let providerMiB = 0;
  const sampler = setInterval(() => {
    void residentMiB(run).then((mebibytes) => {
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

/** Resident memory of the run's dynamic providers; 0 where there is no /proc. */
async function residentMiB(run: PulumiRun): Promise<number> {
  const sizes = await Promise.all(
    (await run.providerPids()).map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024;
    }),
  );
  return Math.round(sizes.reduce((sum, size) => sum + size, 0));
}

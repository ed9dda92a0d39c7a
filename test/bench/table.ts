/** What the bench reports: a row for each run, as a Markdown table for people and as JSON. */

import { type BareClient, type BareSpent, openBareClient } from "./bare-client.ts";
import type { BareRun } from "./bare-job.ts";
import { type Measured, type Spent, total } from "./measure.ts";

export type InterfaceName = "package" | "dynamic" | "terraform";

/** What is measured: numbers of keys, and keys at once. */
export interface BenchSize {
  readonly counts: readonly number[];
  /** By default as many as the engine handles by itself. */
  readonly parallel: number | undefined;
}

/** One run of many keys, and what it is compared with: the null resource, and the calls alone. */
export interface BenchRow {
  readonly userInterface: InterfaceName;
  readonly keys: number;
  readonly run: string;
  readonly calls: number;
  readonly seconds: Compared;
  readonly cpuSeconds: Compared;
  /** The same calls in a process that has just started, without its start; every provider has just started. */
  readonly freshCallsCpuSeconds: number;
  readonly providerCpuMsPerKey: number;
  readonly nullProviderCpuMsPerKey: number;
  readonly providerMiB: number;
  readonly nullProviderMiB: number;
  /** Of the whole state, in bytes; absent for a run after which the state is not read. */
  readonly stateBytesPerKey?: number;
  readonly nullStateBytesPerKey?: number;
}

export interface Compared {
  readonly ours: number;
  /** A run of the engine with a resource that does nothing and has as many properties. */
  readonly null: number;
  /** A client that makes the same calls and does nothing else. */
  readonly bare: number;
  readonly ratio: number;
}

export function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Below a head: every column but the first has figures. */
export function rule(columns: number): string {
  return row("---", ...Array.from({ length: columns - 1 }, () => "---:"));
}

export const runHead = [
  row(
    ...["keys", "run", "calls", "s", "null + calls, s", "ratio", "CPU s", "null + calls, CPU s", "ratio"],
    ...["fresh calls, CPU s", "provider, CPU ms/key (null)", "provider, MiB (null)", "state, bytes/key (null)"],
  ),
  rule(13),
].join("\n");

export function runRow(each: BenchRow): string {
  const { keys, run, calls, seconds, cpuSeconds, providerCpuMsPerKey, providerMiB, nullProviderMiB } = each;
  const { freshCallsCpuSeconds: fresh, nullProviderCpuMsPerKey: nullCpuMs } = each;
  const { stateBytesPerKey: bytes, nullStateBytesPerKey: nullBytes } = each;
  const compared = ({ ours, null: alone, bare, ratio }: Compared) => [
    ours.toFixed(1),
    `${alone.toFixed(1)} + ${bare.toFixed(1)}`,
    ratio.toFixed(2),
  ];
  return row(
    ...[String(keys), run, String(calls), ...compared(seconds), ...compared(cpuSeconds)],
    ...[fresh.toFixed(1), `${providerCpuMsPerKey.toFixed(1)} (${nullCpuMs.toFixed(1)})`],
    `${providerMiB} (${nullProviderMiB})`,
    bytes === undefined ? "" : `${bytes} (${nullBytes})`,
  );
}

export interface Floor {
  readonly measured: Measured;
  readonly stateBytes?: number;
}

/** Compares the runs of one interface with their floors, and prints a row for each. */
export interface Comparison {
  /** `bare` is the run of the bare client that makes the same calls; absent if there are none. */
  add(
    run: string,
    ours: Measured,
    over: { floor: Floor | undefined; bare?: BareRun; stateBytes?: number },
  ): Promise<void>;
  advance(duration: string): Promise<void>;
  close(): Promise<void>;
}

/** `width`: how many keys the engine handles at once. */
export async function openComparison(
  userInterface: InterfaceName,
  keys: number,
  width: number,
  rows: BenchRow[],
): Promise<Comparison> {
  const client: BareClient = await openBareClient(keys, width);
  return {
    async add(run, ours, { floor, bare, stateBytes }) {
      const alone: Spent = floor?.measured ?? { seconds: 0, cpuSeconds: 0 };
      const liveReads = Math.max(0, Math.round((ours.calls.get("getStatusInKeystores") ?? 0) / keys));
      const called: BareSpent =
        bare === undefined ? { seconds: 0, cpuSeconds: 0, freshCpuSeconds: 0 } : await client.run(bare, liveReads);
      const each: BenchRow = {
        ...{ userInterface, keys, run, calls: total(ours.calls) },
        seconds: compare(ours.seconds, alone.seconds, called.seconds),
        cpuSeconds: compare(ours.cpuSeconds, alone.cpuSeconds, called.cpuSeconds),
        freshCallsCpuSeconds: called.freshCpuSeconds,
        providerCpuMsPerKey: (ours.providerCpuSeconds * 1000) / keys,
        nullProviderCpuMsPerKey: ((floor?.measured.providerCpuSeconds ?? 0) * 1000) / keys,
        providerMiB: ours.providerMiB,
        nullProviderMiB: floor?.measured.providerMiB ?? 0,
        ...(stateBytes !== undefined && { stateBytesPerKey: Math.round(stateBytes / keys) }),
        ...(floor?.stateBytes !== undefined && { nullStateBytesPerKey: Math.round(floor.stateBytes / keys) }),
      };
      rows.push(each);
      console.log(runRow(each));
    },
    advance: (duration) => client.advance(duration),
    close: () => client.close(),
  };
}

function compare(ours: number, alone: number, bare: number): Compared {
  return { ours, null: alone, bare, ratio: ours / (alone + bare) };
}

/** What the bench prints: the rows of a Markdown table. */

import { type Measured, total } from "./measure.ts";

export function row(...cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Below a head: every column but the first has figures. */
export function rule(columns: number): string {
  return row("---", ...Array.from({ length: columns - 1 }, () => "---:"));
}

export const runHead = [
  row("run", "s", "engine alone, s", "provider, MiB", "engine alone, MiB", "calls of the service"),
  row("---", "---:", "---:", "---:", "---:", "---"),
].join("\n");

export function runRow(name: string, { seconds, calls, providerMiB }: Measured, alone: Measured | undefined): string {
  const rows = [...calls].slice(0, 6).map(([operation, times]) => `${operation} ${times}`);
  const called = `${total(calls)} (${rows.join(", ")})`;
  const aside = [alone?.seconds.toFixed(1), providerMiB, alone?.providerMiB].map((figure) => String(figure ?? ""));
  return row(name, seconds.toFixed(1), ...aside, called);
}

/** Counts which move met which place of a key under which fault, and where it changed something, and prints the counts. */

import type { Step } from "./story.ts";

export interface Coverage {
  note(step: Step, place: string, hasEffect: boolean): void;
  /** A row for each move, a column for each place, and a second table for the faults. */
  tables(): string;
  /** The commands and places that changed something, and among them those that did so fewer than so many times. */
  rare(least: number): string;
}

/** `uko approve`, `engine destroy`, `tool hold`, `plant request`. */
export function moveOf({ types }: Step): string {
  const [kind = "", ...words] = types.split(" ");
  const named = words.slice(0, words[0] === "campaign" ? 2 : 1);
  return kind === "wait" ? "wait" : [kind, ...named].join(" ");
}

export function startCoverage(): Coverage {
  const byPlace = new Map<string, number>();
  const byFault = new Map<string, number>();
  const effects = new Map<string, number>();
  const count = (counts: Map<string, number>, row: string, column: string): void => {
    const name = `${row}\t${column}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  return {
    note(step, place, hasEffect) {
      count(byPlace, moveOf(step), place);
      if (hasEffect && step.types.startsWith("uko ")) count(effects, moveOf(step), place);
      if (!step.types.startsWith("wait")) count(byFault, moveOf(step), step.fault?.kind ?? "none");
    },
    tables: () => `${table("move", byPlace)}\n\n${table("move", byFault)}`,
    rare(least) {
      const few = [...effects].filter(([, number]) => number < least).map(([name]) => name.replace("\t", " at "));
      const all = `Commands changed something at ${effects.size} pairs of command and place`;
      return few.length === 0
        ? `${all}, each ${least} times or more.`
        : `${all}, fewer than ${least} times: ${few.join(", ")}.`;
    },
  };
}

function table(corner: string, counts: ReadonlyMap<string, number>): string {
  const cells = [...counts].map(([name, number]) => ({
    row: name.split("\t")[0] ?? "",
    column: name.split("\t")[1] ?? "",
    number,
  }));
  const rows = [...new Set(cells.map(({ row }) => row))].toSorted();
  const columns = [...new Set(cells.map(({ column }) => column))].toSorted();
  const numberOf = (row: string, column: string): string => String(counts.get(`${row}\t${column}`) ?? "");
  const lines = [[corner, ...columns], ...rows.map((row) => [row, ...columns.map((column) => numberOf(row, column))])];
  const widths = [corner, ...columns].map((_, at) => Math.max(...lines.map((line) => (line[at] ?? "").length)));
  return lines
    .map((line) =>
      line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join("  "),
    )
    .join("\n");
}

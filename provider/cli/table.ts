/**
 * Prints tables, and makes every value printable. A table that is too wide for the terminal loses optional columns and
 * parts of long values, and then becomes a list of blocks.
 */

import { styleText } from "node:util";
import stringWidth from "string-width";
import { printable } from "../text/printable.ts";
import type { TextOutput } from "./cli-world.ts";

const styles = {
  head: "bold",
  strong: "bold",
  waiting: "yellow",
  refused: "red",
  done: "green",
  command: "cyan",
  quiet: "dim",
} as const;
export type Tone = keyof typeof styles;

export interface Column {
  readonly head: string;
  /** A narrow terminal may cut the column down to this width; absent if every character counts. */
  readonly minWidth?: number;
  /** A narrow terminal may leave the column out; `--json` has its values. */
  readonly isOptional?: true;
}

export type Cell = string | { readonly text: string; readonly tone: Tone };

export interface Table {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
}

const gap = "  ";
const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

/** Colors text if the output shows colors, by Node's rules for NO_COLOR, FORCE_COLOR and TERM. */
export function paint(output: Pick<TextOutput, "hasColors">, tone: Tone, text: string): string {
  return output.hasColors === true ? styleText(styles[tone], text, { validateStream: false }) : text;
}

/** Lines without a line end after the last one. */
export function renderTable(output: TextOutput, table: Table): string {
  const all = table.rows.map((row) => row.map(shown));
  const kept = table.columns.map((_, at) => at);
  const optional = kept.filter((at) => table.columns[at]?.isOptional === true);
  for (let left = optional.length; left >= 0; left -= 1) {
    const shownColumns = kept.filter((at) => !optional.slice(left).includes(at));
    const columns = shownColumns.flatMap((at) => table.columns[at] ?? []);
    const rows = all.map((row) => shownColumns.map((at): ShownCell => row[at] ?? { text: "" }));
    const widths = widthsWithin(naturalWidths(columns, rows), columns, output.columns);
    if (widths === undefined) continue;
    const heads = columns.map(({ head }): ShownCell => ({ text: head, tone: "head" }));
    return [heads, ...rows].map((row) => renderRow(output, row, widths)).join("\n");
  }
  return renderBlocks(output, table.columns, all);
}

/** A table of texts, whose columns may be cut to the width in `cuttable`. */
export function tableOf(
  output: TextOutput,
  heads: readonly string[],
  rows: Table["rows"],
  cuttable: Readonly<Record<string, number>> = {},
): string {
  const columns = heads.map((head) => {
    const minWidth = cuttable[head];
    return { head, ...(minWidth !== undefined && { minWidth }) };
  });
  return renderTable(output, { columns, rows });
}

function naturalWidths(columns: readonly Column[], rows: readonly (readonly ShownCell[])[]): readonly number[] {
  return columns.map(({ head }, at) =>
    Math.max(...[head, ...rows.map((row) => row[at]?.text ?? "")].map((text) => stringWidth(text))),
  );
}

interface ShownCell {
  readonly text: string;
  readonly tone?: Tone;
}

function shown(cell: Cell): ShownCell {
  return typeof cell === "string" ? { text: printable(cell) } : { ...cell, text: printable(cell.text) };
}

/** The widths of columns that fit, cut from the last column on; undefined if not even the narrowest columns fit. */
function widthsWithin(
  natural: readonly number[],
  columns: readonly Column[],
  available?: number,
): readonly number[] | undefined {
  const total = (widths: readonly number[]): number =>
    widths.reduce((sum, width) => sum + width, gap.length * (widths.length - 1));
  if (available === undefined || total(natural) <= available) return natural;
  const widths = [...natural];
  for (const [at, { head, minWidth }] of [...columns.entries()].reverse()) {
    const width = widths[at] ?? 0;
    const excess = total(widths) - available;
    if (minWidth !== undefined && excess > 0)
      widths[at] = Math.min(width, Math.max(minWidth, stringWidth(head), width - excess));
  }
  return total(widths) <= available ? widths : undefined;
}

function renderRow(output: TextOutput, row: readonly ShownCell[], widths: readonly number[]): string {
  const cells = row.map(({ text, tone }, at) => {
    const cut = cutTo(text, widths[at] ?? 0);
    const isLast = row.slice(at + 1).every((cell) => cell.text === "");
    const padding = isLast ? "" : " ".repeat((widths[at] ?? 0) - stringWidth(cut));
    return { isEmpty: cut === "" && isLast, text: `${tone === undefined ? cut : paint(output, tone, cut)}${padding}` };
  });
  return cells
    .filter(({ isEmpty }) => !isEmpty)
    .map(({ text }) => text)
    .join(gap);
}

/** Prints each row as lines with the head of the column and the value; empty values are left out. */
function renderBlocks(output: TextOutput, columns: readonly Column[], rows: readonly (readonly ShownCell[])[]): string {
  const headWidth = Math.max(...columns.map(({ head }) => stringWidth(head)));
  const blocks = rows.map((row) =>
    columns.flatMap(({ head }, at) => {
      const { text = "", tone } = row[at] ?? {};
      if (text === "") return [];
      const label = paint(output, "head", head) + " ".repeat(headWidth - stringWidth(head));
      return [`${label}${gap}${tone === undefined ? text : paint(output, tone, text)}`];
    }),
  );
  return blocks.map((lines) => lines.join("\n")).join("\n\n");
}

function cutTo(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let cut = "";
  for (const { segment } of graphemes.segment(text)) {
    if (stringWidth(cut) + stringWidth(segment) > width - 1) break;
    cut += segment;
  }
  return `${cut}…`;
}

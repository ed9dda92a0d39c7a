/**
 * Reads and writes comma-separated values (RFC 4180). The reader is strict: a mistake in a table that a person wrote is
 * an error that names the row or the column, also a column that the reader does not know. The writer puts an apostrophe
 * before a cell that a spreadsheet would run as a formula.
 */

import { UkoError } from "../../../errors.ts";

const maxRows = 200_000;

/** Rows by the names of the first line. Throws UKO_INPUT_INVALID with the line of the mistake. */
export function parseCsv(
  text: string,
  file: string,
  columns: { readonly required: readonly string[]; readonly optional: readonly string[] },
): readonly Readonly<Record<string, string>>[] {
  const [names = [], ...rows] = rowsIn(text.replace(/^\uFEFF/, ""), file);
  const known = [...columns.required, ...columns.optional];
  const missing = columns.required.filter((name) => !names.includes(name));
  const unknown = names.filter((name) => !known.includes(name));
  if (missing.length > 0) throw invalidCsv(file, `the column ${missing.join(", ")} is missing`);
  if (unknown.length > 0)
    throw invalidCsv(file, `the column ${unknown.join(", ")} is not known; use ${known.join(", ")}`);
  return rows.map((row, index) => {
    if (row.length !== names.length)
      throw invalidCsv(file, `row ${index + 2} has ${row.length} values instead of ${names.length}`);
    return Object.fromEntries(names.map((name, at) => [name, (row[at] ?? "").trim()]));
  });
}

function rowsIn(text: string, file: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  // One value, quoted or not, and what ends it.
  const value = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/gy;
  while (value.lastIndex < text.length) {
    const at = value.lastIndex;
    const found = value.exec(text);
    if (found === null) throw invalidCsv(file, `row ${rows.length + 1} has a quotation mark in the wrong place`);
    const [, quoted, bare = "", end] = found;
    row.push(quoted === undefined ? bare : quoted.replaceAll('""', '"'));
    if (end === "," && value.lastIndex < text.length) continue;
    if (end === ",") row.push("");
    if (row.length > 1 || row[0] !== "" || quoted !== undefined) rows.push(row);
    row = [];
    if (rows.length > maxRows) throw invalidCsv(file, `it has more than ${maxRows} rows`);
    if (value.lastIndex === at) break;
  }
  return rows;
}

/** A line of names, and a line for each row with its values under these names. */
export function csvTable<Name extends string>(
  names: readonly Name[],
  rows: readonly Readonly<Partial<Record<Name, CellValue>>>[],
): string {
  return [csvLine(names), ...rows.map((row) => csvLine(names.map((name) => cellText(row[name]))))].join("");
}

export type CellValue = string | number | boolean | readonly string[];

/** A value in a table and in CSV. */
export function cellText(value: CellValue | undefined): string {
  return typeof value === "object" ? value.join("; ") : String(value ?? "");
}

/** Writes one line. A value that a spreadsheet would run as a formula gets an apostrophe in front. */
export function csvLine(values: readonly string[]): string {
  const cells = values.map((text) => {
    const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  });
  return `${cells.join(",")}\n`;
}

export function invalidCsv(file: string, why: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} could not be read: ${why}`,
    detail: "Nothing was changed. Next: correct the file, then run the command again",
  });
}

/**
 * Reads comma-separated values (RFC 4180). The reader is strict: a mistake in a table that a person wrote is an error
 * that names the row or the column, also a column that the reader does not know.
 */

import { UkoError } from "../../errors.ts";

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

export type CellValue = string | number | boolean | readonly string[];

/** A value in a table. */
export function cellText(value: CellValue | undefined): string {
  return typeof value === "object" ? value.join("; ") : String(value ?? "");
}

export function invalidCsv(file: string, why: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${file} could not be read: ${why}`,
    detail: "Nothing was changed. Next: correct the file, then run the command again",
  });
}

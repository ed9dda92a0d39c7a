/**
 * Defines the form that every command of a campaign reports in: sections for people, one object for machines, and the
 * next commands. Most reports are made of parts. A part says one thing, with its sections, its data
 * and its exit code, so that no report shows a fact to people and forgets it for machines. The file also has the
 * functions that build tables, shorten long lists, list what could not be read, and write commands to paste.
 */

import { sharedRows } from "../../engine/key/sets/set-messages.ts";
import type { Act } from "../../engine/text/act.ts";
import { shellWord } from "../../engine/text/explanation.ts";
import { plain } from "../../engine/text/words.ts";
import { mostSevere } from "../../errors.ts";
import type { Timeline } from "../../html/timeline.ts";
import { type CellValue, cellText } from "../files/csv.ts";
import type { UnreadablePart } from "../view/unreadable.ts";

export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ReportSection {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly table?: ReportTable;
  /** A person reads this section completely before an approval. */
  readonly isWhole?: boolean;
}

export interface CampaignReport {
  /** One complete sentence without a full stop. */
  readonly summary: string;
  readonly sections: readonly ReportSection[];
  readonly next: readonly NextCommand[];
  readonly exitCode: number;
  /** The same content as data; `--json` prints it as one line. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What only a page shows, for `--html`; absent if the command has no page. */
  readonly page?: ReportPage;
}

/** One thing that a report says: to people in sections, to machines as data, and in the exit code. */
export interface ReportPart extends Partial<Pick<CampaignReport, "sections" | "data" | "exitCode">> {}

/**
 * The exit code if a key is late, so that a nightly run notices it. In a report it takes precedence over all others.
 */
export const lateExitCode = 14;

/** Joins the parts in their order. The report has the most severe of their exit codes. */
export function reportOf({
  parts,
  ...report
}: Omit<CampaignReport, "sections" | "data" | "exitCode"> & {
  readonly parts: readonly (ReportPart | readonly ReportSection[])[];
}): CampaignReport {
  const all = parts.map((part): ReportPart => ("length" in part ? { sections: part } : part));
  const codes = all.map(({ exitCode = 0 }) => exitCode);
  return {
    ...report,
    sections: all.flatMap(({ sections = [] }) => sections),
    exitCode: codes.includes(lateExitCode) ? lateExitCode : mostSevere(codes),
    data: Object.assign({}, ...all.map(({ data }) => data)) as CampaignReport["data"],
  };
}

export interface ReportPage {
  readonly title: string;
  readonly asOfMs: number;
  readonly timeline?: Timeline;
  /** Shown before the sections. */
  readonly first?: readonly ReportSection[];
}

/** The command of an act, or another command. */
export type NextCommand = Pick<Act, "command" | "remark">;

export function withRemark(command: string, remark: string): NextCommand {
  return { command, remark };
}

/** The option that names the folder, for a command to paste. */
export function folderFlag(path: string): string {
  return `--folder ${shellWord(path)}`;
}

/** The command that takes the next step of a wave. */
export function nextCommand({ wave, path }: { readonly wave: string; readonly path: string }): string {
  return `uko campaign next --wave ${wave} ${folderFlag(path)}`;
}

/** Columns by their heads: a member of the item, or what a function makes of it. */
type Columns<Item> = Readonly<Record<string, keyof Item | ((item: Item) => string | number)>>;

export function tableOf<Item>(items: readonly Item[], columns: Columns<Item>): ReportTable {
  const cells = Object.values(columns);
  const rowOf = (item: Item) =>
    cells.map((cell) => String(typeof cell === "function" ? cell(item) : item[cell]) || noValue);
  return { columns: Object.keys(columns), rows: items.map(rowOf) };
}

const noValue = "-";

/**
 * A table with a column for each named field, or for every field of the items. The head of a column is the name of its
 * field in words, such as `updated by` for `updatedBy`. A field that is empty in every item has no column.
 */
export function tableOfFields<Name extends string>(
  items: readonly Readonly<Partial<Record<Name, CellValue>>>[],
  names?: readonly Name[],
): ReportTable {
  const all = names ?? (Object.keys(items[0] ?? {}) as Name[]);
  const fields = all.filter((name) => items.some((item) => cellText(item[name]) !== ""));
  return tableOf(items, Object.fromEntries(fields.map((name) => [headOf(name), (item) => cellText(item[name])])));
}

function headOf(name: string): string {
  return name
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .replace(/\bid(?=s?$)/, "ID")
    .replace(/^kms\b/, "KMS");
}

const maxShownRows = 50;

/** The first lines of a long list, and how many follow. */
export function atMost(lines: readonly string[], max: number, where = ""): readonly string[] {
  const rest = lines.length - max;
  return rest > 0 ? [...lines.slice(0, max), `and ${rest} more${where}`] : lines;
}

/**
 * A section, or none if it has nothing to show: if its table is empty, its lines are left out, too. A long table is cut
 * and ends with the number of the rows that are left, unless a person has to read it completely.
 */
export function section(
  title: string,
  { lines = [], table, isWhole = false }: Omit<ReportSection, "title">,
): readonly ReportSection[] {
  if ((table?.rows ?? lines).length === 0) return [];
  if (isWhole || table === undefined) return [{ title, lines, ...(table && { table }), ...(isWhole && { isWhole }) }];
  const rest = table.rows.length - maxShownRows;
  return [
    {
      title,
      table: { ...table, rows: table.rows.slice(0, maxShownRows) },
      lines: [...lines, ...(rest > 0 ? [`and ${rest} more; --json lists all of them`] : [])],
    },
  ];
}

/** A section whose first two columns name a key, and whose others say why. */
export function reasonSection(
  title: string,
  table: ReportTable,
  notes: readonly string[] = [],
): readonly ReportSection[] {
  const rows = sharedRows(table.rows);
  const lines = rows.length < table.rows.length ? ["--json lists each key", ...notes] : notes;
  return section(title, { table: { ...table, rows }, lines });
}

export function unreadSection(parts: readonly UnreadablePart[]): readonly ReportSection[] {
  const nameOf = ({ id, name }: UnreadablePart): string =>
    partNames[id] ?? `${id.includes("/") ? "Key" : "Vault"} ${id}${name === "" ? "" : ` (${name})`}`;
  const lines = parts.map((part) => plain(`${nameOf(part)}: ${part.reason} [${part.code}]`, 700));
  return section("Not read", { lines: atMost(lines, maxShownRows, "; --json lists all of them") });
}

/** The part that names what could not be read, so that no report seems complete that is not. */
export function unreadPart(unreadable: readonly UnreadablePart[]): ReportPart {
  return { sections: unreadSection(unreadable), data: { unreadable }, exitCode: unreadable.length > 0 ? 13 : 0 };
}

const partNames: Readonly<Record<string, string>> = {
  kms: "KMS keys",
  keystores: "Keystores",
  vaults: "Names of vaults",
};

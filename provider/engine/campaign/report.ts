/** The result of a campaign command: sections for people, one object and rows for machines. */

import { type ErrorCode, isUkoError } from "../../errors.ts";
import type { Timeline } from "../../html/timeline.ts";
import { sharedRows } from "../key/set-messages.ts";
import type { Act } from "../text/act.ts";
import { shellWord } from "../text/explanation.ts";
import { plain } from "../text/words.ts";
import { type CellValue, cellText } from "./csv.ts";

export interface ReportTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface ReportSection {
  readonly title: string;
  readonly lines?: readonly string[];
  readonly table?: ReportTable;
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
  /** One row a key, for `--csv`; absent if the command lists no keys. */
  readonly csv?: string;
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

export function remarked(command: string, remark: string): NextCommand {
  return { command, remark };
}

/** The option that names the folder, for a command to paste. */
export function folderFlag(path: string): string {
  return `--folder ${shellWord(path)}`;
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

/** Each field under its own name in words: `updatedBy` is `updated by`. */
export function tableOfFields<Name extends string>(
  items: readonly Readonly<Partial<Record<Name, CellValue>>>[],
  names: readonly Name[],
): ReportTable {
  return tableOf(items, Object.fromEntries(names.map((name) => [headOf(name), (item) => cellText(item[name])])));
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

/** A section without content is left out. A long table ends with the count of the rest, unless a person approves it. */
export function section(
  title: string,
  { lines = [], table, isWhole = false }: Omit<ReportSection, "title"> & { readonly isWhole?: boolean },
): readonly ReportSection[] {
  if (lines.length === 0 && (table === undefined || table.rows.length === 0)) return [];
  if (table === undefined) return [{ title, lines }];
  if (isWhole) return [{ title, table, lines }];
  const rest = table.rows.length - maxShownRows;
  return [
    {
      title,
      table: { ...table, rows: table.rows.slice(0, maxShownRows) },
      lines: [...lines, ...(rest > 0 ? [`and ${rest} more; --csv and --json list all of them`] : [])],
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

/** A vault, a service or a key that could not be read, or not as a whole. */
export interface UnreadablePart {
  /** ID of the vault, `kms`, or the key as commands take it. */
  readonly id: string;
  readonly name: string;
  readonly code: ErrorCode;
  readonly reason: string;
}

/** Errors that concern one vault, KMS alone, or one key. */
export const concernOnePart: readonly ErrorCode[] = [
  "UKO_RIGHTS_MISSING",
  "UKO_ACCESS_DENIED",
  "UKO_RESPONSE_INVALID",
  "UKO_NOT_FOUND",
  "UKO_KEY_NOT_FOUND",
  "UKO_GONE_UNPROVEN",
];

/** Reads one part of the inventory. If the caller cannot read the part, the report names the part and still reads the others. */
export async function listOrName<Item>(
  unreadable: UnreadablePart[],
  { id, name }: { readonly id: string; readonly name: string },
  list: () => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  try {
    return await list();
  } catch (error) {
    if (!isUkoError(error) || !concernOnePart.includes(error.code)) throw error;
    unreadable.push({ id, name: plain(name, 100), code: error.code, reason: plain(error.summary, 300) });
    return [];
  }
}

/** The same for a list that may leave items out. uko still uses the items that the list shows. */
export async function listOrNameShort<Item>(
  unreadable: UnreadablePart[],
  part: { readonly id: string; readonly name: string },
  list: (isWhole: boolean) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const before = unreadable.length;
  const items = await listOrName(unreadable, part, () => list(true));
  const isShort = unreadable.length > before && unreadable.at(-1)?.code === "UKO_RESPONSE_INVALID";
  return isShort ? await listOrName([], part, () => list(false)) : items;
}

export function unreadSection(parts: readonly UnreadablePart[]): readonly ReportSection[] {
  const nameOf = ({ id, name }: UnreadablePart): string =>
    partNames[id] ?? `${id.includes("/") ? "Key" : "Vault"} ${id}${name === "" ? "" : ` (${name})`}`;
  const lines = parts.map((part) => plain(`${nameOf(part)}: ${part.reason} [${part.code}]`, 700));
  return section("Not read", { lines: atMost(lines, maxShownRows, "; --json lists all of them") });
}

const partNames: Readonly<Record<string, string>> = {
  kms: "KMS keys",
  keystores: "Keystores",
  vaults: "Names of vaults",
};

/**
 * Renders the parts that several pages of the console share: times, explanations, commands, forms, and tables with a
 * search.
 */

import * as z from "zod";
import { lifecycleStates, sayTime, whoRuns } from "../compose/text.ts";
import type { CampaignReport, ReportTable } from "../engine/campaign/reports/report.ts";
import type { Report } from "../engine/loop/report.ts";
import type { Explanation, NextStep } from "../engine/text/explanation.ts";
import type { UkoError } from "../errors.ts";
import { fieldText, type Html, html, type Shown } from "../html/markup.ts";
import { linkTo, list, tableOf, words } from "../html/report-parts.ts";
import { printableLines } from "../text/printable.ts";

/** `24 Nov 2026 14:22 UTC`, with the local time of this machine after it. */
export function moment(iso: string, timeZone: string): Html {
  const ms = Date.parse(iso);
  const local = sayLocal(ms, timeZone);
  return html`<time datetime="${iso}">${sayTime(ms)}${local === undefined ? "" : ` (${local})`}</time>`;
}

/** The local time; undefined if the local time zone is UTC. */
function sayLocal(ms: number, timeZone: string): string | undefined {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return undefined;
  const form = { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...form, timeZoneName: "short" }).format(ms);
}

/** The address of a key's page; a KMS key has no vault. */
export function keyAddress({ vaultId, keyId }: Pick<Report, "vaultId" | "keyId">): string {
  return vaultId === "" ? `/kms/${keyId}` : `/keys/${vaultId}/${keyId}`;
}

/**
 * Shows an explanation. Its code appears only if something was refused, because the code of a wait would be read as an
 * error.
 */
export function explained(explanation: Explanation, isRefused = false): Html {
  const { summary, facts, state, isUnchanged, next, code } = explanation;
  const all = [
    ...facts,
    ...(isUnchanged === true ? ["Nothing was changed."] : []),
    ...(state === undefined ? [] : [`Current state: ${state}.`]),
  ];
  return html`${summary === "" ? "" : html`<p class="lead">${summary}</p>`}
${list(all)}
${next.length === 0 ? "" : onCommandLine(next)}
${code === undefined || !isRefused ? "" : html`<p class="quiet">Code: <code>${code}</code></p>`}`;
}

function onCommandLine(next: readonly NextStep[]): Html {
  return html`<details><summary>The same on the command line</summary>${stepsOf(next)}</details>`;
}

/** The next steps with their commands. */
export function stepsOf(next: readonly NextStep[]): Html {
  const items = next.map(
    (step) => html`<li>${step.isSequel === true ? "then: " : ""}${whoRuns(step)}:${step.commands.map(commandOf)}</li>`,
  );
  return html`<ul>${items}</ul>`;
}

function commandOf(command: string): Html {
  return html`<pre><code>${command}</code></pre>`;
}

export function failed({ summary, detail, code }: UkoError): Html {
  return html`<h1>${summary}</h1>
${detail === "" ? "" : html`<p class="lines">${printableLines(detail)}</p>`}
<p class="quiet">Code: <code>${code}</code></p>`;
}

export function problemOf(problem: string | undefined): Html {
  return problem === undefined ? html`` : html`<p class="problem" id="problem" role="alert">${problem}</p>`;
}

export const tableQuery = z.object({
  contains: z.string().max(200).catch(""),
  page: z.coerce.number().int().min(1).catch(1),
});
export type TableQuery = z.output<typeof tableQuery>;

interface LinkedRow {
  /** The page that the first cell leads to. */
  readonly link: string;
  /** Tells keys with the same label apart. */
  readonly id?: string;
  readonly cells: Readonly<Record<string, Shown>>;
}

const rowsPerPage = 50;

/** A table of any length, which shows one page of the rows that contain the searched text. */
export function linkedTable(
  { rows, name }: { readonly rows: readonly LinkedRow[]; readonly name: string },
  { contains, page: wanted }: Partial<TableQuery>,
  address: string,
): Html {
  const hasText = (cell: Shown): boolean =>
    String(cell)
      .toLowerCase()
      .includes((contains ?? "").toLowerCase());
  const found = rows.filter(({ cells }) => Object.values(cells).some(hasText));
  const pages = Math.max(1, Math.ceil(found.length / rowsPerPage));
  const page = Math.min(wanted ?? 1, pages);
  const columns = Object.keys(rows[0]?.cells ?? {});
  const shown = found.slice((page - 1) * rowsPerPage, page * rowsPerPage).map(({ link, id, cells }) => {
    const [first = "", ...others] = columns.map((column) => cells[column] ?? "");
    const code = id === undefined ? "" : html`<br><code class="quiet">${id}</code>`;
    return [typeof first === "string" ? html`${linkTo(link, first)}${code}` : first, ...others];
  });
  const filtered = contains === undefined ? address : `${address}?${new URLSearchParams({ contains })}`;
  const addressOf = (to: number): string => `${filtered}${filtered.includes("?") ? "&" : "?"}page=${to}`;
  return html`${contains !== undefined && (rows.length > rowsPerPage || contains !== "") ? filterOf(contains, address) : ""}
<p role="status">${sayKeys(found.length)}${pages === 1 ? "" : `, page ${page} of ${pages}`}</p>
${shown.length === 0 ? "" : tableOf({ columns, rows: shown }, name)}
${
  pages === 1
    ? ""
    : html`<nav aria-label="Pages of the table: ${name}"><ul class="pages">
${page > 1 ? html`<li><a href="${addressOf(page - 1)}">Previous page</a></li>` : ""}
${page < pages ? html`<li><a href="${addressOf(page + 1)}">Next page</a></li>` : ""}
</ul></nav>`
}`;
}

/** A table of a report, in which each row leads to the key of this name: `<vaultId>/<keyId>` or `kms/<keyId>`. */
export function keyTable(
  { columns, rows, names, name }: ReportTable & { readonly names: readonly string[]; readonly name: string },
  query: TableQuery,
  address: string,
): Html {
  const linked = rows.map((row, at) => ({
    link: keyPageOf(names[at] ?? ""),
    cells: Object.fromEntries(columns.map((column, cell) => [column, row[cell] ?? ""])),
  }));
  return linkedTable({ rows: linked, name }, query, address);
}

/** The page of a key as a campaign names it. */
export function keyPageOf(name: string): string {
  return name.startsWith("kms/") ? `/${name}` : `/keys/${name}`;
}

function filterOf(contains: string, address: string): Html {
  return html`<form method="get" action="${address}" class="row" role="search" aria-label="Filter">
<div><label for="filter">Only rows that contain</label><input id="filter" name="contains" maxlength="200" value="${fieldText(contains)}"></div>
<button class="plain">Filter</button>
</form>`;
}

export function sayKeys(keys: number, vaultId?: string): string {
  return `${keys} ${vaultId === "" ? "KMS " : ""}${keys === 1 ? "key" : "keys"}`;
}

/** The first of many names, and the number of the others. */
export function keysOf(names: readonly string[]): string {
  const more = names.length - maxNames;
  return more > 0 ? `${names.slice(0, maxNames).join(", ")} and ${more} more` : names.join(", ");
}

const maxNames = 5;

export function commandsOf({ next }: Pick<CampaignReport, "next">): Html {
  if (next.length === 0) return html``;
  return html`<details><summary>The same on the command line</summary>
${next.map(({ command, remark }) => html`${commandOf(command)}${remark === undefined ? "" : html`<p class="quiet">${remark}</p>`}`)}</details>`;
}

export interface KeysQuery {
  readonly contains: string;
  /** One of the states, or empty for all of them. */
  readonly state: string;
}

export function searchForm({ contains, state }: KeysQuery): Html {
  const options = lifecycleStates.map(
    (each) => html`<option value="${each}"${each === state ? html` selected` : ""}>${words(each)}</option>`,
  );
  return html`<form method="get" action="/keys" class="row" role="search">
<div><label for="contains">Label contains</label><input id="contains" name="contains" maxlength="200" value="${fieldText(contains)}"></div>
<div><label for="state">State</label><select id="state" name="state"><option value="">all</option>${options}</select></div>
<button>Search</button>
</form>`;
}

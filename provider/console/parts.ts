/**
 * Renders the parts that several pages of the console share: times, addresses of keys, explanations, commands, errors,
 * forms, and tables with a search.
 */

import * as z from "zod";
import type { ReportSection, ReportTable } from "../campaign/reports/report.ts";
import { count, lifecycleStates, sayTime, whoRuns } from "../compose/text.ts";
import type { classWords } from "../engine/key/exceptions.ts";
import type { InspectedKey } from "../engine/key/inspection.ts";
import type { VaultNames } from "../engine/key/sets/approval-messages.ts";
import type { Report } from "../engine/loop/report.ts";
import type { Act } from "../engine/text/act.ts";
import type { Explanation, NextStep } from "../engine/text/explanation.ts";
import type { UkoError } from "../errors.ts";
import { escapedFieldText, type Html, html } from "../html/markup.ts";
import { commandOf, linkTo, list, type Section, type Table, tableOf, words } from "../html/report-parts.ts";
import { printableLines } from "../text/printable.ts";
import type { Visitor } from "./layout.ts";

/** `24 Nov 2026 14:22 UTC`, with the local time of this machine after it. */
export function moment(iso: string, { timeZone }: Pick<Visitor, "timeZone">): Html {
  const ms = Date.parse(iso);
  const form = { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  const local = new Intl.DateTimeFormat("en-GB", { ...form, timeZoneName: "short" }).format(ms);
  return html`<time datetime="${iso}">${sayTime(ms)}${local.endsWith("UTC") ? "" : ` (${local})`}</time>`;
}

export function asOf(nowMs: number, visitor: Pick<Visitor, "timeZone">): Html {
  return html`As of ${moment(new Date(nowMs).toISOString(), visitor)}`;
}

/** The name of the vault of a key; `KMS` for a KMS key, which has no vault. */
export function placeOf(vaultId: string, vaults: VaultNames): string {
  return vaultId === "" ? "KMS" : (vaults.get(vaultId) ?? vaultId);
}

/** The path of a key: `<vaultId>/<keyId>`, or `kms/<keyId>` for a KMS key. */
export function keyPath({ vaultId, keyId }: Pick<Report, "vaultId" | "keyId">): string {
  return `${vaultId === "" ? "kms" : vaultId}/${keyId}`;
}

export function keyPageOf(path: string): string {
  return path.startsWith("kms/") ? `/${path}` : `/keys/${path}`;
}

export function waveAddress(wave: string): string {
  return `/campaign/waves/${encodeURIComponent(wave)}`;
}

export function keyAddress(key: Pick<Report, "vaultId" | "keyId">): string {
  return keyPageOf(keyPath(key));
}

/**
 * Shows an explanation. Its code appears only if something was refused, because the code of a wait would be read as an
 * error.
 */
export function explanationPart(explanation: Explanation, showsCode = false): Html {
  const { summary, facts, state, isUnchanged, next, code } = explanation;
  const all = [
    ...facts,
    ...(isUnchanged === true ? ["Nothing was changed."] : []),
    ...(state === undefined ? [] : [`Current state: ${state}.`]),
  ];
  return html`${summary === "" ? "" : html`<p class="lead">${summary}</p>`}
${list(all)}
${onCommandLine(next.map(stepOf))}
${code === undefined || !showsCode ? "" : html`<p class="quiet">Code: <code>${code}</code></p>`}`;
}

/** What a person sees of a managed key before they decide: what its requester cannot choose, then what they said. */
export function shownKey(key: Pick<InspectedKey, "facts" | "heading" | "said"> | undefined): Html {
  if (key === undefined) return html``;
  return html`${list(key.facts)}<p>${key.heading}</p>${list(key.said)}`;
}

function stepOf(step: NextStep): Html {
  const commands = step.commands.map((command) => commandOf({ command }));
  return html`<li>${step.isSequel === true ? "then: " : ""}${whoRuns(step)}:${commands}</li>`;
}

/** Commands that do the same as the page. */
export function commandsOf(next: readonly Pick<Act, "command" | "remark">[]): Html {
  return onCommandLine(next.map(commandOf));
}

function onCommandLine(commands: readonly Html[]): Html {
  if (commands.length === 0) return html``;
  return html`<details><summary>The same on the command line</summary>${commands}</details>`;
}

/** The body of the page of an error. */
export function errorPart({ detail, code }: UkoError): Html {
  return html`${detail === "" ? "" : html`<p class="lines">${printableLines(detail)}</p>`}
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

/** An empty state selects keys in every state. */
export const keysQuery = tableQuery.extend({ state: z.enum(lifecycleStates).or(z.literal("")).catch("") });
export type KeysQuery = z.output<typeof keysQuery>;

const rowsPerPage = 50;

/** One page of a table of any length. */
export function pagedTable(
  { columns, rows, name }: Table & { readonly name: string },
  wanted: number,
  address: string,
): Html {
  const pages = Math.max(1, Math.ceil(rows.length / rowsPerPage));
  const page = Math.min(wanted, pages);
  const shown = rows.slice((page - 1) * rowsPerPage, page * rowsPerPage);
  const linkOf = (to: number, says: string): Html =>
    to < 1 || to > pages ? html`` : html`<li>${linkTo(`${address}&page=${to}`, says)}</li>`;
  return html`<p role="status">${sayKeys(rows.length)}${pages === 1 ? "" : `, page ${page} of ${pages}`}</p>
${shown.length === 0 ? "" : tableOf({ columns, rows: shown }, name)}
${pages === 1 ? "" : html`<nav aria-label="Pages of the table: ${name}"><ul class="pages">${linkOf(page - 1, "Previous page")}${linkOf(page + 1, "Next page")}</ul></nav>`}`;
}

/** A table of keys with a search. Each row leads to the page of its key, whose path is in `names`. */
export function keyTable(
  { columns, rows, names, name }: ReportTable & { readonly names: readonly string[]; readonly name: string },
  { contains, page }: TableQuery,
  address: string,
): Html {
  const isFound = (cell: string): boolean => cell.toLowerCase().includes(contains.toLowerCase());
  const linked = rows.flatMap((row, at) => {
    const [first = "", ...others] = row;
    return row.some(isFound) ? [[linkTo(keyPageOf(names[at] ?? ""), first), ...others]] : [];
  });
  const filter = { name: "contains", label: "Only rows that contain", value: contains };
  return html`${rows.length > rowsPerPage || contains !== "" ? textFilter(filter, address) : ""}
${pagedTable({ columns, rows: linked, name }, page, `${address}?${new URLSearchParams({ contains })}`)}`;
}

/** Links to the keys of each class, in the list below them. */
export function classLinks(classes: ReturnType<typeof classWords>["counts"], address: string): Html {
  if (classes.length === 0) return html``;
  const links = classes.map(({ word, keys }) => {
    const query = new URLSearchParams({ contains: word });
    return html`<li>${linkTo(`${address}?${query}#keys`, `${word} (${keys})`)}</li>`;
  });
  return html`<ul class="pages" aria-label="Only the keys that are">${links}</ul>`;
}

/** A link with the name of an object, and its ID, because two objects can have the same name. */
export function linkWithId(address: string, name: string, id: string): Html {
  return html`${linkTo(address, name)}<br><code class="quiet">${id}</code>`;
}

/** People know a key by its label, so the label comes first and leads to the page of the key. */
export function labelFirst(section: ReportSection): Section {
  const { table } = section;
  const [label, key] = [table?.columns.indexOf("label") ?? -1, table?.columns.indexOf("key") ?? -1];
  if (table === undefined || label === -1 || key === -1) return section;
  const isOther = (_: unknown, at: number): boolean => at !== label && at !== key;
  const rows = table.rows.map((row) => {
    const path = row[key] ?? "";
    const name = row[label] ?? "";
    // Keys with the same reason share a row, which names one of them.
    const first = path.includes(" ") ? name : linkTo(keyPageOf(path), name);
    return [first, ...row.filter(isOther), path];
  });
  return { ...section, table: { columns: ["label", ...table.columns.filter(isOther), "key"], rows } };
}

/** A form that shows the same page again, for the rows or keys that a text selects. */
export function textFilter(
  { name, label, value }: { readonly name: string; readonly label: string; readonly value: string },
  address: string,
): Html {
  return html`<form method="get" action="${address}" class="row" role="search" aria-label="Filter">
<div><label for="filter">${label}</label><input id="filter" name="${name}" maxlength="200" value="${escapedFieldText(value)}"></div>
<button class="plain">Filter</button>
</form>`;
}

export function sayKeys(keys: number, vaultId?: string): string {
  return count(keys, vaultId === "" ? "KMS key" : "key");
}

export function searchForm({ contains, state }: Omit<KeysQuery, "page">): Html {
  const options = lifecycleStates.map(
    (each) => html`<option value="${each}"${each === state ? html` selected` : ""}>${words(each)}</option>`,
  );
  return html`<form method="get" action="/keys" class="row" role="search">
<div><label for="contains">Label contains</label><input id="contains" name="contains" maxlength="200" value="${escapedFieldText(contains)}"></div>
<div><label for="state">State</label><select id="state" name="state"><option value="">all</option>${options}</select></div>
<button>Search</button>
</form>`;
}

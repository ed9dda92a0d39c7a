/**
 * Renders the parts that all HTML pages use: lists, facts with names, tables, commands, and the sections of a report.
 */

import { areDays } from "../text/iso-time.ts";
import { capital } from "../text/printable.ts";
import { type Html, html, type Shown } from "./markup.ts";

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Shown[])[];
}

export interface Section {
  readonly title: string;
  readonly table?: Table;
  readonly lines?: readonly string[];
}

/** A list. Indented lines after a line that ends with a colon, such as `You cannot approve 2 keys now:`, are below it. */
export function list(facts: readonly Shown[]): Html {
  if (facts.length === 0) return html``;
  const items: { readonly fact: Shown; readonly below: Shown[] }[] = [];
  for (const fact of facts) {
    const last = items.at(-1);
    const isBelow = String(fact).startsWith("  ") && last !== undefined && String(last.fact).endsWith(":");
    if (isBelow) last.below.push(fact);
    else items.push({ fact, below: [] });
  }
  return html`<ul>${items.map(({ fact, below }) => html`<li>${fact}${list(below)}</li>`)}</ul>`;
}

/** Facts with their names. A fact that is undefined or empty is left out. */
export function definitions(facts: readonly (readonly [name: string, value: Shown | undefined])[]): Html {
  const known = facts.map(([name, value = ""]) =>
    String(value).trim() === "" ? "" : html`<dt>${name}</dt><dd>${withCode(value)}</dd>\n`,
  );
  return html`<dl>\n${known}</dl>`;
}

export function sectionsOf(sections: readonly Section[]): Html {
  return html`${sections.map(
    ({ title, table, lines = [] }) => html`<h2>${capital(title)}</h2>
${table === undefined ? "" : tableOf(table, title)}
${list(lines)}
`,
  )}`;
}

/**
 * A table. On a narrow screen the style sheet shows each row of a wide table as a block, with the heads of the columns
 * before the values. The roles keep the meaning of the table there.
 */
export function tableOf({ columns, rows }: Table, name: string): Html {
  const names = columns.map(
    (column, at) => `${capital(words(column))}${areDays(rows.map((row) => row[at])) ? " (UTC)" : ""}`,
  );
  const heads = names.map((column) => html`<th scope="col" role="columnheader">${column}</th>`);
  const cellOf = (value: Shown, at: number): Html => {
    const attributes = html`data-label="${names[at] ?? ""}"${isShort(value) ? html` class="short"` : ""}`;
    const shown = value === "" ? "–" : withCode(value);
    if (at > 0) return html`<td role="cell" ${attributes}>${shown}</td>`;
    return html`<th scope="row" role="rowheader" ${attributes}>${shown}</th>`;
  };
  return html`<table${columns.length > 2 ? html` class="stacks"` : ""} role="table" aria-label="${capital(name)}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map(cellOf)}</tr>\n`)}</tbody></table>`;
}

export function codeOf(text: string | undefined): Html | undefined {
  return text === undefined ? undefined : html`<code>${text}</code>`;
}

/** A link in a cell of a table. An empty text is replaced, because a link without text could not be followed. */
export function linkTo(address: string, text: string): Html {
  return html`<a href="${address}">${text === "" ? "–" : text}</a>`;
}

/** A command to copy, with its remark: who runs the command, or why. */
export function commandOf({ command, remark }: { readonly command: string; readonly remark?: string }): Html {
  return html`<pre><code>${command}</code></pre>${remark === undefined ? "" : html`<p class="quiet">${remark}</p>`}`;
}

export function words(word: string): string {
  return word.replaceAll("_", " ");
}

/** Dates, numbers, names and words such as `pre_activation` stay on one line; other texts may break anywhere. */
function isShort(value: Shown): boolean {
  return (
    typeof value === "number" || (typeof value === "string" && (value.length <= 10 || /^[a-z_]{1,20}$/.test(value)))
  );
}

function withCode(value: Shown): Shown {
  return typeof value === "string" && identifier.test(value) ? html`<code>${value}</code>` : value;
}

/** The texts that are shown as code: `<vaultId>/<keyId>`, `kms/<keyId>`, IDs alone, IDs of records, and digests. */
const identifier = /^(?:(?:(?:kms|[0-9a-f-]{36})\/)?[0-9a-f-]{36}|[0-9a-f]{32}|[0-9a-f]{64})$/;

/** Parts that pages share: texts and times from outside, explanations, tables, forms and reports. */

import { html as ofAnything, raw } from "hono/html";
import { sayTime, whoRuns } from "../compose-text.ts";
import type { CampaignReport, ReportSection, ReportTable, Timeline } from "../engine/campaign/report.ts";
import type { Explanation, NextStep } from "../engine/text/explanation.ts";
import type { UkoError } from "../errors.ts";
import { capital, printableLines } from "../printable.ts";

export type Html = ReturnType<typeof ofAnything>;

type Shown = string | number | Html | readonly Shown[];

/** Without this type, `html` takes a value of any type and shows an object as `[object Object]`. */
export const html: (parts: TemplateStringsArray, ...values: readonly Shown[]) => Html = ofAnything;

/** Control, format, private and unassigned characters, and line separators: they hide or reorder text. */
const unusual = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]/gu;

export function escaped(text: string): string {
  return text.replace(unusual, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** `24 Nov 2026 14:22 UTC`, with the local time of this machine after it. */
export function moment(iso: string, timeZone: string): Html {
  const ms = Date.parse(iso);
  const local = sayLocal(ms, timeZone);
  return html`<time datetime="${iso}">${sayTime(ms)}${local === undefined ? "" : ` (${local})`}</time>`;
}

/** Undefined where local time is UTC. */
function sayLocal(ms: number, timeZone: string): string | undefined {
  if (timeZone === "UTC" || timeZone === "Etc/UTC") return undefined;
  const form = { timeZone, day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const;
  return new Intl.DateTimeFormat("en-GB", { ...form, timeZoneName: "short" }).format(ms);
}

export function words(word: string): string {
  return word.replaceAll("_", " ");
}

export function explained({ summary, facts, state, isUnchanged, next, code }: Explanation): Html {
  const all = [
    ...facts,
    ...(isUnchanged === true ? ["Nothing was changed."] : []),
    ...(state === undefined ? [] : [`Current state: ${state}.`]),
  ];
  return html`<p class="lead">${summary}</p>
${list(all)}
${next.length === 0 ? "" : onCommandLine(next)}
${code === undefined ? "" : html`<p class="quiet">Code: <code>${code}</code></p>`}`;
}

export function list(facts: readonly string[]): Html {
  if (facts.length === 0) return html``;
  return html`<ul>${facts.map((fact) => html`<li>${fact}</li>`)}</ul>`;
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
  return html`<pre tabindex="0"><code>${command}</code></pre>`;
}

export function failed({ summary, detail, code }: UkoError): Html {
  return html`<h1>${summary}</h1>
${detail === "" ? "" : html`<p class="lines">${printableLines(detail)}</p>`}
<p class="quiet">Code: <code>${code}</code></p>
<p><a href="/waiting">Waiting for you</a></p>`;
}

/** A part of the rows of a table, counted from page 1. */
export function pageOf<Row>(rows: readonly Row[], wanted: number, rowsPerPage: number) {
  const pages = Math.max(1, Math.ceil(rows.length / rowsPerPage));
  const page = Math.min(wanted, pages);
  return {
    shown: rows.slice((page - 1) * rowsPerPage, page * rowsPerPage),
    position: `${rows.length} ${rows.length === 1 ? "key" : "keys"}, page ${page} of ${pages}`,
    /** Empty for a table of one page. */
    links(addressOf: (page: number) => string): Html {
      if (pages === 1) return html``;
      return html`<nav aria-label="Pages of the table"><ul class="pages">
${page > 1 ? html`<li><a href="${addressOf(page - 1)}">Previous page</a></li>` : ""}
${page < pages ? html`<li><a href="${addressOf(page + 1)}">Next page</a></li>` : ""}
</ul></nav>`;
    },
  };
}

export function reportParts(sections: readonly ReportSection[]): Html {
  return html`${sections.map(
    ({ title, table, lines = [] }) => html`<h2>${capital(title)}</h2>
${table === undefined ? "" : tableOf(table, title)}
${list(lines.map(escaped))}`,
  )}`;
}

/** On a narrow screen each row is a block, in which the heads of the columns stand before the values. */
export function tableOf(
  { columns, rows }: ReportTable,
  name: string,
  link: (first: string, row: number) => string | undefined = () => undefined,
): Html {
  const names = columns.map((column) => capital(words(column)));
  const heads = names.map((column) => html`<th scope="col" role="columnheader">${column}</th>`);
  const shown =
    (row: number) =>
    (cell: string, at: number): Html => {
      const label = names[at] ?? "";
      const address = at === 0 ? link(cell, row) : undefined;
      const text = cell === "" ? "–" : isKeyPath.test(cell) ? html`<code>${cell}</code>` : escaped(cell);
      if (at > 0) return html`<td role="cell" data-label="${label}">${text}</td>`;
      const inner = address === undefined ? text : html`<a href="${address}">${text}</a>`;
      return html`<th scope="row" role="rowheader" data-label="${label}">${inner}</th>`;
    };
  return html`<table class="stacks" role="table" aria-label="${capital(name)}">
<thead role="rowgroup"><tr role="row">${heads}</tr></thead>
<tbody role="rowgroup">${rows.map((row, index) => html`<tr role="row">${row.map(shown(index))}</tr>`)}</tbody></table>`;
}

/** `<vaultId>/<keyId>`, `kms/<keyId>` and IDs alone. */
const isKeyPath = /^(?:(?:kms|[0-9a-f-]{36})\/)?[0-9a-f-]{36}$/;

export function commandsOf({ next }: Pick<CampaignReport, "next">): Html {
  if (next.length === 0) return html``;
  return html`<details><summary>The same on the command line</summary>
${next.map(({ command, remark }) => html`${commandOf(command)}${remark === undefined ? "" : html`<p class="quiet">${escaped(remark)}</p>`}`)}</details>`;
}

const laneHeight = 24;
const marksHeight = 40;
const width = 1000;
const colors = { outage: "outage", pending: "pending", metadata: "metadata" } as const;

/** The tables have the same dates, so assistive technology skips the picture. */
export function timelinePicture({ fromMs, untilMs, rows, marks }: Timeline): Html {
  const at = (ms: number): number =>
    Math.round((width * (Math.min(Math.max(ms, fromMs), untilMs) - fromMs)) / Math.max(1, untilMs - fromMs));
  const height = marksHeight + rows.length * laneHeight;
  const lanes = rows.map(({ spans }, index) => {
    const top = marksHeight + index * laneHeight + 3;
    const bars = spans.map(({ kind, fromMs: from, untilMs: until }) => {
      const x = at(from);
      const y = kind === "outage" ? top : top + 9;
      return html`<rect class="${colors[kind]}" x="${x}" y="${y}" width="${Math.max(3, at(until) - x)}" height="9"/>`;
    });
    return html`<rect class="lane" x="0" y="${top}" width="${width}" height="18"/>${bars}`;
  });
  const lines = marks.map(
    ({ atMs }) => html`<line class="mark" x1="${at(atMs)}" x2="${at(atMs)}" y1="0" y2="${height}"/>`,
  );
  return html`<figure class="timeline" aria-hidden="true">
<div class="lanes"><ol>${rows.map(({ name }) => html`<li>${name}</li>`)}</ol>
<svg viewBox="0 0 ${width} ${height}" height="${height}" preserveAspectRatio="none">${lanes}${lines}</svg></div>
<figcaption>${raw(legend)} ${marks.map(({ label }) => html`<span class="key mark"></span>${label} `)}</figcaption>
</figure>`;
}

const legend = [
  '<span class="key outage"></span>outage, can be undone',
  '<span class="key pending"></span>destroyed, material pending',
  '<span class="key metadata"></span>metadata remains',
].join(" ");

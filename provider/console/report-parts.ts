/** The sections of a campaign report, its dates as a picture, and its commands, as parts of a page. */

import { html, raw } from "hono/html";
import type { CampaignReport, ReportSection, ReportTable, Timeline } from "../engine/campaign/report.ts";
import { capital } from "../printable.ts";
import { list } from "./explained.ts";
import { escaped, type Html, words } from "./shown.ts";

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
${next.map((command) => html`<pre tabindex="0"><code>${command}</code></pre>`)}</details>`;
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

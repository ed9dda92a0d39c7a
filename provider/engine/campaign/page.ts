/**
 * A campaign report as one HTML page without any script or outside resource, so that it can be
 * mailed, archived and printed. Every text is escaped.
 */

import { escapeHtml } from "../../encodings.ts";
import { sayTime } from "../text/words.ts";
import type { CampaignReport, NextCommand, ReportSection, ReportTable, Timeline } from "./report.ts";

export function renderPage({ summary, sections, next, page }: CampaignReport): string {
  const title = page?.title ?? "uko campaign";
  return [
    "<!doctype html>",
    '<html lang="en">',
    "<head>",
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    // The page loads nothing and runs nothing, whatever a label contains.
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">`,
    '<meta name="color-scheme" content="light dark">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    `<header><p class="kicker">${escapeHtml(title)}</p><h1>${escapeHtml(summary)}</h1>${page === undefined ? "" : `<p class="as-of">As of ${escapeHtml(sayTime(page.asOfMs))}</p>`}</header>`,
    "<main>",
    ...(page?.timeline === undefined ? [] : [timelineOf(page.timeline)]),
    ...sections.map(sectionOf),
    ...(next.length === 0 ? [] : [nextOf(next)]),
    "</main>",
    "<footer><p>Written by uko from the service and the campaign folder. Dates are in UTC, and assume that every person acts at once.</p></footer>",
    "</body>",
    "</html>",
    "",
  ].join("\n");
}

function sectionOf({ title, table, lines = [] }: ReportSection, index: number): string {
  const id = `section-${index + 1}`;
  const items = lines.map((line) => `<li>${escapeHtml(line)}</li>`).join("");
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escapeHtml(title)}</h2>`,
    ...(table === undefined ? [] : [tableOf(table, id)]),
    ...(items === "" ? [] : [`<ul>${items}</ul>`]),
    "</section>",
  ].join("\n");
}

/**
 * On a narrow screen each row becomes a block with the heads in front of its values. The roles keep
 * the meaning of the table there.
 */
function tableOf({ columns, rows }: ReportTable, labelledBy: string): string {
  const heads = columns.map((column) => `<th scope="col" role="columnheader">${escapeHtml(capitalized(column))}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, at) => {
      const label = escapeHtml(capitalized(columns[at] ?? ""));
      const isFirst = at === 0;
      const tag = isFirst ? "th" : "td";
      const role = isFirst ? 'scope="row" role="rowheader"' : 'role="cell"';
      return `<${tag} ${role} data-label="${label}"${classOf(cell)}>${cell === "" ? "–" : escapeHtml(cell)}</${tag}>`;
    });
    return `<tr role="row">${cells.join("")}</tr>`;
  });
  return [
    `<table class="${widthOf({ columns, rows })}" role="table" aria-labelledby="${labelledBy}">`,
    `<thead role="rowgroup"><tr role="row">${heads.join("")}</tr></thead>`,
    `<tbody role="rowgroup">${body.join("\n")}</tbody>`,
    "</table>",
  ].join("\n");
}

function capitalized(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** Dates, numbers and names stay on one line; IDs may break anywhere. */
function classOf(text: string): string {
  return text.length <= maxShortCharacters ? ' class="short"' : "";
}

const maxShortCharacters = 16;

function widthOf({ columns }: ReportTable): string {
  return columns.length <= 2 ? "pair" : columns.length <= 5 ? "medium" : "wide";
}

/** The table of the waves has the same dates, so assistive technology skips the picture. */
function timelineOf({ fromMs, untilMs, rows, marks }: Timeline): string {
  const percent = (ms: number): string =>
    ((100 * (Math.min(Math.max(ms, fromMs), untilMs) - fromMs)) / Math.max(1, untilMs - fromMs)).toFixed(2);
  const marked = marks.map(
    ({ label, atMs }) => `<div class="mark" style="left:${percent(atMs)}%"><span>${escapeHtml(label)}</span></div>`,
  );
  const bars = rows.map(({ name, spans }) => {
    const parts = spans.map(({ kind, fromMs: from, untilMs: until }) => {
      const width = (Number(percent(until)) - Number(percent(from))).toFixed(2);
      return `<div class="span ${kind}" style="left:${percent(from)}%;width:max(${width}%,4px)"></div>`;
    });
    return `<div class="lane"><span class="lane-name">${escapeHtml(name)}</span><div class="track">${parts.join("")}</div></div>`;
  });
  return [
    '<figure class="timeline" aria-hidden="true">',
    `<div class="lanes">${bars.join("")}<div class="marks">${marked.join("")}</div></div>`,
    '<figcaption><span class="key outage"></span>outage, can be undone <span class="key pending"></span>destroyed, material pending <span class="key metadata"></span>metadata remains</figcaption>',
    "</figure>",
  ].join("\n");
}

function nextOf(next: readonly NextCommand[]): string {
  const commands = next
    .map(({ command, remark }) => {
      const said = remark === undefined ? "" : `<p>${escapeHtml(remark)}</p>`;
      return `<pre><code>${escapeHtml(command)}</code></pre>${said}`;
    })
    .join("");
  return `<section aria-labelledby="next"><h2 id="next">Next</h2>${commands}</section>`;
}

/** Each row of the table as a block, with the heads in front of the values. */
const stacked = (table: string): string => `
  ${table} thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  ${table}, ${table} tbody, ${table} tr, ${table} td, ${table} tbody th { display: block; }
  ${table} tr { border: 1px solid var(--line); border-radius: 4px; margin: .6rem 0; padding: .3rem .6rem; }
  ${table} td, ${table} tbody th { border: 0; padding: .15rem 0; display: grid; gap: .6rem;
    grid-template-columns: minmax(6.5rem, 30%) 1fr; }
  ${table} td::before, ${table} tbody th::before { content: attr(data-label); color: var(--soft); font-weight: 400; }`;

/** Light and dark, for narrow and wide screens, and for A4. */
const pageStyle = `
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #ffffff; --line: #d0d7de; --band: #f3f5f7;
  --accent: #0550ae; --outage: #bf8700; --pending: #cf222e; --metadata: #8250df; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9da7b3; --paper: #0f1318; --line: #30363d; --band: #171c23;
    --accent: #79c0ff; --outage: #d29922; --pending: #ff7b72; --metadata: #bc8cff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 84rem; padding: 1.5rem 1rem 3rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; overflow-wrap: anywhere; }
header { border-bottom: 3px solid var(--accent); margin-bottom: 1.5rem; padding-bottom: .75rem; }
.kicker { margin: 0; color: var(--soft); font-weight: 600; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .25rem 0; }
.as-of { margin: 0; color: var(--soft); }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .875rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line); }
thead th { border-bottom: 2px solid var(--line); background: var(--band); overflow-wrap: normal; vertical-align: bottom; }
.short { white-space: nowrap; }
tbody th { font-weight: 600; }

ul { padding-left: 1.2rem; margin: .5rem 0; }
pre { background: var(--band); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .75rem; margin: .4rem 0;
  white-space: pre-wrap; }
footer { margin-top: 2.5rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .85rem; }
.timeline { margin: 0 0 1.5rem; }
.lanes { position: relative; padding-top: 3.2rem; }
.lane { display: grid; grid-template-columns: 8rem 1fr; align-items: center; gap: .5rem; height: 1.9rem; }
.lane-name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: .875rem; }
.track { position: relative; height: 1rem; background: var(--band); border-radius: 2px; }
.span { position: absolute; top: 0; bottom: 0; }
.outage { background: var(--outage); }
.pending { background: var(--pending); }
.metadata { background: var(--metadata); }
.span.outage { bottom: 50%; }
.span.pending, .span.metadata { top: 50%; }
.marks { position: absolute; top: 0; bottom: 0; left: 8.5rem; right: 0; pointer-events: none; }
.mark { position: absolute; top: 0; bottom: 0; border-left: 2px dashed var(--ink); }
.mark span { position: absolute; top: 0; right: .3rem; white-space: nowrap; font-size: .75rem; font-weight: 600;
  background: var(--paper); }
.mark:nth-child(even) span { top: 1.4rem; }
figcaption { color: var(--soft); font-size: .85rem; margin-top: .5rem; }
.key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 .8rem; vertical-align: -1px; }
.key:first-child { margin-left: 0; }
@media (max-width: 40rem) {
  .lane { grid-template-columns: 5rem 1fr; }
  .marks { left: 5.5rem; }
}
@media screen and (max-width: 40rem) { ${stacked(".medium")} }
@media screen and (max-width: 56rem) { ${stacked(".wide")} }
@media print {
  :root { --ink: #000; --soft: #333; --paper: #fff; --line: #999; --band: #f3f3f3; --accent: #000; }
  @page { size: A4; margin: 15mm; }
  body { max-width: none; padding: 0; font-size: 9pt; }
  table { font-size: 8pt; }
  thead { display: table-header-group; }
  tr, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
  .span, .key, thead th { print-color-adjust: exact; }
}
`;

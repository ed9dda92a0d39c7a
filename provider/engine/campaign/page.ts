/**
 * A campaign report as one HTML page without any script or outside resource, so that it can be
 * mailed, archived and printed. Every text is escaped.
 */

import { sayTime } from "../text/words.ts";
import { pageStyle } from "./page-style.ts";
import type { CampaignReport, ReportSection, ReportTable, Timeline } from "./report.ts";

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
    `<title>${escaped(title)}</title>`,
    `<style>${pageStyle}</style>`,
    "</head>",
    "<body>",
    `<header><p class="kicker">${escaped(title)}</p><h1>${escaped(summary)}</h1>${page === undefined ? "" : `<p class="as-of">As of ${escaped(sayTime(page.asOfMs))}</p>`}</header>`,
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

const replacements: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => replacements[sign] ?? "");
}

function sectionOf({ title, table, lines = [] }: ReportSection, index: number): string {
  const id = `section-${index + 1}`;
  const items = lines.map((line) => `<li>${escaped(line)}</li>`).join("");
  return [
    `<section aria-labelledby="${id}">`,
    `<h2 id="${id}">${escaped(title)}</h2>`,
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
  const heads = columns.map((column) => `<th scope="col" role="columnheader">${escaped(capitalized(column))}</th>`);
  const body = rows.map((row) => {
    const cells = row.map((cell, at) => {
      const label = escaped(capitalized(columns[at] ?? ""));
      const isFirst = at === 0;
      const tag = isFirst ? "th" : "td";
      const role = isFirst ? 'scope="row" role="rowheader"' : 'role="cell"';
      return `<${tag} ${role} data-label="${label}"${classOf(cell)}>${cell === "" ? "–" : escaped(cell)}</${tag}>`;
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
    ({ label, atMs }) => `<div class="mark" style="left:${percent(atMs)}%"><span>${escaped(label)}</span></div>`,
  );
  const bars = rows.map(({ name, spans }) => {
    const parts = spans.map(({ kind, fromMs: from, untilMs: until }) => {
      const width = (Number(percent(until)) - Number(percent(from))).toFixed(2);
      return `<div class="span ${kind}" style="left:${percent(from)}%;width:max(${width}%,4px)"></div>`;
    });
    return `<div class="lane"><span class="lane-name">${escaped(name)}</span><div class="track">${parts.join("")}</div></div>`;
  });
  return [
    '<figure class="timeline" aria-hidden="true">',
    `<div class="lanes">${bars.join("")}<div class="marks">${marked.join("")}</div></div>`,
    '<figcaption><span class="key outage"></span>outage, can be undone <span class="key pending"></span>destroyed, material pending <span class="key metadata"></span>metadata remains</figcaption>',
    "</figure>",
  ].join("\n");
}

function nextOf(next: readonly string[]): string {
  const commands = next.map((line) => `<pre><code>${escaped(line)}</code></pre>`).join("");
  return `<section aria-labelledby="next"><h2 id="next">Next</h2>${commands}</section>`;
}

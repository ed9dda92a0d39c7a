/** Parts that pages of the console share: times, explanations, commands and forms. */

import { sayTime, whoRuns } from "../compose/text.ts";
import type { CampaignReport } from "../engine/campaign/reports/report.ts";
import type { Explanation, NextStep } from "../engine/text/explanation.ts";
import type { UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { list } from "../html/report-parts.ts";
import { printableLines } from "../text/printable.ts";

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
<p class="quiet">Code: <code>${code}</code></p>
<p><a href="/waiting">Waiting for you</a></p>`;
}

export function problemOf(problem: string | undefined): Html {
  return problem === undefined ? html`` : html`<p class="problem" id="problem" role="alert">${problem}</p>`;
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

export function commandsOf({ next }: Pick<CampaignReport, "next">): Html {
  if (next.length === 0) return html``;
  return html`<details><summary>The same on the command line</summary>
${next.map(({ command, remark }) => html`${commandOf(command)}${remark === undefined ? "" : html`<p class="quiet">${remark}</p>`}`)}</details>`;
}

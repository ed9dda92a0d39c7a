/** Renders the report of a campaign as one HTML page, so that people can mail, archive and print it. */

import { sayTime } from "../../engine/text/words.ts";
import { html } from "../../html/markup.ts";
import { standalonePage } from "../../html/page.ts";
import { commandOf, sectionsOf } from "../../html/report-parts.ts";
import { timelinePicture } from "../../html/timeline.ts";
import type { CampaignReport } from "./report.ts";

export function renderPage({ summary, sections, next, page }: CampaignReport): string {
  const title = page?.title ?? "uko campaign";
  const body = html`<p class="quiet">${title}</p>
<h1>${summary}</h1>
${page === undefined ? "" : html`<p class="quiet">As of ${sayTime(page.asOfMs)}</p>`}
${page?.timeline === undefined ? "" : timelinePicture(page.timeline)}
${sectionsOf([...(page?.first ?? []), ...sections])}
${next.length === 0 ? "" : html`<h2>Next</h2>${next.map(commandOf)}`}
<p class="quiet">Written by uko from the service and the campaign folder. Dates are in UTC, and assume that every person acts at once.</p>`;
  return standalonePage({ title, body });
}

/** Builds the pages that show a campaign and one of its waves: states, dates, keys, and links to the possible acts. */

import type { CampaignOverview, WaveInspection } from "../campaign/reports/inspect.ts";
import type { CampaignReport } from "../campaign/reports/report.ts";
import { type Html, html } from "../html/markup.ts";
import { linkTo, type Section, sectionsOf } from "../html/report-parts.ts";
import { timelinePicture } from "../html/timeline.ts";
import { actList } from "./act-page.ts";
import { type ActRuns, lastRun } from "./act-run.ts";
import { type ActSite, addAct } from "./acts.ts";
import { findWaveAct, type ShownReviews } from "./campaign-acts.ts";
import type { Page, Visitor } from "./layout.ts";
import { asOf, commandsOf, keyTable, labelFirst, type TableQuery, tableQuery, waveAddress } from "./parts.ts";

/** How often these pages refresh. Each read lists the whole instance, so this is less often than for a key. */
const refreshSeconds = 300;

export function addCampaignPages(site: ActSite, folder: string, shown: ShownReviews): void {
  const { console, get, runs } = site;
  const { run } = console;
  // The files are checked first: the page then comes with its title, and its content as soon as the service has answered.
  get("/campaign", async ({ options, visitor, progress }) => {
    const pages = await run.campaignPages(progress);
    const name = await pages.name(folder);
    return campaignPage(name, pages.overview(folder, options), runs.current(), visitor);
  });
  get("/campaign/waves/:wave", async ({ context, options, visitor, progress }) => {
    const { req } = context;
    const look = { wave: req.param("wave") ?? "", only: "", shown: shown.of(context.get("session").id) };
    const pages = await run.campaignPages(progress);
    const about = {
      campaign: await pages.name(folder, look.wave),
      wave: look.wave,
      query: tableQuery.parse(req.query()),
    };
    return wavePage(about, pages.wave(folder, look, options), runs.current(), visitor);
  });
  addAct(site, "/campaign/waves/:wave/:act", (requested) => findWaveAct({ run, folder, shown }, requested));
}

export function campaignPage(
  name: string,
  overview: Promise<CampaignOverview>,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const content = overview.then(({ report, nowMs }) => {
    const timeline = report.page?.timeline;
    return html`<p class="lead">${report.summary}.</p>
<p class="quiet">${asOf(nowMs, visitor)}</p>
${timeline === undefined ? "" : timelinePicture(timeline)}
${partsOf(report)}`;
  });
  const refresh = { address: "/campaign", refreshSeconds };
  return { title: `Campaign ${name}`, body: lastRun(run), parts: [content], refresh };
}

function partsOf(report: CampaignReport): Html {
  return html`${sectionsOf(report.sections.map((section) => waveLinked(labelFirst(section))))}${commandsOf(report.next)}`;
}

/** A table about waves leads to the page of each wave. */
function waveLinked(section: Section): Section {
  const { table } = section;
  if (table?.columns[0] !== "wave") return section;
  const rows = table.rows.map(([wave, ...row]) => [linkTo(waveAddress(String(wave)), String(wave)), ...row]);
  return { ...section, table: { ...table, rows } };
}

export function wavePage(
  { campaign, wave, query }: { readonly campaign: string; readonly wave: string; readonly query: TableQuery },
  inspection: Promise<WaveInspection>,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const content = inspection.then(({ report, nowMs, acts, keys }) => {
    const names = keys.rows.map(([, key = ""]) => key);
    return html`<p class="quiet">${asOf(nowMs, visitor)}</p>
<h2>What you can do</h2>
${acts.length === 0 ? html`<p>Nothing in this wave waits for you.</p>` : actList(acts, waveAddress(wave))}
${partsOf(report)}
<h2>Keys</h2>${keyTable({ ...keys, names, name: `keys of wave ${wave}` }, query, waveAddress(wave))}`;
  });
  const body = html`<p class="quiet"><a href="/campaign">Campaign ${campaign}</a></p>
${lastRun(run)}`;
  const address = `${waveAddress(wave)}?${new URLSearchParams({ contains: query.contains, page: String(query.page) })}`;
  return { title: `Wave ${wave}`, body, parts: [content], refresh: { address, refreshSeconds } };
}

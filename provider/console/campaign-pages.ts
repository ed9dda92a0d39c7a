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
import { commandsOf, keyTable, labelFirst, moment, type TableQuery, tableQuery, waveAddress } from "./parts.ts";

/** How often these pages refresh. Each read lists the whole instance, so this is less often than for a key. */
const refreshSeconds = 300;

export function addCampaignPages(site: ActSite, folder: string, shown: ShownReviews): void {
  const { console, get, runs } = site;
  const { run } = console;
  get("/campaign", async ({ options, visitor }) =>
    campaignPage(await (await run.campaignPages()).overview(folder, options), runs.current(), visitor),
  );
  get("/campaign/waves/:wave", async ({ context, options, visitor }) => {
    const { req } = context;
    const look = { wave: req.param("wave") ?? "", only: "", shown: shown.of(context.get("session").id) };
    const wave = await (await run.campaignPages()).wave(folder, look, options);
    return wavePage(wave, tableQuery.parse(req.query()), runs.current(), visitor);
  });
  addAct(site, "/campaign/waves/:wave/:act", (requested) => findWaveAct({ run, folder, shown }, requested));
}

export function campaignPage(
  { report, campaign, nowMs }: CampaignOverview,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const timeline = report.page?.timeline;
  const body = html`<p class="lead">${report.summary}.</p>
<p class="quiet">As of ${moment(new Date(nowMs).toISOString(), visitor)}</p>
${lastRun(run)}
${timeline === undefined ? "" : timelinePicture(timeline)}
${partsOf(report)}`;
  return { title: `Campaign ${campaign}`, body, refresh: { address: "/campaign", refreshSeconds } };
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
  inspection: Omit<WaveInspection, "approvalOf" | "checksOf">,
  query: TableQuery,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const { report, campaign, wave, nowMs, acts, keys } = inspection;
  const names = keys.rows.map(([, key = ""]) => key);
  const body = html`<p class="quiet"><a href="/campaign">Campaign ${campaign}</a>. As of ${moment(new Date(nowMs).toISOString(), visitor)}</p>
${lastRun(run)}
<h2>What you can do</h2>
${acts.length === 0 ? html`<p>Nothing in this wave waits for you.</p>` : actList(acts, waveAddress(wave))}
${partsOf(report)}
<h2>Keys</h2>${keyTable({ ...keys, names, name: `keys of wave ${wave}` }, query, waveAddress(wave))}`;
  const address = `${waveAddress(wave)}?${new URLSearchParams({ contains: query.contains, page: String(query.page) })}`;
  return { title: `Wave ${wave}`, body, refresh: { address, refreshSeconds } };
}

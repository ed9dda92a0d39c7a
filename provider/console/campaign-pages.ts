/**
 * Builds the pages that show a campaign, which is a planned deletion of many keys, and one of its waves. A wave is a
 * group of keys that are deleted together. The pages show states, dates, keys, and links to the possible acts.
 */

import type { CampaignOverview, WaveInspection } from "../engine/campaign/reports/inspect.ts";
import type { ReportSection, ReportTable } from "../engine/campaign/reports/report.ts";
import type { WaveStep } from "../engine/campaign/reports/wave-acts.ts";
import { type Html, html } from "../html/markup.ts";
import { linkTo, list, sectionsOf, tableOf, words } from "../html/report-parts.ts";
import { timelinePicture } from "../html/timeline.ts";
import { actList } from "./act-page.ts";
import { type ActRuns, lastRun } from "./act-run.ts";
import { type ActSite, addAct } from "./acts.ts";
import { findWaveAct, waveAddress } from "./campaign-acts.ts";
import type { Page, Visitor } from "./layout.ts";
import { commandsOf, keyTable, labelFirst, moment, type TableQuery, tableQuery } from "./parts.ts";

/** How often these pages refresh. Each read lists the whole instance, so this is less often than for a key. */
const refreshSeconds = 300;

export function addCampaignPages(site: ActSite, folder: string): void {
  const { console, get, runs } = site;
  const { run } = console;
  get("/campaign", async ({ options, visitor }) =>
    campaignPage(await (await run.campaignPages()).overview(folder, options), runs.current(), visitor),
  );
  get("/campaign/waves/:wave", async ({ context: { req }, options, visitor }) => {
    const wave = await (await run.campaignPages()).wave(folder, req.param("wave") ?? "", options);
    return wavePage(wave, tableQuery.parse(req.query()), runs.current(), visitor);
  });
  addAct(site, "/campaign/waves/:wave/:act", (requested) => findWaveAct({ run, folder }, requested));
}

export function campaignPage(
  { report, campaign, waves, nowMs }: CampaignOverview,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const timeline = report.page?.timeline;
  const dates = report.sections.find(isOfDates);
  const body = html`<p class="lead">${report.summary}.</p>
<p class="quiet">As of ${moment(new Date(nowMs).toISOString(), visitor)}</p>
${lastRun(run)}
${timeline === undefined ? "" : timelinePicture(timeline)}
<h2>Waves</h2>
${wavesTable(waves, dates?.table)}
${sectionsOf(report.sections.filter((section) => section !== dates).map(labelFirst))}
${commandsOf(report.next)}`;
  return { title: `Campaign ${campaign}`, body, refresh: { address: "/campaign", refreshSeconds } };
}

/** Whether this is the section with the dates of each wave. */
function isOfDates({ table }: ReportSection): boolean {
  return table?.columns[0] === "wave" && table.columns[1] === "keys";
}

/** The columns with dates that a person plans with; the picture shows the other dates. */
const shownDates = ["outage", "point of no return", "material gone", "deactivate by", "destroy by"];

/** The table of waves: for each one its keys by state, what it waits for, and its dates. */
function wavesTable({ columns, rows }: ReportTable, dates: ReportTable | undefined): Html {
  const lines = rows.map((row) => {
    const [wave = "", keys = ""] = row;
    const states = columns.slice(2, -1).flatMap((column, at) => {
      const number = row[at + 2] ?? "-";
      return number === "-" || number === "0" ? [] : [`${number} ${words(column)}`];
    });
    const planned = dates?.rows.find(([name]) => name === wave);
    const days = shownDates.map((name) => planned?.[dates?.columns.indexOf(name) ?? -1] ?? "");
    return [linkTo(waveAddress(wave), wave), keys, states.join(", "), row.at(-1) ?? "", ...days];
  });
  return tableOf({ columns: ["wave", "keys", "states", "waits for", ...shownDates], rows: lines }, "waves");
}

export function wavePage(
  inspection: Omit<WaveInspection, "approvalOf">,
  query: TableQuery,
  run: ReturnType<ActRuns["current"]>,
  visitor: Visitor,
): Page {
  const { campaign, wave, nowMs, steps, acts, keys } = inspection;
  const names = keys.rows.map(([, key = ""]) => key);
  const body = html`<p class="quiet"><a href="/campaign">Campaign ${campaign}</a>. As of ${moment(new Date(nowMs).toISOString(), visitor)}</p>
${lastRun(run)}
<h2>What you can do</h2>
${acts.length === 0 ? html`<p>Nothing in this wave waits for you.</p>` : actList(acts, waveAddress(wave))}
${steps.map(stepPart)}
<h2>Keys</h2>${keyTable({ ...keys, names, name: `keys of wave ${wave}` }, query, waveAddress(wave))}`;
  const address = `${waveAddress(wave)}?${new URLSearchParams({ contains: query.contains, page: String(query.page) })}`;
  return { title: `Wave ${wave}`, body, refresh: { address, refreshSeconds } };
}

const stepNames = { deactivate: "Deactivation", destroy: "Destruction" } as const;

function stepPart({ step, closed, toRequest, toReview, own }: WaveStep): Html {
  const counts = [
    [toRequest, "ready, without a request"],
    [toReview.managed, "requested by another person"],
    [toReview["never-active"], "never active, requested by another person"],
    [toReview.kms, "KMS keys, set for deletion"],
    [own, "requested by you"],
  ] as const;
  const shown = counts.filter(([keys]) => keys > 0).map(([keys, what]) => `${keys} ${what}`);
  const why = closed?.sections.flatMap(({ lines = [] }) => lines) ?? [];
  if (shown.length === 0 && why.length === 0) return html``;
  return html`<h2>${stepNames[step]}</h2>
${list(shown)}
${closed === undefined ? "" : html`<p class="problem">${closed.summary}.</p>${list(why)}${commandsOf(closed.next)}`}`;
}

/** The pages of a campaign and of one of its waves. */

import type { CampaignOverview, WaveInspection } from "../engine/campaign/reports/inspect.ts";
import type { WaveStep } from "../engine/campaign/reports/wave-acts.ts";
import { type Html, html, type Shown } from "../html/markup.ts";
import { linkTo, list, sectionsOf, tableOf } from "../html/report-parts.ts";
import { timelinePicture } from "../html/timeline.ts";
import { actList } from "./act-form.ts";
import type { CampaignRun } from "./campaign-run.ts";
import { layout, type Visitor } from "./layout.ts";
import { commandsOf, moment, pageOf } from "./parts.ts";

/** Each read lists the whole instance, so these pages read themselves again less often than a key's. */
const refreshSeconds = 300;

export const runAddress = "/campaign/run";

export function waveAddress(wave: string): string {
  return `/campaign/waves/${encodeURIComponent(wave)}`;
}

export function waveActAddress(wave: string, id: string): string {
  return `${waveAddress(wave)}/${id}`;
}

export function campaignPage(
  { report, campaign, waves, nowMs }: CampaignOverview,
  run: CampaignRun | undefined,
  visitor: Visitor,
  timeZone: string,
): Html {
  const timeline = report.page?.timeline;
  const body = html`<h1>Campaign ${campaign}</h1>
<p class="lead">${report.summary}.</p>
<p class="quiet">As of ${moment(new Date(nowMs).toISOString(), timeZone)}</p>
${lastRun(run)}
${timeline === undefined ? "" : timelinePicture(timeline)}
<h2>Waves</h2>
${tableOf({ columns: waves.columns, rows: waves.rows.map(linkedWave) }, "waves")}
${sectionsOf(report.sections)}
${commandsOf(report)}`;
  return layout({ title: `Campaign ${campaign}`, body, visitor, refresh: { address: "/campaign", refreshSeconds } });
}

function linkedWave([wave = "", ...cells]: readonly string[]): readonly Shown[] {
  return [linkTo(waveAddress(wave), wave), ...cells];
}

const rowsPerPage = 100;

export function wavePage(
  inspection: WaveInspection,
  page: number,
  run: CampaignRun | undefined,
  { visitor, timeZone }: { readonly visitor: Visitor; readonly timeZone: string },
): Html {
  const { campaign, wave, nowMs, steps, acts } = inspection;
  const body = html`<h1>Wave ${wave}</h1>
<p class="quiet"><a href="/campaign">Campaign ${campaign}</a>. As of ${moment(new Date(nowMs).toISOString(), timeZone)}</p>
${lastRun(run)}
<h2>What you can do</h2>
${
  acts.length === 0
    ? html`<p>Nothing in this wave waits for you.</p>`
    : actList(acts, ({ id }) => waveActAddress(wave, id))
}
${steps.map(stepPart)}
${keysOf(inspection, page)}`;
  const address = `${waveAddress(wave)}?page=${page}`;
  return layout({ title: `Wave ${wave}`, body, visitor, refresh: { address, refreshSeconds } });
}

function keysOf({ wave, keys }: WaveInspection, page: number): Html {
  const { shown, position, links } = pageOf(keys.rows, page, rowsPerPage);
  const rows = shown.map(([label = "", key = "", ...rest]) => [linkTo(keyPageOf(key), label), key, ...rest]);
  return html`<h2>Keys</h2>
<p>${position}</p>
${tableOf({ columns: keys.columns, rows }, `keys of wave ${wave}`)}
${links((to) => `${waveAddress(wave)}?page=${to}`)}`;
}

function keyPageOf(key: string): string {
  return key.startsWith("kms/") ? `/${key}` : `/keys/${key}`;
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
${closed === undefined ? "" : html`<p class="problem">${closed.summary}.</p>${list(why)}${commandsOf(closed)}`}`;
}

function lastRun(run: CampaignRun | undefined): Html {
  if (run === undefined) return html``;
  const says = run.state.kind === "running" ? "In progress" : "Your last run";
  return html`<p class="notice">${says}: <a href="${runAddress}">${run.act.title}, wave ${run.wave}</a></p>`;
}

/** The routes of a campaign. Each act starts a run that outlives its page; reads never start one. */

import type { Context, Hono } from "hono";
import * as z from "zod";
import type { CampaignActing } from "../engine/campaign/acts/acting.ts";
import type { CampaignReport } from "../engine/campaign/reports/report.ts";
import type { WaveAct, WaveApproval } from "../engine/campaign/reports/wave-acts.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { mistakeIn } from "./act-form.ts";
import { approvalPage, runPage, waveActPage, waveChangedPage } from "./campaign-act-pages.ts";
import { campaignPage, runAddress, wavePage } from "./campaign-pages.ts";
import { type CampaignRuns, createCampaignRuns } from "./campaign-run.ts";
import { type ConsoleApp, type Env, errorPage, readOptions, visitorOf } from "./console-context.ts";

const form = z.object({
  reason: z.string().max(4_000).catch(""),
  key: z.string().max(300).catch(""),
  application: z.string().max(200).catch(""),
  phrase: z.string().max(100).catch(""),
  typed: z.string().max(100).catch(""),
});
type Form = z.output<typeof form>;

const pageQuery = z.object({ page: z.coerce.number().int().min(1).catch(1) });

interface Campaign {
  readonly console: ConsoleApp;
  readonly folder: string;
  readonly runs: CampaignRuns;
}

export function addCampaignPages(
  app: Hono<Env>,
  console: ConsoleApp,
  { folder }: NonNullable<ConsoleApp["campaign"]>,
): void {
  const { run, timeZone, signal } = console;
  const runs = createCampaignRuns(signal);
  const campaign: Campaign = { console, folder, runs };

  app.get("/campaign", async (context) => {
    const options = readOptions(console, context);
    const overview = await (await run.campaignPages()).overview(folder, options);
    return context.html(campaignPage(overview, runs.current(), await visitorOf(console, context, options), timeZone));
  });
  app.get(runAddress, async (context) => {
    const visitor = await visitorOf(console, context, readOptions(console, context));
    return context.html(runPage(runs.current(), visitor));
  });
  app.get(`${runAddress}.csv`, (context) => {
    const state = runs.current()?.state;
    if (state?.kind !== "done" || state.report.csv === undefined) return context.notFound();
    const headers = {
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="run.csv"',
    };
    return context.body(state.report.csv, 200, headers);
  });
  app.post(`${runAddress}/stop`, (context) => {
    runs.stop();
    return context.redirect(runAddress, 303);
  });
  app.get("/campaign/waves/:wave", async (context) => {
    const options = readOptions(console, context);
    const wave = await (await run.campaignPages()).wave(folder, context.req.param("wave"), options);
    const visitor = await visitorOf(console, context, options);
    const { page } = pageQuery.parse(context.req.query());
    return context.html(wavePage(wave, page, runs.current(), { visitor, timeZone }));
  });
  app.get("/campaign/waves/:wave/:act", (context) => showAct(campaign, context));
  app.post("/campaign/waves/:wave/:act", (context) => startAct(campaign, context));
}

/** The act that the address names; undefined if the wave no longer offers it. */
async function chosenIn({ console, folder }: Campaign, { req }: Context<Env>, options: CallOptions) {
  const { wave = "", act: named = "" } = req.param() as { wave?: string; act?: string };
  const { acts } = await (await console.run.campaignPages()).wave(folder, wave, options);
  return { wave, act: acts.find(({ id }) => id === named) };
}

async function showAct(campaign: Campaign, context: Context<Env>): Promise<Response> {
  const { console } = campaign;
  const options = readOptions(console, context);
  const visitor = await visitorOf(console, context, options);
  const { wave, act } = await chosenIn(campaign, context, options);
  if (act === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  if (!isApproval(act)) return context.html(waveActPage(wave, act, visitor));
  const approval = await approvalOf(campaign, wave, act, options);
  if (approval.kind === "closed") return context.html(waveChangedPage(wave, visitor), 409);
  return context.html(approvalPage({ wave, act, approval }, visitor));
}

function isApproval(act: WaveAct): act is WaveApproval {
  return act.name === "approve" || act.name === "store";
}

async function approvalOf({ console, folder }: Campaign, wave: string, act: WaveApproval, options: CallOptions) {
  const { name, step, review } = act;
  const pages = await console.run.campaignPages();
  return pages.approval(folder, { wave, step, review, stores: name === "store" }, options);
}

async function startAct(campaign: Campaign, context: Context<Env>): Promise<Response> {
  const { console, folder, runs } = campaign;
  const options = { signal: console.signal };
  if (runs.current()?.state.kind === "running") return context.html(errorPage(stillRunning()), 409);
  const visitor = await visitorOf(console, context, options);
  const sent = form.parse(await context.req.parseBody());
  const { wave, act } = await chosenIn(campaign, context, options);
  if (act === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  if (isApproval(act)) {
    const approval = await approvalOf(campaign, wave, act, options);
    const isShown = approval.kind === "open" && sent.phrase === approval.phrase;
    if (!isShown) return context.html(waveChangedPage(wave, visitor), 409);
    const problem = mistakeIn(act, sent, approval.phrase);
    if (problem !== undefined) return context.html(approvalPage({ wave, act, approval }, visitor, problem), 422);
  } else {
    const problem = mistakeIn(act, sent, "");
    if (problem !== undefined) return context.html(waveActPage(wave, act, visitor, problem), 422);
  }
  const hasStarted = runs.start({ act, wave }, async (tools) => {
    const acting = await console.run.campaignActs(tools.progress);
    return take(act, { acting, folder, wave, sent }, { signal: tools.signal });
  });
  return hasStarted ? context.redirect(runAddress, 303) : context.html(errorPage(stillRunning()), 409);
}

interface Taken {
  readonly acting: CampaignActing;
  readonly folder: string;
  readonly wave: string;
  readonly sent: Form;
}

/** Does what the command of the act does, with what the form states. */
function take(act: WaveAct, { acting, folder, wave, sent }: Taken, options: CallOptions): Promise<CampaignReport> {
  const { reason, key, application, typed } = sent;
  switch (act.name) {
    case "request":
      return acting.request(folder, { wave, step: act.step, ...(reason !== "" && { reason }) }, options);
    case "review":
      return acting.review(folder, { wave, step: act.step, kind: act.kind }, options);
    case "approve":
    case "store": {
      const { step, review } = act;
      // The operation counts the keys again, and acts only if the count is what the person typed.
      const confirm = async (phrase: string): Promise<void> => {
        if (typed.trim() !== phrase) throw countChanged();
      };
      return acting.approve(folder, { wave, step, review, stores: act.name === "store", confirm }, options);
    }
    case "halt":
      return acting.halt(folder, wave, options);
    case "rollback": {
      const only = { ...(key !== "" && { key }), ...(application !== "" && { application }) };
      return acting.rollback(folder, { wave, ...only, writtenSince: false, confirm: async () => {} }, options);
    }
  }
}

function countChanged(): UkoError {
  return new UkoError("UKO_CANCELED", {
    summary: "The number of keys changed after your page was shown",
    detail: "Nothing was changed. Open the page of the wave again.",
  });
}

function stillRunning(): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: "This console is still working on a wave",
    detail: "Nothing was changed by this request. Open the page Campaign to see the run, or to stop the run.",
  });
}

/**
 * Connects the addresses of the pages of a campaign, a planned deletion of many keys, with the code of the pages. A GET
 * only reads. A POST starts an act, which continues if the browser leaves. An approval is refused if the number of keys
 * is not the one that the person typed. An act that the wave no longer offers is refused, too.
 */

import type { Context, Hono } from "hono";
import * as z from "zod";
import type { CampaignActing } from "../engine/campaign/acts/acting.ts";
import type { CampaignReport } from "../engine/campaign/reports/report.ts";
import type { WaveAct, WaveApproval } from "../engine/campaign/reports/wave-acts.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import type { Html } from "../html/markup.ts";
import { linkTo } from "../html/report-parts.ts";
import { mistakeIn } from "./act-page.ts";
import type { ActRuns, ReadyAct } from "./act-run.ts";
import { approvalPage, confirmedBy, waveActPage, waveChangedPage, waveResult } from "./campaign-act-pages.ts";
import { campaignPage, waveAddress, wavePage } from "./campaign-pages.ts";
import { type ConsoleApp, type Env, type Requested, type Shows, takesForms } from "./console-context.ts";
import { type TableQuery, tableQuery } from "./parts.ts";

const form = z.object({
  reason: z.string().max(4_000).catch(""),
  key: z.string().max(300).catch(""),
  application: z.string().max(200).catch(""),
  phrase: z.string().max(100).catch(""),
  typed: z.string().max(100).catch(""),
});
type Form = z.output<typeof form>;

interface Campaign {
  readonly console: ConsoleApp;
  readonly folder: string;
}

export function addCampaignPages(
  app: Hono<Env>,
  console: ConsoleApp,
  { shows, runs, folder }: { readonly shows: Shows; readonly runs: ActRuns; readonly folder: string },
): void {
  const { run, timeZone } = console;
  const campaign: Campaign = { console, folder };
  app.get(
    "/campaign",
    shows(async ({ options, visitor }) => {
      const overview = await (await run.campaignPages()).overview(folder, options);
      return campaignPage(overview, runs.current(), visitor, timeZone);
    }),
  );
  app.get(
    "/campaign/waves/:wave",
    shows(async ({ context, options, visitor }) => {
      const wave = await (await run.campaignPages()).wave(folder, context.req.param("wave") ?? "", options);
      return wavePage(wave, queryOf(context), runs.current(), { visitor, timeZone });
    }),
  );
  app.get(
    "/campaign/waves/:wave/:act",
    shows((requested) => showAct(campaign, requested)),
  );
  app.post(
    "/campaign/waves/:wave/:act",
    takesForms(console, (requested) => runs.start(requested, () => prepare(campaign, requested))),
  );
}

function queryOf({ req }: Context<Env>): TableQuery {
  return tableQuery.parse(req.query());
}

/** The act that the address names; undefined if the wave no longer offers it. */
async function chosenIn({ console, folder }: Campaign, { context: { req }, options }: Requested) {
  const { wave = "", act: named = "" } = req.param() as { wave?: string; act?: string };
  const { acts } = await (await console.run.campaignPages()).wave(folder, wave, options);
  return { wave, act: acts.find(({ id }) => id === named), others: acts.filter(({ id }) => id !== named) };
}

async function showAct(campaign: Campaign, requested: Requested): Promise<Html | Response> {
  const { context, options, visitor } = requested;
  const chosen = await chosenIn(campaign, requested);
  const { wave, act } = chosen;
  if (act === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  if (!isApproval(act)) return waveActPage({ ...chosen, act }, visitor);
  const approval = await approvalOf(campaign, wave, act, options);
  if (approval.kind === "closed") return context.html(waveChangedPage(wave, visitor), 409);
  return approvalPage({ ...chosen, act, approval }, queryOf(context), visitor);
}

function isApproval(act: WaveAct): act is WaveApproval {
  return act.name === "approve" || act.name === "store";
}

async function approvalOf({ console, folder }: Campaign, wave: string, act: WaveApproval, options: CallOptions) {
  const { name, step, review } = act;
  const pages = await console.run.campaignPages();
  return pages.approval(folder, { wave, step, review, stores: name === "store" }, options);
}

async function prepare(campaign: Campaign, requested: Requested): Promise<ReadyAct | Response> {
  const { console, folder } = campaign;
  const { context, options, visitor } = requested;
  const sent = form.parse(await context.req.parseBody());
  const chosen = await chosenIn(campaign, requested);
  const { wave, act } = chosen;
  if (act === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  let later = 0;
  if (isApproval(act)) {
    const approval = await approvalOf(campaign, wave, act, options);
    const isShown = approval.kind === "open" && sent.phrase === approval.phrase;
    if (!isShown) return context.html(waveChangedPage(wave, visitor), 409);
    const problem = mistakeIn(act.fields, sent, approval.phrase);
    const page = { ...chosen, act, approval };
    if (problem !== undefined) return context.html(approvalPage(page, queryOf(context), visitor, problem), 422);
    later = approval.later;
  } else {
    const { fields, toType } = confirmedBy({ wave, act });
    const problem = mistakeIn(fields, sent, toType);
    if (problem !== undefined) return context.html(waveActPage({ ...chosen, act }, visitor, problem), 422);
  }
  return {
    title: `${act.title}, wave ${wave}`,
    back: linkTo(waveAddress(wave), `Wave ${wave}`),
    isOnMany: true,
    work: async (tools) => {
      const acting = await console.run.campaignActs(tools.progress);
      const report = await take(act, { acting, folder, wave, sent }, { signal: tools.signal });
      return waveResult({ act, wave, later }, report);
    },
  };
}

interface Taken {
  readonly acting: CampaignActing;
  readonly folder: string;
  readonly wave: string;
  readonly sent: Form;
}

/** Takes the act as its command does, with the values of the form. */
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

/** The routes of a campaign. Each act starts a run that outlives its page; reads never start one. */

import type { Context, Hono } from "hono";
import * as z from "zod";
import { maxReasonCharacters } from "../compose-text.ts";
import type { CampaignActing } from "../engine/campaign/acting.ts";
import type { CampaignReport } from "../engine/campaign/report.ts";
import type { OfferedWaveAct, WaveOffer } from "../engine/campaign/wave-offers.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { approvalPage, runPage, waveActPage, waveChangedPage } from "./campaign-act-pages.ts";
import { campaignPage, runAddress, wavePage } from "./campaign-pages.ts";
import { type CampaignRuns, createCampaignRuns } from "./campaign-run.ts";
import { type ConsoleApp, type Env, errorPage, pageNotFound, readOptions, visitorOf } from "./console-context.ts";

const form = z.object({
  reason: z.string().max(4_000).catch(""),
  key: z.string().max(300).catch(""),
  application: z.string().max(200).catch(""),
  review: z.string().max(100).catch(""),
  phrase: z.string().max(100).catch(""),
  typed: z.string().max(100).catch(""),
});
type Form = z.output<typeof form>;

const pageQuery = z.object({ page: z.coerce.number().int().min(1).catch(1) });

/** What an address says of an act; the offers of the wave decide whether the act is open. */
const address = z.object({
  wave: z.string().max(40),
  act: z.enum(["request", "review", "approve", "record", "halt", "rollback"]),
  step: z.enum(["deactivate", "destroy"]).optional(),
  review: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

interface Campaign {
  readonly console: ConsoleApp;
  readonly folder: string;
  readonly runs: CampaignRuns;
}

interface Chosen {
  readonly wave: string;
  readonly offer: WaveOffer;
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
  for (const path of ["/campaign/waves/:wave/:act", "/campaign/waves/:wave/:act/:step/:review?"]) {
    app.get(path, (context) => showAct(campaign, context));
    app.post(path, (context) => startAct(campaign, context));
  }
}

/** The offer that the address names; undefined if the wave no longer offers it. */
async function chosenIn({ console, folder }: Campaign, { req }: Context<Env>, options: CallOptions) {
  const named = address.safeParse(req.param());
  if (!named.success) throw pageNotFound();
  const { wave, act, step, review } = named.data;
  const set = req.query("set");
  const { offers } = await (await console.run.campaignPages()).wave(folder, wave, options);
  const isNamed = (each: WaveOffer): boolean =>
    each.act === act && each.step === step && each.review === review && each.set === set;
  return { wave, offer: offers.find(isNamed) };
}

async function showAct(campaign: Campaign, context: Context<Env>): Promise<Response> {
  const { console } = campaign;
  const options = readOptions(console, context);
  const visitor = await visitorOf(console, context, options);
  const { wave, offer } = await chosenIn(campaign, context, options);
  if (offer === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  if (offer.review === undefined) return context.html(waveActPage(wave, offer, visitor));
  const approval = await approvalOf(campaign, { wave, offer }, options);
  if (approval.kind === "closed") return context.html(waveChangedPage(wave, visitor), 409);
  return context.html(approvalPage({ wave, offer, approval }, visitor));
}

async function approvalOf({ console, folder }: Campaign, { wave, offer }: Chosen, options: CallOptions) {
  const { step, review } = offer;
  if (step === undefined || review === undefined) throw new UkoError("UKO_BUG");
  const pages = await console.run.campaignPages();
  return pages.approval(folder, { wave, step, review, recordOnly: offer.act === "record" }, options);
}

async function startAct(campaign: Campaign, context: Context<Env>): Promise<Response> {
  const { console, folder, runs } = campaign;
  const options = { signal: console.signal };
  if (runs.current()?.state.kind === "running") return context.html(errorPage(stillRunning()), 409);
  const visitor = await visitorOf(console, context, options);
  const sent = form.parse(await context.req.parseBody());
  const { wave, offer } = await chosenIn(campaign, context, options);
  if (offer === undefined) return context.html(waveChangedPage(wave, visitor), 409);
  if (Array.from(sent.reason).length > maxReasonCharacters) {
    return context.html(waveActPage(wave, offer, visitor, "The reason is too long."), 422);
  }
  if (offer.review !== undefined) {
    const approval = await approvalOf(campaign, { wave, offer }, options);
    const isShown = approval.kind === "open" && sent.review === offer.review && sent.phrase === approval.phrase;
    if (!isShown) return context.html(waveChangedPage(wave, visitor), 409);
    if (sent.typed.trim() !== approval.phrase) {
      const problem = `You did not type "${approval.phrase}".`;
      return context.html(approvalPage({ wave, offer, approval }, visitor, problem), 422);
    }
  }
  const hasStarted = runs.start({ act: offer.act, wave, title: offer.title }, async (tools) => {
    const acting = await console.run.campaignActs(tools.progress);
    return acts[offer.act]({ acting, folder, wave, offer, sent }, { signal: tools.signal });
  });
  return hasStarted ? context.redirect(runAddress, 303) : context.html(errorPage(stillRunning()), 409);
}

interface Act extends Chosen {
  readonly acting: CampaignActing;
  readonly folder: string;
  readonly sent: Form;
}

/** Each act calls the command with the same name, as the offer and the form state it. */
const acts = {
  request: ({ acting, folder, wave, offer, sent: { reason } }, options) =>
    acting.request(folder, { wave, step: stepOf(offer), ...(reason !== "" && { reason }) }, options),
  review: ({ acting, folder, wave, offer }, options) =>
    acting.review(
      folder,
      { wave, step: stepOf(offer), neverActive: offer.set === "never_active", kms: offer.set === "kms" },
      options,
    ),
  approve: (act, options) => approve(act, false, options),
  record: (act, options) => approve(act, true, options),
  halt: ({ acting, folder, wave }, options) => acting.halt(folder, wave, options),
  rollback: ({ acting, folder, wave, sent: { key, application } }, options) =>
    acting.rollback(
      folder,
      {
        wave,
        ...(key !== "" && { key }),
        ...(application !== "" && { application }),
        writtenSince: false,
        confirm: async () => {},
      },
      options,
    ),
} as const satisfies Record<OfferedWaveAct, (act: Act, options: CallOptions) => Promise<CampaignReport>>;

/** The operation counts the keys again, and acts only if the count is what the person typed. */
function approve({ acting, folder, wave, offer, sent }: Act, recordOnly: boolean, options: CallOptions) {
  const confirm = async (phrase: string): Promise<void> => {
    if (sent.typed.trim() !== phrase) throw countChanged();
  };
  const { review } = sent;
  return acting.approve(folder, { wave, step: stepOf(offer), review, recordOnly, confirm }, options);
}

function stepOf({ step }: WaveOffer): "deactivate" | "destroy" {
  if (step === undefined) throw new UkoError("UKO_BUG");
  return step;
}

function countChanged(): UkoError {
  return new UkoError("UKO_CANCELLED", {
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

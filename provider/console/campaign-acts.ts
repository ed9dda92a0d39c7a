/**
 * Opens each act on a wave: its page, and what it does. Before an approval, a withdrawal or a rollback, the person
 * types the number of keys. The act is refused if this number has changed.
 */

import type { CampaignActing } from "../campaign/acts/acting.ts";
import type { ApprovalInspection } from "../campaign/reports/inspect.ts";
import type { CampaignReport } from "../campaign/reports/report.ts";
import type { WaveAct } from "../campaign/reports/wave-acts.ts";
import type { ShownReview } from "../campaign/reports/wave-state.ts";
import type { CallOptions } from "../engine/ports/world.ts";
import { html } from "../html/markup.ts";
import { codeOf, definitions, linkTo, list, sectionsOf } from "../html/report-parts.ts";
import { capital } from "../text/printable.ts";
import type { ActForm, OpenAct } from "./act-page.ts";
import type { ActResult } from "./act-run.ts";
import { type ConsoleApp, notOfferedError, outdatedPageError, type Requested } from "./console-context.ts";
import { pointOfNoReturn } from "./key-acts.ts";
import { classLinks, commandsOf, keyTable, labelFirst, sayKeys, textFilter, waveAddress } from "./parts.ts";

interface Campaign {
  readonly run: ConsoleApp["run"];
  readonly folder: string;
  readonly shown: ShownReviews;
}

/**
 * The reviews that this process has shown, by session, and how far each was approved. A session approves only what it
 * has shown itself.
 */
export type ShownReviews = ReturnType<typeof createShownReviews>;

export function createShownReviews() {
  const bySession = new Map<string, Map<string, ShownReview>>();
  const of = (sessionId: string): readonly ShownReview[] => [...(bySession.get(sessionId)?.values() ?? [])];
  const set = (sessionId: string, review: ShownReview): void => {
    const own = bySession.get(sessionId) ?? new Map<string, ShownReview>();
    bySession.set(sessionId, own.set(review.file.digest, review));
  };
  return {
    of,
    find: (sessionId: string, digest: string) => bySession.get(sessionId)?.get(digest),
    add(sessionId: string, file: ShownReview["file"]): void {
      set(sessionId, { file, isAnswered: false, isSampled: false, tried: new Set() });
    },
  };
}

export interface Chosen {
  readonly wave: string;
  readonly act: WaveAct;
  readonly others: readonly WaveAct[];
  /** What the act would do, if it is an approval. */
  readonly approval?: Extract<ApprovalInspection, { kind: "open" }>;
  /** Which keys a rollback is about: an ID or a label; empty for the whole wave. */
  readonly only: string;
  readonly sessionId: string;
}

/** The act that the address names. Throws UKO_CHANGED_MEANWHILE if the wave no longer offers it. */
export async function findWaveAct(campaign: Campaign, { context, options, progress }: Requested): Promise<OpenAct> {
  const { run, folder, shown } = campaign;
  const { req } = context;
  const { wave = "", act: named = "" } = req.param() as { wave?: string; act?: string };
  const { only = "" } = req.query();
  const sessionId = context.get("session").id;
  const look = { wave, only, shown: shown.of(sessionId) };
  const { acts, approvalOf, checksOf } = await (await run.campaignPages(progress)).wave(folder, look, options);
  const act = acts.find(({ id }) => id === named);
  if (act === undefined) throw notOfferedError("The wave does not offer this act now");
  const chosen = { wave, act, others: acts.filter((each) => each !== act), only, sessionId };
  if (act.name === "request") {
    const { sections, last } = checksOf(act.step);
    const open = openWaveAct(campaign, chosen);
    return { ...open, subject: html`${open.subject}${sectionsOf(sections)}`, checks: last, verb: "request" };
  }
  if (act.name !== "approve") return openWaveAct(campaign, chosen);
  const review = shown.find(sessionId, act.review);
  if (review === undefined) throw waveChanged();
  const approval = await approvalOf({ step: act.step, review });
  if (approval.kind === "closed") throw waveChanged();
  return openWaveAct(campaign, { ...chosen, approval });
}

const waveChanged = () => outdatedPageError("The wave has changed");

export function openWaveAct(campaign: Campaign, chosen: Chosen): OpenAct {
  const { wave, act, others, approval, only } = chosen;
  const address = `${waveAddress(wave)}/${act.id}`;
  const toType = approval?.phrase ?? ("phrase" in act ? act.phrase : "");
  const filter = textFilter({ name: "only", label: "Only keys with this ID or label", value: only }, address);
  return {
    act,
    title: `${act.title}, wave ${wave}`,
    isOnMany: true,
    subject: html`${definitions([["Wave", wave]])}${act.name === "rollback" ? filter : ""}`,
    address: only === "" ? address : `${address}?${new URLSearchParams({ only })}`,
    hidden: toType === "" ? {} : { phrase: toType },
    changed: waveChanged(),
    toType,
    ...(approval === undefined && { typed: "the act and the number of keys" }),
    final: "step" in act && act.step === "destroy" ? pointOfNoReturn : undefined,
    others: others.map(({ id, title }) => linkTo(`${waveAddress(wave)}/${id}`, title)),
    leave: linkTo(waveAddress(wave), `Back to wave ${wave} without a change`),
    back: linkTo(waveAddress(wave), `Wave ${wave}`),
    ...(approval && approvalParts(chosen, approval)),
    async work(form, { signal, progress }) {
      const acting = await campaign.run.campaignActs(progress);
      const report = await take(acting, campaign, chosen, form, { signal });
      return waveResult({ act, wave, later: approval?.later ?? 0 }, report);
    },
  };
}

/**
 * The parts of the page on which a person approves the review of a wave. The list of all reviewed keys follows the form.
 */
function approvalParts({ wave, act }: Chosen, approval: NonNullable<Chosen["approval"]>) {
  const { title, facts, rules, sections, last, classes, now, later, table, names } = approval;
  const address = `${waveAddress(wave)}/${act.id}`;
  // The first run takes the step on a sample only, so heading, button and phrase name the number of keys in the sample.
  const button = `${capital("step" in act ? act.step : "")} ${sayKeys(now)}`;
  const sample = `This is a sample. The other ${sayKeys(later)} of your review follow after you have checked the sample.`;
  const review = "review" in act ? act.review : "";
  return {
    act: { ...act, isConsequential: true },
    heading: `${button} of wave ${wave}`,
    effects: [title],
    request: later === 0 ? [] : [sample],
    subject: html`${list(facts)}${sectionsOf(sections.map(labelFirst))}`,
    checks: last,
    aside: html`<p>${rules}</p>${definitions([["SHA-256 of the review", codeOf(review)]])}`,
    button,
    list: (query) => html`<h2 id="keys">Keys in your review</h2>
${classLinks(classes, address)}
${keyTable({ ...table, names, name: "keys in your review" }, query, address)}`,
  } satisfies Partial<OpenAct>;
}

/** Takes the act as its command does, with the values of the form. */
async function take(
  acting: CampaignActing,
  { folder, shown }: Campaign,
  { wave, act, only, sessionId }: Chosen,
  { typed }: ActForm,
  options: CallOptions,
): Promise<CampaignReport> {
  // The operation counts the keys again, and acts only if the count is what the person typed.
  const confirm = async (phrase: string): Promise<void> => {
    if (typed.trim() !== phrase) throw outdatedPageError("The number of keys has changed");
  };
  switch (act.name) {
    case "request":
      return acting.request(folder, { wave, step: act.step }, options);
    case "review": {
      const { step, kind, isOther } = act;
      const { report, file } = await acting.review(folder, { wave, step, kind, isOther }, options);
      if (file !== undefined) shown.add(sessionId, file);
      return report;
    }
    case "approve": {
      const { step } = act;
      const review = shown.find(sessionId, act.review);
      if (review === undefined) throw waveChanged();
      return acting.approve(folder, { wave, step, review, confirm }, options);
    }
    case "halt":
      return acting.halt(folder, { wave, confirm }, options);
    case "rollback":
      return acting.rollback(
        folder,
        { ...(only === "" ? { of: wave } : { of: only, inWave: wave }), confirm },
        options,
      );
  }
}

/**
 * The page of the result: what the run did, and what follows. After a review, this is its approval; after a sample, the
 * rest of the keys; after a request, the review by another person.
 */
export function waveResult(
  { act, wave, later }: Pick<Chosen, "act" | "wave"> & { readonly later: number },
  report: CampaignReport,
): ActResult {
  const addressOf = (id: string): string => `${waveAddress(wave)}/${id}`;
  const { review, keys } = report.data;
  const isReviewed = act.name === "review" && typeof review === "string";
  const toApprove = isReviewed
    ? html`<p class="lead" role="status">${report.summary} Nothing has changed yet.</p>
<p><a class="button" href="${addressOf(`approve-${act.step}-${review}`)}">Approve this review and ${act.step} ${sayKeys(Number(keys))}</a></p>`
    : "";
  const rest = html`<p>Check the sample first.</p>
<p><a class="button" href="${addressOf(act.id)}">Go on with the other ${sayKeys(later)}</a></p>`;
  const isRequested = act.name === "request" && report.exitCode === 0;
  const toAnother = isRequested
    ? html`<p class="lead" role="status">Another person can now review and approve the requests.</p>`
    : "";
  // The page of the approval shows the sections that a person has to read completely.
  const sections = report.sections.filter(({ isWhole = false }) => !(isReviewed && isWhole));
  const body = html`${toApprove}${later === 0 ? "" : rest}${toAnother}
${sectionsOf(sections.map(labelFirst))}
${commandsOf(report.next)}`;
  return { title: isReviewed ? act.title : report.summary, body };
}

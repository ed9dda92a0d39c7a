/**
 * Builds the pages of an act on a wave, such as a request, a review, an approval or a withdrawal. A wave is a group of
 * keys that a campaign, a planned deletion of many keys, takes through each step together. The pages are the form, the
 * list of keys that a person approves, the result, and the refusal if the wave changed meanwhile.
 */

import * as z from "zod";
import type { ApprovalInspection } from "../engine/campaign/reports/inspect.ts";
import type { CampaignReport } from "../engine/campaign/reports/report.ts";
import type { WaveAct, WaveApproval } from "../engine/campaign/reports/wave-acts.ts";
import { type Html, html } from "../html/markup.ts";
import { codeOf, definitions, linkTo, list, sectionsOf, tableOf } from "../html/report-parts.ts";
import { capital } from "../text/printable.ts";
import { type ActProblem, actPage, pointOfNoReturn } from "./act-page.ts";
import type { ActResult } from "./act-run.ts";
import { labelFirst, waveActAddress, waveAddress } from "./campaign-pages.ts";
import { layout, type Visitor } from "./layout.ts";
import { commandsOf, keyTable, sayKeys, type TableQuery } from "./parts.ts";

type OpenApproval = Extract<ApprovalInspection, { kind: "open" }>;

interface Chosen<Chosen extends WaveAct = WaveAct> {
  readonly wave: string;
  readonly act: Chosen;
  readonly others: readonly WaveAct[];
}

function partsOf({ wave, act, others }: Chosen) {
  return {
    address: waveActAddress(wave, act.id),
    others: others.map(({ id, title }) => linkTo(waveActAddress(wave, id), title)),
    back: linkTo(waveAddress(wave), `Back to wave ${wave} without a change`),
    final: "step" in act && act.step === "destroy" ? pointOfNoReturn : undefined,
  };
}

/** What a person types to withdraw or roll back a whole wave; undefined for the other acts. */
export function confirmedBy({ wave, act }: Pick<Chosen, "wave" | "act">) {
  const verb = { halt: "withdraw", rollback: "reactivate" }[act.name as "halt" | "rollback"];
  return verb === undefined
    ? { fields: act.fields ?? [], toType: "" }
    : { fields: [...(act.fields ?? []), "phrase"] as const, toType: `${verb} ${wave}` };
}

export function waveActPage(chosen: Chosen, visitor: Visitor, problem?: ActProblem): Html {
  const subject = definitions([["Wave", chosen.wave]]);
  const page = {
    ...partsOf(chosen),
    ...confirmedBy(chosen),
    typed: "the act and the name of the wave",
    subject,
    hidden: {},
  };
  return actPage(chosen.act, page, visitor, problem);
}

/**
 * The page on which a person approves the review of a wave. The keys to check come first, next to the form; the list of
 * all reviewed keys follows.
 */
export function approvalPage(
  chosen: Chosen<WaveApproval> & { readonly approval: OpenApproval },
  query: TableQuery,
  visitor: Visitor,
  problem?: ActProblem,
): Html {
  const { wave, act, approval } = chosen;
  const { title, facts, phrase, sections, now, later, apart } = approval;
  const stores = act.name === "store";
  // The first run takes the step on a sample only, so heading, button and phrase have the number of keys in the sample.
  const button = stores ? `Store your approval for ${sayKeys(now)}` : `${capital(act.step)} ${sayKeys(now)}`;
  const left = { columns: ["label", "key", "why"], rows: apart.map(({ label, key, says }) => [label, key, says]) };
  const sample = `This is a sample. The other ${sayKeys(later)} of your review follow after you have checked the sample.`;
  const page = {
    ...partsOf(chosen),
    heading: `${button} of wave ${wave}`,
    effects: stores ? act.facts : [title],
    request: later === 0 ? [] : [sample],
    subject: html`${sectionsOf(sections.map(labelFirst))}${list(facts)}${definitions([["SHA-256 of the review", codeOf(act.review)]])}`,
    hidden: { phrase },
    toType: phrase,
    button,
    list: html`${apart.length === 0 ? "" : html`<h2>Reviewed, but not ready now</h2>${tableOf(left, "reviewed, but not ready now")}`}
<h2>Keys in your review</h2>
${keyTable({ ...approval.table, names: approval.names, name: "keys in your review" }, query, waveActAddress(wave, act.id))}`,
  };
  return actPage({ ...act, isConsequential: true }, page, visitor, problem);
}

const reviewed = z.object({ review: z.string(), step: z.enum(["deactivate", "destroy"]) });

/**
 * The page of the result: what the run did, and the next act, which is the approval of a review, or the rest after a
 * sample.
 */
export function waveResult(
  { act, wave, later }: { readonly act: WaveAct; readonly wave: string; readonly later: number },
  report: CampaignReport,
): ActResult {
  const named = act.name === "review" ? reviewed.safeParse(report.data) : undefined;
  const approvalOf = (name: "approve" | "store"): string =>
    named?.success === true ? waveActAddress(wave, `${name}-${named.data.step}-${named.data.review}`) : "";
  const next =
    named?.success === true
      ? html`<p><a class="button" href="${approvalOf("approve")}">Approve this review and ${named.data.step} its keys</a></p>
<p><a href="${approvalOf("store")}">Store your approval of this review, so that the requester's next run acts</a></p>`
      : later === 0
        ? html``
        : html`<p>Check the sample first.</p>
<p><a class="button" href="${waveActAddress(wave, act.id)}">Go on with the other ${sayKeys(later)}</a></p>`;
  // The page of the approval shows what a person reads completely.
  const sections = report.sections.filter(({ isWhole = false }) => named === undefined || !isWhole);
  const body = html`${next}
${sectionsOf(sections.map(labelFirst))}
${commandsOf(report)}`;
  return { title: report.summary, body: () => body, ...(report.csv !== undefined && { csv: report.csv }) };
}

/** The page if the wave changed after the person saw it, so nothing was done. */
export function waveChangedPage(wave: string, visitor: Visitor): Html {
  const body = html`<h1>The wave has changed</h1>
<p class="lead" role="alert">The wave or its review is not what your page showed. This console did nothing.</p>
<p><a href="${waveAddress(wave)}">Show the wave as it is now</a></p>`;
  return layout({ title: "The wave has changed", body, visitor });
}

/** The page of one act on a wave, and the page of the run that it starts. */

import * as z from "zod";
import type { ApprovalInspection } from "../engine/campaign/reports/inspect.ts";
import type { WaveAct, WaveApproval } from "../engine/campaign/reports/wave-acts.ts";
import { type Html, html } from "../html/markup.ts";
import { sectionsOf, tableOf } from "../html/report-parts.ts";
import { type ActProblem, actPage } from "./act-form.ts";
import { runAddress, waveActAddress, waveAddress } from "./campaign-pages.ts";
import type { CampaignRun } from "./campaign-run.ts";
import { layout, token, type Visitor } from "./layout.ts";
import { commandsOf, failed } from "./parts.ts";

type OpenApproval = Extract<ApprovalInspection, { kind: "open" }>;

export function waveActPage(wave: string, act: WaveAct, visitor: Visitor, problem?: ActProblem): Html {
  const page = {
    intro: html`<p class="lead">Wave ${wave}</p>`,
    address: waveActAddress(wave, act.id),
    hidden: {},
    toType: "",
    back: linkTo(wave),
  };
  return actPage(act, page, visitor, problem);
}

/** Shows each key that the approval names, and asks for the step and the count. */
export function approvalPage(
  { wave, act, approval }: { readonly wave: string; readonly act: WaveApproval; readonly approval: OpenApproval },
  visitor: Visitor,
  problem?: ActProblem,
): Html {
  const { title, facts, phrase, requester, table, later, apart } = approval;
  const left = { columns: ["label", "key", "why"], rows: apart.map(({ label, key, says }) => [label, key, says]) };
  const page = {
    intro: html`<p class="lead">Wave ${wave}, requested by ${requester}</p>
${act.isConsequential ? html`<p><strong>${title}</strong></p>` : ""}`,
    notes: html`${later === 0 ? "" : html`<p>The first run acts on a few keys only. Check these keys; then approve the other ${later} with the same review.</p>`}
<p class="quiet">SHA-256 of the review: <code>${act.review}</code></p>`,
    checks: html`${apart.length === 0 ? "" : html`<h2>Reviewed, but not ready now</h2>${tableOf(left, "reviewed, but not ready now")}`}
<h2>Keys in your review</h2>
${tableOf(table, "keys in your review")}
<h2>Approve</h2>`,
    address: waveActAddress(wave, act.id),
    hidden: { phrase },
    toType: phrase,
    button: act.isConsequential ? "Approve and act" : "Approve only",
    back: linkTo(wave),
  };
  return actPage({ ...act, facts: [...(act.isConsequential ? [] : act.facts), ...facts] }, page, visitor, problem);
}

/** Undefined while no run was started. A run that is in progress is shown again every few seconds. */
export function runPage(run: CampaignRun | undefined, visitor: Visitor): Html {
  if (run === undefined) {
    const body = html`<h1>No run</h1><p>This console has not started a run. <a href="/campaign">Campaign</a></p>`;
    return layout({ title: "No run", body, visitor });
  }
  const { act, wave, state } = run;
  const { title } = act;
  switch (state.kind) {
    case "running": {
      const body = html`<h1>${title}</h1>
<p class="lead" role="status">${state.progress}</p>
<p>You can close this page. The run goes on in the process of <code>uko console</code>, and its result stays here.</p>
<form method="post" action="${runAddress}/stop">${token(visitor.csrfToken)}
<button class="plain" id="stop"${state.isStopping ? html` disabled` : ""}>Stop after the calls in progress</button></form>
<p>${linkTo(wave)}</p>`;
      return layout({ title, body, visitor, refresh: { address: runAddress, refreshSeconds: 2, isProgress: true } });
    }
    case "failed":
      return layout({ title, body: html`${failed(state.error)}<p>${linkTo(wave)}</p>`, visitor });
    case "done": {
      const { report } = state;
      const body = html`<h1>${title}</h1>
<p class="lead" role="status">${report.summary}.</p>
${nextApproval(run)}
${sectionsOf(report.sections)}
${report.csv === undefined ? "" : html`<p><a href="${runAddress}.csv">All keys as CSV</a></p>`}
${commandsOf(report)}
<p>${linkTo(wave)}</p>`;
      return layout({ title, body, visitor });
    }
  }
}

const reviewed = z.object({ review: z.string(), step: z.enum(["deactivate", "destroy"]) });

/** A review is followed by the approval of exactly this review. */
function nextApproval({ act, wave, state }: CampaignRun): Html {
  const named = act.name === "review" && state.kind === "done" ? reviewed.safeParse(state.report.data) : undefined;
  if (named?.success !== true) return html``;
  const { step, review } = named.data;
  const address = (approval: "approve" | "store"): string => waveActAddress(wave, `${approval}-${step}-${review}`);
  return html`<ul class="offers"><li><a href="${address("approve")}">Approve this review and ${step} its keys</a></li>
<li><a href="${address("store")}">Store your approval of this review, so that the requester's next run acts</a></li></ul>`;
}

/** The wave is no longer what the page showed, so nothing was done. */
export function waveChangedPage(wave: string, visitor: Visitor): Html {
  const body = html`<h1>The wave has changed</h1>
<p class="lead" role="alert">The wave or its review is not what your page showed. This console did nothing.</p>
<p><a href="${waveAddress(wave)}">Show the wave as it is now</a></p>`;
  return layout({ title: "The wave has changed", body, visitor });
}

function linkTo(wave: string): Html {
  return html`<a href="${waveAddress(wave)}">Back to wave ${wave}</a>`;
}

/** The page of one act on a wave, which states its effect, and the page of the run that it starts. */

import * as z from "zod";
import type { ApprovalInspection } from "../engine/campaign/inspect.ts";
import type { WaveOffer } from "../engine/campaign/wave-offers.ts";
import { offerAddress, runAddress, waveAddress } from "./campaign-pages.ts";
import type { CampaignRun } from "./campaign-run.ts";
import { layout, token, type Visitor } from "./layout.ts";
import {
  commandsOf,
  confirmField,
  escaped,
  failed,
  type Html,
  html,
  list,
  problemOf,
  reasonField,
  reportParts,
  tableOf,
} from "./parts.ts";

type OpenApproval = Extract<ApprovalInspection, { kind: "open" }>;

/** These pages never read themselves again: the caller decides about what they show. */
export function waveActPage(wave: string, offer: WaveOffer, visitor: Visitor, problem?: string): Html {
  const fields =
    offer.act === "request" ? reasonField(", on each key") : offer.act === "rollback" ? rollbackFields : html``;
  const body = html`<h1>${offer.title}</h1>
<p class="lead">Wave ${wave}</p>
${list(offer.facts)}
${offer.roles === undefined ? "" : html`<p>Role: ${offer.roles}</p>`}
${problemOf(problem)}
<form method="post" action="${offerAddress(wave, offer)}" class="stack">
${token(visitor.csrfToken)}
${fields}
<button>${offer.title}</button>
</form>
${wayBack(wave)}`;
  return layout({ title: offer.title, body, visitor });
}

const rollbackFields = html`<label for="key">Only this key</label>
<p class="quiet" id="key-help">ID in UKO or a cloud, or label. Leave it empty for the whole wave.</p>
<input id="key" name="key" maxlength="300" autocomplete="off" spellcheck="false" aria-describedby="key-help">
<label for="application">Only this application</label>
<p class="quiet" id="application-help">As in the manifest. Leave it empty for the whole wave.</p>
<input id="application" name="application" maxlength="200" autocomplete="off" aria-describedby="application-help">`;

/** Shows each key that the approval names, and asks for the step and the count. */
export function approvalPage(
  { wave, offer, approval }: { readonly wave: string; readonly offer: WaveOffer; readonly approval: OpenApproval },
  visitor: Visitor,
  problem?: string,
): Html {
  const { title, facts, phrase, requester, table, later, apart } = approval;
  const isAct = offer.act === "approve";
  const left = { columns: ["label", "key", "why"], rows: apart.map(({ label, name, says }) => [label, name, says]) };
  const body = html`<h1>${offer.title}</h1>
<div class="${isAct ? "danger-zone" : ""}">
<p class="lead">Wave ${wave}, requested by ${escaped(requester)}</p>
${isAct ? html`<p><strong>${title}</strong></p>` : ""}
${list([...(isAct ? [] : offer.facts), ...facts])}
${later === 0 ? "" : html`<p>The first run acts on a few keys only. Check these keys; then approve the other ${later} with the same review.</p>`}
${offer.roles === undefined ? "" : html`<p>Role: ${offer.roles}</p>`}
<p class="quiet">SHA-256 of the review: <code>${offer.review ?? ""}</code></p>
</div>
${apart.length === 0 ? "" : html`<h2>Reviewed, but not ready now</h2>${tableOf(left, "reviewed, but not ready now")}`}
<h2>Keys in your review</h2>
${tableOf(table, "keys in your review")}
<h2>Approve</h2>
${problemOf(problem)}
<form method="post" action="${offerAddress(wave, offer)}" class="stack">
${token(visitor.csrfToken)}
<input type="hidden" name="review" value="${offer.review ?? ""}">
<input type="hidden" name="phrase" value="${phrase}">
${confirmField("typed", "Type the step and the number of keys", html`Type <code>${phrase}</code>`)}
<button${isAct ? html` class="danger"` : ""}>${isAct ? "Approve and act" : "Approve only"}</button>
</form>
${wayBack(wave)}`;
  return layout({ title: offer.title, body, visitor });
}

/** Undefined while no run was started. A run that is in progress is shown again every few seconds. */
export function runPage(run: CampaignRun | undefined, visitor: Visitor): Html {
  if (run === undefined) {
    const body = html`<h1>No run</h1><p>This console has not started a run. <a href="/campaign">Campaign</a></p>`;
    return layout({ title: "No run", body, visitor });
  }
  const { title, wave, state } = run;
  switch (state.kind) {
    case "running": {
      const body = html`<h1>${title}</h1>
<p class="lead" role="status">${state.progress}</p>
<p>You can close this page. The run goes on in the process of <code>uko console</code>, and its result stays here.</p>
<form method="post" action="${runAddress}/stop">${token(visitor.csrfToken)}
<button class="plain" id="stop"${state.isStopping ? html` disabled` : ""}>Stop after the calls in progress</button></form>
${wayBack(wave)}`;
      return layout({ title, body, visitor, refresh: { address: runAddress, refreshSeconds: 2, isProgress: true } });
    }
    case "failed":
      return layout({ title, body: html`${failed(state.error)}${wayBack(wave)}`, visitor });
    case "done": {
      const { report } = state;
      const body = html`<h1>${title}</h1>
<p class="lead" role="status">${escaped(report.summary)}.</p>
${nextApproval(run)}
${reportParts(report.sections)}
${report.csv === undefined ? "" : html`<p><a href="${runAddress}.csv">All keys as CSV</a></p>`}
${commandsOf(report)}
${wayBack(wave)}`;
      return layout({ title, body, visitor });
    }
  }
}

const reviewed = z.object({ review: z.string(), step: z.enum(["deactivate", "destroy"]) });

/** A review is followed by the approval of exactly this review. */
function nextApproval({ act, wave, state }: CampaignRun): Html {
  const named = act === "review" && state.kind === "done" ? reviewed.safeParse(state.report.data) : undefined;
  if (named?.success !== true) return html``;
  const { step, review } = named.data;
  const address = (approval: "approve" | "record"): string => `${waveAddress(wave)}/${approval}/${step}/${review}`;
  return html`<ul class="offers"><li><a href="${address("approve")}">Approve this review and ${step} its keys</a></li>
<li><a href="${address("record")}">Approve this review only, so that the requester can act</a></li></ul>`;
}

/** The wave is no longer what the page showed, so nothing was done. */
export function waveChangedPage(wave: string, visitor: Visitor): Html {
  const body = html`<h1>The wave has changed</h1>
<p class="lead" role="alert">The wave or its review is not what your page showed. This console did nothing.</p>
<p><a href="${waveAddress(wave)}">Show the wave as it is now</a></p>`;
  return layout({ title: "The wave has changed", body, visitor });
}

function wayBack(wave: string): Html {
  return html`<p><a href="${waveAddress(wave)}">Back to wave ${wave}</a></p>`;
}

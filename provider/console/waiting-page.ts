/** The page "Waiting for you": pending deletions, first those that the caller can act on. */

import { kmsKeysNotListed, sayRoles, summarizeRequests } from "../compose/text.ts";
import type { PendingKey, PendingSurvey } from "../engine/key/survey.ts";
import type { KeyAct } from "../engine/text/act.ts";
import type { UkoError } from "../errors.ts";
import { type Html, html } from "../html/markup.ts";
import { list, words } from "../html/report-parts.ts";
import { keyAddress } from "./key-page.ts";
import { layout, refreshSeconds, type Visitor } from "./layout.ts";
import { moment, stepsOf } from "./parts.ts";

/** Many people have no role in KMS; their list of managed keys is complete without it. */
export type KmsPending =
  | { readonly kind: "listed"; readonly keys: readonly PendingKey[] }
  | { readonly kind: "unreadable"; readonly error: UkoError };

export function waitingPage(survey: PendingSurvey, kms: KmsPending, visitor: Visitor, timeZone: string): Html {
  const { vaults, unreadable } = survey;
  const pending = [...survey.pending, ...(kms.kind === "listed" ? kms.keys : [])];
  const isForCaller = ({ acts }: PendingKey): boolean => acts.some(isAwaited);
  const oldestFirst = (a: PendingKey, b: PendingKey): number =>
    (a.requestedAt ?? "").localeCompare(b.requestedAt ?? "");
  const forCaller = pending.filter(isForCaller).toSorted(oldestFirst);
  const forOthers = pending.filter((each) => !isForCaller(each));
  const summary = summarizeRequests(
    pending.map(({ report }) => report),
    vaults,
  );
  const body = html`<h1>Waiting for you</h1>
<p>${summary}.</p>
<h2>You can act on these</h2>
${forCaller.length === 0 ? html`<p>No request is waiting for you.</p>` : forCaller.map((each) => item(each, timeZone))}
${forOthers.length === 0 ? "" : html`<h2>Waiting for others, or for time</h2>`}
${forOthers.map((each) => item(each, timeZone))}
${unreadable.length === 0 ? "" : html`<h2>Not readable</h2>`}
${list(unreadable.map(({ vaultId, error }) => `Vault ${vaultId}: ${error.summary}`))}
${kms.kind === "listed" ? "" : html`<p class="quiet">${kmsKeysNotListed(kms.error)}</p>`}`;
  return layout({ title: "Waiting for you", body, visitor, refresh: { address: "/waiting", refreshSeconds } });
}

/** Acts on the request of another person, or on a key that is only waiting for its removal. */
function isAwaited({ id }: KeyAct): boolean {
  return id === "approve" || id === "store" || id === "continue" || id === "remove";
}

function item(each: PendingKey, timeZone: string): Html {
  const { report, acts, requestedAt } = each;
  const { keyId, label = "", lifecycleState, explanation, deletion } = report;
  const roles = acts.filter(isAwaited).map(({ title, right, kmsRight }) => `${title}: ${sayRoles(right, kmsRight)}`);
  return html`<article class="card" aria-labelledby="key-${keyId}">
<h3><a id="key-${keyId}" href="${keyAddress(report)}">${label}</a>
<span class="state ${lifecycleState}">${words(lifecycleState)}</span></h3>
<p>${explanation.summary}</p>
${list(explanation.facts)}
${roles.length === 0 ? othersSteps(each) : html`<p>The roles that each step requires:</p>${list(roles)}`}
<p class="quiet">${requestedAt === undefined ? "" : html`Written on ${moment(requestedAt, timeZone)}. `}
${deletion.recordExpiresAt === undefined ? "" : html`Expires on ${moment(deletion.recordExpiresAt, timeZone)}. `}
Key <code>${keyId}</code></p>
</article>`;
}

/** A request of the caller waits for others, so the card has the commands that the caller can send to them. */
function othersSteps({ report, acts }: PendingKey): Html {
  const { next } = report.explanation;
  const links = acts.map(({ id, title }) => html`<li><a href="${keyAddress(report)}/${id}">${title}</a></li>`);
  return html`${links.length === 0 ? "" : html`<p>What you can do:</p><ul>${links}</ul>`}
${next.length === 0 ? "" : html`<p>Who can continue, on the command line:</p>${stepsOf(next)}`}`;
}

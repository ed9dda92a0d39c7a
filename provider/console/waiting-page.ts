/** The page "Waiting for you": pending deletions, first those that the caller can act on. */

import { kmsKeysNotListed, summariseRequests } from "../compose-text.ts";
import type { PendingKey, PendingSurvey } from "../engine/key/survey.ts";
import type { UkoError } from "../errors.ts";
import { keyAddress } from "./key-page.ts";
import { layout, refreshSeconds, type Visitor } from "./layout.ts";
import { escaped, type Html, html, list, moment, stepsOf, words } from "./parts.ts";

/** Many people have no role in KMS; their list of managed keys is complete without it. */
export type KmsPending =
  | { readonly kind: "listed"; readonly keys: readonly PendingKey[] }
  | { readonly kind: "unreadable"; readonly error: UkoError };

export function waitingPage(survey: PendingSurvey, kms: KmsPending, visitor: Visitor, timeZone: string): Html {
  const { vaults, unreadable } = survey;
  const pending = [...survey.pending, ...(kms.kind === "listed" ? kms.keys : [])];
  const isForCaller = ({ offers }: PendingKey): boolean => offers.some(({ isAwaited }) => isAwaited);
  const oldestFirst = (a: PendingKey, b: PendingKey): number =>
    (a.requestedAt ?? "").localeCompare(b.requestedAt ?? "");
  const forCaller = pending.filter(isForCaller).toSorted(oldestFirst);
  const forOthers = pending.filter((each) => !isForCaller(each));
  const summary = summariseRequests(
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

function item(each: PendingKey, timeZone: string): Html {
  const { report, offers, requestedAt } = each;
  const { keyId, label = "", lifecycleState, explanation, deletion } = report;
  const roles = offers.filter(({ isAwaited }) => isAwaited).map(({ title, roles: needed }) => `${title}: ${needed}`);
  return html`<article class="card" aria-labelledby="key-${keyId}">
<h3><a id="key-${keyId}" href="${keyAddress(report)}">${escaped(label)}</a>
<span class="state ${lifecycleState}">${words(lifecycleState)}</span></h3>
<p>${explanation.summary}</p>
${list(explanation.facts)}
${roles.length === 0 ? othersSteps(each) : html`<p>The roles that each step requires:</p>${list(roles)}`}
<p class="quiet">${requestedAt === undefined ? "" : html`Written on ${moment(requestedAt, timeZone)}. `}
${deletion.recordLapsesAt === undefined ? "" : html`Expires on ${moment(deletion.recordLapsesAt, timeZone)}. `}
Key <code>${keyId}</code></p>
</article>`;
}

/** A request of the caller waits for others, so the card has the commands that the caller can send to them. */
function othersSteps({ report, offers }: PendingKey): Html {
  const { next } = report.explanation;
  const acts = offers.map(
    ({ operation, title }) => html`<li><a href="${keyAddress(report)}/${operation}">${title}</a></li>`,
  );
  return html`${acts.length === 0 ? "" : html`<p>What you can do:</p><ul>${acts}</ul>`}
${next.length === 0 ? "" : html`<p>Who can continue, on the command line:</p>${stepsOf(next)}`}`;
}

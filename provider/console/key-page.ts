/**
 * Builds the page of one key: its state, what is unusual about it, what the caller can do, the request or approval on
 * the key, the steps of its deletion, and its properties. A KMS key has a shorter page.
 */

import type { KeyInCampaign } from "../campaign/reports/inspect.ts";
import type { InspectedStep, Inspection } from "../engine/key/inspection.ts";
import type { Report } from "../engine/loop/report.ts";
import { type Html, html } from "../html/markup.ts";
import { codeOf, definitions, linkTo, list, words } from "../html/report-parts.ts";
import { actList } from "./act-page.ts";
import type { ActSubject } from "./key-acts.ts";
import { type Page, refreshSeconds, type Visitor } from "./layout.ts";
import { asOf, explanationPart, keyAddress, keyPath, moment, shownKey, waveAddress } from "./parts.ts";

type Shown = Omit<ActSubject, "basis"> & Partial<Pick<Inspection, "steps">>;

export function keyPage(shown: Shown, visitor: Visitor): Page {
  const { report, acts, steps = [], record, key } = shown;
  const { label = "", lifecycleState, vaultId } = report;
  const address = keyAddress(report);
  const title = `${vaultId === "" ? "KMS key" : "Key"} ${label}`;
  const body = html`<p class="quiet"><code>${keyPath(report)}</code></p>
${explanationPart(report.explanation)}
${key === undefined || key.unusual.length === 0 ? "" : html`<div class="notice">${list(key.unusual)}</div>`}
${acts.length === 0 ? "" : html`<h2>What you can do</h2>${actList(acts, address)}`}
${vaultId === "" || record === undefined ? "" : recordOf(record, report, visitor)}
${steps.length === 0 ? "" : html`<h2>Path of the deletion</h2><ol class="path">${steps.map((step) => pathStep(step, visitor))}</ol>`}
<h2>About the key</h2>
${factsOf(shown, visitor)}
${shownKey(key)}`;
  const heading = html`${title} <span class="state ${lifecycleState}">${words(lifecycleState)}</span>`;
  return { title, heading, body, refresh: { address, refreshSeconds } };
}

/**
 * The dates of the key as its wave has them, with the link to the wave. A browser that refreshes the page keeps what it
 * shows of the wave; without a key, this part only holds its place.
 */
export function wavePart(key: KeyInCampaign | undefined, visitor: Visitor): Html {
  const reload = "Reload the page to read the wave again.";
  if (key === undefined) return html`<div id="in-campaign" hx-preserve><p class="quiet">${reload}</p></div>`;
  const { row, nowMs } = key;
  const day = (date: string): string => (date === "" ? "" : `${date} (UTC)`);
  return html`<div id="in-campaign" hx-preserve><h2>In its campaign</h2>
<p class="quiet">${asOf(nowMs, visitor)}. ${reload}</p>
${definitions([
  ["Wave", linkTo(waveAddress(row.wave), row.wave)],
  ["Waits because", row.why],
  ["Deactivated at the earliest", day(row.deactivateOn)],
  ["Destroyed at the earliest", day(row.destroyOn)],
  ["Material gone", day(row.materialGoneOn)],
  ["Deactivate by", day(row.deactivateBy)],
  ["Destroy by", day(row.destroyBy)],
])}</div>`;
}

function recordOf(
  { id, requester, approver, writtenAt, reason }: NonNullable<ActSubject["record"]>,
  { deletion: { recordExpiresAt, recordExpiredAt } }: Report,
  visitor: Visitor,
): Html {
  return html`<details><summary>Consent record on the key</summary>
${definitions([
  ["Requested by", requester],
  ["Approved by", approver],
  ["Written", writtenAt && moment(writtenAt, visitor)],
  ["Reason", reason],
  ["Expires", recordExpiresAt && moment(recordExpiresAt, visitor)],
  ["Expired", recordExpiredAt && moment(recordExpiredAt, visitor)],
  ["ID", codeOf(id)],
])}</details>`;
}

function pathStep(step: InspectedStep, visitor: Visitor): Html {
  const { effect, earliestAt, isEstimate, isReversible, needsTwoPeople, roles } = step;
  const isFinal = step.step === "destroy" || step.step === "remove";
  const notes = [
    ...(step.step === "wait_for_keystores" ? [] : [isReversible ? "Can be undone" : "Cannot be undone"]),
    ...(step.step === "destroy" ? ["Point of no return"] : []),
    ...(needsTwoPeople ? ["Two people"] : []),
    ...(roles === undefined ? [] : [`Role: ${roles}`]),
  ];
  return html`<li class="${isFinal ? "final" : ""}">
<p><strong>${effect}</strong></p>
<p>${earliestAt === undefined ? "Blocked" : html`${isEstimate ? "Estimate: " : "At the earliest: "}${moment(earliestAt, visitor)}`}</p>
<p class="quiet">${notes.join(". ")}</p></li>`;
}

/**
 * The facts that exist for this kind of key. Only a KMS key has a window here.
 */
function factsOf({ report, key }: Shown, visitor: Visitor): Html {
  const by = key?.updatedBy === undefined ? "" : `, ${key.updatedBy}`;
  const written = key?.updatedAt && html`${moment(key.updatedAt, visitor)}${by}`;
  const { requestedBy, recordExpiresAt } = key === undefined ? report.deletion : {};
  return definitions([
    ["State", report.keyState && words(report.keyState)],
    ["Last write", written],
    ["Set for deletion by", codeOf(requestedBy)],
    ["Deletion window ends", recordExpiresAt && moment(recordExpiresAt, visitor)],
    ["Instance", report.instanceId],
  ]);
}

/**
 * Builds the page of one managed key: its state, what the caller can do, the request or approval on the key, the steps
 * of its deletion, and its properties. The page of a KMS key is shorter: its state, what the caller can do, who set it
 * for deletion, and until when it can be destroyed.
 */

import type { InspectedRecord, InspectedStep, Inspection } from "../engine/key/inspection.ts";
import type { KmsInspection } from "../engine/kms-key/commands.ts";
import type { Report } from "../engine/loop/report.ts";
import type { KeyAct } from "../engine/text/act.ts";
import { type Html, html } from "../html/markup.ts";
import { codeOf, definitions, words } from "../html/report-parts.ts";
import { actList } from "./act-page.ts";
import { layout, refreshSeconds, type Visitor } from "./layout.ts";
import { explained, keyAddress, moment } from "./parts.ts";

export function keyPage(inspection: Inspection, visitor: Visitor, timeZone: string): Html {
  const { report, steps, record, acts } = inspection;
  const { label = "", lifecycleState } = report;
  const body = html`<h1>Key ${label} <span class="state ${lifecycleState}">${words(lifecycleState)}</span></h1>
<p class="quiet"><code>${report.vaultId}/${report.keyId}</code></p>
${explained(report.explanation)}
${actsOf(acts, report)}
${record === undefined ? "" : recordOf(record, report, timeZone)}
${steps.length === 0 ? "" : html`<h2>Path of the deletion</h2><ol class="path">${steps.map((step) => pathStep(step, timeZone))}</ol>`}
${factsOf(inspection, timeZone)}`;
  return layout({
    title: `Key ${label}`,
    body,
    visitor,
    refresh: { address: keyAddress(report), refreshSeconds },
  });
}

function actsOf(acts: readonly KeyAct[], report: Report): Html {
  if (acts.length === 0) return html``;
  return html`<h2>What you can do</h2>${actList(acts, ({ id }) => `${keyAddress(report)}/${id}`)}`;
}

function recordOf({ id, how, author, writtenAt, reason }: InspectedRecord, report: Report, timeZone: string): Html {
  const { recordExpiresAt, recordExpiredAt } = report.deletion;
  return html`<details><summary>Consent record on the key</summary>
${definitions([
  [how === "approval" ? "Approved by" : "Requested by", author],
  ["Written", moment(writtenAt, timeZone)],
  ["Reason", reason],
  ["Expires", recordExpiresAt && moment(recordExpiresAt, timeZone)],
  ["Expired", recordExpiredAt && moment(recordExpiredAt, timeZone)],
  ["ID", codeOf(id)],
])}</details>`;
}

function pathStep(step: InspectedStep, timeZone: string): Html {
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
<p>${isEstimate ? "Estimate: " : "At the earliest: "}${moment(earliestAt, timeZone)}</p>
<p class="quiet">${notes.join(". ")}</p></li>`;
}

function factsOf({ key, report }: Inspection, timeZone: string): Html {
  const { description, template, algorithm, size, createdAt, updatedAt, updatedBy, keystores } = key;
  return html`<h2>About the key</h2>
${definitions([
  ["State", key.state],
  ["Description", description === "" ? "none" : description],
  ["Template", template],
  ["Algorithm", `${algorithm} ${size}`],
  ["Created", createdAt && moment(createdAt, timeZone)],
  ["Last write", updatedAt && html`${moment(updatedAt, timeZone)}${updatedBy === undefined ? "" : `, ${updatedBy}`}`],
  ...keystores.map(({ name, says }) => [`Keystore ${name}`, says] as const),
  ["Instance", report.instanceId],
])}`;
}

export function kmsKeyPage({ report, acts }: KmsInspection, visitor: Visitor, timeZone: string): Html {
  const { label = "", lifecycleState, deletion, keyState = "" } = report;
  const { requestedBy, recordExpiresAt } = deletion;
  const body = html`<h1>KMS key ${label} <span class="state ${lifecycleState}">${words(lifecycleState)}</span></h1>
<p class="quiet"><code>kms/${report.keyId}</code></p>
${explained(report.explanation)}
${actsOf(acts, report)}
<h2>About the key</h2>
${definitions([
  ["State", keyState],
  ["Set for deletion by", codeOf(requestedBy)],
  ["Deletion window ends", recordExpiresAt && moment(recordExpiresAt, timeZone)],
  ["Instance", report.instanceId],
])}`;
  const refresh = { address: keyAddress(report), refreshSeconds };
  return layout({ title: `KMS key ${label}`, body, visitor, refresh });
}

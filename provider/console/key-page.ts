/**
 * Builds the page of one key: its state, what the caller can do, the request or approval on the key, the steps of its
 * deletion, and its properties. For a KMS key, which has no steps and no properties, it says who set it for deletion,
 * and until when it can be destroyed.
 */

import type { InspectedKey, InspectedStep, Inspection } from "../engine/key/inspection.ts";
import type { Report } from "../engine/loop/report.ts";
import { type Html, html } from "../html/markup.ts";
import { codeOf, definitions, words } from "../html/report-parts.ts";
import { actList } from "./act-page.ts";
import type { ActSubject } from "./key-acts.ts";
import { type Page, refreshSeconds, type Visitor } from "./layout.ts";
import { explained, keyAddress, keyPath, moment } from "./parts.ts";

type Shown = Omit<ActSubject, "basis"> & Partial<Pick<Inspection, "steps">>;

export function keyPage({ report, acts, steps = [], record, key }: Shown, visitor: Visitor): Page {
  const { label = "", lifecycleState, vaultId } = report;
  const address = keyAddress(report);
  const title = `${vaultId === "" ? "KMS key" : "Key"} ${label}`;
  const body = html`<p class="quiet"><code>${keyPath(report)}</code></p>
${explained(report.explanation)}
${acts.length === 0 ? "" : html`<h2>What you can do</h2>${actList(acts, address)}`}
${vaultId === "" || record === undefined ? "" : recordOf(record, report, visitor)}
${steps.length === 0 ? "" : html`<h2>Path of the deletion</h2><ol class="path">${steps.map((step) => pathStep(step, visitor))}</ol>`}
<h2>About the key</h2>
${definitions([...(key === undefined ? kmsFacts(report, visitor) : factsOf(key, visitor)), ["Instance", report.instanceId]])}`;
  const heading = html`${title} <span class="state ${lifecycleState}">${words(lifecycleState)}</span>`;
  return { title, heading, body, refresh: { address, refreshSeconds } };
}

function recordOf(
  { id, how, author, writtenAt, reason }: NonNullable<ActSubject["record"]>,
  { deletion: { recordExpiresAt, recordExpiredAt } }: Report,
  visitor: Visitor,
): Html {
  return html`<details><summary>Consent record on the key</summary>
${definitions([
  [how === "approval" ? "Approved by" : "Requested by", author],
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
<p>${isEstimate ? "Estimate: " : "At the earliest: "}${moment(earliestAt, visitor)}</p>
<p class="quiet">${notes.join(". ")}</p></li>`;
}

function factsOf(key: InspectedKey, visitor: Visitor): Parameters<typeof definitions>[0] {
  const { description, template, algorithm, size, createdAt, updatedAt, updatedBy, keystores } = key;
  return [
    ["State", key.state],
    ["Description", description === "" ? "none" : description],
    ["Template", template],
    ["Algorithm", `${algorithm} ${size}`],
    ["Created", createdAt && moment(createdAt, visitor)],
    ["Last write", updatedAt && html`${moment(updatedAt, visitor)}${updatedBy === undefined ? "" : `, ${updatedBy}`}`],
    ...keystores.map(({ name, says }) => [`Keystore ${name}`, says] as const),
  ];
}

function kmsFacts({ keyState, deletion }: Report, visitor: Visitor): Parameters<typeof definitions>[0] {
  const { requestedBy, recordExpiresAt } = deletion;
  return [
    ["State", keyState],
    ["Set for deletion by", codeOf(requestedBy)],
    ["Deletion window ends", recordExpiresAt && moment(recordExpiresAt, visitor)],
  ];
}

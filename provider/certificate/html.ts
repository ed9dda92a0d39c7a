/**
 * Renders a certificate of key destruction as one HTML page without scripts or links, to read or to
 * print on A4. The page shows what the certificate states and does not check its signatures. The
 * totals and the limits come first. Then the page lists every key, and the steps of at most 200
 * keys. The keys that are not destroyed come before the others. The function is pure.
 */

import type { NameOf } from "../engine/commands/people-words.ts";
import { sayCheckValue } from "../engine/text/words.ts";
import { type Html, html } from "../html/markup.ts";
import { standalonePage } from "../html/page.ts";
import { definitions, list, tableOf } from "../html/report-parts.ts";
import { type Act, actsOf } from "./acts.ts";
import { lacksDestruction } from "./key-history.ts";
import { leftOutHeading, sayOpenKey } from "./left-out.ts";
import { certificateRows, namesIn, sayDeed, sayOutcome, sayProven, sayService, sayWave, titleOf } from "./messages.ts";
import { type Certificate, type CertificateKey, type CertificateStep, outcomes } from "./statement.ts";

export interface PageContent {
  /** SHA-256 of the signed statement, in hexadecimal digits. */
  readonly sha256: string;
  /** The IDs of the keys that signed it; the page does not check the signatures. */
  readonly keyIds: readonly string[];
}

/**
 * The steps of at most this many keys are shown, so that the page can be printed. The list of keys is always complete.
 */
const maxDetailedKeys = 200;

export function renderCertificatePage(certificate: Certificate, { sha256, keyIds }: PageContent): string {
  const { instance, evidenceUntil, tool, method, wave, evidence, notVerified, list: listed } = certificate.predicate;
  const { leftOut = [] } = certificate.predicate;
  // The keys that are not destroyed come first, because a reader has to look at them.
  const keys = certificate.predicate.keys.toSorted((a, b) => rankOf(b) - rankOf(a));
  const nameOf = namesIn(keys);
  const title = `Certificate of key destruction: ${sayProven(certificate.predicate)}`;
  const limits = notVerified.map(
    ({ text, subjects }) => `${text}${subjects === undefined ? "" : ` (${subjects.length} of ${keys.length} keys)`}`,
  );
  const unshown = keys.length - maxDetailedKeys;
  const body = html`<h1>${title}</h1>
<p>Service: ${sayService(certificate)}</p>
<p>${method.statement}</p>
${definitions([
  ["Instance", instance.id],
  ["Method of destruction", `${method.technique} (${method.standard})`],
  ["Evidence until", evidenceUntil && `${sayTime(evidenceUntil)}, by the clock of the service`],
  ["Created by", `uko ${tool.version}`],
  ["Wave", wave && sayWave(wave)],
  ["Keys", listed.count],
  ["Outcomes", outcomesOf(keys)],
  ["List of keys (SHA-256)", listed.sha256],
  ["Statement (SHA-256)", sha256],
  ["Signing keys (SHA-256)", keyIds.map((keyId) => html`<code>${keyId}</code>\n`)],
])}
<p class="quiet">This page shows the signed statement and does not check it. To check the file: uko certificate verify, with the public keys of the signers.</p>
<div class="notice">
<h2>Not verified</h2>
${list(limits)}
</div>
${
  leftOut.length === 0
    ? ""
    : html`<h2>${leftOutHeading}</h2>
${list(leftOut.map(sayOpenKey))}`
}
<h2>Keys</h2>
<p class="quiet">Keys that are not destroyed come first.</p>
${tableOf(
  {
    columns: ["Key", "Outcome", "When", "Requested by", "Approved by", "Executed by"],
    rows: certificateRows(keys).map((row) => row.map((cell) => (timeForm.test(cell) ? sayTime(cell) : cell))),
  },
  "keys",
)}
${keys.slice(0, maxDetailedKeys).map((key) => renderKey(key, nameOf))}
${unshown > 0 ? html`<p>The steps of ${unshown} more keys are in the signed file.</p>` : ""}
<h2>Evidence</h2>
${tableOf(
  { columns: ["File", "Lines", "Head (SHA-256)"], rows: evidence.map(({ lines, head }, at) => [at + 1, lines, head]) },
  "evidence",
)}`;
  return standalonePage({ title, body });
}

function rankOf(key: CertificateKey): number {
  return outcomes.indexOf(lacksDestruction(key) ? "pending_destruction" : key.outcome);
}

/** One line for each outcome, with the number of its keys. */
function outcomesOf(keys: readonly CertificateKey[]): string {
  const groups = Map.groupBy(keys, sayOutcome);
  return Array.from(groups, ([outcome, { length }]) => `${length} ${outcome}`).join("\n");
}

function renderKey(key: CertificateKey, nameOf: NameOf): Html {
  return html`<h2>${titleOf(key)}</h2>
${definitions([
  ["Subject", key.subject],
  [
    "Outcome",
    `${sayOutcome(key)}${key.outcomeAt === undefined || lacksDestruction(key) ? "" : `, ${sayTime(key.outcomeAt)}`}`,
  ],
  ["Algorithm", [key.algorithm, key.size].filter((each) => each !== undefined).join(" ")],
  ["Key check value", (key.keyCheckValues ?? []).map(sayCheckValue).join("\n")],
  [
    "Created",
    [key.createdAt && sayTime(key.createdAt), key.createdBy && `by ${nameOf(key.createdBy)}`].filter(Boolean).join(" "),
  ],
  ["Template", key.template ?? ""],
  ["Description", key.description ?? ""],
  [
    "Keystores",
    key.keystores
      .map(({ name, type, keyId, status, destructionAt }) =>
        [
          `${name}${type === undefined ? "" : ` (${type})`}: ${status}`,
          ...(keyId ? [`key ${keyId}`] : []),
          ...(destructionAt === undefined ? [] : [`pending period until ${sayTime(destructionAt)}`]),
        ].join(", "),
      )
      .join("\n"),
  ],
  [
    "Keystores read",
    key.keystoresReadAt &&
      `${sayTime(key.keystoresReadAt)}${key.areKeystoresLive ? ", live" : ", as stored by the service"}`,
  ],
])}
${key.steps.length === 0 ? html`<p>The steps are not recorded.</p>` : renderActs(key, nameOf)}
`;
}

function renderActs({ steps }: CertificateKey, nameOf: NameOf): Html {
  const columns = ["Time of the service", "Step", "What", "Who", "Reason", "State", "Consent record"];
  const rows = actsOf(steps).map((act) => {
    const { at, step, iamId, recordId = "", of } = act;
    const { from = "", to = "" } = (recordId === "" && steps[of]) || {};
    const state = from === to ? from : `${from} to ${to}`;
    const when = at === undefined ? "not recorded" : sayTime(at);
    return [when, step, sayDeed(act), nameOf(iamId), reasonOf(act, steps[of]), state, recordId];
  });
  return html`<p class="quiet">As the signers state.</p>
${tableOf({ columns, rows }, "steps")}`;
}

/** The reason of the act: of the record, or of a step that ended a request or a hold, or went on despite the hold. */
function reasonOf({ did, recordId }: Act, step: CertificateStep | undefined): string {
  if (did.includes("requested")) return step?.requester?.reason ?? "";
  if (recordId !== undefined) return step?.approver?.reason ?? "";
  return [step?.reason, step?.hold === undefined ? undefined : `(hold: ${step.hold})`].filter(Boolean).join(" ");
}

const timeForm = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

/** `2026-11-26 15:57:24 UTC`, which breaks at its spaces. */
function sayTime(time: string): string {
  return time.replace("T", " ").replace(/(\.\d{3})?Z$/, " UTC");
}

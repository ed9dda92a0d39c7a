/**
 * Renders a certificate as one HTML page without scripts or links, to read or to print on A4, and does not check its
 * signatures. It opens with the totals, the keys whose destruction is not proven, and the limits, because thousands of
 * destroyed keys would hide everything else.
 */

import type { NameOf } from "../engine/commands/people-words.ts";
import { plain, sayCheckValue } from "../engine/text/words.ts";
import { type Html, html, type Shown } from "../html/markup.ts";
import { standalonePage } from "../html/page.ts";
import { definitions, list, tableOf } from "../html/report-parts.ts";
import { type Act, actsOf } from "./acts.ts";
import { demands, notCompliance } from "./demands.ts";
import { isDestructionProven, lacksDestruction } from "./key-history.ts";
import { leftOutHeading, sayOpenKey } from "./left-out.ts";
import { certificateRows, namesIn, sayDeed, sayOutcome, sayProven, sayService, sayWave, titleOf } from "./messages.ts";
import { type Certificate, type CertificateKey, type CertificateStep, outcomes } from "./statement.ts";

export interface PageContent {
  /** SHA-256 of the signed statement, in hexadecimal digits. */
  readonly sha256: string;
  /** The IDs of the keys that signed it; the page does not check the signatures. */
  readonly keyIds: readonly string[];
}

/** The steps of at most this many keys are shown. The lists of keys are always complete. */
const maxDetailedKeys = 200;
/** A page of at most this many keys folds nothing. */
const maxUnfolded = 10;
/** So many keys whose destruction is not proven are shown without a fold. */
const maxShown = 50;
/** A folded list is folded again in parts of this size, so that a reader can find a key by its label. */
const partSize = 100;

export function renderCertificatePage(certificate: Certificate, { sha256, keyIds }: PageContent): string {
  const { instance, evidenceUntil, tool, method, wave, evidence, list: listed } = certificate.predicate;
  const { keys, leftOut = [] } = certificate.predicate;
  const nameOf = namesIn(keys);
  const rows = rowsOf(keys);
  const isFolded = keys.length > maxUnfolded;
  const title = `Certificate of key destruction: ${sayProven(certificate.predicate)}`;
  const remaining = keys.filter((key) => !isDestructionProven(key)).toSorted((a, b) => rankOf(b) - rankOf(a));
  const destroyed = keys.filter(isDestructionProven);
  const detailed = [...remaining, ...destroyed].slice(0, maxDetailedKeys);
  const [shown, hidden] = [remaining.slice(0, maxShown), remaining.slice(maxShown)];
  const body = html`<h1>${title}</h1>
<p>Service: ${sayService(certificate)}</p>
<p>${method.statement}</p>
${definitions([
  ["Instance", instance.id],
  ["Method of destruction", `${method.technique} (${method.standard})`],
  ["Evidence until", evidenceUntil && `${sayTime(evidenceUntil)}, by the clock of the service`],
  ["Created by", `uko ${tool.version}`],
  ["Wave", wave && sayWave(wave)],
  ["Keys", listed.count.toLocaleString("en")],
  ["Outcomes", outcomesOf([...remaining, ...destroyed])],
  ["List of keys (SHA-256)", listed.sha256],
  ["Statement (SHA-256)", sha256],
  ["Signing keys (SHA-256)", keyIds.map((keyId) => html`<code>${keyId}</code>\n`)],
])}
<p class="quiet">This page shows the signed statement and does not check it. To check the file: uko certificate verify, with the public keys of the signers.${isFolded ? " To print a folded part, open it first." : ""}</p>
${
  leftOut.length === 0
    ? ""
    : html`<h2>${leftOutHeading}</h2>
${list(leftOut.map(sayOpenKey))}`
}
${
  remaining.length === 0
    ? ""
    : html`<h2>Destruction not proven: ${sayCount(remaining.length)}</h2>
${tableOfKeys(shown, rows, "keys whose destruction is not proven")}
${hidden.length === 0 ? "" : folded(`And ${sayCount(hidden.length, "more key")}`, true, partsOf(hidden, rows))}`
}
<div class="notice">
<h2>Not verified</h2>
${list(sayLimits(certificate))}
</div>
${
  destroyed.length === 0
    ? ""
    : folded(html`<h2>Destroyed: ${sayCount(destroyed.length)}</h2>`, isFolded, partsOf(destroyed, rows))
}
${folded(
  html`<h2>Facts and steps of ${sayCount(detailed.length)}</h2>`,
  isFolded,
  html`${detailed.map((key) => renderKey(key, nameOf))}
${keys.length > detailed.length ? html`<p>Those of ${sayCount(keys.length - detailed.length, "more key")} are in the signed file.</p>` : ""}`,
)}
${folded(html`<h2>Which rule asks for what</h2>`, isFolded, renderDemands())}
${folded(
  html`<h2>Evidence</h2>`,
  isFolded,
  tableOf(
    {
      columns: ["File", "Lines", "Head (SHA-256)"],
      rows: evidence.map(({ lines, head }, at) => [at + 1, lines, head]),
    },
    "evidence",
  ),
)}`;
  return standalonePage({ title, body });
}

function sayCount(number: number, noun = "key"): string {
  return `${number.toLocaleString("en")} ${number === 1 ? noun : `${noun}s`}`;
}

/** A part of the page that a reader opens. A page of few keys shows the part as it is. */
function folded(title: Shown, isFolded: boolean, content: Html): Html {
  return isFolded
    ? html`<details><summary>${title}</summary>
${content}
</details>`
    : html`${title}
${content}`;
}

type Rows = ReadonlyMap<CertificateKey, readonly string[]>;

/** The row of each key, with its key check values after its name, if any key has one. */
function rowsOf(keys: readonly CertificateKey[]): Rows {
  const hasValues = keys.some(({ keyCheckValues }) => keyCheckValues !== undefined);
  const rows = certificateRows(keys).map((row) => row.map((cell) => (timeForm.test(cell) ? sayTime(cell) : cell)));
  const withValues = rows.map(([name = "", ...rest], at) => [name, sayValues(keys[at]), ...rest]);
  return new Map(keys.map((key, at) => [key, (hasValues ? withValues : rows)[at] ?? []]));
}

function sayValues(key: CertificateKey | undefined): string {
  return (key?.keyCheckValues ?? []).map(sayCheckValue).join(", ");
}

function tableOfKeys(keys: readonly CertificateKey[], rows: Rows, name: string): Html {
  const [first] = rows.values();
  const people = ["Requested by", "Approved by", "Executed by"];
  const columns = ["Key", ...((first?.length ?? 0) > 6 ? ["Key check value"] : []), "Outcome", "When", ...people];
  return tableOf({ columns, rows: keys.map((key) => rows.get(key) ?? []) }, name);
}

/** A long list in parts, each of which names its first and last key. */
function partsOf(keys: readonly CertificateKey[], rows: Rows): Html {
  const inOrder = keys.toSorted((a, b) => (titleOf(a) < titleOf(b) ? -1 : 1));
  const parts = Array.from({ length: Math.ceil(keys.length / partSize) }, (_, at) =>
    inOrder.slice(at * partSize, (at + 1) * partSize),
  );
  return html`${parts.map((part) => {
    const [first, last] = [part[0], part.at(-1)].map((key) => (key === undefined ? "" : plain(titleOf(key), 60)));
    const name = `${first} to ${last}: ${sayCount(part.length)}`;
    return html`${folded(parts.length > 1 ? name : "", parts.length > 1, tableOfKeys(part, rows, name))}\n`;
  })}`;
}

function sayLimits({ predicate: { keys, notVerified } }: Certificate): readonly string[] {
  return notVerified.map(
    ({ text, subjects }) =>
      `${text}${subjects === undefined ? "" : ` (${subjects.length.toLocaleString("en")} of ${sayCount(keys.length)})`}`,
  );
}

function renderDemands(): Html {
  const rows = demands.map(({ rule, asks, fields }) => [
    rule,
    asks,
    html`${fields.map((field) => html`<code>${field}</code> `)}`,
  ]);
  return html`${tableOf({ columns: ["Rule", "Asks for", "Fields of the signed file"], rows }, "rules")}
<p class="quiet">${notCompliance}</p>`;
}

function rankOf(key: CertificateKey): number {
  return outcomes.indexOf(lacksDestruction(key) ? "pending_destruction" : key.outcome);
}

/** One line for each outcome, with the number of its keys. */
function outcomesOf(keys: readonly CertificateKey[]): string {
  const groups = Map.groupBy(keys, sayOutcome);
  return Array.from(groups, ([outcome, { length }]) => `${length.toLocaleString("en")} ${outcome}`).join("\n");
}

function renderKey(key: CertificateKey, nameOf: NameOf): Html {
  return html`<h3>${titleOf(key)}</h3>
${definitions([
  ["Subject", key.subject],
  [
    "Outcome",
    `${sayOutcome(key)}${key.outcomeAt === undefined || lacksDestruction(key) ? "" : `, ${sayTime(key.outcomeAt)}`}`,
  ],
  ["Algorithm", [key.algorithm, key.size].filter((each) => each !== undefined).join(" ")],
  ["Key check value", sayValues(key)],
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

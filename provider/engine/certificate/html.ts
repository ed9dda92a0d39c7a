/** A certificate as one HTML page without scripts or links, for reading and for printing on A4. Pure. */

import { escapeHtml } from "../../encodings.ts";
import {
  certificateRows,
  decidingStep,
  type NameOf,
  namesOf,
  outcomeWords,
  peopleOf,
  sayService,
  stepWords,
  titleOf,
} from "./messages.ts";
import type { Certificate, CertificateKey, CertificateStep } from "./statement.ts";

export interface PageFacts {
  /** SHA-256 of the signed statement, in hexadecimal digits. */
  readonly sha256: string;
  /** The IDs of the keys that signed it; the page does not check the signatures. */
  readonly keyIds: readonly string[];
}

/** A page with the steps of more keys would not be printed; the list of keys is always complete. */
const maxDetailedKeys = 200;

export function renderCertificatePage(certificate: Certificate, { sha256, keyIds }: PageFacts): string {
  const { keys, instance, createdAt, tool, method, evidence, notVerified, list } = certificate.predicate;
  const title = `Certificate of key destruction: ${keys.length} ${keys.length === 1 ? "key" : "keys"}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<header>
<h1>${escaped(title)}</h1>
<p>${escaped(`Service: ${sayService(certificate)}`)}</p>
<p>${escaped(method.statement)}</p>
</header>
<section>
${definitions([
  ["Instance", instance.id],
  ["Method of destruction", `${method.technique} (${method.standard})`],
  ["Created", `${sayTime(createdAt)} by uko ${tool.version}`],
  ["Keys", String(list.count)],
  ["List of keys", list.sha256],
  ["Statement", sha256],
  ["Signing keys", keyIds.join("\n")],
])}
<p class="note">This page shows the signed statement and does not check it. To check the file: uko certificate verify, with the public keys of the signers.</p>
</section>
<section>
<h2>Keys</h2>
${tableOf(
  ["Key", "Outcome", "When", "Requested by", "Approved by", "Executed by"],
  certificateRows(certificate).map((row) => row.map((cell) => (timeForm.test(cell) ? sayTime(cell) : cell))),
)}
</section>
<section class="limits">
<h2>Not verified</h2>
<ul>
${notVerified.map(({ text, subjects }) => `<li>${escaped(text)}${subjects === undefined ? "" : ` (${subjects.length} of ${keys.length} keys)`}</li>`).join("\n")}
</ul>
</section>
${keys
  .slice(0, maxDetailedKeys)
  .map((key) => renderKey(key, namesOf(keys)))
  .join("\n")}
${keys.length > maxDetailedKeys ? `<p>The steps of ${keys.length - maxDetailedKeys} more keys are in the signed file.</p>` : ""}
<section>
<h2>Evidence</h2>
${tableOf(
  ["File", "Lines", "Chain", "Head (SHA-256)"],
  evidence.map(({ lines, isChained, head }, at) => [at + 1, lines, isChained ? "chained" : "not chained", head]),
)}
</section>
</body>
</html>
`;
}

function renderKey(key: CertificateKey, nameOf: NameOf): string {
  const deciding = decidingStep(key);
  return `<section class="key">
<h2>${escaped(titleOf(key))}</h2>
${definitions([
  ["Subject", key.subject],
  ["Outcome", `${outcomeWords[key.outcome]}${key.outcomeAt === undefined ? "" : `, ${sayTime(key.outcomeAt)}`}`],
  ["Algorithm", [key.algorithm, key.size].filter((each) => each !== undefined).join(" ")],
  [
    "Created",
    [key.createdAt && sayTime(key.createdAt), key.createdBy && `by ${nameOf(key.createdBy)}`].filter(Boolean).join(" "),
  ],
  ["Template", key.template ?? ""],
  ["Description", key.description ?? ""],
  ["Reason", deciding?.consent?.reason ?? key.steps.find(({ consent }) => consent?.reason)?.consent?.reason ?? ""],
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
  ["Read", `${sayTime(key.keystoresReadAt ?? "")}${key.areKeystoresLive ? ", live" : ", as stored by the service"}`],
])}
${key.steps.length === 0 ? "<p>The steps are not recorded.</p>" : renderSteps(key.steps, nameOf)}
</section>`;
}

function renderSteps(steps: readonly CertificateStep[], nameOf: NameOf): string {
  const rows = steps.map((step) => [
    step.doneAt === undefined ? `${sayTime(step.startedAt)} (not confirmed)` : sayTime(step.doneAt),
    stepWords(step),
    step.from === step.to ? step.from : `${step.from} to ${step.to}`,
    ...peopleOf(step, nameOf),
    step.consent?.recordId ?? "",
  ]);
  const people = ["Requested by", "Approved by", "Executed by"];
  return `<p class="note">As the signers state.</p>\n${tableOf(["Time of the service", "Step", "State", ...people, "Consent record"], rows)}`;
}

const digestHeads: readonly string[] = ["Head (SHA-256)", "Consent record"];

function tableOf(heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cellOf = (cell: string | number, at: number): string =>
    `<td${digestHeads.includes(heads[at] ?? "") ? ' class="digest"' : ""}>${escaped(String(cell))}</td>`;
  return `<table>
<thead><tr>${heads.map((head) => `<th>${head}</th>`).join("")}</tr></thead>
<tbody>
${rows.map((row) => `<tr>${row.map(cellOf).join("")}</tr>`).join("\n")}
</tbody>
</table>`;
}

function definitions(facts: readonly (readonly [name: string, value: string])[]): string {
  const shown = facts.filter(([, value]) => value.trim() !== "");
  return `<dl>\n${shown.map(([name, value]) => `<dt>${escaped(name)}</dt><dd${digestForm.test(value) ? ' class="digest"' : ""}>${escaped(value)}</dd>`).join("\n")}\n</dl>`;
}

const timeForm = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;
/** One digest a line. */
const digestForm = /^([0-9a-f]{64}\n?)+$/;

/** `2026-11-26 15:57:24 UTC`, which breaks at its spaces. */
function sayTime(time: string): string {
  return time.replace("T", " ").replace(/(\.\d{3})?Z$/, " UTC");
}

/** Control and direction characters could make a page show other words than the file has. */
function escaped(text: string): string {
  return escapeHtml(text).replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "\u{fffd}");
}

const style = `
@page { size: A4; margin: 18mm 16mm; }
:root { color-scheme: light; }
body { font: 10.5pt/1.45 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; color: #1a1a1a; background: #fff; max-width: 178mm; margin: 12mm auto; padding: 0 4mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
header { border-bottom: 2pt solid #1a1a1a; margin-bottom: 5mm; }
h1 { font-size: 17pt; margin: 0 0 1mm; }
h2 { font-size: 12pt; margin: 6mm 0 2mm; break-after: avoid; }
p { margin: 0 0 2mm; }
dl { display: grid; grid-template-columns: 28mm 1fr; gap: 0.8mm 4mm; margin: 0 0 3mm; }
dt { color: #555; }
dd { margin: 0; white-space: pre-line; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-size: 8.5pt; }
th, td { text-align: left; vertical-align: top; padding: 1mm 2mm 1mm 0; border-bottom: 0.4pt solid #bbb; overflow-wrap: break-word; }
th { border-bottom: 0.8pt solid #1a1a1a; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
.digest { font: 7.5pt/1.4 ui-monospace, "DejaVu Sans Mono", Menlo, monospace; overflow-wrap: anywhere; }
.limits { border: 0.8pt solid #1a1a1a; padding: 0 4mm 2mm; margin-top: 6mm; break-inside: avoid; }
.limits ul { margin: 0; padding-left: 5mm; }
.note { color: #555; }
.key { border-top: 0.8pt solid #bbb; margin-top: 6mm; }
`;

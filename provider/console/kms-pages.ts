/** The pages of KMS keys that no managed key depends on: the list, and one key with its acts. */

import { html } from "hono/html";
import type { KmsInspection } from "../engine/kms-key/commands.ts";
import type { KmsKeySnapshot } from "../engine/ports/kms-keys.ts";
import type { ActSubject } from "./act-page.ts";
import { explained } from "./explained.ts";
import { keyAddress, offersOf } from "./key-page.ts";
import { pageLinks } from "./keys-page.ts";
import { layout, refreshSeconds, type Visitor } from "./layout.ts";
import { tableOf } from "./report-parts.ts";
import { escaped, type Html, moment, words } from "./shown.ts";

const rowsPerPage = 50;

/** As KMS numbers them (kms-v2-and-iam.md 3). */
const states: Readonly<Record<number, string>> = {
  0: "pre-activation",
  1: "active",
  2: "suspended",
  3: "deactivated",
  5: "destroyed",
};

export function kmsKeysPage(keys: readonly KmsKeySnapshot[], at: number, visitor: Visitor): Html {
  const sorted = keys.toSorted((a, b) => a.name.localeCompare(b.name));
  const pages = Math.max(1, Math.ceil(sorted.length / rowsPerPage));
  const page = Math.min(at, pages);
  const shown = sorted.slice((page - 1) * rowsPerPage, page * rowsPerPage);
  const rows = shown.map(({ name, kmsKeyId, state, dualAuthDelete, windowEndsAtMs }) => [
    name,
    kmsKeyId,
    states[state] ?? `state ${state}`,
    dualAuthDelete ? (windowEndsAtMs === undefined ? "on" : "on, set for deletion") : "off",
  ]);
  const columns = ["name", "KMS key", "state", "dual authorization"];
  const body = html`<h1>KMS keys</h1>
<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>
<p role="status">${keys.length} ${keys.length === 1 ? "key" : "keys"}, page ${page} of ${pages}</p>
${tableOf({ columns, rows }, "KMS keys", (_, row) => `/kms/${shown[row]?.kmsKeyId}`)}
${pageLinks({ page, pages }, (to) => `/kms?page=${to}`)}`;
  return layout({ title: "KMS keys", body, visitor });
}

export function kmsKeyPage({ report, offers }: KmsInspection, visitor: Visitor, timeZone: string): Html {
  const { label = "", lifecycleState, deletion, keyState = "" } = report;
  const { requestedBy, recordLapsesAt } = deletion;
  const body = html`<h1>KMS key ${escaped(label)} <span class="state ${lifecycleState}">${words(lifecycleState)}</span></h1>
<p class="quiet"><code>kms/${report.keyId}</code></p>
${explained(report.explanation)}
${offersOf(offers, report)}
<h2>About the key</h2>
<dl>
<dt>State</dt><dd>${keyState}</dd>
${requestedBy === undefined ? "" : html`<dt>Set for deletion by</dt><dd><code>${requestedBy}</code></dd>`}
${recordLapsesAt === undefined ? "" : html`<dt>Deletion window ends</dt><dd>${moment(recordLapsesAt, timeZone)}</dd>`}
<dt>Instance</dt><dd><code>${report.instanceId}</code></dd>
</dl>`;
  const refresh = { address: keyAddress(report), refreshSeconds };
  return layout({ title: `KMS key ${escaped(label)}`, body, visitor, refresh });
}

/** The same read as the subject of an act. */
export function subjectOf({ report, offers, basis, window }: KmsInspection): ActSubject {
  return {
    report,
    offers,
    basis,
    key: { state: report.keyState ?? "" },
    ...(window !== undefined && { record: { id: window } }),
  };
}

/** The tables of managed keys, with search and filter, and of the KMS keys that no managed key depends on. */

import { lifecycleStates } from "../compose/text.ts";
import type { Listed, ListedKey, Listing } from "../engine/commands/listing.ts";
import type { KmsKeySnapshot } from "../engine/ports/kms-keys.ts";
import { fieldText, type Html, html, type Shown } from "../html/markup.ts";
import { linkTo, list, tableOf, words } from "../html/report-parts.ts";
import { keyAddress } from "./key-page.ts";
import { layout, type Visitor } from "./layout.ts";
import { pageOf } from "./parts.ts";

export interface KeysQuery {
  readonly contains: string;
  /** One of the states, or empty for all. */
  readonly state: string;
  readonly page: number;
}

const rowsPerPage = 50;

export function keysPage({ objects, unreadable }: Listing, query: KeysQuery, visitor: Visitor): Html {
  const keys = objects.filter(isKey).toSorted((a, b) => a.label.localeCompare(b.label));
  const { shown, position, links } = pageOf(keys, query.page, rowsPerPage);
  const body = html`<h1>Keys</h1>
<p><a href="/kms">KMS keys</a> that no managed key depends on have a page of their own.</p>
${searchForm(query)}
<p role="status">${position}</p>
${tableOf({ columns, rows: shown.map(rowOf) }, "keys")}
${links((to) => `/keys?${new URLSearchParams({ contains: query.contains, state: query.state, page: String(to) })}`)}
${list(unreadable.map(({ vaultId, error }) => `Vault ${vaultId}: ${error.summary}`))}`;
  return layout({ title: "Keys", body, visitor });
}

function isKey(object: Listed): object is ListedKey {
  return object.resource === "key";
}

function searchForm({ contains, state }: KeysQuery): Html {
  const options = lifecycleStates.map(
    (each) => html`<option value="${each}"${each === state ? html` selected` : ""}>${words(each)}</option>`,
  );
  return html`<form method="get" action="/keys" class="row" role="search">
<div><label for="contains">Label contains</label><input id="contains" name="contains" maxlength="200" value="${fieldText(contains)}"></div>
<div><label for="state">State</label><select id="state" name="state"><option value="">all</option>${options}</select></div>
<button>Search</button>
</form>`;
}

const columns = ["key", "state", "vault", "template", "algorithm", "keystores"];

function rowOf(key: ListedKey): readonly Shown[] {
  const { keyId, label, lifecycleState, vault, template, algorithm, size, keystores } = key;
  return [
    html`${linkTo(keyAddress(key), label)}<br><code class="quiet">${keyId}</code>`,
    html`<span class="state ${lifecycleState}">${words(lifecycleState)}</span>`,
    vault,
    template,
    `${algorithm} ${size}`,
    keystores.join(", "),
  ];
}

/** As KMS numbers them (kms-v2-and-iam.md 3). */
const kmsStates: Readonly<Record<number, string>> = {
  0: "pre-activation",
  1: "active",
  2: "suspended",
  3: "deactivated",
  5: "destroyed",
};

const kmsColumns = ["name", "KMS key", "state", "dual authorization"];

export function kmsKeysPage(keys: readonly KmsKeySnapshot[], page: number, visitor: Visitor): Html {
  const sorted = keys.toSorted((a, b) => a.name.localeCompare(b.name));
  const { shown, position, links } = pageOf(sorted, page, rowsPerPage);
  const rows = shown.map(({ name, kmsKeyId, state, dualAuthDelete, windowEndsAtMs }) => [
    linkTo(`/kms/${kmsKeyId}`, name),
    kmsKeyId,
    kmsStates[state] ?? `state ${state}`,
    dualAuthDelete ? (windowEndsAtMs === undefined ? "on" : "on, set for deletion") : "off",
  ]);
  const body = html`<h1>KMS keys</h1>
<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>
<p role="status">${position}</p>
${tableOf({ columns: kmsColumns, rows }, "KMS keys")}
${links((to) => `/kms?page=${to}`)}`;
  return layout({ title: "KMS keys", body, visitor });
}

/** The tables of managed keys, with search and filter, and of the KMS keys that no managed key depends on. */

import { lifecycleStates } from "../compose-text.ts";
import type { Listed, ListedKey, Listing } from "../engine/commands/listing.ts";
import type { KmsKeySnapshot } from "../engine/ports/kms-keys.ts";
import { keyAddress } from "./key-page.ts";
import { layout, type Visitor } from "./layout.ts";
import { escaped, type Html, html, list, pageOf, tableOf, words } from "./parts.ts";

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
<div class="scroll" tabindex="0" role="region" aria-label="Keys"><table>
<thead><tr><th scope="col">Key</th><th scope="col">State</th><th scope="col">Vault</th><th scope="col">Template</th>
<th scope="col">Algorithm</th><th scope="col">Keystores</th></tr></thead>
<tbody>${shown.map(row)}</tbody></table></div>
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
<div><label for="contains">Label contains</label><input id="contains" name="contains" maxlength="200" value="${contains}"></div>
<div><label for="state">State</label><select id="state" name="state"><option value="">all</option>${options}</select></div>
<button>Search</button>
</form>`;
}

function row(key: ListedKey): Html {
  const { keyId, label, lifecycleState, vault, template, algorithm, size, keystores } = key;
  return html`<tr><th scope="row"><a href="${keyAddress(key)}">${escaped(label)}</a><br><code class="quiet">${keyId}</code></th>
<td><span class="state ${lifecycleState}">${words(lifecycleState)}</span></td><td>${escaped(vault)}</td>
<td>${escaped(template)}</td><td>${algorithm} ${size}</td><td>${keystores.map(escaped).join(", ")}</td></tr>`;
}

/** As KMS numbers them (kms-v2-and-iam.md 3). */
const kmsStates: Readonly<Record<number, string>> = {
  0: "pre-activation",
  1: "active",
  2: "suspended",
  3: "deactivated",
  5: "destroyed",
};

export function kmsKeysPage(keys: readonly KmsKeySnapshot[], page: number, visitor: Visitor): Html {
  const sorted = keys.toSorted((a, b) => a.name.localeCompare(b.name));
  const { shown, position, links } = pageOf(sorted, page, rowsPerPage);
  const rows = shown.map(({ name, kmsKeyId, state, dualAuthDelete, windowEndsAtMs }) => [
    name,
    kmsKeyId,
    kmsStates[state] ?? `state ${state}`,
    dualAuthDelete ? (windowEndsAtMs === undefined ? "on" : "on, set for deletion") : "off",
  ]);
  const columns = ["name", "KMS key", "state", "dual authorization"];
  const body = html`<h1>KMS keys</h1>
<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>
<p role="status">${position}</p>
${tableOf({ columns, rows }, "KMS keys", (_, row) => `/kms/${shown[row]?.kmsKeyId}`)}
${links((to) => `/kms?page=${to}`)}`;
  return layout({ title: "KMS keys", body, visitor });
}

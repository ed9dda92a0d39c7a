/** The page "Keys": a table of every key that the caller can read, with search, filter and pages. */

import { html } from "hono/html";
import { lifecycleStates } from "../compose-text.ts";
import type { Listed, ListedKey, Listing } from "../engine/commands/listing.ts";
import { list } from "./explained.ts";
import { keyAddress } from "./key-page.ts";
import { layout, type Visitor } from "./layout.ts";
import { escaped, type Html, words } from "./shown.ts";

export interface KeysQuery {
  readonly contains: string;
  /** One of the states, or empty for all. */
  readonly state: string;
  /** From 1. */
  readonly page: number;
}

const rowsPerPage = 50;

export function keysPage({ objects, unreadable }: Listing, query: KeysQuery, visitor: Visitor): Html {
  const keys = objects.filter(isKey).toSorted((a, b) => a.label.localeCompare(b.label));
  const pages = Math.max(1, Math.ceil(keys.length / rowsPerPage));
  const page = Math.min(query.page, pages);
  const shown = keys.slice((page - 1) * rowsPerPage, page * rowsPerPage);
  const body = html`<h1>Keys</h1>
<p><a href="/kms">KMS keys</a> that no managed key depends on have a page of their own.</p>
${searchForm(query)}
<p role="status">${keys.length} ${keys.length === 1 ? "key" : "keys"}, page ${page} of ${pages}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Keys"><table>
<thead><tr><th scope="col">Key</th><th scope="col">State</th><th scope="col">Vault</th><th scope="col">Template</th>
<th scope="col">Algorithm</th><th scope="col">Keystores</th></tr></thead>
<tbody>${shown.map(row)}</tbody></table></div>
${pageLinks({ page, pages }, (to) => `/keys?${new URLSearchParams({ contains: query.contains, state: query.state, page: String(to) })}`)}
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

/** Empty for a table of one page. */
export function pageLinks(
  { page, pages }: { readonly page: number; readonly pages: number },
  addressOf: (page: number) => string,
): Html {
  if (pages === 1) return html``;
  return html`<nav aria-label="Pages of the table"><ul class="pages">
${page > 1 ? html`<li><a href="${addressOf(page - 1)}">Previous page</a></li>` : ""}
${page < pages ? html`<li><a href="${addressOf(page + 1)}">Next page</a></li>` : ""}
</ul></nav>`;
}

/**
 * Builds the page with the table of managed keys, with search and filter. The file also builds the page with the KMS
 * keys that hold no material of a managed key.
 */

import { sayKmsDualAuth } from "../compose/text.ts";
import type { Listed, ListedKey, ListedKmsKey, Listing } from "../engine/commands/listing.ts";
import { type Html, html } from "../html/markup.ts";
import { list, words } from "../html/report-parts.ts";
import { layout, type Visitor } from "./layout.ts";
import { type KeysQuery, keyAddress, linkedTable, searchForm, type TableQuery } from "./parts.ts";

export function keysPage(
  { objects, unreadable }: Listing,
  query: KeysQuery & { readonly page: number },
  visitor: Visitor,
): Html {
  const keys = objects.filter(isKey).toSorted((a, b) => a.label.localeCompare(b.label));
  const address = `/keys?${new URLSearchParams({ contains: query.contains, state: query.state })}`;
  const body = html`<h1>Keys</h1>
<p><a href="/kms">KMS keys</a> that no managed key depends on have a page of their own.</p>
${searchForm(query)}
${linkedTable({ rows: keys.map(rowOf), name: "keys" }, { page: query.page }, address)}
${list(unreadable.map(({ vaultId, error }) => `Vault ${vaultId}: ${error.summary}`))}`;
  return layout({ title: "Keys", body, visitor });
}

function isKey(object: Listed): object is ListedKey {
  return object.resource === "key";
}

function isKmsKey(object: Listed): object is ListedKmsKey {
  return object.resource === "kms";
}

function rowOf(key: ListedKey) {
  const { keyId, label, lifecycleState, vault, template, algorithm, size, keystores } = key;
  return {
    link: keyAddress(key),
    id: keyId,
    cells: {
      key: label,
      state: html`<span class="state ${lifecycleState}">${words(lifecycleState)}</span>`,
      vault,
      template,
      algorithm: `${algorithm} ${size}`,
      keystores: keystores.join(", "),
    },
  };
}

interface KmsKeysShown extends Pick<Listing, "objects"> {
  /** Key Protect has none. */
  readonly hasManagedKeys: boolean;
}

export function kmsKeysPage({ objects, hasManagedKeys }: KmsKeysShown, query: TableQuery, visitor: Visitor): Html {
  const sorted = objects.filter(isKmsKey).toSorted((a, b) => a.name.localeCompare(b.name));
  const rows = sorted.map(({ name, keyId, keyState, dualAuthDelete, windowEndsAt }) => ({
    link: `/kms/${keyId}`,
    id: keyId,
    cells: {
      name,
      state: words(keyState),
      "dual authorization": `${sayKmsDualAuth({ dualAuthDelete })}${windowEndsAt === undefined ? "" : ", set for deletion"}`,
    },
  }));
  const body = html`<h1>KMS keys</h1>
${hasManagedKeys ? html`<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>` : ""}
${linkedTable({ rows, name: "KMS keys" }, query, "/kms")}`;
  return layout({ title: "KMS keys", body, visitor });
}

/**
 * Builds the page with the table of managed keys, with search and filter. The file also builds the page with the KMS
 * keys that hold no material of a managed key.
 */

import { sayKmsDualAuth } from "../compose/text.ts";
import type { Listing } from "../engine/commands/listing.ts";
import { html } from "../html/markup.ts";
import { list, words } from "../html/report-parts.ts";
import type { Page } from "./layout.ts";
import { type KeysQuery, keyAddress, linkedTable, searchForm, type TableQuery } from "./parts.ts";

export function keysPage({ objects, unreadable }: Listing, query: KeysQuery & Pick<TableQuery, "page">): Page {
  const keys = objects.filter((object) => object.resource === "key");
  const rows = keys
    .toSorted((a, b) => a.label.localeCompare(b.label))
    .map((key) => {
      const { keyId: id, label, lifecycleState, vault, template, algorithm, size, keystores } = key;
      const state = html`<span class="state ${lifecycleState}">${words(lifecycleState)}</span>`;
      const cells = [label, state, vault, template, `${algorithm} ${size}`, keystores.join(", ")] as const;
      return { link: keyAddress(key), id, cells };
    });
  const columns = ["key", "state", "vault", "template", "algorithm", "keystores"];
  const address = `/keys?${new URLSearchParams({ contains: query.contains, state: query.state })}`;
  const body = html`<p><a href="/kms">KMS keys</a> that no managed key depends on have a page of their own.</p>
${searchForm(query)}
${linkedTable({ columns, rows, name: "keys" }, { page: query.page }, address)}
${list(unreadable.map(({ vaultId, error }) => `Vault ${vaultId}: ${error.summary}`))}`;
  return { title: "Keys", body };
}

interface KmsKeysShown extends Pick<Listing, "objects"> {
  /** Key Protect has none. */
  readonly hasManagedKeys: boolean;
}

export function kmsKeysPage({ objects, hasManagedKeys }: KmsKeysShown, query: TableQuery): Page {
  const keys = objects.filter((object) => object.resource === "kms");
  const rows = keys
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, keyId, keyState, dualAuthDelete, windowEndsAt }) => {
      const dual = `${sayKmsDualAuth({ dualAuthDelete })}${windowEndsAt === undefined ? "" : ", set for deletion"}`;
      return { link: `/kms/${keyId}`, id: keyId, cells: [name, words(keyState), dual] as const };
    });
  const columns = ["name", "state", "dual authorization"];
  const body = html`${hasManagedKeys ? html`<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>` : ""}
${linkedTable({ columns, rows, name: "KMS keys" }, query, "/kms")}`;
  return { title: "KMS keys", body };
}

/**
 * Builds the page with the table of managed keys, with search and filter. The file also builds the page with the KMS
 * keys that hold no material of a managed key.
 */

import { sayKmsDualAuth } from "../compose/text.ts";
import type { Listing } from "../engine/commands/listing.ts";
import { html } from "../html/markup.ts";
import { list, words } from "../html/report-parts.ts";
import type { Page } from "./layout.ts";
import {
  type KeysQuery,
  keyAddress,
  linkWithId,
  pagedTable,
  searchForm,
  type TableQuery,
  textFilter,
} from "./parts.ts";

export function keysPage({ objects, unreadable }: Listing, { page, ...query }: KeysQuery): Page {
  const rows = objects
    .filter((object) => object.resource === "key")
    .toSorted((a, b) => a.label.localeCompare(b.label))
    .map((key) => {
      const { keyId, label, lifecycleState, vault, template, algorithm, size, keystores } = key;
      const state = html`<span class="state ${lifecycleState}">${words(lifecycleState)}</span>`;
      const name = linkWithId(keyAddress(key), label, keyId);
      return [name, state, vault, template, `${algorithm} ${size}`, keystores.join(", ")];
    });
  const columns = ["key", "state", "vault", "template", "algorithm", "keystores"];
  const body = html`<p><a href="/kms">KMS keys</a> that no managed key depends on have a page of their own.</p>
${searchForm(query)}
${pagedTable({ columns, rows, name: "keys" }, page, `/keys?${new URLSearchParams(query)}`)}
${list(unreadable.map(({ vaultId, error }) => `Vault ${vaultId}: ${error.summary}`))}`;
  return { title: "Keys", body };
}

interface KmsKeysShown extends Pick<Listing, "objects"> {
  /** Key Protect has none. */
  readonly hasManagedKeys: boolean;
}

export function kmsKeysPage({ objects, hasManagedKeys }: KmsKeysShown, { contains, page }: TableQuery): Page {
  const rows = objects
    .filter((object) => object.resource === "kms")
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .map(({ name, keyId, keyState, dualAuthDelete, windowEndsAt }) => {
      const dual = `${sayKmsDualAuth({ dualAuthDelete })}${windowEndsAt === undefined ? "" : ", set for deletion"}`;
      return [linkWithId(`/kms/${keyId}`, name, keyId), words(keyState), dual];
    });
  const columns = ["name", "state", "dual authorization"];
  const filter = { name: "contains", label: "Name contains", value: contains };
  const body = html`${hasManagedKeys ? html`<p>Keys of the instance that no managed key depends on. <a href="/keys">Managed keys</a></p>` : ""}
${textFilter(filter, "/kms")}
${pagedTable({ columns, rows, name: "KMS keys" }, page, `/kms?${new URLSearchParams({ contains })}`)}`;
  return { title: "KMS keys", body };
}

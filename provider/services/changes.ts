/**
 * Lists every request by which uko can change something at a service. The client sends no other request but reads, so a
 * new feature has to add its request here, and say why the request is safe. Three answers are possible:
 *
 * - `permit`: the request can cut a key off, so it takes a permit for that act (lifecycle/vocabulary/permit.ts).
 * - "cannot cut a key off, because …".
 * - "has a guard of its own: …": a rotation, an alignment and two updates can cut a key off only in some cases, which
 *   the named guard refuses.
 */

import type { PermittedAct } from "../lifecycle/vocabulary/permit.ts";

type Change =
  | { readonly permit: PermittedAct }
  | `cannot cut a key off, because ${string}`
  | `has a guard of its own: ${string}`;

/** Method, path and query; `{id}` is one part of a path, and the last one names the object. */
export const changes = {
  "POST /identity/token": "cannot cut a key off, because IAM only returns a token",

  "POST /api/v4/managed_keys": "cannot cut a key off, because it creates one",
  "PATCH /api/v4/managed_keys/{id}":
    "cannot cut a key off, because it changes texts, tags and dates, which the next update can take back",
  "DELETE /api/v4/managed_keys/{id}": { permit: "remove" },
  "POST /api/v4/managed_keys/{id}/activate": "cannot cut a key off, because it makes the key usable",
  "POST /api/v4/managed_keys/{id}/deactivate": { permit: "deactivate" },
  "POST /api/v4/managed_keys/{id}/destroy": { permit: "destroy" },
  "POST /api/v4/managed_keys/{id}/rotate":
    "has a guard of its own: planRotation refuses a rotation that would deactivate older versions",
  "POST /api/v4/managed_keys/{id}/update_from_template":
    "has a guard of its own: planAlignment refuses an alignment that would uninstall or deactivate the key",
  "POST /api/v4/managed_keys/{id}/sync_status_in_keystores":
    "cannot cut a key off, because it carries out in the keystores the state that UKO already has",

  "POST /api/v4/vaults": "cannot cut a key off, because it creates a vault",
  "PATCH /api/v4/vaults/{id}": "cannot cut a key off, because it changes texts",
  "DELETE /api/v4/vaults/{id}": { permit: "delete_vault" },
  "POST /api/v4/keystores": "cannot cut a key off, because it creates a keystore",
  "PATCH /api/v4/keystores/{id}":
    "has a guard of its own: unlinkedBy refuses groups that would uninstall a key without an explicit request",
  "DELETE /api/v4/keystores/{id}?mode=restrict": { permit: "delete_keystore" },
  "POST /api/v4/templates": "cannot cut a key off, because it creates a template",
  "PATCH /api/v4/templates/{id}":
    "has a guard of its own: unlinkedBy refuses a group that would uninstall a key without an explicit request",
  "POST /api/v4/templates/{id}/archive":
    "cannot cut a key off, because the keys of an archived template stay as they are",
  "POST /api/v4/templates/{id}/unarchive": "cannot cut a key off, because it makes the template usable",
  "DELETE /api/v4/templates/{id}": { permit: "delete_template" },

  "POST /api/v2/keys": "cannot cut a key off, because it creates one",
  "POST /api/v2/keys_with_policy_overrides": "cannot cut a key off, because it creates one",
  "PATCH /api/v2/keys/{id}": "cannot cut a key off, because the key keeps its material and its ID in another key ring",
  "DELETE /api/v2/keys/{id}": { permit: "destroy_kms_key" },
  "POST /api/v2/keys/{id}/actions/rotate": "cannot cut a key off, because KMS keeps every version for decryption",
  "POST /api/v2/keys/{id}/actions/setKeyForDeletion": { permit: "open_kms_window" },
  "POST /api/v2/keys/{id}/actions/unsetKeyForDeletion": "cannot cut a key off, because it closes a deletion window",
  "POST /api/v2/keys/{id}/restore": "cannot cut a key off, because it takes a destruction back",
  "POST /api/v2/keys/{id}/aliases/{id}": "cannot cut a key off, because it adds a name",
  "DELETE /api/v2/keys/{id}/aliases/{id}": "cannot cut a key off, because the key stays usable by its ID",
  "PUT /api/v2/keys/{id}/policies?policy=dualAuthDelete":
    "cannot cut a key off, because it makes the deletion stricter",
  "PUT /api/v2/keys/{id}/policies?policy=rotation":
    "cannot cut a key off, because KMS keeps every version for decryption",
  "POST /api/v2/key_rings/{id}": "cannot cut a key off, because it creates a key ring",
  "DELETE /api/v2/key_rings/{id}": { permit: "delete_key_ring" },
} as const satisfies Readonly<Record<string, Change>>;

/** The list with a pattern for each request. An endpoint may have a path of its own before these paths. */
const patterns = Object.entries<Change>(changes).map(([request, change]) => {
  const [method = "", path = ""] = request.split(" ");
  const literal = path.replace(/[.?]/g, "\\$&").replaceAll("{id}", "([^/?]+)");
  return { method, path: new RegExp(`^(?:/[^?]*)?${literal}$`), change };
});

export interface ListedChange {
  readonly change: Change;
  /** The ID of the object; empty if the path names none. */
  readonly id: string;
}

/** The entry of a request that changes something; undefined if the request is not listed. `path` includes the query. */
export function findChange(method: string, path: string): ListedChange | undefined {
  for (const each of patterns) {
    const match = each.method === method ? each.path.exec(path) : null;
    if (match !== null) return { change: each.change, id: match.at(-1) ?? "" };
  }
  return undefined;
}

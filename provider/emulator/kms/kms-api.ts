/**
 * Lists the routes of the emulated KMS API v2. A name such as M14 is the row of a call in the table of
 * kms-v2-and-iam.md 2.1. The file also serves the calls that read a key and list its versions (M5, M6, M23), and the
 * deprecated call for the actions of a key (M0).
 */

import { type Call, type Reply, type Route, route } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import { kmsKeyOf } from "./access.ts";
import { disableKmsKey, enableKmsKey, rotateKmsKey, syncKmsKey } from "./actions.ts";
import { createAlias, deleteAlias } from "./aliases.ts";
import { createKmsKey, createWithOverrides } from "./create.ts";
import { deleteKmsKey, purgeKmsKey, restoreKmsKey, setForDeletion, unsetForDeletion } from "./deletion.ts";
import {
  booleanQuery,
  collection,
  countedPage,
  invalidQuery,
  invalidState,
  notPerformed,
  rootKeyRequired,
} from "./envelope.ts";
import { createImportToken, readImportToken } from "./import-tokens.ts";
import { countKmsKeys, listKmsKeys } from "./list.ts";
import * as policies from "./policies.ts";
import { listAllRegistrations, listRegistrations } from "./registrations.ts";
import { createRing, deleteRing, listRings, moveKmsKey } from "./rings.ts";
import { viewKmsKey, viewWithPayload } from "./view.ts";
import { rewrap, unwrap, wrap } from "./wrap.ts";

const api = "/api/v2";
const keys = `${api}/keys`;
const one = `${keys}/:id`;

/** The actions of one key by name. */
const actions = {
  disable: { row: "M11", handle: disableKmsKey },
  enable: { row: "M11", handle: enableKmsKey },
  rotate: { row: "M12", handle: rotateKmsKey },
  wrap: { row: "M13", handle: wrap },
  unwrap: { row: "M13", handle: unwrap },
  rewrap: { row: "M13", handle: rewrap },
  setKeyForDeletion: { row: "M14", handle: setForDeletion },
  unsetKeyForDeletion: { row: "M15", handle: unsetForDeletion },
  sync: { row: "M16", handle: syncKmsKey },
} as const satisfies Record<string, { readonly row: string; readonly handle: Route["handle"] }>;

/** The routes. More specific paths come first, because the first route that matches is used. */
export const kmsRoutes: readonly Route[] = [
  route("M4", "HEAD", keys, countKmsKeys),
  route("M3", "GET", keys, listKmsKeys),
  route("M22", "GET", `${keys}/registrations`, listAllRegistrations),
  route("M21", "GET", `${one}/registrations`, listRegistrations),
  route("M6", "GET", `${one}/metadata`, getMetadata),
  route("M23", "GET", `${one}/versions`, listVersions),
  route("M17", "GET", `${one}/policies`, policies.readKeyPolicies),
  route("M5", "GET", one, getKmsKey),
  route("M1", "POST", keys, createKmsKey),
  route("M2", "POST", `${api}/keys_with_policy_overrides`, createWithOverrides),
  route("M7", "PATCH", one, moveKmsKey),
  route("M10", "DELETE", `${one}/purge`, purgeKmsKey),
  route("M8", "DELETE", one, deleteKmsKey),
  route("M9", "POST", `${one}/restore`, restoreKmsKey),
  ...Object.entries(actions).map(([name, { row, handle }]) => ({
    ...route(row, "POST", `${one}/actions/${name}`, handle),
    mutates: row !== "M13",
  })),
  route("M18", "PUT", `${one}/policies`, policies.writeKeyPolicies),
  route("M19", "GET", `${api}/instance/policies`, policies.readInstancePolicies),
  route("M20", "PUT", `${api}/instance/policies`, policies.writeInstancePolicies),
  route("M27", "GET", `${api}/instance/allowed_ip_port`, policies.readAllowedPort),
  route("M24", "GET", `${api}/key_rings`, listRings),
  route("M24", "POST", `${api}/key_rings/:ring`, createRing),
  route("M24", "DELETE", `${api}/key_rings/:ring`, deleteRing),
  route("M25", "POST", `${one}/aliases/:alias`, createAlias),
  route("M25", "DELETE", `${one}/aliases/:alias`, deleteAlias),
  route("M26", "POST", `${api}/import_token`, createImportToken),
  // A retrieval reduces the number that the token allows, so it is a write.
  { ...route("M26", "GET", `${api}/import_token`, readImportToken), mutates: true },
  // The deprecated form of the rows 9 and 11 to 15, by `?action=`.
  route("M0", "POST", one, actByQuery),
];

/** M5: returns a key. This is the only call that returns a standard key's material. */
function getKmsKey(call: Call): Reply {
  return collection("key", [viewWithPayload(call.world, kmsKeyOf(call, "kms.read"), call.nowMs)]);
}

/** M6: returns the metadata of a key. */
function getMetadata(call: Call): Reply {
  return collection("key", [viewKmsKey(call.world, kmsKeyOf(call, "kms.readmetadata"), call.nowMs)]);
}

/** M23: lists the versions of a root key, the newest first (kms-v2-and-iam.md 2.13). */
function listVersions(call: Call): Reply {
  const what = "Key versions could not be retrieved";
  const key = kmsKeyOf(call, "kms.listkeyversions");
  if (key.extractable) throw rootKeyRequired(what);
  if (key.state !== 1 && booleanQuery(call, "allKeyStates", what) !== true) throw invalidState(what);
  return countedPage(call, "key.version", key.versions, ({ id, createdMs }) => ({
    id,
    creationDate: toSecondsText(createdMs),
  }));
}

/** `POST /keys/{k}?action=`, still served (kms-v2-and-iam.md 2.1), but without `sync`. */
function actByQuery(call: Call): Reply {
  const name = call.url.searchParams.get("action") ?? "";
  call.note({ detail: { action: name } });
  if (name === "restore") return restoreKmsKey(call);
  if (name !== "sync" && Object.hasOwn(actions, name)) {
    const { row, handle } = actions[name as keyof typeof actions];
    const reply = handle(call);
    return row === "M13" ? { ...reply, effect: false } : reply;
  }
  kmsKeyOf(call, "kms.readmetadata");
  throw invalidQuery("action", notPerformed);
}

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

/** The actions of one key by name. Those that only use the key change nothing of it. */
const actions = {
  disable: { operation: "disableKmsKey", changesKey: true, handle: disableKmsKey },
  enable: { operation: "enableKmsKey", changesKey: true, handle: enableKmsKey },
  rotate: { operation: "rotateKmsKey", changesKey: true, handle: rotateKmsKey },
  wrap: { operation: "wrap", changesKey: false, handle: wrap },
  unwrap: { operation: "unwrap", changesKey: false, handle: unwrap },
  rewrap: { operation: "rewrap", changesKey: false, handle: rewrap },
  setKeyForDeletion: { operation: "setKeyForDeletion", changesKey: true, handle: setForDeletion },
  unsetKeyForDeletion: { operation: "unsetKeyForDeletion", changesKey: true, handle: unsetForDeletion },
  sync: { operation: "syncKmsKey", changesKey: true, handle: syncKmsKey },
} as const;

/** The routes. More specific paths come first, because the first route that matches is used. */
export const kmsRoutes: readonly Route[] = [
  route("countKmsKeys", "HEAD", keys, countKmsKeys),
  route("listKmsKeys", "GET", keys, listKmsKeys),
  route("listAllRegistrations", "GET", `${keys}/registrations`, listAllRegistrations),
  route("listRegistrations", "GET", `${one}/registrations`, listRegistrations),
  route("getKmsKeyMetadata", "GET", `${one}/metadata`, getMetadata),
  route("listKmsKeyVersions", "GET", `${one}/versions`, listVersions),
  route("getKmsKeyPolicies", "GET", `${one}/policies`, policies.readKeyPolicies),
  route("getKmsKey", "GET", one, getKmsKey),
  route("createKmsKey", "POST", keys, createKmsKey),
  route("createKmsKeyWithPolicies", "POST", `${api}/keys_with_policy_overrides`, createWithOverrides),
  route("moveKmsKey", "PATCH", one, moveKmsKey),
  route("purgeKmsKey", "DELETE", `${one}/purge`, purgeKmsKey),
  route("deleteKmsKey", "DELETE", one, deleteKmsKey),
  route("restoreKmsKey", "POST", `${one}/restore`, restoreKmsKey),
  ...Object.entries(actions).map(([name, { operation, changesKey, handle }]) => ({
    ...route(operation, "POST", `${one}/actions/${name}`, handle),
    mutates: changesKey,
  })),
  route("setKmsKeyPolicies", "PUT", `${one}/policies`, policies.writeKeyPolicies),
  route("getInstancePolicies", "GET", `${api}/instance/policies`, policies.readInstancePolicies),
  route("setInstancePolicies", "PUT", `${api}/instance/policies`, policies.writeInstancePolicies),
  route("getAllowedIpPort", "GET", `${api}/instance/allowed_ip_port`, policies.readAllowedPort),
  route("listKeyRings", "GET", `${api}/key_rings`, listRings),
  route("createKeyRing", "POST", `${api}/key_rings/:ring`, createRing),
  route("deleteKeyRing", "DELETE", `${api}/key_rings/:ring`, deleteRing),
  route("createAlias", "POST", `${one}/aliases/:alias`, createAlias),
  route("deleteAlias", "DELETE", `${one}/aliases/:alias`, deleteAlias),
  route("createImportToken", "POST", `${api}/import_token`, createImportToken),
  // A retrieval reduces the number that the token allows, so it is a write.
  { ...route("getImportToken", "GET", `${api}/import_token`, readImportToken), mutates: true },
  // The deprecated form of the rows 9 and 11 to 15, by `?action=`.
  route("actOnKmsKey", "POST", one, actByQuery),
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
    const { changesKey, handle } = actions[name as keyof typeof actions];
    const reply = handle(call);
    return changesKey ? reply : { ...reply, effect: false };
  }
  kmsKeyOf(call, "kms.readmetadata");
  throw invalidQuery("action", notPerformed);
}

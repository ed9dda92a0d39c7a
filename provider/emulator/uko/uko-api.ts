/** UKO's API v4: the routes by the contract's rows (uko-v4.md 2.1). */

import type { Tokens } from "../iam/tokens.ts";
import { Refusal } from "../refusal.ts";
import type { Api, Route } from "../serve.ts";
import { keyOf } from "./access.ts";
import { listAssociatedResources } from "./associated-resources.ts";
import { getContainer, keystoreKind, listContainers, templateKind, vaultKind } from "./containers.ts";
import { refuseUko, ukoHeaders, unauthorized } from "./envelope.ts";
import { listKeys, listVersions } from "./key-list.ts";
import { activateKey, deactivateKey, destroyKey, realignKey, rotateKey, statusOfKey, syncKey } from "./key-steps.ts";
import { keyReply } from "./key-view.ts";
import { createKey, patchKey, removeKey } from "./key-writes.ts";

/** Bearer tokens signed by this process; the broker and KMS use the same (kms-v2-and-iam.md 7.6). */
export function bearerIdentity(tokens: Tokens): Api["identify"] {
  return async (world, context, nowMs) => {
    const token = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    return token === undefined ? undefined : tokens.verify(world, token, nowMs);
  };
}

export function ukoApi(tokens: Tokens): Api {
  return { identify: bearerIdentity(tokens), unauthorized, refuse: refuseUko, headers: ukoHeaders };
}

const keys = "/api/v4/managed_keys";

const served: readonly Route[] = [
  { operation: "K1", method: "GET", path: keys, mutates: false, handle: listKeys },
  { operation: "K2", method: "POST", path: keys, mutates: true, handle: createKey },
  {
    operation: "K3",
    method: "GET",
    path: `${keys}/:id`,
    mutates: false,
    handle: (call) => keyReply(call, keyOf(call)),
  },
  { operation: "K4", method: "PATCH", path: `${keys}/:id`, mutates: true, handle: patchKey },
  { operation: "K5", method: "DELETE", path: `${keys}/:id`, mutates: true, handle: removeKey },
  { operation: "K6", method: "POST", path: `${keys}/:id/activate`, mutates: true, handle: activateKey },
  { operation: "K7", method: "POST", path: `${keys}/:id/deactivate`, mutates: true, handle: deactivateKey },
  { operation: "K8", method: "POST", path: `${keys}/:id/destroy`, mutates: true, handle: destroyKey },
  { operation: "K9", method: "POST", path: `${keys}/:id/rotate`, mutates: true, handle: rotateKey },
  { operation: "K10", method: "POST", path: `${keys}/:id/update_from_template`, mutates: true, handle: realignKey },
  { operation: "K11", method: "POST", path: `${keys}/:id/sync_status_in_keystores`, mutates: true, handle: syncKey },
  { operation: "K12", method: "GET", path: `${keys}/:id/status_in_keystores`, mutates: false, handle: statusOfKey },
  {
    operation: "K13",
    method: "GET",
    path: `${keys}/:id/associated_resources`,
    mutates: false,
    handle: listAssociatedResources,
  },
  { operation: "K14", method: "GET", path: `${keys}/:id/versions`, mutates: false, handle: listVersions },
  {
    operation: "T1",
    method: "GET",
    path: "/api/v4/templates",
    mutates: false,
    handle: (call) => listContainers(templateKind, call),
  },
  {
    operation: "T3",
    method: "GET",
    path: "/api/v4/templates/:id",
    mutates: false,
    handle: (call) => getContainer(templateKind, call),
  },
  {
    operation: "S1",
    method: "GET",
    path: "/api/v4/keystores",
    mutates: false,
    handle: (call) => listContainers(keystoreKind, call),
  },
  {
    operation: "S3",
    method: "GET",
    path: "/api/v4/keystores/:id",
    mutates: false,
    handle: (call) => getContainer(keystoreKind, call),
  },
  {
    operation: "V1",
    method: "GET",
    path: "/api/v4/vaults",
    mutates: false,
    handle: (call) => listContainers(vaultKind, call),
  },
  {
    operation: "V3",
    method: "GET",
    path: "/api/v4/vaults/:id",
    mutates: false,
    handle: (call) => getContainer(vaultKind, call),
  },
];

/** Rows of the contract that exist at IBM and not here yet: 405 rather than a lie. */
const unserved = [
  ["T2", "POST", "/api/v4/templates"],
  ["T4", "PATCH", "/api/v4/templates/:id"],
  ["T5", "DELETE", "/api/v4/templates/:id"],
  ["T6", "POST", "/api/v4/templates/:id/archive"],
  ["T7", "POST", "/api/v4/templates/:id/unarchive"],
  ["T8", "POST", "/api/v4/templates/:id/expose"],
  ["S2", "POST", "/api/v4/keystores"],
  ["S4", "PATCH", "/api/v4/keystores/:id"],
  ["S5", "DELETE", "/api/v4/keystores/:id"],
  ["S6", "GET", "/api/v4/keystores/:id/status"],
  ["S7", "GET", "/api/v4/keystores/:id/managed_keys"],
  ["S8", "GET", "/api/v4/keystores/:id/associated_resources"],
  ["V2", "POST", "/api/v4/vaults"],
  ["V4", "PATCH", "/api/v4/vaults/:id"],
  ["V5", "DELETE", "/api/v4/vaults/:id"],
] as const satisfies readonly (readonly [string, Route["method"], string])[];

export const ukoRoutes: readonly Route[] = [
  ...served,
  ...unserved.map(
    ([operation, method, path]): Route => ({
      operation,
      method,
      path,
      mutates: false,
      handle: (call) => {
        call.caller();
        throw new Refusal(405, "not_served", `The local UKO does not serve ${operation} yet.`);
      },
    }),
  ),
];

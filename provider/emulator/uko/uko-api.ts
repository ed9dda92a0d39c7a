/** UKO's API v4: the routes by the contract's rows (uko-v4.md 2.1). */

import { versioned } from "../api-versions.ts";
import type { Tokens } from "../iam/tokens.ts";
import type { Api, Route } from "../serve.ts";
import { keyOf } from "./access.ts";
import { listAssociatedResources } from "./associated-resources.ts";
import { getContainer, listContainers } from "./containers.ts";
import { refuseUko, ukoHeaders, unauthorized } from "./envelope.ts";
import { listKeys, listVersions } from "./key-list.ts";
import { rotateKey } from "./key-rotation.ts";
import { activateKey, deactivateKey, destroyKey, realignKey, statusOfKey, syncKey } from "./key-steps.ts";
import { keyReply } from "./key-view.ts";
import { createKey, patchKey, removeKey } from "./key-writes.ts";
import { listKeysOfKeystore, listResourcesOfKeystore, statusOfKeystore } from "./keystore-contents.ts";
import { removeKeystore } from "./keystore-removal.ts";
import { createKeystore, keystoreKind, patchKeystore } from "./keystores.ts";
import {
  archiveTemplate,
  createTemplate,
  exposeTemplate,
  patchTemplate,
  removeTemplate,
  templateKind,
  unarchiveTemplate,
} from "./templates.ts";
import { createVault, patchVault, removeVault, vaultKind } from "./vaults.ts";

/** Bearer tokens of this process, also for broker and KMS (kms-v2-and-iam.md 7.6). */
export function bearerIdentity(tokens: Tokens): Api["identify"] {
  return async (world, context, nowMs) => {
    const token = /^Bearer (.+)$/i.exec(context.req.header("authorization") ?? "")?.[1];
    return token === undefined ? undefined : tokens.verify(world, token, nowMs);
  };
}

export function ukoApi(tokens: Tokens): Api {
  return { identify: bearerIdentity(tokens), unauthorized, refuse: refuseUko, headers: ukoHeaders };
}

const base = "/api/v4";
const keys = `${base}/managed_keys`;
const templates = `${base}/templates`;
const keystores = `${base}/keystores`;
const vaults = `${base}/vaults`;

const row = (operation: string, method: Route["method"], path: string, handle: Route["handle"]): Route => ({
  operation,
  method,
  path,
  mutates: method !== "GET",
  handle,
});

const routes: readonly Route[] = [
  row("K1", "GET", keys, listKeys),
  row("K2", "POST", keys, createKey),
  row("K3", "GET", `${keys}/:id`, (call) => keyReply(call, keyOf(call))),
  row("K4", "PATCH", `${keys}/:id`, patchKey),
  row("K5", "DELETE", `${keys}/:id`, removeKey),
  row("K6", "POST", `${keys}/:id/activate`, activateKey),
  row("K7", "POST", `${keys}/:id/deactivate`, deactivateKey),
  row("K8", "POST", `${keys}/:id/destroy`, destroyKey),
  row("K9", "POST", `${keys}/:id/rotate`, rotateKey),
  row("K10", "POST", `${keys}/:id/update_from_template`, realignKey),
  row("K11", "POST", `${keys}/:id/sync_status_in_keystores`, syncKey),
  row("K12", "GET", `${keys}/:id/status_in_keystores`, statusOfKey),
  row("K13", "GET", `${keys}/:id/associated_resources`, listAssociatedResources),
  row("K14", "GET", `${keys}/:id/versions`, listVersions),
  row("T1", "GET", templates, (call) => listContainers(templateKind, call)),
  row("T2", "POST", templates, createTemplate),
  row("T3", "GET", `${templates}/:id`, (call) => getContainer(templateKind, call)),
  row("T4", "PATCH", `${templates}/:id`, patchTemplate),
  row("T5", "DELETE", `${templates}/:id`, removeTemplate),
  row("T6", "POST", `${templates}/:id/archive`, archiveTemplate),
  row("T7", "POST", `${templates}/:id/unarchive`, unarchiveTemplate),
  row("T8", "POST", `${templates}/:id/expose`, exposeTemplate),
  row("S1", "GET", keystores, (call) => listContainers(keystoreKind, call)),
  row("S2", "POST", keystores, createKeystore),
  row("S3", "GET", `${keystores}/:id`, (call) => getContainer(keystoreKind, call)),
  row("S4", "PATCH", `${keystores}/:id`, patchKeystore),
  row("S5", "DELETE", `${keystores}/:id`, removeKeystore),
  row("S6", "GET", `${keystores}/:id/status`, statusOfKeystore),
  row("S7", "GET", `${keystores}/:id/managed_keys`, listKeysOfKeystore),
  row("S8", "GET", `${keystores}/:id/associated_resources`, listResourcesOfKeystore),
  row("V1", "GET", vaults, (call) => listContainers(vaultKind, call)),
  row("V2", "POST", vaults, createVault),
  row("V3", "GET", `${vaults}/:id`, (call) => getContainer(vaultKind, call)),
  row("V4", "PATCH", `${vaults}/:id`, patchVault),
  row("V5", "DELETE", `${vaults}/:id`, removeVault),
];

export const ukoRoutes: readonly Route[] = routes.map(versioned);

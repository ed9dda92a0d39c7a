/**
 * Lists the routes of the emulated UKO API v4. The ID of a route, such as K2 or S5, is its row in the table of
 * uko-v4.md 2.1. A switch can make every route behave as in an older version (emulator/service/api-versions.ts).
 */

import { type Route, route } from "../http/responses.ts";
import { keyOf } from "./access.ts";
import { routeInVersion } from "./api-versions.ts";
import { getContainer, listContainers } from "./containers.ts";
import { listAssociatedResources, listKeys, listVersions } from "./key-list.ts";
import { activateKey, deactivateKey, destroyKey, realignKey, rotateKey, statusOfKey, syncKey } from "./key-steps.ts";
import { keyReply } from "./key-view.ts";
import { createKey, patchKey, removeKey } from "./key-writes.ts";
import { listKeysOfKeystore, listResourcesOfKeystore, removeKeystore, statusOfKeystore } from "./keystore-contents.ts";
import { createKeystore, keystoreKind, patchKeystore } from "./keystores.ts";
import * as template from "./templates.ts";
import { createVault, patchVault, removeVault, vaultKind } from "./vaults.ts";

const base = "/api/v4";
const keys = `${base}/managed_keys`;
const templates = `${base}/templates`;
const keystores = `${base}/keystores`;
const vaults = `${base}/vaults`;

const routes: readonly Route[] = [
  route("K1", "GET", keys, listKeys),
  route("K2", "POST", keys, createKey),
  route("K3", "GET", `${keys}/:id`, (call) => keyReply(call, keyOf(call))),
  route("K4", "PATCH", `${keys}/:id`, patchKey),
  route("K5", "DELETE", `${keys}/:id`, removeKey),
  route("K6", "POST", `${keys}/:id/activate`, activateKey),
  route("K7", "POST", `${keys}/:id/deactivate`, deactivateKey),
  route("K8", "POST", `${keys}/:id/destroy`, destroyKey),
  route("K9", "POST", `${keys}/:id/rotate`, rotateKey),
  route("K10", "POST", `${keys}/:id/update_from_template`, realignKey),
  route("K11", "POST", `${keys}/:id/sync_status_in_keystores`, syncKey),
  route("K12", "GET", `${keys}/:id/status_in_keystores`, statusOfKey),
  route("K13", "GET", `${keys}/:id/associated_resources`, listAssociatedResources),
  route("K14", "GET", `${keys}/:id/versions`, listVersions),
  route("T1", "GET", templates, (call) => listContainers(template.templateKind, call)),
  route("T2", "POST", templates, template.createTemplate),
  route("T3", "GET", `${templates}/:id`, (call) => getContainer(template.templateKind, call)),
  route("T4", "PATCH", `${templates}/:id`, template.patchTemplate),
  route("T5", "DELETE", `${templates}/:id`, template.removeTemplate),
  route("T6", "POST", `${templates}/:id/archive`, template.archiveTemplate),
  route("T7", "POST", `${templates}/:id/unarchive`, template.unarchiveTemplate),
  route("T8", "POST", `${templates}/:id/expose`, template.exposeTemplate),
  route("S1", "GET", keystores, (call) => listContainers(keystoreKind, call)),
  route("S2", "POST", keystores, createKeystore),
  route("S3", "GET", `${keystores}/:id`, (call) => getContainer(keystoreKind, call)),
  route("S4", "PATCH", `${keystores}/:id`, patchKeystore),
  route("S5", "DELETE", `${keystores}/:id`, removeKeystore),
  route("S6", "GET", `${keystores}/:id/status`, statusOfKeystore),
  route("S7", "GET", `${keystores}/:id/managed_keys`, listKeysOfKeystore),
  route("S8", "GET", `${keystores}/:id/associated_resources`, listResourcesOfKeystore),
  route("V1", "GET", vaults, (call) => listContainers(vaultKind, call)),
  route("V2", "POST", vaults, createVault),
  route("V3", "GET", `${vaults}/:id`, (call) => getContainer(vaultKind, call)),
  route("V4", "PATCH", `${vaults}/:id`, patchVault),
  route("V5", "DELETE", `${vaults}/:id`, removeVault),
];

export const ukoRoutes: readonly Route[] = routes.map(routeInVersion);

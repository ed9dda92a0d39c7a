/**
 * Lists the routes of the emulated UKO API v4. The ID of a route, such as K2 or S5, is its row in the table of
 * uko-v4.md 2.1. A switch can make every route behave as in an older version (emulator/service/api-versions.ts).
 */

import { Refusal, type Route, route } from "../http/responses.ts";
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
  route("listManagedKeys", "GET", keys, listKeys),
  route("createManagedKey", "POST", keys, createKey),
  route("getManagedKey", "GET", `${keys}/:id`, (call) => keyReply(call, keyOf(call))),
  route("updateManagedKey", "PATCH", `${keys}/:id`, patchKey),
  route("deleteManagedKey", "DELETE", `${keys}/:id`, removeKey),
  route("activateManagedKey", "POST", `${keys}/:id/activate`, activateKey),
  route("deactivateManagedKey", "POST", `${keys}/:id/deactivate`, deactivateKey),
  route("destroyManagedKey", "POST", `${keys}/:id/destroy`, destroyKey),
  route("rotateManagedKey", "POST", `${keys}/:id/rotate`, rotateKey),
  route("updateManagedKeyFromTemplate", "POST", `${keys}/:id/update_from_template`, realignKey),
  route("syncStatusInKeystores", "POST", `${keys}/:id/sync_status_in_keystores`, syncKey),
  route("getStatusInKeystores", "GET", `${keys}/:id/status_in_keystores`, statusOfKey),
  route("listResourcesOfKey", "GET", `${keys}/:id/associated_resources`, listAssociatedResources),
  route("listManagedKeyVersions", "GET", `${keys}/:id/versions`, listVersions),
  route("listTemplates", "GET", templates, (call) => listContainers(template.templateKind, call)),
  route("createTemplate", "POST", templates, template.createTemplate),
  route("getTemplate", "GET", `${templates}/:id`, (call) => getContainer(template.templateKind, call)),
  route("updateTemplate", "PATCH", `${templates}/:id`, template.patchTemplate),
  route("deleteTemplate", "DELETE", `${templates}/:id`, template.removeTemplate),
  route("archiveTemplate", "POST", `${templates}/:id/archive`, template.archiveTemplate),
  route("unarchiveTemplate", "POST", `${templates}/:id/unarchive`, template.unarchiveTemplate),
  route("exposeTemplate", "POST", `${templates}/:id/expose`, template.exposeTemplate),
  route("listKeystores", "GET", keystores, (call) => listContainers(keystoreKind, call)),
  route("createKeystore", "POST", keystores, createKeystore),
  route("getKeystore", "GET", `${keystores}/:id`, (call) => getContainer(keystoreKind, call)),
  route("updateKeystore", "PATCH", `${keystores}/:id`, patchKeystore),
  route("deleteKeystore", "DELETE", `${keystores}/:id`, removeKeystore),
  route("getKeystoreStatus", "GET", `${keystores}/:id/status`, statusOfKeystore),
  route("listKeysOfKeystore", "GET", `${keystores}/:id/managed_keys`, listKeysOfKeystore),
  route("listResourcesOfKeystore", "GET", `${keystores}/:id/associated_resources`, listResourcesOfKeystore),
  route("listVaults", "GET", vaults, (call) => listContainers(vaultKind, call)),
  route("createVault", "POST", vaults, createVault),
  route("getVault", "GET", `${vaults}/:id`, (call) => getContainer(vaultKind, call)),
  route("updateVault", "PATCH", `${vaults}/:id`, patchVault),
  route("deleteVault", "DELETE", `${vaults}/:id`, removeVault),
];

/**
 * Refuses a client that names another instance. IBM's host name names the instance; the address of an emulator does not,
 * so a client can name it in a header.
 */
function ofInstance(served: Route): Route {
  return {
    ...served,
    handle(call) {
      const { instanceId } = call.world;
      if ((call.header("bluemix-instance") ?? instanceId) === instanceId) return served.handle(call);
      const headers = { "bluemix-instance": instanceId };
      throw new Refusal(421, "emulated_other_instance", "The emulator is another instance.", { headers });
    },
  };
}

export const ukoRoutes: readonly Route[] = routes.map(routeInVersion).map(ofInstance);

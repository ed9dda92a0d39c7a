/** What uses a key: K13 and its shape (uko-v4.md 3.13). */

import type { AssociatedResource, Key } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { keyOf } from "./access.ts";
import { listReply } from "./paging.ts";

/** K13 */
export function listAssociatedResources(call: Call): Reply {
  const key = keyOf(call);
  return listReply(call, {
    name: "associated_resources",
    items: key.resources,
    view: (resource) => viewResource(call, key, resource),
    defaultSort: "name",
    sortable: { name: (resource) => resource.name, id: (resource) => resource.crn },
  });
}

function viewResource(call: Call, key: Key, resource: AssociatedResource): unknown {
  const { world } = call;
  const placement = key.placements[0];
  const keystore = placement === undefined ? undefined : world.keystores.get(placement.keystoreId);
  return {
    id: encodeURIComponent(resource.crn),
    vault: {
      id: key.vaultId,
      name: world.vaults.get(key.vaultId)?.name,
      href: world.href(`/v4/vaults/${key.vaultId}`),
    },
    managed_key: { id: key.id, label: key.label, href: world.href(`/v4/managed_keys/${key.id}`) },
    referenced_keystore:
      keystore === undefined
        ? undefined
        : {
            id: keystore.id,
            name: keystore.name,
            type: keystore.type,
            href: world.href(`/v4/keystores/${keystore.id}`),
          },
    key_id_in_keystore: placement?.idInKeystore ?? "",
    name: resource.name,
    type: "com_ibm_cloud_kms_registration",
    com_ibm_cloud_kms_registration: {
      prevents_key_deletion: resource.preventsKeyDeletion,
      service_name: resource.serviceName,
      service_instance_name: resource.serviceInstanceName,
      crn: resource.crn,
      description: resource.description,
    },
  };
}

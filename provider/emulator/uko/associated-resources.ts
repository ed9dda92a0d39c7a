/** The resources that use a key: K13, and the list that S8 shares (uko-v4.md 3.13). */

import type { AssociatedResource, Key } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { keyOf } from "./access.ts";
import { keystoreReference, vaultReference } from "./containers.ts";
import { listReply } from "./paging.ts";

/** K13 */
export function listAssociatedResources(call: Call): Reply {
  const key = keyOf(call);
  return resourceList(
    call,
    key.resources.map((resource) => ({ key, resource })),
  );
}

export function resourceList(call: Call, used: readonly Used[]): Reply {
  return listReply(call, {
    name: "associated_resources",
    items: used,
    view: ({ key, resource }) => viewResource(call, key, resource),
    defaultSort: "name",
    sortable: { name: ({ resource }) => resource.name, id: ({ resource }) => resource.crn },
  });
}

interface Used {
  readonly key: Key;
  readonly resource: AssociatedResource;
}

function viewResource(call: Call, key: Key, resource: AssociatedResource): unknown {
  const { world } = call;
  const placement = key.placements[0];
  const keystore = placement === undefined ? undefined : world.keystores.get(placement.keystoreId);
  return {
    id: encodeURIComponent(resource.crn),
    vault: vaultReference(world, key.vaultId),
    managed_key: { id: key.id, label: key.label, href: world.href(`/v4/managed_keys/${key.id}`) },
    referenced_keystore: keystore === undefined ? undefined : keystoreReference(world, keystore),
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

/**
 * Serves MoveResourceState, by which a `moved` block takes over an object that IBM's provider manages. Terraform calls
 * it before it configures the provider, so this call cannot read the service, and the response contains only the
 * object's identity. The ReadResource that follows reads the object and ignores the values from the state of IBM's
 * provider. A state that this provider wrote is returned with all its values.
 *
 * A state of IBM's provider can also arrive under the address of this provider. A state has only one provider for each
 * resource (OpenTofu, node_resource_abstract.go: `getResourceProviderAddrs`). So once one instance of a resource with
 * `count` or `for_each` has moved, hosts pass this address with the states of all instances.
 */

import { UkoError } from "../../errors.ts";
import { providerAddress, type TerraformResource } from "../../resources/schema/terraform.ts";
import { uuidForm } from "../../text/uuid-form.ts";
import { resourceNamed, typeOf, writeObject } from "../blocks.ts";
import { identityOf } from "../identity.ts";
import { writePrivate } from "../private-data.ts";
import type { Call, RequestOf, ResponseOf, TerraformSession } from "../session.ts";
import { type ObjectValue, readJson, textOf } from "../values.ts";

interface Place {
  readonly instanceId: string;
  readonly id: string;
}

/**
 * For each type of IBM's provider (2.x): the type here, and the form of its ID. The rest of that provider's schema is not
 * used.
 */
const sources: Readonly<
  Record<string, { readonly target: string; readonly placeIn: (id: string) => Place | undefined }>
> = {
  ibm_hpcs_managed_key: { target: "uko_managed_key", placeIn: inVault },
  ibm_hpcs_vault: { target: "uko_vault", placeIn: inInstance },
  ibm_hpcs_keystore: { target: "uko_keystore", placeIn: inVault },
  ibm_hpcs_key_template: { target: "uko_key_template", placeIn: inVault },
  ibm_kms_key: { target: "uko_kms_key", placeIn: inCrn },
};

const ownName = providerAddress.slice(providerAddress.indexOf("/"));

export const moveResourceState: Call<"moveResourceState"> = async (session, request) => {
  const { sourceTypeName, sourceProviderAddress, targetTypeName, sourceState } = request;
  const resource = resourceNamed(targetTypeName);
  const source = Object.hasOwn(sources, sourceTypeName) ? sources[sourceTypeName] : undefined;
  const isFromUs = sourceProviderAddress.endsWith(ownName);
  const isFromIbm = /\/ibm-cloud\/ibm$/i.test(sourceProviderAddress);
  const isMovable =
    source?.target === targetTypeName ? isFromIbm || isFromUs : isFromUs && sourceTypeName === targetTypeName;
  if (!isMovable) {
    const origin = Object.entries(sources).find(([, { target }]) => target === targetTypeName)?.[0] ?? "";
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `A ${sourceTypeName} of ${sourceProviderAddress} cannot become a ${targetTypeName}`,
      detail: `A moved block accepts ${origin} of IBM-Cloud/ibm. For other objects, use an import block.`,
    });
  }
  const id = idIn(sourceState?.json);
  const place = source?.placeIn(id);
  if (place === undefined && isFromUs && isOwnId(id, resource)) return ownState(session, resource, request);
  if (place === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The ID of this ${sourceTypeName} has a form that no known release of IBM's provider writes`,
      detail: `Use a removed block with destroy = false, and an import block for ${targetTypeName}.`,
    });
  }
  const parts = place.id.split("/");
  const names = resource.idNames.map((name, index) => [name, parts[index] ?? null] as const);
  const values = { id: place.id, instance_id: place.instanceId, ...Object.fromEntries(names) };
  return movedState(resource, values, writePrivate({ moved: true }));
};

/** A state that this provider wrote, for a move between addresses, or for a move that the host repeats. */
function ownState(
  { memory }: TerraformSession,
  resource: TerraformResource,
  { sourceState, sourcePrivate }: RequestOf<"moveResourceState">,
): ResponseOf<"moveResourceState"> {
  const values = readJson(textOf(sourceState?.json), typeOf(resource)) as ObjectValue;
  memory.trackExisting(resource, values);
  return movedState(resource, values, sourcePrivate);
}

function movedState(
  resource: TerraformResource,
  values: ObjectValue,
  targetPrivate: Uint8Array,
): ResponseOf<"moveResourceState"> {
  return {
    targetState: writeObject(values, resource),
    targetPrivate,
    targetIdentity: identityOf(resource, values),
  };
}

function isOwnId(id: string, { idNames }: TerraformResource): boolean {
  const parts = id.split("/");
  return parts.length === idNames.length && parts.every((part) => uuidForm.test(part));
}

function idIn(json: Uint8Array | undefined): string {
  try {
    const { id } = JSON.parse(textOf(json)) as { readonly id?: unknown };
    return typeof id === "string" ? id : "";
  } catch {
    return "";
  }
}

/** `<region>/<instance>/<vault>/<object>` (resource_ibm_hpcs_managed_key.go and its like). */
function inVault(id: string): Place | undefined {
  const [, instanceId, vaultId, objectId, ...more] = id.split("/");
  if (!instanceId || !vaultId || !objectId || more.length > 0) return undefined;
  return { instanceId, id: `${vaultId}/${objectId}` };
}

/** `<region>/<instance>/<vault>` (resource_ibm_hpcs_vault.go). */
function inInstance(id: string): Place | undefined {
  const [, instanceId, vaultId, ...more] = id.split("/");
  return instanceId && vaultId && more.length === 0 ? { instanceId, id: vaultId } : undefined;
}

/** `crn:v1:…:<instance>:key:<key>` (resource_ibm_kms_key.go). */
function inCrn(crn: string): Place | undefined {
  const { instanceId, id } = /^crn:.*:(?<instanceId>[^:]+):key:(?<id>[^:]+)$/.exec(crn)?.groups ?? {};
  return instanceId !== undefined && id !== undefined ? { instanceId, id } : undefined;
}

/**
 * Serves ImportResourceState, which imports an existing object by its ID or by its identity. The same import is used
 * for a resource that a `moved` block takes over from another provider.
 */

import { UkoError } from "../../errors.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { handlersOf, resourceNamed, writeObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { identityOf, idOf, readIdentity } from "../identity.ts";
import { writePrivate } from "../private-data.ts";
import { valuesOf } from "../properties.ts";
import type { Call, TerraformSession } from "../session.ts";

export const importResourceState: Call<"importResourceState"> = async (session, { typeName, id, identity }) => {
  const resource = resourceNamed(typeName);
  const given = readIdentity(identity, resource) ?? {};
  const wanted = id || idOf(resource, given);
  if (wanted === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The identity of a ${typeName} requires ${resource.idNames.join(" and ")}`,
    });
  }
  const { instance_id: instanceId } = given;
  const known = typeof instanceId === "string" ? instanceId : undefined;
  const { diagnostics, ...imported } = await importExisting(session, resource, wanted, known);
  return { importedResources: [{ typeName, ...imported }], diagnostics };
};

/**
 * Reads an object that no state of this provider describes, for import blocks and for moves from
 * another provider. Throws UKO_NOT_FOUND if it does not exist, UKO_INSTANCE_MISMATCH if it was
 * expected in another instance.
 */
export async function importExisting(
  session: TerraformSession,
  resource: TerraformResource,
  id: string,
  instanceId: string | undefined,
) {
  const handlers = await handlersOf(session, resource);
  const found = await handlers.lookup(id, { signal: session.signal });
  if (found === undefined) {
    throw new UkoError("UKO_NOT_FOUND", {
      summary: `There is no ${resource.typeName} with the ID ${id}`,
      detail: instanceId === undefined ? "Nothing was imported." : `The import named instance ${instanceId}.`,
    });
  }
  const values = valuesOf(resource, found.state, found.id);
  if (instanceId !== undefined && values.instance_id !== instanceId) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `${id} belongs to instance ${instanceId}, but this provider uses instance ${String(values.instance_id)}`,
      detail: "Add another provider configuration for that instance, with its instance_id and an alias.",
    });
  }
  return {
    state: writeObject(values, resource),
    private: writePrivate(),
    identity: identityOf(resource, values),
    diagnostics: found.warnings.map(warningDiagnostic),
  };
}

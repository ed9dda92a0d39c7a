/** Import of an existing object, for import blocks and for moves from another state or provider. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { UkoError } from "../errors.ts";
import type { TerraformResource } from "../schema/terraform.ts";
import { handlersOf, writeObject } from "./blocks.ts";
import { identityOf } from "./identity.ts";
import { writePrivate } from "./private-data.ts";
import { valuesOf } from "./properties.ts";
import type { DynamicValueSchema, ResourceIdentityDataSchema } from "./protocol/tfplugin6_pb.ts";
import type { Session } from "./session.ts";

export interface TakenUp {
  readonly state: MessageInitShape<typeof DynamicValueSchema>;
  readonly private: Uint8Array;
  readonly identity: MessageInitShape<typeof ResourceIdentityDataSchema> | undefined;
  readonly warnings: readonly string[];
}

/**
 * Throws UKO_NOT_FOUND if the object does not exist, UKO_INSTANCE_MISMATCH if it was expected in
 * another instance.
 */
export async function importExisting(
  session: Session,
  resource: TerraformResource,
  id: string,
  instanceId: string | undefined,
): Promise<TakenUp> {
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
    warnings: found.warnings,
  };
}

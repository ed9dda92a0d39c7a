/** ImportResourceState: imports an existing object, by its ID or by its identity. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { UkoError } from "../../errors.ts";
import { resourceNamed } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { idOf, readIdentity } from "../identity.ts";
import { importExisting } from "../import-existing.ts";
import type {
  ImportResourceState_RequestSchema,
  ImportResourceState_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";

export async function importResourceState(
  session: Session,
  { typeName, id, identity }: MessageShape<typeof ImportResourceState_RequestSchema>,
): Promise<MessageInitShape<typeof ImportResourceState_ResponseSchema>> {
  const resource = resourceNamed(typeName);
  const given = readIdentity(identity, resource) ?? {};
  const wanted = id || idOf(resource, given);
  if (wanted === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The identity of a ${typeName} requires ${resource.idNames.join(" and ")}`,
    });
  }
  const { instance_id: instanceId } = given;
  const taken = await importExisting(
    session,
    resource,
    wanted,
    typeof instanceId === "string" ? instanceId : undefined,
  );
  const { state, private: kept, warnings } = taken;
  return {
    importedResources: [
      { typeName, state, private: kept, ...(taken.identity !== undefined && { identity: taken.identity }) },
    ],
    diagnostics: warnings.map(warningDiagnostic),
  };
}

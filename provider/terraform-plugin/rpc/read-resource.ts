/** ReadResource: the resource as it is now; null only where it is proven gone. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { saysNothingOfTheObject, sayUnseen } from "../../compose.ts";
import type { Looked } from "../../engine/handlers.ts";
import type { TerraformResource } from "../../schema/terraform.ts";
import { handlersOf, readPresent, resourceNamed, writeObject } from "../blocks.ts";
import { warningDiagnostic } from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { readMoved } from "../private-data.ts";
import { type Properties, stateProperties, valuesOf } from "../properties.ts";
import type { ReadResource_RequestSchema, ReadResource_ResponseSchema } from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import { takeUp } from "../take-up.ts";
import type { ObjectValue } from "../values.ts";

export async function readResource(
  session: Session,
  request: MessageShape<typeof ReadResource_RequestSchema>,
): Promise<MessageInitShape<typeof ReadResource_ResponseSchema>> {
  const { currentState, private: kept, currentIdentity } = request;
  const resource = resourceNamed(request.typeName);
  const handlers = await handlersOf(session, resource);
  const before = readPresent(currentState, resource);
  session.noteLooked(request.typeName, String(before.id));
  if (readMoved(kept)) return readMovedObject(session, resource, before);
  // Hosts forget what is not sent back.
  const echoed = { private: kept, ...(currentIdentity !== undefined && { newIdentity: currentIdentity }) };
  let found: Looked<Properties> | undefined;
  try {
    found = await handlers.read(stateProperties(resource.attributes, before), { signal: session.signal });
  } catch (error) {
    // An error here would stop the runs of people who have nothing to do with this key (decision 0017).
    if (!saysNothingOfTheObject(error)) throw error;
    return {
      ...echoed,
      ...(currentState !== undefined && { newState: currentState }),
      diagnostics: [warningDiagnostic(sayUnseen(error.message))],
    };
  }
  if (found === undefined) {
    session.labels.noteGone(before);
    return { newState: writeObject(null, resource) };
  }
  const values = valuesOf(resource, found.state, found.id);
  const identity = identityOf(resource, values);
  const warnings = [...session.takeWarnings(), ...found.warnings];
  return {
    ...echoed,
    ...(identity !== undefined && { newIdentity: identity }),
    newState: writeObject(values, resource),
    diagnostics: warnings.map(warningDiagnostic),
  };
}

/** The state says only which object it is, so one that cannot be found or seen is an error: there is nothing to keep. */
async function readMovedObject(
  session: Session,
  resource: TerraformResource,
  { id, instance_id: instanceId }: ObjectValue,
): Promise<MessageInitShape<typeof ReadResource_ResponseSchema>> {
  const taken = await takeUp(session, resource, String(id), String(instanceId));
  return {
    newState: taken.state,
    private: taken.private,
    ...(taken.identity !== undefined && { newIdentity: taken.identity }),
    diagnostics: taken.warnings.map(warningDiagnostic),
  };
}

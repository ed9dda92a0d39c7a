/**
 * Serves ApplyResourceChange: without a prior state it creates, without a planned state it deletes, and with both it
 * changes. A creation continues for up to 2 minutes if the run is canceled, because no later run could find a key whose
 * response was dropped.
 */

import { allowsNothing, declaredTwiceInHcl } from "../../compose/engines.ts";
import type { ResourceRead } from "../../engine/resource/handlers.ts";
import { isUkoError } from "../../errors.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { handlersOf, readObject, readPresent, resourceNamed, writeObject } from "../blocks.ts";
import { aboutObject, warningAbout, warningDiagnostic } from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { keepPlannedValues, plannedConfig } from "../planned-values.ts";
import { readPrivate, writePrivate } from "../private-data.ts";
import { type Properties, propertiesBeside, propertiesOf, stateProperties, valuesOf } from "../properties.ts";
import type { Call, ResponseOf, TerraformSession } from "../session.ts";
import type { ObjectValue } from "../values.ts";
import { applyDestruction } from "./apply-destruction.ts";
import { requireNoSecond } from "./plan-destruction.ts";

/**
 * Applies a change. A failed creation returns no state, because hosts taint an object whose state comes with an error,
 * and the next plan would delete the key. A failed change leaves the state as it was, and the next read shows the key.
 */
export const applyResourceChange: Call<"applyResourceChange"> = async (session, request) => {
  const resource = resourceNamed(request.typeName);
  session.memory.noteApply();
  const handlers = await handlersOf(session, resource);
  const prior = readObject(request.priorState, resource);
  const planned = readObject(request.plannedState, resource);
  if (planned === null) {
    return prior === null
      ? { newState: writeObject(null, resource) }
      : applyDestruction(session, resource, handlers, prior, request);
  }
  const config = readPresent(request.config, resource);
  const { secrets = [], planLimit = allowsNothing } = readPrivate(request.plannedPrivate);
  const wanted = plannedConfig(resource, config, planned, secrets);
  const options = {
    signal: session.signal,
    progress: { report: (line: string) => session.log.write("info", line, { tf_resource_type: request.typeName }) },
  };
  if (prior === null) {
    const signal = session.signal.aborted ? session.signal : AbortSignal.timeout(creationLimitMs);
    const inputs = propertiesOf(resource.attributes, wanted);
    const alike = handlers.alikeOf(inputs);
    const adopted = handlers.adopted(inputs);
    // The plan has only warned. With a second entry for the object, the state would hold it twice.
    if (adopted !== undefined && session.memory.isAdopted(request.typeName, adopted))
      throw declaredTwiceInHcl(request.typeName, adopted, session.command);
    if (adopted !== undefined) session.memory.noteAdopted(request.typeName, adopted);
    else requireNoSecond(session, resource, wanted, { of: "planned", alike });
    const made = await handlers.create(inputs, { ...options, signal }).catch((error: unknown) => {
      // A renamed block creates the same object again. This run must then not delete the object under its former
      // address.
      const { alikeId } = isUkoError(error) ? error.data : {};
      if (typeof alikeId === "string") session.memory.noteDeclared(request.typeName, alikeId);
      throw error;
    });
    session.memory.noteMade(resource, wanted);
    session.memory.dropAlike("planned", alike);
    const answered = response(session, resource, planned, made);
    if (made.isFound) session.memory.noteFound(request.typeName, made.id);
    return answered;
  }
  const state = stateProperties(resource.attributes, prior);
  const inputs = propertiesBeside(resource.attributes, wanted);
  const changed = await handlers.update(state, inputs, { ...options, planLimit });
  return response(session, resource, planned, changed);
};

/**
 * The time limit of a creation, which runs to completion even if the run is canceled. The protocol passes no name of the
 * resource from which a mark on the key could be derived. So a later run could not find a key whose response was dropped.
 */
const creationLimitMs = 120_000;

function response(
  session: TerraformSession,
  resource: TerraformResource,
  planned: ObjectValue,
  { id, state, warnings }: ResourceRead<Properties>,
): ResponseOf<"applyResourceChange"> {
  const values = keepPlannedValues(planned, valuesOf(resource, state, id));
  return {
    newState: writeObject(values, resource),
    private: writePrivate(),
    newIdentity: identityOf(resource, values),
    diagnostics: [
      ...session.takeWarnings().map(warningDiagnostic),
      ...warnings.flatMap((each) => warningAbout(session.memory, aboutObject(resource, values), each)),
    ],
  };
}

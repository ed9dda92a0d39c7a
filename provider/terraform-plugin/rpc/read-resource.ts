/**
 * Serves ReadResource, which returns the current values of a resource, or null only with proof that the object is
 * gone. A null makes the host plan a new key. A transient read error therefore keeps the state and is a warning,
 * unless strict reads are on (UKO_STRICT_READS): then it is an error. It is also an error right after a move, because
 * such a state has no values to keep. A key that was destroyed or removed causes a warning, unless a deletion of the
 * resource has begun.
 */

import { isTransientReadError, sayStrictReads } from "../../compose/engines.ts";
import type { ResourceRead } from "../../engine/resource/handlers.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { handlersOf, readPresent, resourceNamed, writeObject } from "../blocks.ts";
import {
  aboutObject,
  asWarning,
  type Diagnostic,
  errorAbout,
  warningAbout,
  warningDiagnostic,
} from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { readPrivate, writePrivate } from "../private-data.ts";
import { type Properties, stateProperties, valuesOf } from "../properties.ts";
import type { Call, ResponseOf, TerraformSession } from "../session.ts";
import type { ObjectValue } from "../values.ts";
import { importExisting } from "./import-resource-state.ts";

export const readResource: Call<"readResource"> = async (session, request) => {
  const { currentState, private: kept, currentIdentity } = request;
  const resource = resourceNamed(request.typeName);
  const handlers = await handlersOf(session, resource);
  const before = readPresent(currentState, resource);
  session.memory.noteRead(request.typeName, String(before.id));
  if (readPrivate(kept).moved) return readMovedObject(session, resource, before);
  const which = aboutObject(resource, before);
  const state = stateProperties(resource.attributes, before);
  const alike = handlers.alikeOf(state);
  session.memory.noteAlike("held", alike);
  let found: ResourceRead<Properties> | undefined;
  try {
    found = await handlers.read(state, { signal: session.signal });
  } catch (error) {
    if (!isTransientReadError(error)) throw error;
    const about = errorAbout(session.memory, which, error, resource.attributes);
    // An error here would stop runs that do not concern this key (decision 0017).
    if (!(await session.handlers()).mayKeepState(error)) return { diagnostics: [about] };
    // The private data is sent back, because hosts drop it otherwise.
    return {
      private: kept,
      newIdentity: currentIdentity,
      newState: currentState,
      diagnostics: [unread(about)],
    };
  }
  // If a deletion of this resource has begun, a destroyed key is expected and needs no warning, unless the plan still has
  // the resource.
  const { deleting } = readPrivate(kept);
  if (found === undefined) {
    session.memory.dropAlike("held", alike);
    const removed = handlers.removedWarning(state);
    session.memory.noteGone(resource, before, deleting === true ? removed : undefined);
    const warnings = deleting === true || removed === undefined ? [] : [removed];
    const diagnostics = warnings.flatMap((warning) => warningAbout(session.memory, which, warning));
    return { newState: writeObject(null, resource), diagnostics };
  }
  const values = valuesOf(resource, found.state, found.id, before);
  const destroyed = deleting === true ? undefined : handlers.destroyedWarning(found.state);
  if (destroyed !== undefined) session.memory.noteWarned(request.typeName, found.id);
  const { waitWarning, unapprovedWarning } = found;
  if (waitWarning !== undefined) session.memory.noteWaitShown(request.typeName, found.id);
  const warn = (each: string, kept = 0) => warningAbout(session.memory, which, each, { kept });
  const isMerged = destroyed !== undefined && unapprovedWarning !== undefined;
  return {
    private: writePrivate({ deleting }),
    newIdentity: identityOf(resource, values) ?? currentIdentity,
    newState: writeObject(values, resource),
    diagnostics: [
      ...session.takeWarnings().map(warningDiagnostic),
      ...found.warnings.filter((each) => !isMerged || each !== unapprovedWarning).flatMap((each) => warn(each)),
      ...(isMerged
        ? warn(withUnapproved(destroyed, unapprovedWarning), 1)
        : destroyed === undefined
          ? []
          : warn(destroyed)),
    ],
  };
};

/** The warning about an object that was not read. All such warnings have the same first line, by which hosts group them. */
function unread({ detail = "", ...about }: Diagnostic): Diagnostic {
  const summary = "Could not read a resource, so its state is from the last read";
  return asWarning({ ...about, summary, detail: `${detail}\n${sayStrictReads}` });
}

/**
 * Reads an object after a move. The state has only the object's identity, so an object that cannot be read is an error:
 * there are no values to keep.
 */
async function readMovedObject(
  session: TerraformSession,
  resource: TerraformResource,
  { id, instance_id: instanceId }: ObjectValue,
): Promise<ResponseOf<"readResource">> {
  const { state, identity, ...others } = await importExisting(session, resource, String(id), String(instanceId));
  return { newState: state, newIdentity: identity, ...others };
}

/** One warning that a declared key is out of use also says, in its second line, that no approval is known. */
function withUnapproved(outOfUse: string, unapproved: string): string {
  const [summary, ...facts] = outOfUse.split("\n");
  return [summary, `  ${unapproved}.`, ...facts].join("\n");
}

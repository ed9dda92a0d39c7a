/**
 * Deletes a resource as ApplyResourceChange requests it. The call deletes nothing and fails if the run still declares
 * the object, or plans a new object of the same unique name, or if the deletion is one half of a replacement.
 */

import { allowsNothing, declaredTwiceInHcl, isTransientReadError, messageAbout } from "../../compose/engines.ts";
import type { Unfinished } from "../../engine/resource/delete.ts";
import { messageAmong } from "../../engine/resource/stopped-alike.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import {
  aboutObject,
  type Diagnostic,
  errorAbout,
  unfinishedDiagnostic,
  warningAbout,
  warningDiagnostic,
} from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { readPrivate, writePrivate } from "../private-data.ts";
import { type Properties, stateProperties, valuesOf } from "../properties.ts";
import type { RequestOf, ResponseOf, TerraformSession } from "../session.ts";
import { deleteTimeoutMs } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";
import { renamed } from "./plan-destruction.ts";
import { replacement } from "./plan-resource-change.ts";

type Request = RequestOf<"applyResourceChange">;
type Response = ResponseOf<"applyResourceChange">;

export async function applyDestruction(
  session: TerraformSession,
  resource: TerraformResource,
  handlers: AnyHandlers,
  prior: ObjectValue,
  request: Request,
): Promise<Response> {
  const { typeName, plannedPrivate } = request;
  const gone = { newState: writeObject(null, resource) };
  const { id } = prior;
  // The state contains this object twice, so only this entry is removed and the object stays.
  if (typeof id === "string" && session.memory.isFound(typeName, id)) return gone;
  const { attributes } = resource;
  const which = aboutObject(resource, prior);
  const failed = (error: unknown): Diagnostic => errorAbout(session.memory, which, error, attributes);
  // A resource of this run adopts or declares the object, for example after a rename. Its plan may come before this
  // deletion.
  if (typeof id === "string" && session.memory.isDeclared(typeName, id)) {
    return unchanged(session, resource, prior, request, failed(declaredTwiceInHcl(typeName, id, session.command)));
  }
  // A tainted resource is planned like a creation, so its deletion gets the private data of that plan.
  const { planned, planLimit = allowsNothing } = readPrivate(plannedPrivate);
  if (planned === "create") {
    return unchanged(session, resource, prior, request, failed(replacement(resource, session)));
  }
  // A name that was unknown in the plan may now be the name of this object.
  if (session.memory.isNamePlanned(resource, prior)) {
    return unchanged(session, resource, prior, request, failed(renamed(resource, prior)));
  }
  const state = stateProperties(attributes, prior);
  const progress = (level: "info" | "warn") => (line: string) => {
    session.log.write(level, line, { tf_resource_type: typeName });
  };
  try {
    const outcome = await handlers.delete(state, {
      signal: session.signal,
      progress: { report: progress("info") },
      planLimit,
      waiting: { timeoutMs: deleteTimeoutMs(prior), warn: progress("warn") },
    });
    if (outcome.kind === "ended") {
      const about = outcome.warnings.flatMap((warning) => warningAbout(session.memory, which, warning));
      return { ...gone, diagnostics: [...session.takeWarnings().map(warningDiagnostic), ...about] };
    }
    const number = session.memory.noteReported(`${outcome.code} ${typeName}`, String(id));
    const message = messageAmong({ ...outcome, forAll: forAll(outcome, session) }, number);
    const failure = unfinishedDiagnostic(outcome.code, messageAbout(which, message), attributes);
    const { left } = outcome;
    const now = left
      ? valuesOf(resource, left.state, left.id, prior)
      : await lookAgain(resource, handlers, state, prior);
    return unchanged(session, resource, now, request, failure);
  } catch (error) {
    // After a transient error the service is not read again, because it would most likely not respond either.
    const now = isTransientReadError(error) ? prior : await lookAgain(resource, handlers, state, prior);
    return unchanged(session, resource, now, request, failed(error));
  }
}

/**
 * The time limit of the read after a failure. The run may have been canceled, and a host that is asked to stop twice does
 * not wait.
 */
const lookLimitMs = 10_000;

/**
 * The next step for all objects that stopped for the same reason. Hosts do not report whether this is an apply or a
 * destroy, and a destroy also deletes what the configuration still declares.
 */
function forAll(outcome: Unfinished, { command, memory }: TerraformSession): string {
  return outcome.code === "UKO_RIGHTS_MISSING"
    ? `For all of them, run: ${command} apply if you removed the resources from the configuration, or ${command} destroy to delete everything in the state.`
    : memory.forAllOf(outcome);
}

/**
 * Reads the object after a failure. If this read also fails, the prior values stay, because people need to see the
 * original error.
 */
async function lookAgain(
  resource: TerraformResource,
  handlers: AnyHandlers,
  before: Properties,
  prior: ObjectValue,
): Promise<ObjectValue> {
  try {
    const found = await handlers.read(before, { signal: AbortSignal.timeout(lookLimitMs) });
    return found === undefined ? prior : valuesOf(resource, found.state, found.id, prior);
  } catch {
    return prior;
  }
}

/**
 * The response of an unfinished deletion. Hosts save a whole object next to an error, and drop private data and identity
 * that are not sent back.
 */
function unchanged(
  session: TerraformSession,
  resource: TerraformResource,
  values: ObjectValue,
  { plannedIdentity }: Request,
  failure: Diagnostic,
): Response {
  return {
    newState: writeObject(values, resource),
    private: writePrivate({ deleting: true }),
    newIdentity: identityOf(resource, values) ?? plannedIdentity,
    diagnostics: [...session.takeWarnings().map(warningDiagnostic), failure],
  };
}

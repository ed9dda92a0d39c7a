/** The end of a resource: what is not finished stays in the state, as it is now, beside the error that says what is awaited. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import {
  announcesNothing,
  declaredTwiceInHcl,
  errorAbout,
  messageAbout,
  saysNothingOfTheObject,
  type Which,
} from "../../compose.ts";
import type { TerraformResource } from "../../schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import { type Diagnostic, diagnosticOf, unfinishedDiagnostic, warningDiagnostic } from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { readAnnounced, readPlanned, writePrivate } from "../private-data.ts";
import { type Properties, stateProperties, valuesOf } from "../properties.ts";
import type {
  ApplyResourceChange_RequestSchema,
  ApplyResourceChange_ResponseSchema,
} from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import type { ObjectValue } from "../values.ts";
import { replacement } from "./plan-resource-change.ts";

type Request = MessageShape<typeof ApplyResourceChange_RequestSchema>;
type Response = MessageInitShape<typeof ApplyResourceChange_ResponseSchema>;

export async function applyDestruction(
  session: Session,
  resource: TerraformResource,
  handlers: AnyHandlers,
  prior: ObjectValue,
  request: Request,
): Promise<Response> {
  const { typeName, plannedPrivate } = request;
  const gone = { newState: writeObject(null, resource) };
  const { id } = prior;
  // The state has the same one in a second place, and it is only the first that goes.
  if (typeof id === "string" && session.isFound(typeName, id)) return gone;
  const { attributes } = resource;
  const which: Which = { kind: resource.handlers, name: prior.label ?? prior.name, id };
  // Hosts show no address beside what is said of a deletion, so every message names what it is about.
  const failed = (error: unknown): Diagnostic => diagnosticOf(errorAbout(which, error), attributes);
  // The plan of a resource that adopts the object comes before its creation, and may come before this deletion.
  if (typeof id === "string" && session.objects.isDeclared(typeName, id)) {
    return unchanged(session, resource, prior, request, failed(declaredTwiceInHcl(typeName, id, session.command)));
  }
  // A tainted one is planned like a creation, and hands its end what that plan left.
  if (readPlanned(plannedPrivate) === "create") {
    return unchanged(session, resource, prior, request, failed(replacement(resource, session)));
  }
  const state = stateProperties(attributes, prior);
  const progress = (level: "info" | "warn") => (line: string) => {
    session.log.write(level, line, { tf_resource_type: typeName });
  };
  try {
    const outcome = await handlers.delete(state, {
      signal: session.signal,
      progress: { report: progress("info") },
      announced: readAnnounced(plannedPrivate) ?? announcesNothing,
      waiting: { timeoutMs: 0, warn: progress("warn") },
    });
    if (outcome.kind === "ended") {
      return { ...gone, diagnostics: [...session.takeWarnings(), ...outcome.warnings].map(warningDiagnostic) };
    }
    const failure = unfinishedDiagnostic(outcome.code, messageAbout(which, outcome.message), attributes);
    return unchanged(session, resource, await lookAgain(resource, handlers, state, prior), request, failure);
  } catch (error) {
    // Whom the service does not answer now, it answers a moment later no better.
    const now = saysNothingOfTheObject(error) ? prior : await lookAgain(resource, handlers, state, prior);
    return unchanged(session, resource, now, request, failed(error));
  }
}

/** Somebody may have stopped the run, and a host that is asked twice waits no longer. */
const lookLimitMs = 10_000;

/** The error that led here is what people have to hear, so a look that fails too is left to the next run. */
async function lookAgain(
  resource: TerraformResource,
  handlers: AnyHandlers,
  before: Properties,
  prior: ObjectValue,
): Promise<ObjectValue> {
  try {
    const found = await handlers.read(before, { signal: AbortSignal.timeout(lookLimitMs) });
    return found === undefined ? prior : valuesOf(resource, found.state, found.id);
  } catch {
    return prior;
  }
}

/** Hosts save a whole object beside an error, and forget what of private data and identity is not sent along. */
function unchanged(
  session: Session,
  resource: TerraformResource,
  values: ObjectValue,
  { plannedIdentity }: Request,
  failure: Diagnostic,
): Response {
  const identity = identityOf(resource, values) ?? plannedIdentity;
  return {
    newState: writeObject(values, resource),
    private: writePrivate(),
    ...(identity !== undefined && { newIdentity: identity }),
    diagnostics: [...session.takeWarnings().map(warningDiagnostic), failure],
  };
}

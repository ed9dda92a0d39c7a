/** The end of a resource: what is not finished stays in the state, as it is now, beside the error that says what is awaited. */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { TerraformResource } from "../../schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import { type Diagnostic, diagnosticOf, unfinishedDiagnostic, warningDiagnostic } from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { readPlanned, writePrivate } from "../private-data.ts";
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
  // A tainted one is planned like a creation, and hands its end what that plan left.
  if (readPlanned(plannedPrivate) === "create") {
    return unchanged(resource, prior, request, diagnosticOf(replacement(resource), resource.attributes));
  }
  const state = stateProperties(resource.attributes, prior);
  let failure: Diagnostic;
  try {
    const outcome = await handlers.delete(state, {
      signal: session.signal,
      progress: { report: (line) => session.log.write("info", line, { tf_resource_type: typeName }) },
      waiting: { timeoutMs: 0, warn: (line) => session.log.write("warn", line, { tf_resource_type: typeName }) },
    });
    const told = session.takeWarnings();
    if (outcome.kind === "ended") {
      return { ...gone, diagnostics: [...told, ...outcome.warnings].map(warningDiagnostic) };
    }
    failure = unfinishedDiagnostic(outcome.code, outcome.message, resource.attributes);
  } catch (error) {
    failure = diagnosticOf(error, resource.attributes);
  }
  const now = await lookOnce(handlers, state);
  return unchanged(resource, now ?? prior, request, failure);

  async function lookOnce(look: AnyHandlers, before: Properties): Promise<ObjectValue | undefined> {
    try {
      const found = await look.read(before, { signal: AbortSignal.timeout(lookLimitMs) });
      return found && valuesOf(resource, found.state, found.id);
    } catch {
      // The error that led here is what people have to hear; the next run looks again.
      return undefined;
    }
  }
}

/** Somebody may have stopped the run, and a host that is asked twice waits no longer. */
const lookLimitMs = 10_000;

/** Hosts save a whole object beside an error, and forget what of private data and identity is not sent along. */
function unchanged(
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
    diagnostics: [failure],
  };
}

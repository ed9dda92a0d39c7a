/**
 * Serves ListResource, which returns the existing objects of one resource type for `terraform query`, one event for
 * each object.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { handlersOf, readObject, resourceNamed, writeObject } from "../blocks.ts";
import { diagnosticOf, warningDiagnostic } from "../diagnostics.ts";
import { identityOf } from "../identity.ts";
import { valuesOf } from "../properties.ts";
import type { ListResource_EventSchema } from "../protocol/tfplugin6_pb.ts";
import type { RequestOf, TerraformSession } from "../session.ts";

type Event = MessageInitShape<typeof ListResource_EventSchema>;

/** An error is an event, because the response to the call has no place for diagnostics. */
export async function* listResource(
  session: TerraformSession,
  request: RequestOf<"listResource">,
  signal: AbortSignal,
): AsyncGenerator<Event, void> {
  try {
    yield* eventsOf(session, request, signal);
  } catch (error) {
    yield { diagnostic: [diagnosticOf(error)] };
  }
}

async function* eventsOf(
  session: TerraformSession,
  { typeName, config, includeResourceObject, limit }: RequestOf<"listResource">,
  signal: AbortSignal,
): AsyncGenerator<Event, void> {
  const resource = resourceNamed(typeName);
  const handlers = await handlersOf(session, resource);
  const { vault_id: vaultId } = readObject(config, { attributes: resource.listed }) ?? {};
  const warnings: string[] = [];
  const found = await handlers.list(typeof vaultId === "string" ? { vaultId } : {}, {
    signal: AbortSignal.any([session.signal, signal]),
    warn: (line) => void warnings.push(line),
  });
  const diagnostics = warnings.map(warningDiagnostic);
  const events = found.slice(0, limit > 0n ? Number(limit) : undefined);
  for (const [index, { id, state }] of events.entries()) {
    const values = valuesOf(resource, state, id);
    yield {
      identity: identityOf(resource, values),
      displayName: String(state.label ?? state.name ?? id),
      ...(includeResourceObject && { resourceObject: writeObject(values, resource) }),
      diagnostic: index === 0 ? diagnostics : [],
    };
  }
  if (events.length === 0 && diagnostics.length > 0) yield { diagnostic: diagnostics };
}

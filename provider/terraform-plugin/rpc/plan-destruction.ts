/**
 * The plan of a destruction: states what it will need, and refuses a protected resource, before
 * anything begins.
 */

import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { declaredTwiceInHcl } from "../../compose.ts";
import type { TerraformResource } from "../../schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import { unfinishedDiagnostic, warningDiagnostic } from "../diagnostics.ts";
import { writeDestruction, writePrivate } from "../private-data.ts";
import { stateProperties } from "../properties.ts";
import type { PlanResourceChange_RequestSchema, PlanResourceChange_ResponseSchema } from "../protocol/tfplugin6_pb.ts";
import type { Session } from "../session.ts";
import { deleteTimeoutMs } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";
import { duplicateLabelWarning } from "./duplicate-label.ts";

export async function planDestruction(
  session: Session,
  resource: TerraformResource,
  handlers: AnyHandlers,
  prior: ObjectValue | null,
  { priorIdentity }: MessageShape<typeof PlanResourceChange_RequestSchema>,
): Promise<MessageInitShape<typeof PlanResourceChange_ResponseSchema>> {
  const planned = {
    plannedState: writeObject(null, resource),
    plannedPrivate: writePrivate("destroy"),
    ...(priorIdentity !== undefined && { plannedIdentity: priorIdentity }),
  };
  if (prior === null) return planned;
  const { attributes, typeName } = resource;
  const { objects, command } = session;
  const id = String(prior.id);
  objects.noteDeletion(typeName, id);
  if (objects.isDeclared(typeName, id)) throw declaredTwiceInHcl(typeName, id, command);
  const clash = duplicateLabelWarning(session, prior);
  const { preview, announced } = handlers.previewDelete(stateProperties(attributes, prior), deleteTimeoutMs(prior));
  const limited = { ...planned, plannedPrivate: writeDestruction(announced) };
  switch (preview.kind) {
    case "refused":
      return { diagnostics: [unfinishedDiagnostic(preview.code, preview.message, attributes)] };
    case "long":
      return { ...limited, diagnostics: [...clash, warningDiagnostic(preview.message)] };
    case "short":
      return { ...limited, diagnostics: clash };
  }
}

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
    case "long": {
      const count = session.noteReported(`plan ${typeName} ${announced.steps.join()}`, id);
      // A pending request is shown in full, because a person decides about each one.
      const isWhole = count === 1 || typeof prior.deletion_record_id === "string";
      const warning = isWhole ? preview.message : sayMore(preview.message, count);
      return { ...limited, diagnostics: [...clash, warningDiagnostic(warning)] };
    }
    case "short":
      return { ...limited, diagnostics: clash };
  }
}

/** Hosts group warnings with the same first line: they show one, and count the others. */
function sayMore(message: string, count: number): string {
  const [summary = ""] = message.split("\n");
  return [
    "More deletions take the same steps as the first one",
    summary,
    `This applies to ${count} resources so far.`,
  ].join("\n");
}

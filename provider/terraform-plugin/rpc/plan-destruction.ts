/**
 * The plan of a destruction: states what it will need, and refuses a protected resource, before
 * anything begins.
 */

import { declaredTwiceInHcl } from "../../compose.ts";
import type { TerraformResource } from "../../schema/terraform.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import { type Diagnostic, unfinishedDiagnostic, warningDiagnostic } from "../diagnostics.ts";
import { writePrivate } from "../private-data.ts";
import { stateProperties } from "../properties.ts";
import type { RequestOf, ResponseOf, Session } from "../session.ts";
import { deleteTimeoutMs } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";

export async function planDestruction(
  session: Session,
  resource: TerraformResource,
  handlers: AnyHandlers,
  prior: ObjectValue | null,
  { priorIdentity }: RequestOf<"planResourceChange">,
): Promise<ResponseOf<"planResourceChange">> {
  const planned = {
    plannedState: writeObject(null, resource),
    plannedPrivate: writePrivate({ planned: "destroy" }),
    plannedIdentity: priorIdentity,
  };
  if (prior === null) return planned;
  const { attributes, typeName } = resource;
  const { memory, command } = session;
  const id = String(prior.id);
  memory.noteDeletion(typeName, id);
  if (memory.isDeclared(typeName, id)) throw declaredTwiceInHcl(typeName, id, command);
  const clash = duplicateLabelWarning(session, prior);
  const { preview, announced } = handlers.previewDelete(stateProperties(attributes, prior), deleteTimeoutMs(prior));
  const limited = { ...planned, plannedPrivate: writePrivate({ planned: "destroy", announced }) };
  switch (preview.kind) {
    case "refused":
      return { diagnostics: [unfinishedDiagnostic(preview.code, preview.message, attributes)] };
    case "long": {
      const count = memory.noteReported(`plan ${typeName} ${announced.steps.join()}`, id);
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

/**
 * A warning that a new key reuses a label already in state, which both the apply and the service
 * would reject. Not an error: `tofu destroy` begins with such a plan, and an error would block it.
 */
export function duplicateLabelWarning({ memory, command }: Session, values: ObjectValue): Diagnostic[] {
  const label = memory.popConflict(values);
  if (label === undefined) return [];
  return [
    warningDiagnostic(
      [
        `Key "${label}" is already in the state, so no other key can have its label`,
        `  If the resource is tainted, run ${command} untaint to keep the key. An apply would not delete it.`,
        "  If you renamed the block, write a moved block from the old name to the new one. Otherwise an apply requests its deletion.",
      ].join("\n"),
    ),
  ];
}

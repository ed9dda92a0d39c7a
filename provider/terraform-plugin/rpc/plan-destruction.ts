/**
 * Plans the deletion of a resource as part of PlanResourceChange, and shows what the deletion will need before any step
 * is taken. The plan fails in three cases:
 *
 * - The resource is protected from deletion.
 * - Another resource of the run still declares the object.
 * - The run gives the unique name of the object to a new object. The host runs deletion and creation in any order. So
 *   the deletion could succeed although the creation fails, because the name is still taken.
 */

import { declaredTwiceInHcl, renamedInHcl, secondInHcl } from "../../compose/engines.ts";
import type { UkoError } from "../../errors.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { capital } from "../../text/printable.ts";
import { type AnyHandlers, writeObject } from "../blocks.ts";
import {
  aboutObject,
  type Diagnostic,
  deletionWarningAmong,
  unfinishedDiagnostic,
  warningAbout,
  warningDiagnostic,
} from "../diagnostics.ts";
import { writePrivate } from "../private-data.ts";
import { stateProperties } from "../properties.ts";
import type { RequestOf, ResponseOf, TerraformSession } from "../session.ts";
import { deleteTimeoutMs } from "../timeouts.ts";
import type { ObjectValue } from "../values.ts";

export async function planDestruction(
  session: TerraformSession,
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
  memory.noteDeletion(resource, prior);
  if (memory.isDeclared(typeName, id)) throw declaredTwiceInHcl(typeName, id, command);
  if (memory.isNamePlanned(resource, prior)) throw renamed(resource, prior);
  const state = stateProperties(attributes, prior);
  requireNoSecond(session, resource, prior, { of: "held", alike: handlers.alikeOf(state) });
  const { preview, planLimit } = await handlers.previewDelete(state, deleteTimeoutMs(prior));
  await handlers.requirePlaceForEvidence(planLimit);
  const limited = { ...planned, plannedPrivate: writePrivate({ planned: "destroy", planLimit }) };
  switch (preview.kind) {
    case "refused":
      return { diagnostics: [unfinishedDiagnostic(preview.code, preview.message, attributes)] };
    case "long":
      return { ...limited, diagnostics: stepsAhead(session, resource, prior, preview.message) };
    case "short":
      return limited;
  }
}

/**
 * The warning about what the apply does next with this object. The apply may take an approved step, so its summary
 * names the object: hosts must not hide it in a group. Nor may they hide a hold, or a wait of a resource that the plan
 * `isKeeping`, because the plan may not list it. A wait that the read of this run has shown is not shown again.
 */
export function stepsAhead(
  { memory }: TerraformSession,
  resource: TerraformResource,
  prior: ObjectValue,
  message: string,
  isKeeping = false,
): Diagnostic[] {
  if (prior.deletion_awaits === "requester") return [warningDiagnostic(message)];
  const which = aboutObject(resource, prior);
  const isHeld = typeof prior.hold === "string";
  const isNamed = !isHeld && memory.isWaitShown(resource.typeName, which.id);
  return isKeeping || isHeld
    ? warningAbout(memory, which, message, { isNamed })
    : deletionWarningAmong(memory, which, message, isNamed);
}

/**
 * The error if the run creates an object under the name of one that it deletes. Hosts run the two in any order, so the
 * deletion could succeed although the creation fails.
 */
export function renamed({ typeName, noun, uniqueNames }: TerraformResource, values: ObjectValue): UkoError {
  const property = uniqueNames.at(-1) ?? "name";
  return renamedInHcl({ typeName, noun, property, name: String(values[property]) });
}

/**
 * Records an object, and throws UKO_DECLARED_TWICE if the run would create a second one that is alike. This is an error
 * also where a destroy begins with the plan: it names `moved` or `untaint`, and a second key would look like the first.
 */
export function requireNoSecond(
  { memory, command }: TerraformSession,
  { typeName, noun }: TerraformResource,
  { name }: ObjectValue,
  { of, alike }: { readonly of: "held" | "planned"; readonly alike: string | undefined },
): void {
  if (memory.hasAlike(of === "held" ? "planned" : "held", alike)) {
    throw secondInHcl({ typeName, noun, name: String(name) }, command);
  }
  memory.noteAlike(of, alike);
}

/**
 * The warning that a new object has a name that is already in state, which both the apply and the service would reject.
 * It is not an error, because `tofu destroy` begins with such a plan of a tainted resource, and an error would block the
 * destroy.
 */
export function duplicateNameWarning(
  { memory, command }: TerraformSession,
  resource: TerraformResource,
  values: ObjectValue,
): Diagnostic[] {
  if (!memory.popConflict(resource, values)) return [];
  const { noun, uniqueNames } = resource;
  const property = uniqueNames.at(-1) ?? "name";
  return [
    warningDiagnostic(
      [
        `${capital(noun)} "${String(values[property])}" is already in the state, so no other ${noun} can have its ${property}`,
        `  If the resource is tainted, run ${command} untaint to keep the ${noun}. An apply would not delete it.`,
        "  If you renamed the block, write a moved block from the old name to the new one.",
      ].join("\n"),
    ),
  ];
}

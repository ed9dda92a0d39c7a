/**
 * Serves PlanResourceChange, which plans the creation, change or deletion of a resource (deletions in
 * plan-destruction.ts). It never plans a replacement, because a replacement would delete the existing key and make its
 * data unreadable. An input whose change cannot be applied to the existing object is an error, and so are two resources
 * for one object. A creation that will fail is a warning (decision 58). Warnings show the
 * steps of an update. After a `moved` block, a resource must be read before it is planned.
 */

import { declaredTwiceInHcl } from "../../compose/engines.ts";
import type { CheckFailure, CreationPreview } from "../../engine/resource/definition.ts";
import { UNKNOWN } from "../../engine/resource/unknown.ts";
import { UkoError } from "../../errors.ts";
import type { TerraformResource } from "../../resources/schema/terraform.ts";
import { type AnyHandlers, handlersOf, readObject, readPresent, resourceNamed, writeObject } from "../blocks.ts";
import {
  aboutObject,
  creationWarning,
  type Diagnostic,
  failureDiagnostic,
  warningAbout,
  warningDiagnostic,
} from "../diagnostics.ts";
import { planCreation, planUpdate, secretsGiven } from "../planned-values.ts";
import { readPrivate, writePrivate } from "../private-data.ts";
import { propertiesOf } from "../properties.ts";
import type { Call, RequestOf, ResponseOf, TerraformSession } from "../session.ts";
import type { ObjectValue } from "../values.ts";
import { duplicateNameWarning, planDestruction, renamed, requireNoSecond, stepsAhead } from "./plan-destruction.ts";

type Request = RequestOf<"planResourceChange">;
type Response = ResponseOf<"planResourceChange">;

export const planResourceChange: Call<"planResourceChange"> = async (session, request) => {
  const resource = resourceNamed(request.typeName);
  if (readPrivate(request.priorPrivate).moved) throw notLookedAt(resource);
  const handlers = await handlersOf(session, resource);
  const prior = readObject(request.priorState, resource);
  const isWanted = readObject(request.proposedNewState, resource) !== null;
  if (!isWanted) return planDestruction(session, resource, handlers, prior, request);
  const config = readPresent(request.config, resource);
  return prior === null
    ? creation(session, resource, handlers, config, request)
    : update(session, resource, handlers, prior, config, request);
};

async function creation(
  session: TerraformSession,
  resource: TerraformResource,
  handlers: AnyHandlers,
  config: ObjectValue,
  { priorPrivate }: Request,
): Promise<Response> {
  // For a plain creation the host has no private data of this provider. Private data is from the first half of a
  // replacement, which is refused.
  if (readPrivate(priorPrivate).planned !== undefined) throw replacement(resource, session);
  const { values, failures } = planCreation(resource, handlers, config);
  if (failures.length > 0) return rejected(resource, failures);
  const inputs = propertiesOf(resource.attributes, config);
  const adopted = handlers.adopted(inputs);
  if (adopted === undefined)
    requireNoSecond(session, resource, config, { of: "planned", alike: handlers.alikeOf(inputs) });
  const isTwice = isDeclaredTwice(session, resource, config, adopted);
  const found = isTwice
    ? declaredByAnother(resource, adopted)
    : await previewCreation(session, resource, handlers, config);
  session.memory.noteName(handlers.placeOf(inputs));
  // An adopted object is not created, and may still be in state under its former address.
  if (adopted !== undefined) declare(session, resource, adopted);
  else if (session.memory.isNameLeaving(resource, config)) throw renamed(resource, config);
  const removed = [session.memory.goneWarning(resource, config) ?? []].flat();
  return {
    plannedState: writeObject(values, resource),
    plannedPrivate: writePrivate({ planned: "create", secrets: secretsGiven(resource, config) }),
    diagnostics: [
      ...duplicateNameWarning(session, resource, config),
      ...[...removed, ...found.warnings].map(warningDiagnostic),
      ...found.failures.map((failure) => creationWarning(failure, resource.attributes)),
    ],
  };
}

/**
 * Predicts whether the creation will succeed. After the first change of an apply, the lists that a plan read are out of
 * date, so the creation itself decides.
 */
async function previewCreation(
  { memory, signal }: TerraformSession,
  resource: TerraformResource,
  handlers: AnyHandlers,
  config: ObjectValue,
): Promise<CreationPreview> {
  if (memory.isApplying()) return { failures: [], warnings: [] };
  const inputs = propertiesOf(resource.attributes, config);
  const isHeld = memory.isNameHeld(resource, config);
  // An object in state has this name. `duplicateNameWarning` reports it, and the run may still rename the object.
  const { [resource.uniqueNames.at(-1) ?? ""]: _held, ...others } = inputs;
  return handlers.previewCreation(isHeld ? others : inputs, { signal, isPlanned: memory.hasName });
}

/**
 * Whether another new resource of this run has the name, or another resource has the ID that this one adopts. The file
 * records both before it calls the service, because hosts plan many resources at once.
 */
function isDeclaredTwice(
  { memory }: TerraformSession,
  resource: TerraformResource,
  config: ObjectValue,
  adopted?: string,
) {
  const isTaken =
    adopted === undefined
      ? memory.isNamePlanned(resource, config) && !memory.isNameHeld(resource, config)
      : memory.isDeclared(resource.typeName, adopted);
  if (adopted === undefined) memory.trackPlanned(resource, config);
  else memory.noteDeclared(resource.typeName, adopted);
  return isTaken && !memory.isApplying();
}

function declaredByAnother({ attributes, uniqueNames }: TerraformResource, adopted?: string): CreationPreview {
  const isNaming = (name: string) =>
    adopted === undefined ? name === uniqueNames.at(-1) : name.startsWith("existing_");
  const property = attributes.find(({ name }) => isNaming(name))?.path.join(".") ?? "";
  const reason = "another resource of this configuration declares the same object";
  const remedy = "remove one of the two, or give it a name or an ID of its own";
  return { failures: [{ property, reason, remedy }], warnings: [] };
}

async function update(
  session: TerraformSession,
  resource: TerraformResource,
  handlers: AnyHandlers,
  prior: ObjectValue,
  config: ObjectValue,
  { priorIdentity }: Request,
): Promise<Response> {
  const { values, state, inputs, failures } = planUpdate(resource, handlers, prior, config);
  if (failures.length > 0) return rejected(resource, failures);
  const impossible = await handlers.checkByRead(state, inputs, { signal: session.signal });
  if (impossible.length > 0) return rejected(resource, impossible);
  const { typeName } = resource;
  const id = String(prior.id);
  requireNoSecond(session, resource, prior, { of: "held", alike: handlers.alikeOf(state) });
  declare(session, resource, id);
  session.memory.noteName(handlers.placeOf(inputs));
  // This is never an error, because a destroy begins with such a plan.
  const { preview, planLimit } = await handlers.previewUpdate(state, inputs);
  await handlers.requirePlaceForEvidence(planLimit);
  // The preview is shown once: an apply plans each update again, and then reports the result itself.
  const shown = (): Diagnostic[] =>
    preview.kind === "short" ? [] : stepsAhead(session, resource, prior, preview.message, true);
  const destroyed = session.memory.isWarned(typeName, id) ? undefined : handlers.destroyedWarning(state, inputs);
  const others = [
    ...handlers.keptRuleWarnings(state, inputs),
    ...openSteps(config, prior, preview.kind !== "short"),
    ...(destroyed === undefined ? [] : [destroyed]),
  ];
  const which = aboutObject(resource, prior);
  const warnings = () => [...shown(), ...others.flatMap((each) => warningAbout(session.memory, which, each))];
  return {
    plannedState: writeObject(values, resource),
    plannedPrivate: writePrivate({ planned: "update", secrets: secretsGiven(resource, config), planLimit }),
    ...(session.memory.isRead(typeName, id) && { diagnostics: warnings() }),
    plannedIdentity: priorIdentity,
  };
}

/**
 * The warning that the plan may not show all steps, because an input such as `state` is still unknown. Unknown values
 * count as unchanged here. The apply plans again with actual values and without this plan, so its steps can exceed those
 * that this plan shows.
 */
function openSteps(config: ObjectValue, { label }: ObjectValue, isRetired: boolean): readonly string[] {
  const open = ["state", ...(isRetired ? ["dual_authorization", "deletion_gate"] : [])];
  const [name] = open.filter((each) => config[each] === UNKNOWN);
  if (name === undefined) return [];
  return [
    [
      `This plan may not show all that the apply does to key "${String(label)}": ${name} is known only after the apply`,
      "  If its value asks for it, the apply requests a deletion, or, as far as this run may, deactivates or destroys the key.",
      "  To see the step before it is taken, use a value that is known when you plan.",
    ].join("\n"),
  ];
}

function rejected({ attributes }: TerraformResource, failures: readonly CheckFailure[]): Response {
  return { diagnostics: failures.map((failure) => failureDiagnostic(failure, attributes)) };
}

/**
 * Records that the configuration declares this object. If the run also deletes it, the second of the two plans is
 * refused.
 */
function declare({ memory, command }: TerraformSession, { typeName }: TerraformResource, id: string): void {
  memory.noteDeclared(typeName, id);
  if (memory.isDeleted(typeName, id)) throw declaredTwiceInHcl(typeName, id, command);
}

function notLookedAt({ typeName }: TerraformResource): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `This ${typeName} was moved by a moved block, and has not been read yet`,
    detail: "Nothing was changed. Run once without -refresh=false, so that the state is complete.",
  });
}

/** The error for a replacement, also if a deletion turns out to be one half of it. */
export function replacement({ typeName }: TerraformResource, { command }: TerraformSession): UkoError {
  return new UkoError("UKO_CHANGE_IMPOSSIBLE", {
    summary: `A ${typeName} cannot be replaced, because that would delete the existing one and break everything that uses it`,
    detail:
      "Nothing was changed. Create a new one with another name and label, move to it, then remove the old one from " +
      `the configuration. Do not use -replace or replace_triggered_by. To remove a taint, run ${command} untaint.`,
  });
}

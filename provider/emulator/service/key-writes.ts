/**
 * Serves the calls that create, change and remove a key (uko-v4.md: rows K2, K4 and K5 of 2.1, and sections 2.5 and
 * 5).
 */

import type { Call, Reply } from "../http/responses.ts";
import { changedAttributes, initialAttributes, rightsToWrite } from "../store/key-attributes.ts";
import { effectIfAllowed } from "../store/key-states.ts";
import { type Key, startOf, type Template } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { keyOf, requireCurrent, requireRight, vaultNamed } from "./access.ts";
import { booleanParameter, conflict, invalidState, missing, notFound } from "./envelope.ts";
import { addPeriod, checkLabelRule, parseCreation, parsePatch } from "./key-fields.ts";
import { acceptingPlacements, replyWithKey } from "./key-steps.ts";
import { keyReply, noteAfter } from "./key-view.ts";
import { emptyPlacement, holdsMaterial, install, materialOf, publishStatuses, targetsOf } from "./keystore-effects.ts";
import { buildLabel, type Labeled } from "./naming-scheme.ts";

/** K2: creates a key. */
export function createKey(call: Call): Reply {
  const { world, nowMs } = call;
  const caller = call.caller();
  requireRight(caller, "managed-keys.write");
  requireRight(caller, "managed-keys.generate");
  const fields = parseCreation(call);
  for (const right of rightsToWrite(fields)) requireRight(caller, right);
  const vault = vaultNamed(call, fields.vault.id);
  const [template] = world.templates.byName.find(`${vault.id}/${fields.template_name}`);
  if (template === undefined) throw notFound("template");
  if (template.archived) throw conflict("invalid_state", "The template is archived.");
  if (template.keyState === "active") requireRight(caller, "managed-keys.distribute");
  const expirationDate = addPeriod(nowMs, template.expirationPeriod);
  const initial = initialAttributes();
  const attributes = { ...initial, ...changedAttributes(fields, initial, world.switches) };
  const label = labelFor(call, template, fields.label, { ...attributes, createdMs: nowMs, expirationDate });
  refuseDuplicate(call, vault.id, label);

  const key: Key = {
    ...world.stamps(caller, nowMs),
    id: world.newId("key"),
    instanceId: world.newId("instance"),
    ...startOf(template),
    ...attributes,
    label,
    activationDate: addPeriod(nowMs, template.activationPeriod),
    expirationDate,
    verification: world.newId("verification"),
    resources: [],
  };
  key.placements = targetsOf(world, key).map(({ id }) => emptyPlacement(id));
  if (key.state === "active") {
    for (const placement of acceptingPlacements(call, key, "activate")) install(world, key, placement, caller, nowMs);
  }
  world.keys.set(key.id, key);
  publishStatuses(world, key, nowMs);
  noteAfter(call, key);
  return keyReply(call, key, 201, { location: `/v4/managed_keys/${key.id}` });
}

/** K4: changes attributes of a key. */
export function patchKey(call: Call): Reply {
  const { world } = call;
  const caller = call.caller();
  const key = keyOf(call);
  requireRight(caller, "managed-keys.write");
  const fields = parsePatch(call);
  for (const right of rightsToWrite(fields)) requireRight(caller, right);
  requireCurrent(call, key);
  const isRefused = key.state === "destroyed" && world.switches.patchDestroyed === "refused";
  if (effectIfAllowed("patch", key.state) === undefined || isRefused) throw invalidState("update", key.state);
  if (fields.label !== undefined && fields.label !== key.label) rename(call, key, fields.label);
  Object.assign(key, changedAttributes(fields, key, world.switches));
  return replyWithKey(call, key);
}

/** K5: removes a destroyed key; during a pending period only with `force` (uko-v4.md 4.2, U5, U6). */
export function removeKey(call: Call): Reply {
  const { world, nowMs } = call;
  const key = keyOf(call);
  const force = booleanParameter(call, "force");
  const isForced = force && world.switches.forceDelete === "served";
  for (const right of ["managed-keys.destroyed-remove", "managed-keys.delete"]) requireRight(call.caller(), right);
  requireCurrent(call, key);
  const holders = holdsMaterial(world, key, nowMs).map((keystore) => keystore.name);
  call.note({ detail: { force, materialIn: holders } });
  if (effectIfAllowed("remove", key.state) === undefined) throw invalidState("delete", key.state);
  const isPending = key.placements.some((placement) => materialOf(world, key, placement, nowMs).kind === "pending");
  if (isPending && !isForced) throw conflict("pending_destruction", "The key is pending destruction in a keystore.");
  for (const version of world.olderVersions(key)) world.keys.delete(version.id);
  world.keys.delete(key.id);
  removeUnusedShadow(world, key.templateId);
  call.note({ to: "removed" });
  return { status: 204 };
}

/** Removes a shadow template with its last key (U18). */
function removeUnusedShadow(world: World, templateId: string): void {
  if (world.templates.get(templateId)?.type !== "shadow") return;
  if (world.keys.byTemplate.find(templateId).size === 0) world.templates.delete(templateId);
}

/** The label of the request, or the label that the template's naming scheme builds (3.11). */
function labelFor(call: Call, template: Template, requested: string | undefined, key: Labeled): string {
  const { namingScheme, keystoreNamingScheme, keystoreType } = template;
  const label = requested ?? (namingScheme === undefined ? undefined : buildLabel(namingScheme, key));
  if (label === undefined) throw missing("field", "label");
  if (keystoreNamingScheme !== undefined) buildLabel(keystoreNamingScheme, key);
  checkLabelRule(call, keystoreType, label);
  return label;
}

/** Renames the key and its backing key; refused under a naming scheme (uko-v4.md 2.5). */
function rename(call: Call, key: Key, label: string): void {
  const template = call.world.templates.get(key.templateId);
  if (template?.namingScheme !== undefined) throw conflict("invalid_state", "The label follows a naming scheme.");
  if (template !== undefined) checkLabelRule(call, template.keystoreType, label);
  refuseDuplicate(call, key.vaultId, label);
  key.label = label;
  const { kmsKeys } = call.world;
  for (const backingKey of kmsKeys.byManagedKey.find(key.id)) {
    if (backingKey.state === 5) continue;
    backingKey.name = label;
    kmsKeys.changed(backingKey.id);
  }
}

/** Refuses a label that is taken. Labels are unique among the keys of a vault that are not removed (U10). */
function refuseDuplicate(call: Call, vaultId: string, label: string): void {
  if (call.world.keys.currentByLabel.find(`${vaultId}/${label}`).size > 0) {
    throw conflict("already_exists", "A key with this label exists in the vault.");
  }
}

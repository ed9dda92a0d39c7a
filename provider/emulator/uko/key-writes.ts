/** Create, change and remove a key: K2, K4, K5 (uko-v4.md 2.1, 2.5, 5). */

import { cellOf } from "../key-states.ts";
import { accepts, holdsMaterial, install, materialOf, publishStatuses, targetsOf } from "../keystore-effects.ts";
import type { Key, Placement, Template } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import type { World } from "../world.ts";
import { checkIfMatch, checkVault, keyOf, requireRight } from "./access.ts";
import { booleanParameter, conflict, invalidState, keystoreFailed, missing, notFound } from "./envelope.ts";
import { addPeriod, checkLabelRule, createFields, keptDescription, keptTags, patchFields } from "./key-fields.ts";
import { keyReply, labelDates, noteAfter } from "./key-view.ts";
import { buildLabel } from "./naming-scheme.ts";

/** K2 */
export function createKey(call: Call): Reply {
  const { world, nowMs } = call;
  const caller = call.caller();
  requireRight(caller, "managed-keys.write");
  requireRight(caller, "managed-keys.generate");
  const fields = createFields(call);
  if (fields.tags !== undefined) requireRight(caller, "managed-keys.write-tags");
  const vault = world.vaults.get(fields.vault.id);
  if (vault === undefined) throw notFound("vault");
  checkVault(call, vault.id);
  const [template] = world.templates.byName.find(`${vault.id}/${fields.template_name}`);
  if (template === undefined) throw notFound("template");
  if (template.archived) throw conflict("invalid_state", "The template is archived.");
  if (template.keyState === "active") requireRight(caller, "managed-keys.distribute");
  const expirationDate = addPeriod(nowMs, template.expirationPeriod);
  const label = labelFor(call, template, fields, { createdMs: nowMs, expirationDate });
  refuseDuplicate(call, vault.id, label);

  const key: Key = {
    ...world.stamps(caller, nowMs),
    id: world.newId("key"),
    instanceId: world.newId("instance"),
    vaultId: vault.id,
    templateId: template.id,
    label,
    description: keptDescription(call, fields.description ?? ""),
    tags: keptTags(call, fields.tags, []),
    labelTags: fields.label_tags ?? [],
    size: template.size,
    keystoreFields: template.keystoreFields,
    state: template.keyState,
    version: 1,
    activationDate: addPeriod(nowMs, template.activationPeriod),
    expirationDate,
    verification: world.newId("verification"),
    placements: [],
    resources: [],
  };
  const targets = targetsOf(world, key);
  key.placements = targets.map(
    ({ id }): Placement => ({ keystoreId: id, material: { kind: "absent" }, removedByUser: false }),
  );
  if (key.state === "active") {
    const accepting = key.placements.filter(({ keystoreId }) => accepts(world.keystores.get(keystoreId), "activate"));
    if (targets.length > 0 && accepting.length === 0) throw keystoreFailed(); // U15
    for (const placement of accepting) install(world, key, placement, caller, nowMs);
  }
  world.keys.set(key.id, key);
  publishStatuses(world, key, nowMs);
  noteAfter(call, key);
  return keyReply(call, key, 201, { location: `/v4/managed_keys/${key.id}` });
}

/** K4 */
export function patchKey(call: Call): Reply {
  const { world, nowMs } = call;
  const caller = call.caller();
  const key = keyOf(call);
  requireRight(caller, "managed-keys.write");
  const fields = patchFields(call);
  if (fields.tags !== undefined) requireRight(caller, "managed-keys.write-tags");
  if (fields.activation_date !== undefined || fields.expiration_date !== undefined) {
    requireRight(caller, "managed-keys.write-dates");
  }
  checkIfMatch(call, key);
  refuseOlderVersion(key);
  const isRefused = key.state === "destroyed" && world.switches.patchDestroyed === "refused";
  if (cellOf("patch", key.state) === undefined || isRefused) throw invalidState("update", key.state);
  if (fields.label !== undefined && fields.label !== key.label) rename(call, key, fields.label);
  if (fields.description !== undefined) key.description = keptDescription(call, fields.description);
  if (fields.activation_date !== undefined) key.activationDate = fields.activation_date;
  if (fields.expiration_date !== undefined) key.expirationDate = fields.expiration_date;
  // U9: the list is replaced as a whole.
  key.tags = keptTags(call, fields.tags, key.tags);
  world.touch(key, caller, nowMs);
  publishStatuses(world, key, nowMs);
  noteAfter(call, key);
  return keyReply(call, key);
}

/** K5: for destroyed keys; during a pending period only with `force` (uko-v4.md 4.2, U5, U6). */
export function removeKey(call: Call): Reply {
  const { world, nowMs } = call;
  const key = keyOf(call);
  const force = booleanParameter(call, "force");
  const isForced = force && world.switches.forceDelete === "served";
  for (const right of ["managed-keys.destroyed-remove", "managed-keys.delete"]) requireRight(call.caller(), right);
  checkIfMatch(call, key);
  refuseOlderVersion(key);
  const holders = holdsMaterial(world, key, nowMs).map((keystore) => keystore.name);
  call.note({ detail: { force, materialIn: holders } });
  if (cellOf("remove", key.state) === undefined) throw invalidState("delete", key.state);
  const isPending = key.placements.some((placement) => materialOf(world, key, placement, nowMs).kind === "pending");
  if (isPending && !isForced) throw conflict("pending_destruction", "The key is pending destruction in a keystore.");
  for (const version of world.olderVersions(key)) world.keys.delete(version.id);
  world.keys.delete(key.id);
  removeUnusedShadow(world, key.templateId);
  call.note({ to: "removed" });
  return { status: 204 };
}

/** U18: a shadow template is removed with its last key. */
function removeUnusedShadow(world: World, templateId: string): void {
  if (world.templates.get(templateId)?.type !== "shadow") return;
  if (world.keys.byTemplate.find(templateId).size === 0) world.templates.delete(templateId);
}

/** U11: older versions can be read but not changed. */
export function refuseOlderVersion(key: Key): void {
  if (key.headId !== undefined) throw conflict("invalid_state", "An older version of a key cannot be changed.");
}

/** The label of the request, or the label that the template's naming scheme builds (3.11). */
function labelFor(
  call: Call,
  template: Template,
  fields: ReturnType<typeof createFields>,
  dates: { readonly createdMs: number; readonly expirationDate: string },
): string {
  const tags = fields.label_tags ?? [];
  const build = (scheme: string): string => buildLabel(scheme, tags, labelDates(dates));
  const label = fields.label ?? (template.namingScheme === undefined ? undefined : build(template.namingScheme));
  if (label === undefined) throw missing("field", "label");
  if (template.keystoreNamingScheme !== undefined) build(template.keystoreNamingScheme);
  checkLabelRule(call, template.keystoreType, label);
  return label;
}

/** Renames the key and its twin; refused under a naming scheme (uko-v4.md 2.5). */
function rename(call: Call, key: Key, label: string): void {
  const template = call.world.templates.get(key.templateId);
  if (template?.namingScheme !== undefined) throw conflict("invalid_state", "The label follows a naming scheme.");
  if (template !== undefined) checkLabelRule(call, template.keystoreType, label);
  refuseDuplicate(call, key.vaultId, label);
  key.label = label;
  const { kmsKeys } = call.world;
  for (const twin of kmsKeys.byManagedKey.find(key.id)) {
    if (twin.state === 5) continue;
    twin.name = label;
    kmsKeys.changed(twin.id);
  }
}

/** U10: labels are unique in a vault among keys not yet removed. */
function refuseDuplicate(call: Call, vaultId: string, label: string): void {
  if (call.world.keys.currentByLabel.find(`${vaultId}/${label}`).size > 0) {
    throw conflict("already_exists", "A key with this label exists in the vault.");
  }
}

/**
 * Serves the calls that change the state of a key or its keystores: activate, deactivate, destroy, rotate, align and
 * sync. It also serves the call that reports the status in the keystores. They are K6 to K12 in uko-v4.md 2.1,
 * 4.2-4.7, 9 (U11-U13).
 */

import type { Call, Reply } from "../http/responses.ts";
import { mayDelete } from "../kms/deletion.ts";
import { addVersion } from "../kms/new-key.ts";
import { hourMs, wholeSecondMs } from "../store/clock.ts";
import { type Cell, effectIfAllowed, type KeyAction, rightsOf } from "../store/key-states.ts";
import type { Caller, Key, KeystoreOperation, KeystoreType, Placement, Template } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { keyOf, requireCurrent, requireRight } from "./access.ts";
import { booleanParameter, conflict, forbidden, invalidState, keystoreFailed } from "./envelope.ts";
import { keyReply, noteAfter } from "./key-view.ts";
import {
  accepts,
  disable,
  emptyPlacement,
  install,
  liveStatuses,
  materialOf,
  publishStatuses,
  scheduleDestruction,
  targetsOf,
  towardsBackingKey,
} from "./keystore-effects.ts";
import { hasSystemTag } from "./naming-scheme.ts";

/** Makes the checks of every step, in this order: rights, If-Match, state. */
export function begin(call: Call, action: KeyAction): { readonly key: Key; readonly cell: Cell } {
  const key = keyOf(call);
  const { rights } = call.caller().identity;
  const cell = effectIfAllowed(action, key.state);
  if (cell === undefined) {
    const alternatives = rightsOf(action);
    const may = alternatives.some((needed) => needed.every((right) => rights.has(right)));
    if (!may) throw forbidden(alternatives[0]?.[0] ?? "managed-keys.write");
  } else {
    for (const right of cell.rights) requireRight(call.caller(), right);
  }
  requireCurrent(call, key);
  if (cell === undefined) throw invalidState(action, key.state);
  return { key, cell };
}

export function replyWithKey(call: Call, key: Key): Reply {
  recordWrite(call, key);
  return written(call, key);
}

/** The response to a write that is recorded. */
function written(call: Call, key: Key): Reply {
  noteAfter(call, key);
  return keyReply(call, key);
}

/** K6: activates a key. */
export function activateKey(call: Call): Reply {
  const { world } = call;
  const { key } = begin(call, "activate");
  const accepting = acceptingPlacements(call, key, "activate");
  for (const placement of accepting) install(world, key, placement, call.caller(), call.nowMs);
  // Versions that were active until the key was deactivated become active again with it (4.6).
  const sinceMs = key.deactivatedMs;
  const isOneVersion = world.templates.get(key.templateId)?.keystoreType === "ibm_cloud_kms";
  for (const version of withVersions(call, key)) {
    const cameAlong = sinceMs !== undefined && version.deactivatedMs === sinceMs && !isOneVersion;
    if (version !== key && !cameAlong) continue;
    version.state = "active";
    version.deactivatedMs = undefined;
    world.keys.changed(version.id);
  }
  return replyWithKey(call, key);
}

/** K7: deactivates a key. */
export function deactivateKey(call: Call): Reply {
  const { key } = begin(call, "deactivate");
  deactivateEverywhere(call, key);
  return written(call, key);
}

export function destroyKey(call: Call): Reply {
  const { key } = begin(call, "destroy");
  if (key.state === "pre_activation") {
    key.state = "destroyed";
    key.destroyedMs = call.nowMs;
    return replyWithKey(call, key);
  }
  refuseDestruction(call, key);
  destroyEverywhere(call, key);
  return written(call, key);
}

/** K10: moves the key to the keystores that the template's group names now (uko-v4.md 4.7). */
export function realignKey(call: Call): Reply {
  const { world } = call;
  const { key } = begin(call, "realign");
  if (world.templates.get(key.templateId)?.archived === true)
    throw conflict("invalid_state", "The template is archived.");
  const isDryRun = booleanParameter(call, "dry_run");
  if (isDryRun) return { ...keyReply(call, key), effect: false };
  const targets = targetsOf(world, key).map((keystore) => keystore.id);
  for (const placement of key.placements) {
    if (targets.includes(placement.keystoreId) || placement.removedByUser) continue;
    disable(world, placement, call.nowMs);
    placement.removedByUser = true;
  }
  // A keystore without material is no longer referenced (U21).
  key.placements = key.placements.filter(
    (placement) => !placement.removedByUser || materialOf(world, key, placement, call.nowMs).kind !== "absent",
  );
  key.keystoreFields = world.templates.get(key.templateId)?.keystoreFields ?? key.keystoreFields;
  for (const id of targets) {
    const existing = key.placements.find((placement) => placement.keystoreId === id);
    const placement = existing ?? emptyPlacement(id);
    if (existing === undefined) key.placements.push(placement);
    placement.removedByUser = false;
    conform(call, key, placement);
  }
  return replyWithKey(call, key);
}

/** K11: pushes the key's state into its keystores again; always a new ETag (uko-v4.md 0.7, U14). */
export function syncKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "sync");
  for (const placement of key.placements) {
    if (!placement.removedByUser) conform(call, key, placement);
  }
  const statuses = publishStatuses(world, key, nowMs);
  world.touch(key, call.caller(), nowMs, { writer: world.switches.syncChangesLastWriter, unique: true });
  noteAfter(call, key);
  return { status: 200, body: { status_in_keystores: statuses } };
}

/** Updates one keystore to the key's state, if it takes part. */
function conform(call: Call, key: Key, placement: Placement): void {
  const { world, nowMs } = call;
  const keystore = world.keystores.get(placement.keystoreId);
  const caller = call.caller();
  if (key.state === "active" && accepts(keystore, "activate")) install(world, key, placement, caller, nowMs);
  if (key.state === "deactivated" && accepts(keystore, "deactivate")) disable(world, placement, nowMs);
  if (key.state === "destroyed" && accepts(keystore, "destroy") && backingKeyMayGo(call, placement)) {
    scheduleDestruction(world, key, placement, caller, nowMs);
  }
}

/** Whether a sync may delete the backing key. It never deletes one that KMS still protects; the key stays out of sync. */
function backingKeyMayGo(call: Call, placement: Placement): boolean {
  try {
    refuseBackingKeyDeletion(call.world, placement, call.caller(), call.nowMs);
    return true;
  } catch {
    return false;
  }
}

export function statusOfKey(call: Call): Reply {
  const key = keyOf(call);
  const statuses =
    key.headId === undefined ? publishStatuses(call.world, key, call.nowMs) : liveStatuses(call.world, key, call.nowMs);
  return { status: 200, body: { status_in_keystores: statuses } };
}

/**
 * The keystores that take part in a step. A keystore that fails leaves the key out of sync there; if all fail, nothing
 * changes (U15).
 */
export function acceptingPlacements(call: Call, key: Key, operation: KeystoreOperation): readonly Placement[] {
  const placements = key.placements.filter((placement) => !placement.removedByUser);
  const accepting = placements.filter(({ keystoreId }) => accepts(call.world.keystores.get(keystoreId), operation));
  if (placements.length > 0 && accepting.length === 0) throw keystoreFailed();
  return accepting;
}

/** The key with its older versions, which take the same steps (uko-v4.md 4.6). */
export function withVersions(call: Call, key: Key): readonly Key[] {
  return [key, ...call.world.olderVersions(key)];
}

export function recordWrite(call: Call, key: Key): void {
  call.world.touch(key, call.caller(), call.nowMs);
  publishStatuses(call.world, key, call.nowMs);
}

/**
 * Deactivates the key in its keystores. KMS needs no authorization for this, even if the backing key is under dual
 * authorization.
 */
export function deactivateEverywhere(call: Call, key: Key): void {
  for (const placement of acceptingPlacements(call, key, "deactivate")) disable(call.world, placement, call.nowMs);
  const deactivatedMs = wholeSecondMs(call.nowMs);
  for (const version of withVersions(call, key)) {
    version.state = "deactivated";
    version.deactivatedMs = deactivatedMs;
    call.world.keys.changed(version.id);
  }
  recordWrite(call, key);
}

/** Refuses during the cool-down, under a retention policy, and if KMS requires two people. */
export function refuseDestruction(call: Call, key: Key): void {
  const { world, nowMs } = call;
  if (key.state !== "deactivated") throw invalidState("destroy", key.state);
  // uko-v4.md 4.5, U7: refused while exactly 4 hours or less have passed.
  const coolDownMs = world.switches.coolDownHours * hourMs;
  if (nowMs - (key.deactivatedMs ?? 0) <= coolDownMs) {
    const message = `The requested key has been deactivated within the last ${world.switches.coolDownHours} hours.`;
    throw conflict("recently_deactivated", message);
  }
  if (key.resources.some((resource) => resource.preventKeyDeletion)) {
    throw conflict("retention_policy", "The key is protecting cloud resources that have a retention policy."); // U29
  }
  for (const placement of key.placements) refuseBackingKeyDeletion(world, placement, call.caller(), nowMs);
  acceptingPlacements(call, key, "destroy");
}

/** Destroys the key in its keystores; call it only after `refuseDestruction`. */
export function destroyEverywhere(call: Call, key: Key): void {
  const { world, nowMs } = call;
  const accepting = acceptingPlacements(call, key, "destroy");
  for (const version of withVersions(call, key)) {
    version.state = "destroyed";
    version.destroyedMs = nowMs;
    world.keys.changed(version.id);
  }
  for (const placement of accepting) scheduleDestruction(world, key, placement, call.caller(), nowMs);
  recordWrite(call, key);
}

/** Refuses UKO's destroy if KMS would refuse to delete the backing key; 409 in UKO's envelope. */
function refuseBackingKeyDeletion(world: World, placement: Placement, caller: Caller, nowMs: number): void {
  const backingKey = world.backingKeyIn(placement);
  if (backingKey === undefined || backingKey.state === 5) return;
  if (mayDelete(world, backingKey, towardsBackingKey(world, caller), nowMs)) return;
  throw conflict(
    "keystore_error",
    "The keystore refused: Conflict: 1 prior authorization(s) are required for deletion: Key could not be deleted. (AUTHORIZATIONS_NOT_MET)",
  );
}

/** Rotates a key: it gets new material under the same key ID, and the older version gets an ID of its own. */
export function rotateKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "rotate");
  const template = world.templates.get(key.templateId);
  if (hasSystemTag(template?.namingScheme)) throw conflict("invalid_state", "The key is not rotatable.");
  const lastMs = key.rotatedMs ?? Number.NEGATIVE_INFINITY;
  if (nowMs - lastMs < hourMs) throw conflict("rotated_recently", "The key was rotated within the last hour.");
  const accepting = acceptingPlacements(call, key, "activate");
  const isDeactivated = template !== undefined && deactivatesOlder(template);
  const older: Key = {
    ...key,
    id: world.newId("key-version"),
    headId: key.id,
    state: isDeactivated ? "deactivated" : key.state,
    deactivatedMs: isDeactivated ? nowMs : undefined,
    placements: [],
    resources: [],
  };
  world.keys.set(older.id, older);
  for (const placement of accepting) rotateMaterial(call, template?.keystoreType, placement);
  key.version += 1;
  key.rotatedMs = nowMs;
  key.verification = world.newId("verification");
  const reply = replyWithKey(call, key);
  return world.switches.rotateStatus === 204 ? { status: 204 } : reply;
}

/**
 * Whether a rotation deactivates the older version. IBM's keystores and Google's AES keys have one active version; for
 * others the template decides.
 */
function deactivatesOlder({ keystoreType, algorithm, deactivateOnRotation }: Template): boolean {
  const knowsOne = keystoreType === "ibm_cloud_kms" || (keystoreType === "google_kms" && algorithm === "aes");
  return knowsOne || deactivateOnRotation;
}

/**
 * Gives the key new material in a keystore. A backing key keeps its ID; elsewhere the material gets a new ID in the form
 * of the keystore.
 */
function rotateMaterial(call: Call, type: KeystoreType | undefined, placement: Placement): void {
  const { world, nowMs } = call;
  const backingKey = world.backingKeyIn(placement);
  if (backingKey !== undefined) {
    addVersion(world, backingKey, nowMs);
    return;
  }
  const before = placement.idInKeystore;
  if (before === undefined) return;
  if (type === "google_kms") placement.idInKeystore = before.replace(/\d+$/, (count) => String(Number(count) + 1));
  else if (type === "azure_key_vault") {
    placement.idInKeystore = before.replace(/[^/]+$/, () => world.newId("azure-version"));
  } else placement.idInKeystore = before.replace(/[0-9a-f-]{36}$/, () => world.newId("external-key"));
}

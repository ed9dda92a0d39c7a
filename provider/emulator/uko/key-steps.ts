/** The steps of a key's life: K6 to K11 (uko-v4.md 4.2-4.7). */

import { hourMs } from "../clock.ts";
import { type Cell, cellOf, type KeyAction, rightsOf } from "../key-states.ts";
import {
  accepts,
  disable,
  install,
  liveStatuses,
  publishStatuses,
  scheduleDestruction,
  targetsOf,
} from "../keystore-effects.ts";
import { refuseTwinDeletion } from "../kms/dual-authorization.ts";
import type { Key, KeystoreOperation, Placement } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { checkIfMatch, keyOf, requireRight } from "./access.ts";
import { conflict, forbidden, invalid, invalidState, keystoreFailed } from "./envelope.ts";
import { keyReply, noteAfter } from "./key-view.ts";
import { refuseOlderVersion } from "./key-writes.ts";

/** The checks that every step shares, in order: rights, If-Match, state. */
function begin(call: Call, action: KeyAction): { readonly key: Key; readonly cell: Cell } {
  const key = keyOf(call);
  const { rights } = call.caller().identity;
  const cell = cellOf(action, key.state);
  if (cell === undefined) {
    const alternatives = rightsOf(action);
    const may = alternatives.some((needed) => needed.every((right) => rights.has(right)));
    if (!may) throw forbidden(alternatives[0]?.[0] ?? "managed-keys.write");
  } else {
    for (const right of cell.rights) requireRight(call.caller(), right);
  }
  checkIfMatch(call, key);
  refuseOlderVersion(key);
  if (cell === undefined) throw invalidState(action, key.state);
  return { key, cell };
}

/** U15: one failing keystore leaves the key out of sync there; if all fail, nothing changes. */
function acceptingPlacements(call: Call, key: Key, operation: KeystoreOperation): readonly Placement[] {
  const placements = key.placements.filter((placement) => !placement.removedByUser);
  const accepting = placements.filter(({ keystoreId }) => accepts(call.world.keystores.get(keystoreId), operation));
  if (placements.length > 0 && accepting.length === 0) throw keystoreFailed();
  return accepting;
}

function finish(call: Call, key: Key): Reply {
  call.world.touch(key, call.caller(), call.nowMs);
  publishStatuses(call.world, key, call.nowMs);
  noteAfter(call, key);
  return keyReply(call, key);
}

/** Older versions follow the key (uko-v4.md 4.6). */
function withVersions(call: Call, key: Key): readonly Key[] {
  return [key, ...call.world.olderVersions(key)];
}

/** K6 */
export function activateKey(call: Call): Reply {
  const { key } = begin(call, "activate");
  const accepting = acceptingPlacements(call, key, "activate");
  for (const placement of accepting) install(call.world, key, placement, call.caller(), call.nowMs);
  key.state = "active";
  key.deactivatedMs = undefined;
  return finish(call, key);
}

/** K7: needs no authorization of KMS, even where the twin is under dual authorization. */
export function deactivateKey(call: Call): Reply {
  const { key } = begin(call, "deactivate");
  const accepting = acceptingPlacements(call, key, "deactivate");
  for (const placement of accepting) disable(call.world, placement, call.nowMs);
  const deactivatedMs = Math.floor(call.nowMs / 1_000) * 1_000;
  for (const version of withVersions(call, key)) {
    version.state = "deactivated";
    version.deactivatedMs = deactivatedMs;
  }
  return finish(call, key);
}

/** K8: refused within 4 hours of a deactivation, under a retention policy, and without the twin's two people. */
export function destroyKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "destroy");
  if (key.state === "pre_activation") {
    key.state = "destroyed";
    key.destroyedMs = nowMs;
    return finish(call, key);
  }
  // uko-v4.md 4.5, U7: refused while exactly 4 hours or less have passed.
  const coolDownMs = world.switches.coolDownHours * hourMs;
  if (nowMs - (key.deactivatedMs ?? 0) <= coolDownMs) {
    const message = `The requested key has been deactivated within the last ${world.switches.coolDownHours} hours.`;
    throw conflict("recently_deactivated", message);
  }
  if (key.resources.some((resource) => resource.preventsKeyDeletion)) {
    throw conflict("retention_policy", "The key is protecting cloud resources that have a retention policy."); // U29
  }
  for (const placement of key.placements) refuseTwinDeletion(world, placement, call.caller(), nowMs);
  const accepting = acceptingPlacements(call, key, "destroy");
  for (const version of withVersions(call, key)) {
    version.state = "destroyed";
    version.destroyedMs = nowMs;
  }
  for (const placement of accepting) scheduleDestruction(world, key, placement, call.caller(), nowMs);
  return finish(call, key);
}

/** K9: new material under the same record; the older version gets an id of its own (uko-v4.md 4.6, U11-U13). */
export function rotateKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "rotate");
  const template = world.templates.get(key.templateId);
  if (template?.namingScheme !== undefined) throw conflict("invalid_state", "The key is not rotatable.");
  const lastMs = key.rotatedMs ?? Number.NEGATIVE_INFINITY;
  if (nowMs - lastMs < hourMs) throw conflict("rotated_recently", "The key was rotated within the last hour.");
  const accepting = acceptingPlacements(call, key, "activate");
  const isIbm = template?.keystoreType === "ibm_cloud_kms";
  const deactivatesOlder = isIbm || template?.deactivateOnRotation === true || template?.algorithm === "aes";
  const older: Key = {
    ...key,
    id: world.newId("key-version"),
    headId: key.id,
    state: deactivatesOlder ? "deactivated" : key.state,
    deactivatedMs: deactivatesOlder ? nowMs : undefined,
    placements: [],
    resources: [],
  };
  world.keys.set(older.id, older);
  for (const placement of accepting) rotateMaterial(call, placement);
  key.version += 1;
  key.rotatedMs = nowMs;
  key.verification = world.newId("verification");
  const reply = finish(call, key);
  return world.switches.rotateStatus === 204 ? { status: 204 } : reply;
}

function rotateMaterial(call: Call, placement: Placement): void {
  const twin = placement.twinId === undefined ? undefined : call.world.twins.get(placement.twinId);
  if (twin !== undefined) {
    twin.versionId = call.world.newId("twin-version");
    twin.versionMs = call.nowMs;
    twin.updatedMs = call.nowMs;
  } else if (placement.idInKeystore !== undefined) {
    placement.idInKeystore = placement.idInKeystore.replace(/[0-9a-f-]{36}/, call.world.newId("external-key"));
  }
}

/** K10: makes the key's keystores those that the template's group now names (uko-v4.md 4.7). */
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
  for (const id of targets) {
    const existing = key.placements.find((placement) => placement.keystoreId === id);
    const placement: Placement = existing ?? { keystoreId: id, material: { kind: "absent" }, removedByUser: false };
    if (existing === undefined) key.placements.push(placement);
    placement.removedByUser = false;
    conform(call, key, placement);
  }
  return finish(call, key);
}

/** K11: pushes the key's state into its keystores again; always a new ETag (uko-v4.md 0.7, U14). */
export function syncKey(call: Call): Reply {
  const { world, nowMs } = call;
  const { key } = begin(call, "sync");
  for (const placement of key.placements) {
    if (!placement.removedByUser) conform(call, key, placement);
  }
  const statuses = publishStatuses(world, key, nowMs);
  world.touch(key, call.caller(), nowMs, { writer: world.switches.syncChangesLastWriter });
  noteAfter(call, key);
  return { status: 200, body: { status_in_keystores: statuses } };
}

/** Makes one keystore hold what the key's state asks for, if it takes part. */
function conform(call: Call, key: Key, placement: Placement): void {
  const { world, nowMs } = call;
  const keystore = world.keystores.get(placement.keystoreId);
  const caller = call.caller();
  if (key.state === "active" && accepts(keystore, "activate")) install(world, key, placement, caller, nowMs);
  if (key.state === "deactivated" && accepts(keystore, "deactivate")) disable(world, placement, nowMs);
  if (key.state === "destroyed" && accepts(keystore, "destroy") && twinMayGo(call, placement)) {
    scheduleDestruction(world, key, placement, caller, nowMs);
  }
}

/** A sync never ends a twin that KMS still protects: it stays out of sync. */
function twinMayGo(call: Call, placement: Placement): boolean {
  try {
    refuseTwinDeletion(call.world, placement, call.caller(), call.nowMs);
    return true;
  } catch {
    return false;
  }
}

/** K12 */
export function statusOfKey(call: Call): Reply {
  const key = keyOf(call);
  const statuses =
    key.headId === undefined ? publishStatuses(call.world, key, call.nowMs) : liveStatuses(call.world, key, call.nowMs);
  return { status: 200, body: { status_in_keystores: statuses } };
}

function booleanParameter(call: Call, name: string): boolean {
  const text = call.url.searchParams.get(name);
  if (text !== null && text !== "true" && text !== "false") throw invalid("parameter", name);
  return text === "true";
}

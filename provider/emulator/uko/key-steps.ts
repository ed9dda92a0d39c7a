/** The steps of a key's life: K6 to K8 and K10 to K12 (uko-v4.md 4.2-4.7). */

import { type Cell, cellOf, type KeyAction, rightsOf } from "../key-states.ts";
import {
  accepts,
  disable,
  install,
  liveStatuses,
  materialOf,
  publishStatuses,
  scheduleDestruction,
  targetsOf,
} from "../keystore-effects.ts";
import { refuseTwinDeletion } from "../kms/dual-authorization.ts";
import type { Key, Placement } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { checkIfMatch, keyOf, requireRight } from "./access.ts";
import { booleanParameter } from "./body.ts";
import { conflict, forbidden, invalidState } from "./envelope.ts";
import {
  acceptingPlacements,
  deactivateEverywhere,
  destroyEverywhere,
  recordWrite,
  refuseDestruction,
  withVersions,
} from "./key-endings.ts";
import { keyReply, noteAfter } from "./key-view.ts";
import { refuseOlderVersion } from "./key-writes.ts";

/** The checks that every step shares, in order: rights, If-Match, state. */
export function begin(call: Call, action: KeyAction): { readonly key: Key; readonly cell: Cell } {
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

export function finish(call: Call, key: Key): Reply {
  recordWrite(call, key);
  noteAfter(call, key);
  return keyReply(call, key);
}

/** K6 */
export function activateKey(call: Call): Reply {
  const { world } = call;
  const { key } = begin(call, "activate");
  const accepting = acceptingPlacements(call, key, "activate");
  for (const placement of accepting) install(world, key, placement, call.caller(), call.nowMs);
  // Versions that were active until the key's own deactivation come back with it (4.6).
  const sinceMs = key.deactivatedMs;
  const isOneVersion = world.templates.get(key.templateId)?.keystoreType === "ibm_cloud_kms";
  for (const version of withVersions(call, key)) {
    const wentAlong = sinceMs !== undefined && version.deactivatedMs === sinceMs && !isOneVersion;
    if (version !== key && !wentAlong) continue;
    version.state = "active";
    version.deactivatedMs = undefined;
  }
  return finish(call, key);
}

/** K7 */
export function deactivateKey(call: Call): Reply {
  const { key } = begin(call, "deactivate");
  deactivateEverywhere(call, key);
  noteAfter(call, key);
  return keyReply(call, key);
}

/** K8 */
export function destroyKey(call: Call): Reply {
  const { key } = begin(call, "destroy");
  if (key.state === "pre_activation") {
    key.state = "destroyed";
    key.destroyedMs = call.nowMs;
    return finish(call, key);
  }
  refuseDestruction(call, key);
  destroyEverywhere(call, key);
  noteAfter(call, key);
  return keyReply(call, key);
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
  // Where nothing was ever installed, nothing stays behind (U21).
  key.placements = key.placements.filter(
    (placement) => !placement.removedByUser || materialOf(world, key, placement, call.nowMs).kind !== "absent",
  );
  key.keystoreFields = world.templates.get(key.templateId)?.keystoreFields ?? key.keystoreFields;
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

/**
 * Serves the calls about the contents of a keystore: its health, its keys, and the resources that use the keys. It also
 * serves the deletion of a keystore, which can first deactivate or destroy the keys in the keystore. The calls are S5
 * to S8 in uko-v4.md 2.1, 2.3, 3.7, 3.13, 5, 9 (U26).
 */

import type { Call, Reply } from "../http/responses.ts";
import { purgeWaitAfterDeletionMs } from "../store/collections.ts";
import type { Key, Keystore } from "../store/model.ts";
import type { World } from "../store/world.ts";
import { requireRight } from "./access.ts";
import { changeableContainer, containerOf } from "./containers.ts";
import { conflict, invalid } from "./envelope.ts";
import { keyList, resourceList } from "./key-list.ts";
import { acceptingPlacements, deactivateEverywhere, destroyEverywhere, refuseDestruction } from "./key-steps.ts";
import { keystoreKind, viewHealth } from "./keystores.ts";

/** S6: reports the health of the keystore, which is known from then on (U16). */
export function statusOfKeystore(call: Call): Reply {
  const keystore = containerOf(keystoreKind, call);
  keystore.checkedMs = call.nowMs;
  call.world.keystores.changed(keystore.id);
  return { status: 200, body: viewHealth(keystore) };
}

/** S7: lists the keys in a keystore. Keys in pre_activation and destroyed keys are not installed, so they are missing. */
export function listKeysOfKeystore(call: Call): Reply {
  const keystore = containerOf(keystoreKind, call);
  requireRight(call.caller(), "managed-keys.list");
  return keyList(call, keysIn(call.world, keystore.id), "keystore");
}

export function listResourcesOfKeystore(call: Call): Reply {
  const keystore = containerOf(keystoreKind, call);
  requireRight(call.caller(), "managed-keys.read");
  const keys = [...call.world.keys.values()].filter((key) => placementIn(key, keystore.id) !== undefined);
  return resourceList(
    call,
    keys.flatMap((key) => key.resources.map((resource) => ({ key, resource }))),
  );
}

/** The active and deactivated keys in a keystore. */
export function keysIn(world: World, keystoreId: string): readonly Key[] {
  const isNotInstalled = (key: Key): boolean => key.state === "pre_activation" || key.state.startsWith("destroyed");
  return [...world.keys.values()].filter(
    (key) => placementIn(key, keystoreId)?.removedByUser === false && !isNotInstalled(key),
  );
}

export function placementIn(key: Key, keystoreId: string): Key["placements"][number] | undefined {
  return key.placements.find((placement) => placement.keystoreId === keystoreId);
}

const modes = ["restrict", "disconnect", "deactivate", "destroy"] as const;
type Mode = (typeof modes)[number];

/** S5: deletes or disconnects a keystore. */
export function removeKeystore(call: Call): Reply {
  const { world } = call;
  const { item: keystore, fields: mode } = changeableContainer(keystoreKind, call, "delete", () => modeOf(call));
  const keys = keysIn(world, keystore.id);
  if (mode === "restrict" && keys.length > 0) {
    const message = `The service was not able to delete keystore ${keystore.name} because it still contains some keys.`;
    throw conflict("not_empty", message);
  }
  refuseFullRing(call, keystore);
  stepKeys(call, mode, keys);
  for (const key of world.keys.values()) {
    if (placementIn(key, keystore.id) === undefined) continue;
    key.placements = key.placements.filter((placement) => placement.keystoreId !== keystore.id);
    world.keys.changed(key.id);
  }
  world.keystores.delete(keystore.id);
  if (keystore.ring !== undefined) world.rings.delete(keystore.ring);
  call.note({ detail: { mode, keyIds: keys.map(({ id }) => id) } });
  return { status: 204 };
}

function modeOf(call: Call): Mode {
  const text = call.url.searchParams.get("mode") ?? "restrict";
  const mode = modes.find((known) => known === text);
  if (mode === undefined) throw invalid("parameter", "mode");
  return mode;
}

/** Refuses a deletion if the key ring is not empty, in every mode. Destroyed keys count until their metadata is removed. */
function refuseFullRing(call: Call, keystore: Keystore): void {
  if (keystore.ring === undefined) return;
  for (const { ring, state, deletedMs } of call.world.kmsKeys.values()) {
    const isExpired = state === 5 && call.nowMs - (deletedMs ?? call.nowMs) >= purgeWaitAfterDeletionMs;
    if (ring !== keystore.ring || isExpired) continue;
    const message = "Conflict: Key ring could not be deleted: Please see reasons for more details.";
    throw conflict("keystore_error", message);
  }
}

/**
 * Deactivates or destroys the keys in the keystore by their own rules. All keys are checked before the first one changes.
 */
function stepKeys(call: Call, mode: Mode, keys: readonly Key[]): void {
  if (mode === "deactivate") {
    const active = keys.filter((key) => key.state === "active");
    if (active.length > 0) requireRight(call.caller(), "managed-keys.active-deactivate");
    for (const key of active) acceptingPlacements(call, key, "deactivate");
    for (const key of active) deactivateEverywhere(call, key);
  }
  if (mode === "destroy") {
    if (keys.length > 0) requireRight(call.caller(), "managed-keys.deactivated-destroy");
    for (const key of keys) refuseDestruction(call, key);
    for (const key of keys) destroyEverywhere(call, key);
  }
}

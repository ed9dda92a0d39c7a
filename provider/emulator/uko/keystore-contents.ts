/** The contents of a keystore: S6 to S8 (uko-v4.md 2.1, 2.3, 3.7, 3.13). */

import type { Key } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import type { World } from "../world.ts";
import { requireRight } from "./access.ts";
import { resourceList } from "./associated-resources.ts";
import { containerOf } from "./containers.ts";
import { keyList } from "./key-list.ts";
import { keystoreKind, viewHealth } from "./keystores.ts";

/** S6: asks the keystore. Its health is known from then on (U16). */
export function statusOfKeystore(call: Call): Reply {
  const keystore = containerOf(keystoreKind, call);
  keystore.checkedMs = call.nowMs;
  call.world.keystores.changed(keystore.id);
  return { status: 200, body: viewHealth(keystore) };
}

/** S7: keys in pre_activation and destroyed keys are not installed. */
export function listKeysOfKeystore(call: Call): Reply {
  const keystore = containerOf(keystoreKind, call);
  requireRight(call.caller(), "managed-keys.list");
  return keyList(call, keysIn(call.world, keystore.id), "keystore");
}

/** S8 */
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

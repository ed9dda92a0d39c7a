/**
 * Serves the calls that list, create and delete key rings, which are groups of KMS keys (row 24 of kms-v2-and-iam.md
 * 2.1; also 2.13). It also serves the call that moves a key to another ring (row 7).
 */

import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { World } from "../store/world.ts";
import { admitKmsCall, kmsKeyOf, recordChange } from "./access.ts";
import { collection, countedPage, invalidField, keyDeleted, refusal, requiredBody } from "./envelope.ts";
import { viewKmsKey } from "./view.ts";

export const defaultRing = "default";
const maxRings = 50;

export function requireRing(world: World, ring: string, what: string): void {
  if (world.rings.has(ring)) return;
  throw refusal(404, "KEY_RING_NOT_FOUND_ERR", what, "The key ring does not exist");
}

export function listRings(call: Call): Reply {
  admitKmsCall(call, "kms.key-rings.list");
  return countedPage(call, "key_ring", [...call.world.rings.values()], ({ id, createdMs, createdBy }) =>
    // The default ring has neither date nor creator.
    id === defaultRing ? { id } : { id, creationDate: toSecondsText(createdMs), createdBy },
  );
}

export function createRing(call: Call): Reply {
  const what = "Key ring could not be created";
  admitKmsCall(call, "kms.key-rings.create");
  const { rings } = call.world;
  const id = call.param("ring");
  if (!/^[A-Za-z0-9-]{2,100}$/.test(id)) {
    throw invalidField("key_ring_id", what, "Invalid field: key ring id: 2 to 100 of A-Za-z0-9-");
  }
  if (rings.has(id)) throw refusal(409, "EMULATED_KEY_RING_EXISTS", what, "The key ring exists already");
  if (rings.size > maxRings)
    throw refusal(409, "EMULATED_KEY_RING_LIMIT", what, `At most ${maxRings} key rings are kept`);
  rings.set(id, { id, createdMs: call.nowMs, createdBy: call.caller().iamId });
  return { status: 201 };
}

/** Deletes a ring. A ring with keys is refused, unless all its keys are destroyed and `force` moves them. */
export function deleteRing(call: Call): Reply {
  const what = "Key ring could not be deleted";
  admitKmsCall(call, "kms.key-rings.delete");
  const { world } = call;
  const id = call.param("ring");
  requireRing(world, id, what);
  if (id === defaultRing) throw invalidField("key_ring_id", what, "The default key ring cannot be deleted");
  const keys = [...world.kmsKeys.byRing.find(id)];
  const isForced = call.url.searchParams.get("force") === "true";
  if (keys.length > 0 && !(isForced && keys.every((key) => key.state === 5))) {
    const message = "The specified key ring contains at least one key (in any state)";
    throw refusal(409, "KEY_RING_NOT_EMPTY_ERR", what, message);
  }
  // No source says what KMS does here, so the refusal has a code of the emulator's own.
  if ([...world.keystores.values()].some((keystore) => keystore.ring === id)) {
    throw refusal(409, "EMULATED_KEY_RING_OF_KEYSTORE", what, "The key ring belongs to an internal keystore");
  }
  for (const key of keys) {
    key.ring = defaultRing;
    world.kmsKeys.changed(key.id);
  }
  world.rings.delete(id);
  return { status: 204 };
}

const moveSchema = z.strictObject({ keyRingID: z.string() });

/** M7: moves a key to another ring. The header names the current ring, and the body the new one. */
export function moveKmsKey(call: Call): Reply {
  const what = "Key could not be updated";
  const key = kmsKeyOf(call, "kms.patch", what);
  const { keyRingID } = requiredBody(call, moveSchema, what);
  if (key.state === 5) throw keyDeleted(what);
  requireRing(call.world, keyRingID, what);
  // A backing key stays in its keystore's ring; this code is assumed, too.
  if (key.backingKeyOf !== undefined && keyRingID !== key.ring) {
    const message = "The key belongs to an internal keystore, whose ring this is";
    throw refusal(409, "EMULATED_BACKING_KEY_STAYS", what, message);
  }
  key.ring = keyRingID;
  recordChange(call, key);
  return collection("key", [viewKmsKey(call.world, key, call.nowMs)]);
}

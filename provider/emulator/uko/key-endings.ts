/** Deactivation and destruction in all of a key's keystores, as K7 and K8 and a keystore's removal do them (uko-v4.md 4.2-4.6). */

import { hourMs } from "../clock.ts";
import { accepts, disable, publishStatuses, scheduleDestruction } from "../keystore-effects.ts";
import { refuseTwinDeletion } from "../kms/dual-authorization.ts";
import type { Key, KeystoreOperation, Placement } from "../model.ts";
import type { Call } from "../serve.ts";
import { conflict, invalidState, keystoreFailed } from "./envelope.ts";

/** U15: one failing keystore leaves the key out of sync there; if all fail, nothing changes. */
export function acceptingPlacements(call: Call, key: Key, operation: KeystoreOperation): readonly Placement[] {
  const placements = key.placements.filter((placement) => !placement.removedByUser);
  const accepting = placements.filter(({ keystoreId }) => accepts(call.world.keystores.get(keystoreId), operation));
  if (placements.length > 0 && accepting.length === 0) throw keystoreFailed();
  return accepting;
}

/** Older versions follow the key (uko-v4.md 4.6). */
export function withVersions(call: Call, key: Key): readonly Key[] {
  return [key, ...call.world.olderVersions(key)];
}

/** Marks the key as written by the caller. */
export function recordWrite(call: Call, key: Key): void {
  call.world.touch(key, call.caller(), call.nowMs);
  publishStatuses(call.world, key, call.nowMs);
}

/** Needs no authorization of KMS, even where the twin is under dual authorization. */
export function deactivateEverywhere(call: Call, key: Key): void {
  for (const placement of acceptingPlacements(call, key, "deactivate")) disable(call.world, placement, call.nowMs);
  const deactivatedMs = Math.floor(call.nowMs / 1_000) * 1_000;
  for (const version of withVersions(call, key)) {
    version.state = "deactivated";
    version.deactivatedMs = deactivatedMs;
  }
  recordWrite(call, key);
}

/** Refuses within 4 hours of a deactivation, under a retention policy, and without the twin's two people. */
export function refuseDestruction(call: Call, key: Key): void {
  const { world, nowMs } = call;
  if (key.state !== "deactivated") throw invalidState("destroy", key.state);
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
  acceptingPlacements(call, key, "destroy");
}

/** Only after `refuseDestruction` has passed. */
export function destroyEverywhere(call: Call, key: Key): void {
  const { world, nowMs } = call;
  const accepting = acceptingPlacements(call, key, "destroy");
  for (const version of withVersions(call, key)) {
    version.state = "destroyed";
    version.destroyedMs = nowMs;
  }
  for (const placement of accepting) scheduleDestruction(world, key, placement, call.caller(), nowMs);
  recordWrite(call, key);
}

/** KMS dual authorization on a twin: is there a live authorization by somebody else (kms-v2-and-iam.md 5)? */

import { towardsTwin } from "../keystore-effects.ts";
import type { Caller, KmsKey, Placement } from "../model.ts";
import { conflict } from "../uko/envelope.ts";
import type { World } from "../world.ts";

/** Whether a deletion by this identity has the prior authorization that the policy demands. */
export function mayDelete(world: World, twin: KmsKey, caller: Caller, nowMs: number): boolean {
  const { dualAuth } = twin;
  if (dualAuth?.enabled !== true) return true;
  if (dualAuth.setBy === undefined || (dualAuth.expiresMs ?? 0) <= nowMs) return false;
  return world.switches.kmsIdentity === "authn"
    ? dualAuth.setBy.authnIamId !== caller.authnIamId
    : dualAuth.setBy.iamId !== caller.iamId;
}

/** Refuses UKO's destroy where KMS would refuse to delete the twin; 409 in UKO's envelope. */
export function refuseTwinDeletion(world: World, placement: Placement, caller: Caller, nowMs: number): void {
  const twin = placement.twinId === undefined ? undefined : world.kmsKeys.get(placement.twinId);
  if (twin === undefined || twin.state === 5) return;
  if (mayDelete(world, twin, towardsTwin(world, caller), nowMs)) return;
  throw conflict(
    "keystore_error",
    "The keystore refused: Conflict: 1 prior authorization(s) are required for deletion: Key could not be deleted. (AUTHORIZATIONS_NOT_MET)",
  );
}

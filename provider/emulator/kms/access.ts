/** Who may do what in KMS: everything that is not granted is 401, without reasons (kms-v2-and-iam.md 4.3, 7.7, 10-11). */

import type { KmsKey } from "../model.ts";
import { Refusal } from "../refusal.ts";
import type { Call } from "../serve.ts";
import { requireAllowedOrigin } from "./allowed-origins.ts";
import { keyNotFound, unauthorized } from "./envelope.ts";
import { settleKmsKeys } from "./settle.ts";

export function requireKmsRight(call: Call, right: string): void {
  requireKmsRightAnywhere(call, right);
  requireAllowedOrigin(call);
  settleKmsKeys(call.world, call.nowMs);
}

/** The right alone, for the call that an address policy does not bind (2.12). */
export function requireKmsRightAnywhere(call: Call, right: string): void {
  const instance = call.header("bluemix-instance");
  const caller = call.caller();
  if (instance === undefined) throw new Refusal(400, "BAD_HEADER", "Bad Request: Missing header Bluemix-Instance");
  if (instance !== call.world.instanceId || !caller.identity.rights.has(right)) throw unauthorized();
}

/** Finds the key of the path by id or alias; a wrong `X-Kms-Key-Ring` hides it (kms-v2-and-iam.md 1.2, 10-24). */
export function kmsKeyOf(call: Call, right: string, what?: string): KmsKey {
  requireKmsRight(call, right);
  const name = call.param("id");
  const key = call.world.kmsKeyNamed(name);
  const ring = call.header("x-kms-key-ring");
  if (key !== undefined && (ring === undefined || ring === key.ring)) return key;
  if (key === undefined) call.note({ kmsKeyId: name });
  throw keyNotFound(what);
}

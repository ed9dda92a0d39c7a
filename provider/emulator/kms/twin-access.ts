/** Who may do what in KMS: everything that is not granted is 401, without reasons (kms-v2-and-iam.md 4.3, 7.7, 10-11). */

import type { Twin } from "../model.ts";
import { Refusal } from "../refusal.ts";
import type { Call } from "../serve.ts";
import { keyNotFound, unauthorized } from "./envelope.ts";

export function requireKmsRight(call: Call, right: string): void {
  const instance = call.header("bluemix-instance");
  const caller = call.caller();
  if (instance === undefined) throw new Refusal(400, "BAD_HEADER", "Bad Request: Missing header Bluemix-Instance");
  if (instance !== call.world.instanceId || !caller.identity.rights.has(right)) throw unauthorized();
}

/** Finds the twin of the path; a wrong `X-Kms-Key-Ring` hides it (kms-v2-and-iam.md 10-24). */
export function twinOf(call: Call, right: string): Twin {
  requireKmsRight(call, right);
  const twin = call.world.twins.get(call.param("id"));
  const ring = call.header("x-kms-key-ring");
  if (twin === undefined || (ring !== undefined && ring !== twin.ring)) {
    call.note({ twinId: call.param("id") });
    throw keyNotFound();
  }
  return twin;
}

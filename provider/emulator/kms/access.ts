/**
 * Decides who may call the emulated KMS (kms-v2-and-iam.md 4.3, 7.7), and finds the key that a path names. As in KMS, a
 * call without the right gets a 401 without reasons, and a policy about addresses can refuse a call even with a valid
 * token.
 */

import { BlockList, isIPv6 } from "node:net";
import type { Call } from "../http/responses.ts";
import { Refusal } from "../http/responses.ts";
import type { KmsKey } from "../store/model.ts";
import { keyNotFound, refusal, unauthorized } from "./envelope.ts";
import { applyDueKmsChanges } from "./new-key.ts";

export function admitKmsCall(call: Call, right: string): void {
  requireKmsRightAnywhere(call, right);
  requireAllowedOrigin(call);
  applyDueKmsChanges(call.world, call.nowMs);
}

/** Checks only the right, for the call to which address policies do not apply (2.12). */
export function requireKmsRightAnywhere(call: Call, right: string): void {
  const instance = call.header("bluemix-instance");
  const caller = call.caller();
  if (instance === undefined) throw new Refusal(400, "BAD_HEADER", "Bad Request: Missing header Bluemix-Instance");
  const isForeign = instance !== call.world.instanceId || call.world.instanceName === "";
  if (isForeign || !caller.identity.rights.has(right)) throw unauthorized();
}

/** The key of the path by ID or alias; a wrong `X-Kms-Key-Ring` hides it (1.2, 10-24). */
export function kmsKeyOf(call: Call, right: string, what?: string): KmsKey {
  admitKmsCall(call, right);
  const name = call.param("id");
  const key = call.world.kmsKeyNamed(name);
  const ring = call.header("x-kms-key-ring");
  if (key !== undefined && (ring === undefined || ring === key.ring)) return key;
  if (key === undefined) call.note({ kmsKeyId: name });
  throw keyNotFound(what);
}

/** Records a change of a key; with `isDated`, the date of the key also changes. The response is empty. */
export function recordChange({ world, nowMs }: Call, key: KmsKey, isDated = true): { readonly status: 204 } {
  if (isDated) key.updatedMs = nowMs;
  world.kmsKeys.changed(key.id);
  return { status: 204 };
}

/**
 * Refuses a call from an address that the policies `allowedIP` and `allowedNetwork` exclude: 403 with any token (2.12,
 * 4.3).
 */
function requireAllowedOrigin(call: Call): void {
  const { instancePolicies } = call.world;
  const network = instancePolicies.get("allowedNetwork");
  // The host name shows whether the endpoint is private (1.1): the first label is `private`, or the one after the
  // instance's.
  const isPrivate = /(^|\.)private\./.test(call.header("host") ?? "");
  if (network?.enabled === true && network.attributes?.allowed_network === "private-only" && !isPrivate)
    throw blocked();
  const addresses = instancePolicies.get("allowedIP");
  if (addresses?.enabled !== true) return;
  const address = callerAddress(call);
  if (isIPv6(address)) {
    const message = "This action is not permitted on this instance: IPv6 with an allowedIP policy";
    throw refusal(403, "FEATURE_RESTRICTED_ERR", "The request is not allowed", message);
  }
  const ranges = (addresses.attributes?.allowed_ip ?? []) as readonly string[];
  if (!isWithin(address, ranges)) throw blocked();
}

/** The address that a gateway in front reports, or the connection's own. */
function callerAddress(call: Call): string {
  const forwarded = call.header("x-forwarded-for")?.split(",")[0]?.trim();
  return (forwarded ?? call.incoming.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
}

function isWithin(address: string, ranges: readonly string[]): boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const [base = "", bits = "32"] = range.split("/");
    if (!isIPv6(base)) list.addSubnet(base, Number(bits), "ipv4");
  }
  return list.check(address);
}

function blocked() {
  const message = "Requested change is not compliant with configuration rules";
  return refusal(403, "CONFIG_RULE_CONFLICT_ERR", "The request is not allowed", message);
}

/** From where KMS may be called: the instance's policies `allowedIP` and `allowedNetwork` (kms-v2-and-iam.md 2.12, 4.2). */

import { BlockList, isIPv6 } from "node:net";
import type { Call } from "../serve.ts";
import { refusal } from "./envelope.ts";

/** Refuses with 403; authenticating again does not help (4.3). */
export function requireAllowedOrigin(call: Call): void {
  const { instancePolicies } = call.world;
  const network = instancePolicies.get("allowedNetwork");
  // Private endpoints are told by their name (1.1): the first label is `private`, or the one after the instance's.
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

/** As a gateway in front would tell it, or the connection's own. */
function callerAddress(call: Call): string {
  const told = call.header("x-forwarded-for")?.split(",")[0]?.trim();
  return (told ?? call.remoteAddress).replace(/^::ffff:/, "");
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

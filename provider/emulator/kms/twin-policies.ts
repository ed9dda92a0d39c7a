/** Dual-authorization policies of a key and of the instance (kms-v2-and-iam.md 2.11, 2.12). */

import { z } from "zod";
import { type Call, jsonBody, type Reply } from "../serve.ts";
import { badBody, collection, invalidState, refusal } from "./envelope.ts";
import { requireKmsRight, twinOf } from "./twin-access.ts";
import { viewPolicy } from "./twin-view.ts";

const metadata = z.object({ collectionType: z.string(), collectionTotal: z.number() });

const keyPolicySchema = z.strictObject({
  metadata,
  resources: z
    .array(z.strictObject({ type: z.string().optional(), dualAuthDelete: z.strictObject({ enabled: z.boolean() }) }))
    .length(1),
});

const instancePolicySchema = z.strictObject({
  metadata,
  resources: z
    .array(
      z.strictObject({
        policy_type: z.literal("dualAuthDelete"),
        policy_data: z.strictObject({ enabled: z.boolean() }),
      }),
    )
    .length(1),
});

/** M17 */
export function readKeyPolicies(call: Call): Reply {
  const twin = twinOf(call, "kms.policies.read");
  const isOther = (call.url.searchParams.get("policy") ?? "dualAuthDelete") !== "dualAuthDelete";
  return collection("policy", twin.dualAuth === undefined || isOther ? [] : [viewPolicy(call.world, twin.dualAuth)]);
}

/** M18: once on, never off (kms-v2-and-iam.md 5, 10-6). */
export function writeKeyPolicies(call: Call): Reply {
  const { world, nowMs } = call;
  const twin = twinOf(call, "kms.policies.write");
  const enabled = parsed(call, keyPolicySchema).resources[0]?.dualAuthDelete.enabled === true;
  if (twin.state === 5) throw invalidState("Policy could not be set");
  if (twin.dualAuth?.enabled === true && !enabled) {
    const message = "A dual authorization policy cannot be turned off.";
    throw refusal(409, "EMULATED_DUAL_AUTH_IRREVERSIBLE", "Policy could not be set", message);
  }
  const { iamId } = call.caller();
  twin.dualAuth ??= {
    id: world.newId("policy"),
    enabled,
    createdBy: iamId,
    createdMs: nowMs,
    updatedBy: iamId,
    updatedMs: nowMs,
  };
  Object.assign(twin.dualAuth, { enabled, updatedBy: iamId, updatedMs: nowMs });
  return collection("policy", [viewPolicy(world, twin.dualAuth)]);
}

/** M19 */
export function readInstancePolicies(call: Call): Reply {
  requireKmsRight(call, "kms.instance-policies.read");
  const { instanceDualAuth } = call.world;
  const policy = { policy_type: "dualAuthDelete", policy_data: { enabled: true } };
  return collection("policy", instanceDualAuth ? [policy] : []);
}

/** M20: holds for twins created from then on. */
export function writeInstancePolicies(call: Call): Reply {
  requireKmsRight(call, "kms.instance-policies.write");
  call.world.instanceDualAuth = parsed(call, instancePolicySchema).resources[0]?.policy_data.enabled === true;
  return { status: 204 };
}

function parsed<Schema extends z.ZodType>(call: Call, schema: Schema): z.output<Schema> {
  const result = schema.safeParse(jsonBody(call, () => badBody("not JSON")));
  if (result.success) return result.data;
  throw badBody(result.error.issues[0]?.message ?? "not valid");
}

/**
 * Serves the calls that read and write policies of a KMS key and of the instance, such as dual authorization for
 * deletions. Dual authorization of a key cannot be turned off. The calls are M17 to M20 and M27 in kms-v2-and-iam.md
 * 2.1, 2.11, 2.12.
 */

import { isIP } from "node:net";
import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import { toSecondsText } from "../store/clock.ts";
import type { InstancePolicy, KmsKey } from "../store/model.ts";
import { admitKmsCall, kmsKeyOf, requireKmsRightAnywhere } from "./access.ts";
import {
  badBody,
  collection,
  invalidQuery,
  keyDeleted,
  metadataSchema,
  parsedBody,
  parseOrRefuse,
  refusal,
  rootKeyRequired,
} from "./envelope.ts";
import { newDualAuth, newRotation } from "./new-key.ts";
import { viewKeyPolicy, viewRotation } from "./view.ts";

/** The form of a request that sets policies. */
interface PolicyForm<Resource> {
  /** Completes the headline of a refusal. */
  readonly what: string;
  readonly kinds: readonly string[];
  /** The message about a second policy of one kind. */
  readonly onlyOne: string;
  readonly resource: z.ZodType<Resource>;
  /** The kinds that one resource of the request names. */
  readonly kindsIn: (resource: Resource) => readonly string[];
}

/** The kind that the query parameter `policy` names. */
function wantedKind(call: Call, { kinds, what }: { readonly kinds: readonly string[]; readonly what: string }) {
  const wanted = call.url.searchParams.get("policy") ?? undefined;
  if (wanted !== undefined && !kinds.includes(wanted)) throw invalidQuery("policy", what);
  return wanted;
}

/** The policies of a request: one of each kind, and only of the kind that `policy` names. */
function readPolicies<Resource>(call: Call, form: PolicyForm<Resource>): readonly Resource[] {
  const { what } = form;
  const wanted = wantedKind(call, form);
  const schema = z.strictObject({ metadata: metadataSchema, resources: z.array(form.resource).min(1) });
  const { metadata, resources } = parsedBody(call, schema, what);
  const kinds = resources.flatMap(form.kindsIn);
  if (metadata.collectionTotal !== resources.length) {
    const message = "Collection total does not match number of resources";
    throw refusal(400, "COLLECTION_TOTAL_MISMATCH_ERR", what, message);
  }
  if (resources.some((each) => form.kindsIn(each).length === 0)) throw badBody("each resource holds a policy", what);
  if (wanted !== undefined && kinds.some((kind) => kind !== wanted)) {
    const message = "Data in body does not match data required by query parameter";
    throw refusal(400, "BODY_QUERY_PARAM_MISMATCH_ERR", what, message);
  }
  if (new Set(kinds).size < kinds.length) throw refusal(400, "NUM_COLLECTION_RESOURCE_ERR", what, form.onlyOne);
  return resources;
}

const keyPolicySchema = z.strictObject({
  type: z.string().optional(),
  dualAuthDelete: z.strictObject({ enabled: z.boolean() }).optional(),
  rotation: z
    .strictObject({ enabled: z.boolean().optional(), interval_month: z.number().int().min(1).max(12).optional() })
    .optional(),
});
type KeyPolicies = z.output<typeof keyPolicySchema>;

const keyKinds = ["dualAuthDelete", "rotation"] as const;
const ofKey: PolicyForm<KeyPolicies> = {
  what: "Policy could not be set",
  kinds: keyKinds,
  onlyOne: "Only a single policy of each kind may be set",
  resource: keyPolicySchema,
  kindsIn: (resource) => keyKinds.filter((kind) => resource[kind] !== undefined),
};

export function readKeyPolicies(call: Call): Reply {
  return viewPolicies(call, kmsKeyOf(call, "kms.policies.read", "Policies could not be retrieved"));
}

/** M18: writes all policies of a request, or none. Dual authorization cannot be turned off (5, 10-6). */
export function writeKeyPolicies(call: Call): Reply {
  const { world, nowMs } = call;
  const key = kmsKeyOf(call, "kms.policies.write", ofKey.what);
  const policies = readPolicies(call, ofKey);
  if (key.state === 5) throw keyDeleted(ofKey.what);
  for (const policy of policies) checkPolicies(key, policy);
  const { iamId } = call.caller();
  for (const { dualAuthDelete, rotation } of policies) {
    if (dualAuthDelete !== undefined) {
      key.dualAuth ??= newDualAuth(world, iamId, nowMs);
      Object.assign(key.dualAuth, { enabled: dualAuthDelete.enabled, updatedBy: iamId, updatedMs: nowMs });
    }
    if (rotation !== undefined) {
      const { enabled = true, interval_month: intervalMonths = key.rotation?.intervalMonths ?? 1 } = rotation;
      key.rotation ??= newRotation(world, { enabled, intervalMonths }, iamId, nowMs);
      Object.assign(key.rotation, { enabled, intervalMonths, updatedBy: iamId, updatedMs: nowMs });
    }
  }
  world.kmsKeys.changed(key.id);
  return viewPolicies(call, key);
}

function checkPolicies(key: KmsKey, { dualAuthDelete, rotation }: KeyPolicies): void {
  const { what } = ofKey;
  if (dualAuthDelete?.enabled === false && key.dualAuth?.enabled === true) {
    const message = "A dual authorization policy cannot be turned off.";
    throw refusal(409, "EMULATED_DUAL_AUTH_IRREVERSIBLE", what, message);
  }
  if (rotation === undefined) return;
  if (key.extractable) throw rootKeyRequired(what);
  // IBM does not document the code of this refusal, so it has the prefix of the emulator's own codes.
  if (key.imported) {
    throw refusal(400, "EMULATED_ROTATION_OF_IMPORTED_KEY", what, "An imported key cannot have a rotation policy.");
  }
  if (rotation.enabled !== false && rotation.interval_month === undefined && key.rotation === undefined) {
    throw badBody("interval_month is missing", what);
  }
}

function viewPolicies(call: Call, { dualAuth, rotation }: KmsKey): Reply {
  const wanted = wantedKind(call, ofKey);
  const views = {
    dualAuthDelete: dualAuth && {
      ...viewKeyPolicy(call.world, dualAuth),
      dualAuthDelete: { enabled: dualAuth.enabled },
    },
    rotation: rotation && { ...viewKeyPolicy(call.world, rotation), rotation: viewRotation(rotation) },
  };
  // IBM's model of several policies has no `type` (2.11).
  const shown = keyKinds.flatMap((kind) => {
    const view = views[kind];
    if (view === undefined || (wanted !== undefined && kind !== wanted)) return [];
    return [wanted === undefined ? view : { type: "application/vnd.ibm.kms.policy+json", ...view }];
  });
  return collection("policy", shown);
}

const enabled = z.boolean();
const plain = z.strictObject({ enabled });
const cidr = z.string().refine((text) => {
  const [base = "", bits, ...more] = text.split("/");
  const width = isIP(base) === 6 ? 128 : 32;
  const isPrefix = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= width);
  return isIP(base) !== 0 && isPrefix && more.length === 0;
}, "not an address range");

const access = z
  .strictObject({
    create_root_key: z.boolean(),
    create_standard_key: z.boolean(),
    import_root_key: z.boolean(),
    import_standard_key: z.boolean(),
    enforce_token: z.boolean(),
  })
  .partial();

const allowedAddresses = (min: number) => z.strictObject({ allowed_ip: z.array(cidr).min(min).max(1_000) });

/** Attributes may be left out of a policy that is turned off. */
const withAttributes = <Schema extends z.ZodType>(attributes: Schema, whenOff = attributes) =>
  z.union([
    z.strictObject({ enabled: z.literal(false), attributes: whenOff.optional() }),
    z.strictObject({ enabled: z.literal(true), attributes }),
  ]);

const dataSchemas = new Map<string, z.ZodType<Pick<InstancePolicy, "enabled" | "attributes">>>(
  Object.entries({
    dualAuthDelete: plain,
    allowedNetwork: withAttributes(z.strictObject({ allowed_network: z.enum(["public-and-private", "private-only"]) })),
    allowedIP: withAttributes(allowedAddresses(1), allowedAddresses(0)),
    keyCreateImportAccess: z.strictObject({ enabled, attributes: access.optional() }),
    metrics: plain,
    rotation: withAttributes(z.strictObject({ interval_month: z.number().int().min(1).max(12) })),
  }),
);

const instancePolicySchema = z.strictObject({ policy_type: z.string(), policy_data: z.unknown() });
const ofInstance: PolicyForm<z.output<typeof instancePolicySchema>> = {
  what: "Instance policy could not be created",
  kinds: [...dataSchemas.keys()],
  onlyOne: "Only a single instance policy may be created per policy type",
  resource: instancePolicySchema,
  kindsIn: ({ policy_type }) => [policy_type],
};

export function readInstancePolicies(call: Call): Reply {
  admitKmsCall(call, "kms.instance-policies.read");
  const wanted = wantedKind(call, ofInstance);
  const found = ofInstance.kinds.flatMap((kind) => {
    const policy = call.world.instancePolicies.get(kind);
    return policy === undefined || (wanted !== undefined && wanted !== kind) ? [] : [viewPolicy(kind, policy)];
  });
  return collection("policy", found);
}

/**
 * M20: writes policies of the instance, which apply at once. Dual authorization and rotation apply only to keys that are
 * created later.
 */
export function writeInstancePolicies(call: Call): Reply {
  const { world, nowMs } = call;
  admitKmsCall(call, "kms.instance-policies.write");
  const policies = readPolicies(call, ofInstance).map(({ policy_type, policy_data }) => {
    const schema = dataSchemas.get(policy_type);
    if (schema === undefined) throw badBody(`unknown policy_type "${policy_type}"`, ofInstance.what);
    return [policy_type, parseOrRefuse(policy_data, schema, ofInstance.what)] as const;
  });
  const { iamId } = call.caller();
  for (const [kind, data] of policies) {
    const { createdBy = iamId, createdMs = nowMs } = world.instancePolicies.get(kind) ?? {};
    world.instancePolicies.set(kind, { ...data, createdBy, createdMs, updatedBy: iamId, updatedMs: nowMs });
  }
  return { status: 204 };
}

/** M27: returns the port of the private endpoint while `allowedIP` applies. The emulator has only one port. */
export function readAllowedPort(call: Call): Reply {
  requireKmsRightAnywhere(call, "kms.instance-policies.read");
  const isInForce = call.world.instancePolicies.get("allowedIP")?.enabled === true;
  const { port, protocol } = new URL(call.world.baseUrl);
  const standardPort = protocol === "https:" ? 443 : 80;
  const metadata = { private_endpoint_port: port === "" ? standardPort : Number(port) };
  return collection("allowed_ip_metadata", isInForce ? [metadata] : []);
}

/** The policy in a response, in camel case as in newer captures (kms-v2-and-iam.md 10-16). */
function viewPolicy(kind: string, policy: InstancePolicy): Record<string, unknown> {
  const attributes = policy.attributes === undefined ? {} : { attributes: policy.attributes };
  return {
    policy_type: kind,
    policy_data: { enabled: policy.enabled, ...attributes },
    createdBy: policy.createdBy,
    creationDate: toSecondsText(policy.createdMs),
    updatedBy: policy.updatedBy,
    lastUpdated: toSecondsText(policy.updatedMs),
  };
}

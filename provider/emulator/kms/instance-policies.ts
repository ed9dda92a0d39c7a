/** M19, M20 and M27: policies of the whole instance (kms-v2-and-iam.md 2.12). */

import { isIP } from "node:net";
import * as z from "zod";
import { toSecondsText } from "../clock.ts";
import type { InstancePolicy } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { requireKmsRight, requireKmsRightAnywhere } from "./access.ts";
import { checked, metadataSchema, parsedBody } from "./body.ts";
import { badBody, collection } from "./envelope.ts";
import { checkCollection, wantedKind } from "./policies.ts";

const what = "Instance policy could not be created";
const enabled = z.boolean();
const plain = z.strictObject({ enabled });
const cidr = z.string().refine((text) => {
  const [base = "", bits, ...more] = text.split("/");
  const width = isIP(base) === 6 ? 128 : 32;
  const isPrefix = bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= width);
  return isIP(base) !== 0 && isPrefix && more.length === 0;
}, "not an address range");

const access = z.strictObject({
  create_root_key: z.boolean().optional(),
  create_standard_key: z.boolean().optional(),
  import_root_key: z.boolean().optional(),
  import_standard_key: z.boolean().optional(),
  enforce_token: z.boolean().optional(),
});

/** Attributes may be left out of a policy that is turned off. */
const withAttributes = <Schema extends z.ZodType>(attributes: Schema) =>
  z.union([
    z.strictObject({ enabled: z.literal(false), attributes: attributes.optional() }),
    z.strictObject({ enabled: z.literal(true), attributes }),
  ]);

const dataSchemas = {
  dualAuthDelete: plain,
  allowedNetwork: withAttributes(z.strictObject({ allowed_network: z.enum(["public-and-private", "private-only"]) })),
  allowedIP: withAttributes(z.strictObject({ allowed_ip: z.array(cidr).min(1).max(1_000) })),
  keyCreateImportAccess: z.strictObject({ enabled, attributes: access.optional() }),
  metrics: plain,
  rotation: withAttributes(z.strictObject({ interval_month: z.number().int().min(1).max(12) })),
} as const;
type Kind = keyof typeof dataSchemas;
const kinds = Object.keys(dataSchemas) as readonly Kind[];

const resourceSchema = z.strictObject({ policy_type: z.string(), policy_data: z.unknown() });
const schema = z.strictObject({ metadata: metadataSchema, resources: z.array(resourceSchema).min(1) });

export function readInstancePolicies(call: Call): Reply {
  requireKmsRight(call, "kms.instance-policies.read");
  const wanted = wantedKind(call, kinds, what);
  const found = kinds.flatMap((kind) => {
    const policy = call.world.instancePolicies.get(kind);
    return policy === undefined || (wanted !== undefined && wanted !== kind) ? [] : [viewPolicy(kind, policy)];
  });
  return collection("policy", found);
}

/** Applies at once; dual authorization and rotation apply to keys that are created later. */
export function writeInstancePolicies(call: Call): Reply {
  requireKmsRight(call, "kms.instance-policies.write");
  const wanted = wantedKind(call, kinds, what);
  const { metadata, resources } = parsedBody(call, schema, what);
  checkCollection({
    total: metadata.collectionTotal,
    count: resources.length,
    kinds: resources.map(({ policy_type }) => policy_type),
    wanted,
    what,
    onlyOne: "Only a single instance policy may be created per policy type",
  });
  const { iamId } = call.caller();
  const { instancePolicies } = call.world;
  for (const [kind, data] of resources.map(readData)) {
    const { createdBy = iamId, createdMs = call.nowMs } = instancePolicies.get(kind) ?? {};
    instancePolicies.set(kind, { ...data, createdBy, createdMs, updatedBy: iamId, updatedMs: call.nowMs });
  }
  return { status: 204 };
}

/** M27: the port of the private endpoint while `allowedIP` applies. The emulator has one port. */
export function readAllowedPort(call: Call): Reply {
  requireKmsRightAnywhere(call, "kms.instance-policies.read");
  const isInForce = call.world.instancePolicies.get("allowedIP")?.enabled === true;
  const port = { private_endpoint_port: Number(new URL(call.world.baseUrl).port) };
  return collection("allowed_ip_metadata", isInForce ? [port] : []);
}

interface PolicyData {
  readonly enabled: boolean;
  readonly attributes?: Readonly<Record<string, unknown>> | undefined;
}

function readData({ policy_type, policy_data }: z.output<typeof resourceSchema>): readonly [Kind, PolicyData] {
  const kind = kinds.find((known) => known === policy_type);
  if (kind === undefined) throw badBody(`unknown policy_type "${policy_type}"`, what);
  const data: PolicyData = checked(policy_data, dataSchemas[kind] as z.ZodType<PolicyData>, what);
  return [kind, data];
}

/** In camel case, as in newer captures (kms-v2-and-iam.md 10-16). */
function viewPolicy(kind: Kind, policy: InstancePolicy): Record<string, unknown> {
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

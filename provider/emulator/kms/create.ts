/**
 * Serves the calls that create a KMS key (M1 and M2 in kms-v2-and-iam.md 2.1, 2.2). The key is generated or imported,
 * and is a root key or a standard key. A policy of the instance can refuse the creation (2.12). The file also checks
 * imported material for creations and rotations.
 */

import * as z from "zod";
import type { Call, Reply } from "../http/responses.ts";
import type { World } from "../store/world.ts";
import { admitKmsCall } from "./access.ts";
import { checkAliases } from "./aliases.ts";
import {
  badBody,
  collection,
  invalidField,
  metadataSchema,
  parsedBody,
  parseOrRefuse,
  refusal,
  rootKeyRequired,
} from "./envelope.ts";
import { openPayload } from "./import-tokens.ts";
import { addKmsKey, type KmsKeyFields } from "./new-key.ts";
import { defaultRing, requireRing } from "./rings.ts";
import { keyType, viewWithPayload } from "./view.ts";

const what = "Key could not be created";
const base64 = z.string().regex(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "not base64");

/** The fields of key material in a creation and a rotation. */
export const payloadFields = {
  payload: base64.min(1).optional(),
  encryptedNonce: base64.optional(),
  iv: base64.optional(),
  encryptionAlgorithm: z.enum(["RSAES_OAEP_SHA_256", "RSAES_OAEP_SHA_1"]).optional(),
};

const keySchema = z.strictObject({
  type: z.literal(keyType).optional(),
  name: z.string().min(2).max(90),
  description: z.string().min(2).max(240).optional(),
  aliases: z.array(z.string()).max(5).default([]),
  tags: z.array(z.string()).max(30).default([]),
  expirationDate: z.iso.datetime({ offset: true }).optional(),
  extractable: z.boolean().default(false),
  ...payloadFields,
});

const overridesSchema = keySchema.extend({
  rotation: z
    .strictObject({ enabled: z.boolean().default(true), interval_month: z.number().int().min(1).max(12).optional() })
    .optional(),
  dualAuthDelete: z.strictObject({ enabled: z.boolean() }).optional(),
});
type Request = z.output<typeof overridesSchema>;
const plainSchema = keySchema.transform((request): Request => request);

/** M1: creates a key with the policies of the instance. */
export function createKmsKey(call: Call): Reply {
  return create(call, plainSchema);
}

/** M2: creates a key with the policies of the request, and none of the instance's (2.2). */
export function createWithOverrides(call: Call): Reply {
  return create(call, overridesSchema);
}

function create(call: Call, schema: z.ZodType<Request>): Reply {
  const { world, nowMs } = call;
  admitKmsCall(call, call.operation === "createKmsKeyWithPolicies" ? "kms.createwithoverrides" : "kms.create");
  const request = readRequest(call, schema);
  const ring = call.header("x-kms-key-ring") ?? defaultRing;
  requireRing(world, ring, what);
  checkAliases(world, request.aliases, 0, what);
  const expiresMs = request.expirationDate === undefined ? undefined : Date.parse(request.expirationDate);
  if (expiresMs !== undefined && expiresMs <= nowMs) {
    throw invalidField("expirationDate", what, "Invalid field: expirationDate: must lie in the future");
  }
  if (request.rotation !== undefined && request.extractable) throw rootKeyRequired(what);
  refuseByAccessPolicy(world, request);
  const imported = readMaterial(call, request);
  const key = addKmsKey(world, {
    ...request,
    ring,
    expiresMs,
    imported,
    createdBy: call.caller().iamId,
    createdMs: nowMs,
    ...(call.operation === "createKmsKeyWithPolicies" && { policies: policiesOf(request) }),
  });
  call.note({ kmsKeyId: key.id, label: key.name });
  const full = viewWithPayload(world, key, nowMs);
  const prefer = call.header("prefer");
  if (prefer === "return=minimal") return collection("key", [{ type: keyType, id: key.id }], { status: 201 });
  const { payload, ...metadata } = full;
  const isFull = prefer === "return=representation" && payload !== undefined;
  return collection("key", [isFull ? full : metadata], { status: 201 });
}

const envelopeSchema = z.strictObject({ metadata: metadataSchema.optional(), resources: z.array(z.unknown()) });

function readRequest(call: Call, schema: z.ZodType<Request>): Request {
  const envelope = parsedBody(call, envelopeSchema, what);
  if (envelope.metadata === undefined) throw badBody("CollectionMetadata is empty", what);
  const [resource, ...more] = envelope.resources;
  if (resource === undefined || more.length > 0) {
    throw badBody("Only creation of one key per request is supported", what);
  }
  return parseOrRefuse(resource, schema, what);
}

function policiesOf({ rotation, dualAuthDelete }: Request): KmsKeyFields["policies"] {
  return {
    isDualAuth: dualAuthDelete?.enabled === true,
    rotation:
      rotation === undefined ? undefined : { enabled: rotation.enabled, intervalMonths: rotation.interval_month ?? 1 },
  };
}

/** The policy `keyCreateImportAccess` (2.12). Actions that it does not name are allowed. */
function refuseByAccessPolicy(world: World, request: Request): void {
  const policy = world.instancePolicies.get("keyCreateImportAccess");
  if (policy?.enabled !== true) return;
  const isImport = request.payload !== undefined;
  const action = `${isImport ? "import" : "create"}_${request.extractable ? "standard" : "root"}_key`;
  const isUntokened = isImport && policy.attributes?.enforce_token === true && request.encryptedNonce === undefined;
  if (policy.attributes?.[action] !== false && !isUntokened) return;
  const message = "KeyCreateImportAccess instance policy does not allow this action";
  throw refusal(409, "KEY_CREATE_IMPORT_ACCESS_ERR", what, message);
}

/** The imported material in base64; undefined if the service generates it. */
function readMaterial(call: Call, { payload, extractable, ...rest }: Request): string | undefined {
  if (payload === undefined) {
    if (rest.encryptedNonce === undefined && rest.iv === undefined) return undefined;
    throw invalidField("payload", what, "Invalid field: payload: secure import needs the encrypted key");
  }
  const material = openPayload(call, { payload, ...rest }, what);
  if (!extractable) checkRootMaterial(material, what);
  return material;
}

/** Root keys are AES keys of 16, 24 or 32 bytes. */
export function checkRootMaterial(material: string, notDone: string): void {
  if ([16, 24, 32].includes(Buffer.from(material, "base64").length)) return;
  throw invalidField("payload", notDone, "Invalid field: payload: a root key has 16, 24 or 32 bytes");
}

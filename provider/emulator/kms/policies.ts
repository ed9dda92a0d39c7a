/** M17 and M18: dual authorization and rotation of one key (kms-v2-and-iam.md 2.11). */

import * as z from "zod";
import type { KmsKey } from "../model.ts";
import type { Call, Reply } from "../serve.ts";
import { kmsKeyOf } from "./access.ts";
import { metadataSchema, parsedBody } from "./body.ts";
import { badBody, collection, invalidQuery, keyDeleted, refusal, rootKeyRequired } from "./envelope.ts";
import { newDualAuth, newRotation } from "./new-key.ts";
import { viewDualAuthPolicy, viewRotationPolicy } from "./view.ts";

const what = "Policy could not be set";
const kinds = ["dualAuthDelete", "rotation"] as const;
type Kind = (typeof kinds)[number];

const resourceSchema = z.strictObject({
  type: z.string().optional(),
  dualAuthDelete: z.strictObject({ enabled: z.boolean() }).optional(),
  rotation: z
    .strictObject({ enabled: z.boolean().optional(), interval_month: z.number().int().min(1).max(12).optional() })
    .optional(),
});
const schema = z.strictObject({ metadata: metadataSchema, resources: z.array(resourceSchema).min(1) });
type Resource = z.output<typeof resourceSchema>;

export function readKeyPolicies(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.policies.read", "Policies could not be retrieved");
  return viewPolicies(call, key, wantedKind(call, kinds, what));
}

/** Dual authorization cannot be turned off (5, 10-6). A request applies as a whole. */
export function writeKeyPolicies(call: Call): Reply {
  const key = kmsKeyOf(call, "kms.policies.write", what);
  const wanted = wantedKind(call, kinds, what);
  const { metadata, resources } = parsedBody(call, schema, what);
  checkCollection({
    total: metadata.collectionTotal,
    count: resources.length,
    kinds: resources.flatMap(kindsIn),
    wanted,
    what,
    onlyOne: "Only a single policy of each kind may be set",
  });
  if (key.state === 5) throw keyDeleted(what);
  for (const resource of resources) checkResource(key, resource);
  for (const { dualAuthDelete, rotation } of resources) {
    if (dualAuthDelete !== undefined) writeDualAuth(call, key, dualAuthDelete.enabled);
    if (rotation !== undefined) {
      const interval = rotation.interval_month ?? key.rotation?.intervalMonths ?? 1;
      writeRotation(call, key, rotation.enabled ?? true, interval);
    }
  }
  call.world.kmsKeys.changed(key.id);
  return viewPolicies(call, key, wanted);
}

/** The kind that the query parameter `policy` names. */
export function wantedKind<Kind extends string>(call: Call, kinds: readonly Kind[], what: string): Kind | undefined {
  const wanted = call.url.searchParams.get("policy");
  if (wanted === null) return undefined;
  const kind = kinds.find((known) => known === wanted);
  if (kind === undefined) throw invalidQuery("policy", what);
  return kind;
}

const kindsIn = (resource: Resource): readonly Kind[] => kinds.filter((kind) => resource[kind] !== undefined);

interface PolicyCollection {
  readonly total: number;
  readonly count: number;
  readonly kinds: readonly string[];
  readonly wanted: string | undefined;
  readonly what: string;
  /** The message about a second policy of one kind. */
  readonly onlyOne: string;
}

export function checkCollection({
  total,
  count,
  kinds: named,
  wanted,
  what: notDone,
  onlyOne,
}: PolicyCollection): void {
  if (total !== count) {
    const message = "Collection total does not match number of resources";
    throw refusal(400, "COLLECTION_TOTAL_MISMATCH_ERR", notDone, message);
  }
  if (named.length !== count) throw badBody("each resource holds one policy", notDone);
  if (wanted !== undefined && named.some((kind) => kind !== wanted)) {
    const message = "Data in body does not match data required by query parameter";
    throw refusal(400, "BODY_QUERY_PARAM_MISMATCH_ERR", notDone, message);
  }
  if (new Set(named).size < named.length) throw refusal(400, "NUM_COLLECTION_RESOURCE_ERR", notDone, onlyOne);
}

function checkResource(key: KmsKey, { dualAuthDelete, rotation }: Resource): void {
  if (dualAuthDelete?.enabled === false && key.dualAuth?.enabled === true) {
    const message = "A dual authorization policy cannot be turned off.";
    throw refusal(409, "EMULATED_DUAL_AUTH_IRREVERSIBLE", what, message);
  }
  if (rotation === undefined) return;
  if (key.extractable) throw rootKeyRequired(what);
  // IBM does not document the code of this refusal; the prefix marks the emulator's own.
  if (key.imported) {
    throw refusal(400, "EMULATED_ROTATION_OF_IMPORTED_KEY", what, "An imported key cannot have a rotation policy.");
  }
  if (rotation.enabled !== false && rotation.interval_month === undefined && key.rotation === undefined) {
    throw badBody("interval_month is missing", what);
  }
}

function writeDualAuth({ world, nowMs, ...call }: Call, key: KmsKey, enabled: boolean): void {
  const { iamId } = call.caller();
  key.dualAuth ??= newDualAuth(world, iamId, nowMs, enabled);
  Object.assign(key.dualAuth, { enabled, updatedBy: iamId, updatedMs: nowMs });
}

function writeRotation({ world, nowMs, ...call }: Call, key: KmsKey, enabled: boolean, intervalMonths: number): void {
  const { iamId } = call.caller();
  key.rotation ??= newRotation(world, { enabled, intervalMonths }, iamId, nowMs);
  Object.assign(key.rotation, { enabled, intervalMonths, updatedBy: iamId, updatedMs: nowMs });
}

function viewPolicies({ world }: Call, key: KmsKey, wanted: Kind | undefined): Reply {
  const views = {
    dualAuthDelete: key.dualAuth === undefined ? [] : [viewDualAuthPolicy(world, key.dualAuth)],
    rotation: key.rotation === undefined ? [] : [viewRotationPolicy(world, key.rotation)],
  };
  return collection("policy", wanted === undefined ? [...views.dualAuthDelete, ...views.rotation] : views[wanted]);
}

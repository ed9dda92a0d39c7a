/**
 * Creates, changes, rotates, destroys and restores KMS keys, sets a key for deletion, and manages aliases and key rings
 * (kms-v2-and-iam.md 2). A creation is not sent again after a lost response, because that could create a second key.
 */

import type { KmsKeyRef, KmsKeySnapshot, KmsKeys, NewKmsKey } from "../../engine/ports/kms-keys.ts";
import type { Permitted, Written } from "../../engine/ports/world.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { Permit } from "../../lifecycle/vocabulary/permit.ts";
import { parseJson } from "../../text/json.ts";
import type { HttpResponse, NoResponse } from "../http/client.ts";
import { type Call, requireInstance, type Transport, type TransportOptions } from "../http/transport.ts";
import { definedOnly } from "../http/wire-values.ts";
import { toPermitted, toWritten, type WrittenRules } from "../http/write-result.ts";
import { createKmsKeyReads, toKmsSnapshot, valuesOfRequest } from "./key-reads.ts";
import { checkedName, createKmsTransport, kmsKeyPath, kmsRules, noValue, reasonCodes } from "./transport.ts";
import { kmsKey } from "./wire.ts";

/** `instanceCrn` is the CRN that each key has to show, without its end; only an instance of Key Protect has one here. */
export function createKmsKeys(options: TransportOptions, instanceCrn?: string): KmsKeys {
  const transport = createKmsTransport(options);
  return { ...createKmsKeyReads(transport, instanceCrn), ...createKmsKeyWrites(transport) };
}

type KmsKeyWrites = Omit<KmsKeys, "read" | "list" | "dualAuthPolicyWrite" | "registrations" | "rings">;

const keyType = "application/vnd.ibm.kms.key+json";
const policyType = "application/vnd.ibm.kms.policy+json";

export function createKmsKeyWrites(transport: Transport): KmsKeyWrites {
  // A change is sent again only after a 429: a second call may move the end of a deletion window (kms-v2-and-iam.md 8).
  const change = async (
    call: Omit<Call, "resend">,
    right: Right,
    secrets: readonly string[] = [],
  ): Promise<Written<undefined>> =>
    toWritten(await transport.call({ ...call, resend: "after_429" }), { ...kmsRules(right, noValue), secrets });
  const changePermitted = async (
    permit: Permit,
    call: Pick<Call, "method" | "path" | "signal">,
    right: Right,
  ): Promise<Permitted<undefined>> =>
    toPermitted(await transport.call({ ...call, permit, resend: "after_429" }), kmsRules(right, noValue));
  const putPolicy = (path: string, kind: "dualAuthDelete" | "rotation", policy: object, signal: AbortSignal) => {
    const body = collection(policyType, { [kind]: policy });
    const call = { method: "PUT", path: `${path}/policies`, query: { policy: kind }, body, signal } as const;
    return change(call, kmsRights.writePolicies);
  };

  return {
    create: (wanted, { signal }) => createKey(transport, wanted, signal),
    async moveToRing(ref, ring, { signal }) {
      const body = { keyRingID: checkedName(ring, "key ring") };
      return change({ method: "PATCH", path: kmsKeyPath(transport, ref), body, signal }, kmsRights.move);
    },
    async rotate(ref, payload, { signal }) {
      const body = payload === undefined ? {} : { payload };
      const path = `${kmsKeyPath(transport, ref)}/actions/rotate`;
      return change({ method: "POST", path, body, signal }, kmsRights.rotate, payload === undefined ? [] : [payload]);
    },
    async addAlias(ref, alias, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/aliases/${checkedName(alias, "alias")}`;
      return change({ method: "POST", path, signal }, kmsRights.writeAlias);
    },
    async removeAlias(ref, alias, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/aliases/${checkedName(alias, "alias")}`;
      return change({ method: "DELETE", path, signal }, kmsRights.deleteAlias);
    },
    async requireTwo(ref, { signal }) {
      return putPolicy(kmsKeyPath(transport, ref), "dualAuthDelete", { enabled: true }, signal);
    },
    async setRotation(ref, intervalMonths, { signal }) {
      const policy = { enabled: true, interval_month: intervalMonths };
      return putPolicy(kmsKeyPath(transport, ref), "rotation", policy, signal);
    },
    async setForDeletion(permit, { signal }) {
      const path = `${kmsKeyPath(transport, refOf(permit))}/actions/setKeyForDeletion`;
      return changePermitted(permit, { method: "POST", path, signal }, kmsRights.setForDeletion);
    },
    async unsetForDeletion(ref, { signal }) {
      const path = `${kmsKeyPath(transport, ref)}/actions/unsetKeyForDeletion`;
      return change({ method: "POST", path, signal }, kmsRights.unsetForDeletion);
    },
    async destroy(permit, { signal }) {
      const path = kmsKeyPath(transport, refOf(permit));
      const end = await transport.call({ method: "DELETE", path, permit, resend: "never", signal });
      return toPermitted(isDestroyedAlready(end) ? { ...end, status: 200 } : end, kmsRules(kmsRights.destroy, noValue));
    },
    async restore(ref, { signal }) {
      return change({ method: "POST", path: `${kmsKeyPath(transport, ref)}/restore`, signal }, kmsRights.restore);
    },
    async createRing(ring, { signal }) {
      const path = `/key_rings/${checkedName(ring, "key ring")}`;
      return change({ method: "POST", path, signal }, kmsRights.createRing);
    },
    async removeRing(permit, { signal }) {
      const { subject } = permit;
      requireInstance(transport, `The key ring ${subject.id}`, subject);
      const path = `/key_rings/${checkedName(subject.id, "key ring")}`;
      return changePermitted(permit, { method: "DELETE", path, signal }, kmsRights.removeRing);
    },
  };
}

function refOf({ subject: { instanceId, id } }: Permit): KmsKeyRef {
  return { instanceId, kmsKeyId: id };
}

/** Whether the key is destroyed already, by another writer (kms-v2-and-iam.md 5.2). */
function isDestroyedAlready(end: HttpResponse | NoResponse): end is HttpResponse {
  return end.kind === "response" && end.status === 410 && reasonCodes(end).includes("KEY_DELETED_ERR");
}

async function createKey(
  transport: Transport,
  wanted: NewKmsKey,
  signal: AbortSignal,
): Promise<Written<KmsKeySnapshot>> {
  const { dualAuthDelete, rotationIntervalMonths } = wanted;
  const hasPolicy = dualAuthDelete !== undefined || rotationIntervalMonths !== undefined;
  const right = hasPolicy ? kmsRights.createWithPolicy : kmsRights.create;
  const end = await transport.call({
    method: "POST",
    path: hasPolicy ? "/keys_with_policy_overrides" : "/keys",
    headers: {
      // For an extractable key, the fuller response would contain its key material (kms-v2-and-iam.md 1.3).
      prefer: wanted.isExtractable ? "return=minimal" : "return=representation",
      ...(wanted.ring === undefined ? {} : { "x-kms-key-ring": checkedName(wanted.ring, "key ring") }),
    },
    body: collection(keyType, creationResource(wanted)),
    resend: "never",
    signal,
  });
  const secrets = [wanted.payload, wanted.encryptedNonce, wanted.iv].filter((each) => each !== undefined);
  return toWritten(end, { ...kmsRules(right, createdKey(wanted)), isCreation: true, secrets });
}

/**
 * Reads the new key from the response. Undefined if the response does not contain its ID; then the engine searches for
 * the key.
 */
function createdKey(wanted: NewKmsKey): WrittenRules<KmsKeySnapshot>["readValue"] {
  return (response) => {
    const body = parseJson(response.text) as { resources?: readonly unknown[] } | undefined;
    const [first, ...others] = Array.isArray(body?.resources) ? body.resources : [];
    if (typeof first !== "object" || others.length > 0) return undefined;
    const read = kmsKey.safeParse({ ...valuesOfRequest(wanted), ...first });
    // A key that was just created cannot be set for deletion yet.
    const isCredible = read.success && read.data.dualAuthDelete?.keySetForDeletion !== true;
    return isCredible ? { value: toKmsSnapshot(read.data, response) } : undefined;
  };
}

function creationResource(wanted: NewKmsKey): Record<string, unknown> {
  const { dualAuthDelete, rotationIntervalMonths } = wanted;
  return {
    name: wanted.name,
    extractable: wanted.isExtractable,
    ...definedOnly({
      description: wanted.description,
      aliases: wanted.aliases,
      tags: wanted.tags,
      expirationDate: wanted.expirationDate,
      payload: wanted.payload,
      encryptedNonce: wanted.encryptedNonce,
      iv: wanted.iv,
      encryptionAlgorithm: wanted.encryptionAlgorithm,
      dualAuthDelete: dualAuthDelete === undefined ? undefined : { enabled: dualAuthDelete },
      rotation:
        rotationIntervalMonths === undefined ? undefined : { enabled: true, interval_month: rotationIntervalMonths },
    }),
  };
}

/** A body, which is always a collection of one item (kms-v2-and-iam.md 1.5). */
function collection(type: string, resource: object): Record<string, unknown> {
  return { metadata: { collectionType: type, collectionTotal: 1 }, resources: [{ type, ...resource }] };
}

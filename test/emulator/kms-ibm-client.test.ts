/** IBM's own client, unmodified, walks KMS keys through their life: a judge of our responses that is not ours. */

import { constants, createCipheriv, publicEncrypt, randomBytes } from "node:crypto";
import { IamAuthenticator } from "@ibm-cloud/ibm-key-protect/auth/index.js";
import KeyProtect from "@ibm-cloud/ibm-key-protect/ibm-key-protect-api/v2.js";
import { expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/demo-seed.ts";
import { stageWorld } from "./harness.ts";
import { purger } from "./kms-requests.ts";

const world = stageWorld({ seed: { ...demoSeed, identities: [...demoSeed.identities, purger] } });

/** A client with a token of its own; a new one is made whenever the emulated clock went past the last one's hour. */
const as = (apikey: string): KeyProtect =>
  new KeyProtect({ authenticator: new IamAuthenticator({ apikey, url: world.url }), serviceUrl: world.url });
const alice = () => as("alice-demo-key");
const bob = () => as("bob-demo-key");
const carol = () => as("carol-demo-key");
const instance = () => ({ bluemixInstance: world.emulator.instanceId });

const collection = (kind: string, ...resources: readonly object[]) => ({
  metadata: { collectionType: `application/vnd.ibm.kms.${kind}+json`, collectionTotal: resources.length },
  resources,
});
const asBody = (body: object): Buffer => Buffer.from(JSON.stringify(body));

interface Metadata {
  readonly id: string;
  readonly state: number;
  readonly keyRingID: string;
  readonly dualAuthDelete: object;
  readonly payload?: string;
}

async function createKey(fields: object = {}, ring?: string): Promise<Metadata> {
  const key = { type: "application/vnd.ibm.kms.key+json", name: "wages", extractable: false, ...fields };
  const { status, result } = await bob().createKey({
    ...instance(),
    body: asBody(collection("key", key)),
    prefer: "return=representation",
    ...(ring === undefined ? {} : { xKmsKeyRing: ring }),
  });
  expect(status).toBe(201);
  return result.resources?.[0] as unknown as Metadata;
}

async function metadata(id: string): Promise<Metadata> {
  const { result } = await bob().getKeyMetadata({ ...instance(), id });
  return result.resources?.[0] as unknown as Metadata;
}

/** The status, and the reason's code in the body that the client hands on. */
async function refused(attempt: Promise<unknown>): Promise<readonly [number, string | undefined]> {
  const error = await attempt.then(
    () => undefined,
    (thrown: { readonly status: number; readonly body: unknown }) => thrown,
  );
  if (error === undefined) throw new Error("The call was not refused.");
  // A response that the client reads as a stream, such as that of a restore, is not handed on as text.
  const body = typeof error.body === "string" ? error.body : "";
  return [error.status, /"code":"([A-Z_]+)"/.exec(body)?.[1]];
}

it("creates, reads, counts and lists keys: M1, M3, M4, M5, M6", async () => {
  const root = await createKey({ aliases: ["wages-root"], tags: ["hr"] });
  const standard = await createKey({ extractable: true });
  expect(root).not.toHaveProperty("payload");
  const { result } = await alice().getKey({ ...instance(), id: standard.id });
  expect(result.resources?.[0]).toMatchObject({ payload: standard.payload });
  const listed = await alice().getKeys({ ...instance(), limit: 200, offset: 0, state: [1, 2, 3] });
  expect(listed.result.resources?.map(({ id }) => id)).toEqual([root.id, standard.id].sort());
  const counted = await alice().getKeyCollectionMetadata({ ...instance() });
  expect((counted.headers as Record<string, unknown>)["key-total"]).toBe("2");
  expect(await metadata("wages-root")).toMatchObject({ id: root.id, state: 1, keyRingID: "default" });
});

it("wraps, rotates, unwraps and rewraps: M12, M13, M23", async () => {
  const { id } = await createKey();
  const plaintext = randomBytes(32).toString("base64");
  const aad = ["stack", "wages"];
  const wrapped = await alice().wrapKey({ ...instance(), id, keyActionWrapBody: asBody({ plaintext, aad }) });
  const { ciphertext, keyVersion } = wrapped.result;
  await alice().rotateKey({ ...instance(), id, keyActionRotateBody: asBody({}) });
  const keyActionUnwrapBody = asBody({ ciphertext, aad });
  const opened = await alice().unwrapKey({ ...instance(), id, keyActionUnwrapBody });
  expect(opened.result).toMatchObject({ plaintext, keyVersion });
  const versions = await alice().getKeyVersions({ ...instance(), id });
  expect(versions.result.resources?.map((version) => version.id)).toEqual([
    opened.result.rewrappedKeyVersion?.id,
    keyVersion?.id,
  ]);
  const again = await alice().rewrapKey({ ...instance(), id, keyActionRewrapBody: keyActionUnwrapBody });
  const last = await alice().unwrapKey({
    ...instance(),
    id,
    keyActionUnwrapBody: asBody({ ciphertext: again.result.ciphertext, aad }),
  });
  expect(last.result.plaintext).toBe(plaintext);
});

it("sets dual authorization, deletes with a second person, restores, and purges after 4 hours: M8, M9, M10, M14, M17, M18", async () => {
  const { id } = await createKey();
  const setKeyPoliciesOneOf = collection("policy", {
    type: "application/vnd.ibm.kms.policy+json",
    dualAuthDelete: { enabled: true },
  });
  const put = await bob().putPolicy({ ...instance(), id, policy: "dualAuthDelete", setKeyPoliciesOneOf });
  expect(put.status).toBe(200);
  const { result } = await bob().getPolicy({ ...instance(), id, policy: "dualAuthDelete" });
  expect(result).toMatchObject({ resources: [{ dualAuthDelete: { enabled: true }, createdBy: "IBMid-550000BOB" }] });

  expect(await refused(bob().deleteKey({ ...instance(), id }))).toEqual([409, "AUTHORIZATIONS_NOT_MET"]);
  await bob().setKeyForDeletion({ ...instance(), id });
  expect(await refused(bob().deleteKey({ ...instance(), id }))).toEqual([409, "AUTHORIZATIONS_NOT_MET"]);
  const deleted = await carol().deleteKey({ ...instance(), id, prefer: "return=representation" });
  expect(deleted.result.resources?.[0]).toMatchObject({ state: 5, deletedBy: "IBMid-550000CAROL" });
  expect(await refused(carol().deleteKey({ ...instance(), id }))).toEqual([410, "KEY_DELETED_ERR"]);

  expect(await refused(bob().restoreKey({ ...instance(), id }))).toEqual([409, undefined]);
  await world.advance("31s");
  expect((await bob().restoreKey({ ...instance(), id })).status).toBe(201);
  expect(await metadata(id)).toMatchObject({ state: 1, dualAuthDelete: { enabled: true, keySetForDeletion: false } });

  await bob().setKeyForDeletion({ ...instance(), id });
  expect((await carol().deleteKey({ ...instance(), id })).status).toBe(204);
  expect(await refused(purge(id))).toEqual([409, "REQ_TOO_EARLY_ERR"]);
  await world.advance("4h");
  expect(await purge(id)).toMatchObject({ status: 204 });
  expect(await refused(metadata(id))).toEqual([404, "KEY_NOT_FOUND_ERR"]);
});

/** This version of the client has no purge: the same client sends the path by hand. */
function purge(id: string): Promise<unknown> {
  const client = as("purger-key") as unknown as { createRequest(parameters: object): Promise<unknown> };
  return client.createRequest({
    options: { url: "/api/v2/keys/{id}/purge", method: "DELETE", path: { id } },
    defaultOptions: { serviceUrl: world.url, headers: { "Bluemix-Instance": world.emulator.instanceId } },
  });
}

it("disables, enables and syncs: M11, M16", async () => {
  const { id } = await createKey();
  await world.advance("1h");
  await alice().syncAssociatedResources({ ...instance(), id });
  await bob().disableKey({ ...instance(), id });
  expect((await metadata(id)).state).toBe(2);
  await world.advance("31s");
  await bob().enableKey({ ...instance(), id });
  expect((await metadata(id)).state).toBe(1);
});

it("keeps keys in rings: M24", async () => {
  await alice().createKeyRing({ ...instance(), keyRingId: "finance" });
  const { id, keyRingID } = await createKey({}, "finance");
  expect(keyRingID).toBe("finance");
  const { result } = await alice().listKeyRings({ ...instance() });
  expect(result.resources?.map((ring) => ring.id)).toEqual(
    expect.arrayContaining(["default", "finance", "payroll-ring"]),
  );
  const deleteRing = () => bob().deleteKeyRing({ ...instance(), keyRingId: "finance" });
  expect(await refused(deleteRing())).toEqual([409, "KEY_RING_NOT_EMPTY_ERR"]);
  await bob().deleteKey({ ...instance(), id, xKmsKeyRing: "finance" });
  await world.advance("4h");
  await purge(id);
  expect((await deleteRing()).status).toBe(204);
});

it("names keys by aliases: M25", async () => {
  const { id } = await createKey();
  const { result } = await alice().createKeyAlias({ ...instance(), id, alias: "by-alias" });
  expect(result.resources?.[0]).toMatchObject({ keyId: id, alias: "by-alias", createdBy: "IBMid-550000ALICE" });
  expect((await metadata("by-alias")).id).toBe(id);
  await bob().deleteKeyAlias({ ...instance(), id, alias: "by-alias" });
  expect(await refused(metadata("by-alias"))).toEqual([404, "KEY_NOT_FOUND_ERR"]);
});

it("imports a key securely by an import token: M26", async () => {
  await alice().postImportToken({ ...instance(), expiration: 600, maxAllowedRetrievals: 1 });
  const { result: token } = await alice().getImportToken({ ...instance() });
  const material = randomBytes(32);
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", material, iv);
  const nonce = [cipher.update(Buffer.from(String(token.nonce), "base64")), cipher.final(), cipher.getAuthTag()];
  const key = Buffer.from(String(token.payload), "base64").toString();
  const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  const imported = await createKey({
    payload: publicEncrypt(padding, material).toString("base64"),
    encryptedNonce: Buffer.concat(nonce).toString("base64"),
    iv: iv.toString("base64"),
    encryptionAlgorithm: "RSAES_OAEP_SHA_256",
  });
  expect(imported).toMatchObject({ state: 1, imported: true });
  expect(await refused(alice().getImportToken({ ...instance() }))).toEqual([409, "IMPORT_TOKEN_EXPIRED_ERR"]);
});

it("lists registrations, of a key and of all: M21, M22", async () => {
  const { id } = await createKey();
  const crn = "crn:v1:bluemix:public:cloud-object-storage:global:a/emulated-account:cos-1:bucket:wages";
  await world.control(`keys/${id}`, { addResource: { crn, preventsKeyDeletion: true } });
  const ofKey = await alice().getRegistrations({ ...instance(), id, totalCount: true, preventKeyDeletion: true });
  expect(ofKey.result).toMatchObject({
    metadata: { totalCount: 1 },
    resources: [{ keyId: id, resourceCrn: crn, preventKeyDeletion: true }],
  });
  const everywhere = await alice().getRegistrationsAllKeys({
    ...instance(),
    urlEncodedResourceCrnQuery: encodeURIComponent("crn:v1:bluemix:public:cloud-object-storage:*:*:*:*:*"),
  });
  expect(everywhere.result.resources?.map(({ keyId }) => keyId)).toEqual([id]);
  expect(await refused(bob().deleteKey({ ...instance(), id, force: true }))).toEqual([409, "PREV_KEY_DEL_ERR"]);
});

it("sets and reads the instance's policies: M19, M20", async () => {
  const setInstancePoliciesOneOf = collection("policy", { policy_type: "metrics", policy_data: { enabled: true } });
  const put = await bob().putInstancePolicy({ ...instance(), policy: "metrics", setInstancePoliciesOneOf });
  expect(put.status).toBe(204);
  const { result } = await bob().getInstancePolicy({ ...instance(), policy: "metrics" });
  expect(result).toMatchObject({ resources: [{ policy_type: "metrics", policy_data: { enabled: true } }] });
});

it("is denied as the service denies it: 401 for a role that is not enough", async () => {
  const { id } = await createKey();
  expect(await refused(alice().deleteKey({ ...instance(), id }))).toEqual([401, undefined]);
});

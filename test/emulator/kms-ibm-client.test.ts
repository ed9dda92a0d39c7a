/**
 * IBM's own client, unmodified, with several people: a judge of our responses that is not ours. IBM's live tests call its
 * other methods as one person (live-tests.e2e.test.ts).
 */

import { IamAuthenticator } from "@ibm-cloud/ibm-key-protect/auth/index.js";
import KeyProtect from "@ibm-cloud/ibm-key-protect/ibm-key-protect-api/v2.js";
import { expect, it } from "vitest";
import { demoSeed } from "../../provider/emulator/store/demo-seed.ts";
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

async function createKey(): Promise<{ readonly id: string }> {
  const key = { type: "application/vnd.ibm.kms.key+json", name: "wages", extractable: false };
  const { status, result } = await bob().createKey({
    ...instance(),
    body: asBody(collection("key", key)),
    prefer: "return=representation",
  });
  expect(status).toBe(201);
  return result.resources?.[0] as unknown as { readonly id: string };
}

async function metadata(id: string): Promise<object | undefined> {
  const { result } = await bob().getKeyMetadata({ ...instance(), id });
  return result.resources?.[0];
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

it("is denied as the service denies it: 401 for a role that is not enough", async () => {
  const { id } = await createKey();
  expect(await refused(alice().deleteKey({ ...instance(), id }))).toEqual([401, undefined]);
});

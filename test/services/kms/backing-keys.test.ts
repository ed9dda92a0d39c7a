import { describe, expect, test } from "vitest";
import { createBackingKeys } from "../../../provider/services/kms/backing-keys.ts";
import { startTestWorld } from "../../emulator/harness.ts";
import { permitForKmsKey } from "../../support/permits.ts";
import { adaptersOf, refOf } from "../emulated.ts";
import { never, type Reply, serviceAt, useScriptedServer } from "../scripted-server.ts";

const id = "11111111-2222-4333-8444-555555555555";
const options = { signal: never() };

const server = useScriptedServer();

const window = (kmsKeyId: string, instanceId = "instance") =>
  permitForKmsKey("open_kms_window", { instanceId, kmsKeyId });

const backingKeys = (suffix = "") => createBackingKeys(serviceAt(server, { suffix, renewed: "token-2" }));
const keyResponse = (fields: Record<string, unknown> = {}): Reply => ({
  body: { metadata: { collectionTotal: 1 }, resources: [{ id, state: 1, ...fields }] },
});
const refusal = (status: number, code?: string, message = "why"): Reply => ({
  status,
  body: {
    resources: [
      { errorMsg: "Conflict: what", ...(code === undefined ? {} : { reasons: [{ code, message, status }] }) },
    ],
  },
});

describe("reading a backing key", () => {
  test("returns the metadata, of the pinned instance, under every spelling of the endpoint", async () => {
    server.script(keyResponse());
    for (const suffix of ["", "/", "/api", "/api/v2", "/api/v2/"]) await backingKeys(suffix).read(id, options);
    expect(server.asked).toHaveLength(5);
    for (const request of server.asked) {
      expect(request).toMatchObject({ method: "GET", path: `/api/v2/keys/${id}/metadata` });
      expect(request.headers).toMatchObject({ "bluemix-instance": "instance", authorization: "Bearer token" });
    }
  });

  test.each([
    [0, "other"],
    [1, "active"],
    [2, "suspended"],
    [3, "deactivated"],
    [4, "other"],
    [5, "destroyed"],
  ])("maps state %i to %s", async (state, expected) => {
    server.script(keyResponse({ state }));
    expect(await backingKeys().read(id, options)).toEqual({
      kind: "present",
      kmsKeyId: id,
      state: expected,
      dualAuthDelete: false,
    });
  });

  test("returns KMS's own dual authorization and the open window", async () => {
    const dual = { enabled: true, keySetForDeletion: true, authExpiration: "2030-01-09T00:00:00Z" };
    server.script(
      keyResponse({ dualAuthDelete: dual }),
      keyResponse({ dualAuthDelete: { enabled: true, keySetForDeletion: false } }),
    );
    expect(await backingKeys().read(id, options)).toMatchObject({
      dualAuthDelete: true,
      windowEndsAtMs: Date.UTC(2030, 0, 9),
    });
    expect(await backingKeys().read(id, options)).toEqual({
      kind: "present",
      kmsKeyId: id,
      state: "active",
      dualAuthDelete: true,
    });
  });

  test("reports absence only for KMS's own not-found error", async () => {
    server.script(refusal(404, " KEY_NOT_FOUND_ERR"));
    expect(await backingKeys().read(id, options)).toEqual({ kind: "absent", kmsKeyId: id });
  });

  test.each<[string, Reply]>([
    ["401, which a foreign key and a wrong region cause too", refusal(401)],
    ["403", refusal(403, "CONFIG_RULE_CONFLICT_ERR")],
    ["a gateway's 404", { status: 404, body: "<html>no route</html>" }],
    ["a 404 for another reason", refusal(404, "OTHER_ERR")],
    ["a redirect", { status: 302, headers: { location: "/" } }],
    ["500", { status: 500, body: "" }],
    ["a cut connection", { cut: "before" }],
    ["no JSON", { body: "<html>" }],
    ["no key", { body: { resources: [] } }],
    ["another key", keyResponse({ id: "other" })],
    ["a state that is not a number", keyResponse({ state: "1" })],
    ["dual authorization that KMS does not return", keyResponse({ dualAuthDelete: {} })],
    ["null for dual authorization", keyResponse({ dualAuthDelete: null })],
    ["dual authorization in words", keyResponse({ dualAuthDelete: { enabled: "false" } })],
    ["a window without end", keyResponse({ dualAuthDelete: { enabled: true, keySetForDeletion: true } })],
    [
      "a window that ends some day",
      keyResponse({ dualAuthDelete: { enabled: true, keySetForDeletion: true, authExpiration: "soon" } }),
    ],
  ])("reports unreadable, and never absent, for %s", async (_, reply) => {
    server.script(reply);
    const backingKey = await backingKeys().read(id, options);
    expect(backingKey).toMatchObject({ kind: "unreadable", kmsKeyId: id });
    expect(JSON.stringify(backingKey)).not.toMatch(/Bearer |token-2|"token"/);
  });

  test("treats an invalid ID as unreadable, and never as a path", async () => {
    for (const wrong of ["", "../purge", "registrations", `${id}/x`]) {
      expect(await backingKeys().read(wrong, options)).toMatchObject({ kind: "unreadable" });
      await expect(backingKeys().setForDeletion(await window(wrong), options)).rejects.toMatchObject({
        code: "UKO_INPUT_INVALID",
      });
    }
    expect(server.asked).toEqual([]);
  });
});

describe("setting and unsetting a backing key for deletion", () => {
  test("sends one call without a body", async () => {
    server.script({ status: 204, headers: { "correlation-id": "c-1" } });
    expect(await backingKeys().setForDeletion(await window(id), options)).toMatchObject({
      kind: "done",
      correlationId: "c-1",
    });
    expect(await backingKeys().unsetForDeletion(id, options)).toMatchObject({ kind: "done" });
    expect(server.asked.map(({ method, path, body }) => `${method} ${path}${body}`)).toEqual([
      `POST /api/v2/keys/${id}/actions/setKeyForDeletion`,
      `POST /api/v2/keys/${id}/actions/unsetKeyForDeletion`,
    ]);
  });

  test.each<[Reply, object]>([
    [
      refusal(409, "NOT_DUAL_AUTH_ERR", "not enabled"),
      { kind: "refused", status: 409, message: "not enabled (NOT_DUAL_AUTH_ERR)" },
    ],
    [refusal(410, "KEY_DELETED_ERR"), { kind: "refused", status: 410 }],
    [refusal(404, "KEY_NOT_FOUND_ERR"), { kind: "refused", status: 404 }],
    [refusal(401), { kind: "forbidden", message: expect.stringMatching(/KMS Writer or KMS Manager/) }],
    [refusal(403, "SERVICE_ONLY_ERR"), { kind: "forbidden" }],
    [{ status: 503 }, { kind: "lost" }],
    [{ cut: "before" }, { kind: "lost" }],
    [{ status: 204, headers: { date: null } }, { kind: "lost" }],
    [{ status: 202 }, { kind: "lost" }],
  ])("returns, for the answer %j, %j", async (reply, expected) => {
    server.script(reply);
    expect(await backingKeys().setForDeletion(await window(id), options)).toMatchObject(expected);
    // 401 alone leads to a second request, with a fresh token.
    expect(server.asked).toHaveLength(reply.status === 401 ? 2 : 1);
  });
});

test("in the emulator, a backing key is read, set, unset, and destroyed with its key", async () => {
  const world = await startTestWorld();
  try {
    const carol = adaptersOf(world, "carol");
    const key = await world.keyIn("active");
    const kmsKeyId = key.status_in_keystores[0]?.key_id_in_keystore?.split("/")[1] ?? "";
    expect(await carol.backingKeys.read(kmsKeyId, options)).toMatchObject({ state: "active", dualAuthDelete: false });
    expect(
      await carol.backingKeys.setForDeletion(await window(kmsKeyId, world.emulator.instanceId), options),
    ).toMatchObject({
      kind: "refused",
      status: 409,
      message: expect.stringMatching(/NOT_DUAL_AUTH_ERR/),
    });
    await world.as("bob").kms("PUT", `/keys/${kmsKeyId}/policies?policy=dualAuthDelete`, {
      metadata: { collectionType: "application/vnd.ibm.kms.policy+json", collectionTotal: 1 },
      resources: [{ type: "application/vnd.ibm.kms.policy+json", dualAuthDelete: { enabled: true } }],
    });
    expect(
      await carol.backingKeys.setForDeletion(await window(kmsKeyId, world.emulator.instanceId), options),
    ).toMatchObject({ kind: "done" });
    const backingKey = await carol.backingKeys.read(kmsKeyId, options);
    expect(backingKey).toMatchObject({ dualAuthDelete: true, windowEndsAtMs: expect.any(Number) });
    expect(await adaptersOf(world, "erin").backingKeys.unsetForDeletion(kmsKeyId, options)).toMatchObject({
      kind: "forbidden",
    });
    expect(await carol.backingKeys.unsetForDeletion(kmsKeyId, options)).toMatchObject({ kind: "done" });
    expect(await carol.backingKeys.read(kmsKeyId, options)).not.toHaveProperty("windowEndsAtMs");
    expect(await carol.backingKeys.read(id, options)).toEqual({ kind: "absent", kmsKeyId: id });
    expect((await carol.keys.read(refOf(world, key.id), options)).value?.snapshot.label).toBe(key.label);
  } finally {
    await world.close();
  }
});

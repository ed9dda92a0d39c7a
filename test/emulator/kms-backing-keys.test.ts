import { beforeEach, describe, expect, it } from "vitest";
import { type Body, type Client, stageFreshWorld } from "./harness.ts";

const world = stageFreshWorld();
beforeEach(async () => {
  await world.control("clock", { set: "2026-11-24T12:00:00Z", freeze: true, tickMs: 0 });
});

interface Pair {
  readonly key: Body;
  readonly backingKeyId: string;
}

async function pair(options: { readonly dualAuth: boolean } = { dualAuth: true }): Promise<Pair> {
  const key = await world.keyIn("active");
  if (options.dualAuth) await world.control(`keys/${key.id}`, { backingKey: { dualAuthDelete: true } });
  return { key, backingKeyId: (await world.backingKeyOf(key)).id };
}

const set = (client: Client, backingKeyId: string) =>
  client.kms("POST", `/keys/${backingKeyId}/actions/setKeyForDeletion`);
const unset = (client: Client, backingKeyId: string) =>
  client.kms("POST", `/keys/${backingKeyId}/actions/unsetKeyForDeletion`);
const remove = (client: Client, backingKeyId: string, query = "") =>
  client.kms("DELETE", `/keys/${backingKeyId}${query}`);
const backingKey = async (backingKeyId: string): Promise<Body> =>
  (await world.as("bob").kms("GET", `/keys/${backingKeyId}/metadata`)).body.resources[0] as Body;
const code = (response: { readonly body: Body }): unknown =>
  (response.body.resources[0]?.reasons as { code: string }[] | undefined)?.[0]?.code;

describe("M3, M5 and M6 show the backing key (kms-v2-and-iam.md 3)", () => {
  it("in the envelope, in the ring of its keystore, with the key's name", async () => {
    const { key, backingKeyId } = await pair({ dualAuth: false });
    const response = await world.as("alice").kms("GET", `/keys/${backingKeyId}/metadata`);
    expect(response.body).toMatchObject({
      metadata: { collectionType: "application/vnd.ibm.kms.key+json", collectionTotal: 1 },
      resources: [
        {
          id: backingKeyId,
          name: key.label,
          state: 1,
          keyRingID: "payroll-ring",
          extractable: false,
          dualAuthDelete: { enabled: false },
          deleted: false,
        },
      ],
    });
    expect(response.headers.get("correlation-id")).not.toBeNull();
    expect((await world.as("alice").kms("GET", "/keys")).body.resources).toHaveLength(1);
  });

  it.each([
    ["active", 1],
    ["deactivated", 2],
    ["pending", 5],
  ])("of a key in %s in state %i", async (state, expected) => {
    expect((await world.backingKeyOf(await world.keyIn(state))).state).toBe(expected);
  });

  it("hides destroyed backing keys from the list unless asked for (2.3)", async () => {
    await world.keyIn("pending");
    expect((await world.as("bob").kms("GET", "/keys")).body.resources).toHaveLength(0);
    expect((await world.as("bob").kms("GET", "/keys?state=5")).body.resources).toHaveLength(1);
  });

  it("returns 404 for an unknown id and a wrong ring, 401 for a foreign instance, 400 without one (10-11, 10-24)", async () => {
    const { backingKeyId } = await pair({ dualAuth: false });
    expect(code(await world.as("bob").kms("GET", "/keys/none/metadata"))).toBe("KEY_NOT_FOUND_ERR");
    expect(
      (await world.as("bob").kms("GET", `/keys/${backingKeyId}`, undefined, { "x-kms-key-ring": "other" })).status,
    ).toBe(404);
    expect(
      (await world.as("bob").kms("GET", `/keys/${backingKeyId}`, undefined, { "bluemix-instance": "other" })).status,
    ).toBe(401);
    expect((await world.as("bob").call("GET", `/api/v2/keys/${backingKeyId}`)).status).toBe(400);
  });

  it("echoes the correlation id of the request (1.3)", async () => {
    const response = await world.as("bob").kms("GET", "/keys", undefined, { "correlation-id": "mine" });
    expect(response.headers.get("correlation-id")).toBe("mine");
  });
});

describe("M14 and M15 set and unset a backing key for deletion (2.10)", () => {
  it("opens a window of 7 days, and closes it", async () => {
    const { backingKeyId } = await pair();
    expect((await set(world.as("alice"), backingKeyId)).status).toBe(204);
    expect((await backingKey(backingKeyId)).dualAuthDelete).toEqual({
      enabled: true,
      keySetForDeletion: true,
      authExpiration: "2026-12-01T12:00:00Z",
    });
    expect((await unset(world.as("bob"), backingKeyId)).status).toBe(204);
    expect((await backingKey(backingKeyId)).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });
    expect((await unset(world.as("bob"), backingKeyId)).status).toBe(204);
  });

  it("refuses without the policy, on a suspended backing key (10-9), and on a destroyed one", async () => {
    const plain = await pair({ dualAuth: false });
    expect(code(await set(world.as("alice"), plain.backingKeyId))).toBe("NOT_DUAL_AUTH_ERR");
    const { key, backingKeyId } = await pair();
    await world.as("alice").step(key.id, "deactivate");
    expect(code(await set(world.as("alice"), backingKeyId))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    await world.control(`keys/${key.id}`, { backingKey: { state: 5 } });
    expect(code(await set(world.as("alice"), backingKeyId))).toBe("KEY_DELETED_ERR");
  });

  it("moves the window and its setter when set again (10-3)", async () => {
    const { backingKeyId } = await pair();
    await set(world.as("alice"), backingKeyId);
    await world.advance("1d");
    await set(world.as("bob"), backingKeyId);
    expect((await backingKey(backingKeyId)).dualAuthDelete.authExpiration).toBe("2026-12-02T12:00:00Z");
    expect(code(await remove(world.as("bob"), backingKeyId))).toBe("AUTHORIZATIONS_NOT_MET");
    expect((await remove(world.as("carol"), backingKeyId)).status).toBe(204);
  });

  it("keeps the first under the switch kmsSetAgain: keepFirst", async () => {
    await world.control("switches", { kmsSetAgain: "keepFirst" });
    const { backingKeyId } = await pair();
    await set(world.as("alice"), backingKeyId);
    await world.advance("1d");
    await set(world.as("bob"), backingKeyId);
    expect((await backingKey(backingKeyId)).dualAuthDelete.authExpiration).toBe("2026-12-01T12:00:00Z");
    expect((await remove(world.as("bob"), backingKeyId)).status).toBe(204);
  });

  it("has a window as long as the switch says", async () => {
    await world.control("switches", { kmsWindowHours: 5 });
    const { backingKeyId } = await pair();
    await set(world.as("alice"), backingKeyId);
    expect((await backingKey(backingKeyId)).dualAuthDelete.authExpiration).toBe("2026-11-24T17:00:00Z");
  });

  it("still shows an expired window, unless the switch clears it (10-5)", async () => {
    const { backingKeyId } = await pair();
    await set(world.as("alice"), backingKeyId);
    await world.advance("7d");
    expect((await backingKey(backingKeyId)).dualAuthDelete.keySetForDeletion).toBe(true);
    expect(code(await remove(world.as("bob"), backingKeyId))).toBe("AUTHORIZATIONS_NOT_MET");
    await world.control("switches", { kmsExpiredWindow: "cleared" });
    expect((await backingKey(backingKeyId)).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });
  });
});

describe("UKO and the backing key", () => {
  const destroyed = async (client: Client, { key }: Pair) => {
    await world.as("alice").step(key.id, "deactivate");
    await world.advance("5h");
    return client.step(key.id, "destroy");
  };

  it("destroy is refused without a live window, and changes nothing", async () => {
    const both = await pair();
    const response = await destroyed(world.as("bob"), both);
    expect([response.status, response.body.errors[0]?.message]).toEqual([
      409,
      expect.stringContaining("AUTHORIZATIONS_NOT_MET"),
    ]);
    expect((await world.as("bob").key(both.key.id)).body.state).toBe("deactivated");
    expect((await backingKey(both.backingKeyId)).state).toBe(2);
  });

  it("destroy is refused for the setter and open to another", async () => {
    const both = await pair();
    await set(world.as("bob"), both.backingKeyId);
    expect((await destroyed(world.as("bob"), both)).status).toBe(409);
    expect((await world.as("carol").step(both.key.id, "destroy")).status).toBe(200);
    expect(await backingKey(both.backingKeyId)).toMatchObject({ state: 5, deletedBy: "IBMid-550000CAROL" });
  });

  it("destroy is open to the setter where UKO calls KMS as itself (switch backingKeyIdentity)", async () => {
    await world.control("switches", { backingKeyIdentity: "service" });
    const both = await pair();
    await set(world.as("bob"), both.backingKeyId);
    expect((await destroyed(world.as("bob"), both)).status).toBe(200);
    expect((await backingKey(both.backingKeyId)).deletedBy).toMatch(/^iam-ServiceId-/);
  });

  it("a person in a profile differs from that person by iam_id, and not by authn (10-2)", async () => {
    const both = await pair();
    await set(world.as("dave"), both.backingKeyId);
    await world.control(`keys/${both.key.id}`, {
      backingKey: { setForDeletion: { by: "IBMid-550000DAVE", expiresAt: "2027-01-01T00:00:00Z" } },
    });
    await world.control("switches", { kmsIdentity: "authn" });
    expect((await destroyed(world.as("dave"), both)).status).toBe(409);
    await world.control("switches", { kmsIdentity: "iam_id" });
    expect((await world.as("dave").step(both.key.id, "destroy")).status).toBe(200);
  });

  it("deactivate needs no window", async () => {
    const { key } = await pair();
    expect((await world.as("alice").step(key.id, "deactivate")).status).toBe(200);
  });

  it("a backing key deleted through KMS leaves UKO out of sync (4.3)", async () => {
    const { key, backingKeyId } = await pair({ dualAuth: false });
    await remove(world.as("bob"), backingKeyId);
    expect((await world.as("bob").key(key.id)).body.status_in_keystores[0]).toMatchObject({
      status: "not_present",
      keystore_sync_flag: "out_of_sync",
      keystore_sync_flag_detail: "active_key_is_not_active_in_keystore",
    });
  });

  it("a backing key restored through KMS shows as present on the destroyed key", async () => {
    const key = await world.keyIn("pending");
    const { id } = await world.backingKeyOf(key);
    await world.advance("1h");
    await world.as("bob").kms("POST", `/keys/${id}/restore`);
    expect((await world.as("bob").key(key.id)).body.status_in_keystores[0]).toMatchObject({
      status: "active",
      keystore_sync_flag: "out_of_sync",
      keystore_sync_flag_detail: "destroyed_key_is_present_in_keystore",
    });
  });

  it("a sync never ends a backing key that KMS protects", async () => {
    const { key, backingKeyId } = await pair();
    await world.control(`keys/${key.id}`, { record: { state: "destroyed" } });
    await world.as("carol").step(key.id, "sync_status_in_keystores");
    expect((await backingKey(backingKeyId)).state).toBe(1);
  });
});

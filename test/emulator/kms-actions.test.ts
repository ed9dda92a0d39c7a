import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, code, reason, stageKms } from "./kms-requests.ts";

const { alice, bob, erin, act, create, look, world } = stageKms();

describe("M11 disables and enables (2.8)", () => {
  it("M11 leads from 1 to 2 and back, half a minute later", async () => {
    const { id } = await create();
    expect((await act(id, "disable")).status).toBe(204);
    expect((await look(id)).state).toBe(2);
    expect(code(await act(id, "disable"))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    expect(code(await act(id, "enable"))).toBe("REQ_TOO_EARLY_ERR");
    await world.advance("30s");
    expect((await act(id, "enable")).status).toBe(204);
    expect((await look(id)).state).toBe(1);
    const again = await act(id, "enable");
    expect(again.body.resources[0]?.errorMsg).toContain("Key is not in suspended state: Key could not be enabled:");
  });

  it("M11 is for root keys", async () => {
    const { id } = await create({ extractable: true });
    expect(code(await act(id, "disable"))).toBe("KEY_ROOT_REQ_ERR");
  });

  it("M11 a suspended key outlives its expiration date, and is deactivated once enabled (3.1)", async () => {
    const { id } = await create({ expirationDate: "2026-11-25T12:00:00Z" });
    await act(id, "disable");
    await world.advance("2d");
    expect((await look(id)).state).toBe(2);
    await act(id, "enable");
    expect((await look(id)).state).toBe(3);
  });
});

describe("M12 rotates (2.8)", () => {
  it("M12 gives a version at most once an hour", async () => {
    const { id, keyVersion } = await create();
    expect((await alice.kms("POST", `/keys/${id}/actions/rotate`, {})).status).toBe(204);
    const rotated = await look(id);
    expect(rotated.lastRotateDate).toBe("2026-11-24T12:00:00Z");
    expect(rotated.keyVersion).not.toEqual(keyVersion);
    expect(code(await act(id, "rotate"))).toBe("KEY_ROTATION_NOT_PERMITTED");
    await world.advance("1h");
    expect((await act(id, "rotate")).status).toBe(204);
  });

  it("M12 asks for material where the first was imported, and refuses it elsewhere", async () => {
    const payload = randomBytes(32).toString("base64");
    const imported = await create({ payload });
    expect(code(await act(imported.id, "rotate", {}))).toBe("KEY_PAYLOAD_REQ_ERR");
    expect((await act(imported.id, "rotate", { payload })).status).toBe(204);
    expect(code(await act((await create()).id, "rotate", { payload }))).toBe("INVALID_QUERY_PARAM_ERR");
  });

  it("M12 is for root keys that are active", async () => {
    expect(code(await act((await create({ extractable: true })).id, "rotate"))).toBe("KEY_ROOT_REQ_ERR");
    const { id } = await create();
    await act(id, "disable");
    expect(code(await act(id, "rotate"))).toBe("KEY_ACTION_INVALID_STATE_ERR");
  });

  it("M12 happens of itself under a rotation policy of the key (2.11)", async () => {
    const { id } = await create();
    await bob.kms("PUT", `/keys/${id}/policies`, {
      metadata: { collectionType: "application/vnd.ibm.kms.policy+json", collectionTotal: 1 },
      resources: [{ type: "application/vnd.ibm.kms.policy+json", rotation: { interval_month: 1 } }],
    });
    await world.advance("29d");
    expect((await erin.kms("GET", `/keys/${id}/versions`)).body.resources).toHaveLength(1);
    await world.advance("33d");
    expect((await erin.kms("GET", `/keys/${id}/versions`)).body.resources).toHaveLength(3);
    expect((await look(id)).lastRotateDate).toBe("2027-01-24T12:00:00Z");
  });
});

describe("M13 wraps and unwraps (2.9)", () => {
  const secret = base64("a data key of somebody");

  it("M13 what was wrapped comes back, and the response has no envelope", async () => {
    const { id, keyVersion } = await create();
    const wrapped = await erin.kms("POST", `/keys/${id}/actions/wrap`, { plaintext: secret });
    expect([wrapped.status, wrapped.body.plaintext, wrapped.body.resources]).toEqual([200, undefined, undefined]);
    const { ciphertext } = wrapped.body;
    expect(ciphertext).not.toContain(secret);
    const opened = await erin.kms("POST", `/keys/${id}/actions/unwrap`, { ciphertext });
    expect(opened.body).toEqual({ plaintext: secret, keyVersion: { id: (keyVersion as { id: string }).id } });
  });

  it("M13 makes a data key of 32 bytes where none is given", async () => {
    const { id } = await create();
    const { plaintext, ciphertext } = (await act(id, "wrap", {})).body;
    expect(Buffer.from(String(plaintext), "base64")).toHaveLength(32);
    expect((await act(id, "unwrap", { ciphertext })).body.plaintext).toBe(plaintext);
  });

  it("M13 opens only with the same additional data, under the same key, and untouched", async () => {
    const { id } = await create();
    const { ciphertext } = (await act(id, "wrap", { plaintext: secret, aad: ["a", "b"] })).body;
    expect((await act(id, "unwrap", { ciphertext, aad: ["a", "b"] })).body.plaintext).toBe(secret);
    for (const body of [{ ciphertext }, { ciphertext, aad: ["a"] }, { ciphertext: base64("junk") }]) {
      const response = await act(id, "unwrap", body);
      expect([response.status, code(response)]).toEqual([422, "UNPROCESSABLE_CIPHERTEXT_ERR"]);
    }
    const other = await act((await create()).id, "unwrap", { ciphertext, aad: ["a", "b"] });
    expect(code(other)).toBe("UNPROCESSABLE_CIPHERTEXT_ERR");
  });

  it("M13 unwraps and rewraps what an older version wrapped", async () => {
    const { id } = await create();
    const { ciphertext, keyVersion } = (await act(id, "wrap", { plaintext: secret })).body;
    await act(id, "rotate");
    const newest = (await look(id)).keyVersion as { id: string };
    const opened = (await act(id, "unwrap", { ciphertext })).body;
    expect(opened).toMatchObject({ plaintext: secret, keyVersion, rewrappedKeyVersion: { id: newest.id } });
    const again = (await act(id, "rewrap", { ciphertext })).body;
    expect(again).toMatchObject({ keyVersion, rewrappedKeyVersion: { id: newest.id } });
    expect(again.plaintext).toBeUndefined();
    expect((await act(id, "unwrap", { ciphertext: again.ciphertext })).body).toEqual({
      plaintext: secret,
      keyVersion: { id: newest.id },
    });
  });

  it("M13 an imported key of 16 bytes wraps as well", async () => {
    const { id } = await create({ payload: randomBytes(16).toString("base64") });
    const { ciphertext } = (await act(id, "wrap", { plaintext: secret })).body;
    expect((await act(id, "unwrap", { ciphertext })).body.plaintext).toBe(secret);
  });

  it("M13 wraps while active, unwraps while active or deactivated, and neither when suspended or destroyed", async () => {
    const { id } = await create({ expirationDate: "2026-11-25T12:00:00Z" });
    const { ciphertext } = (await act(id, "wrap", { plaintext: secret })).body;
    await act(id, "disable");
    expect(code(await act(id, "unwrap", { ciphertext }))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    await world.advance("2d");
    await act(id, "enable");
    expect((await act(id, "unwrap", { ciphertext })).body.plaintext).toBe(secret);
    expect(code(await act(id, "wrap", { plaintext: secret }))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    await bob.kms("DELETE", `/keys/${id}`);
    expect((await act(id, "unwrap", { ciphertext })).status).toBe(410);
  });

  it("M13 refuses a missing body, long additional data, and standard keys", async () => {
    const { id } = await create();
    expect(code(await act(id, "wrap"))).toBe("NO_BODY_ERR");
    const long = await act(id, "wrap", { aad: ["x".repeat(256)] });
    expect([code(long), reason(long)?.target?.name]).toEqual(["INVALID_FIELD_ERR", "aad"]);
    expect(code(await act((await create({ extractable: true })).id, "wrap", {}))).toBe("KEY_ROOT_REQ_ERR");
  });
});

describe("M16 syncs (2.8)", () => {
  it("M16 syncs an active key once an hour, and says when again", async () => {
    const { id } = await create();
    await world.advance("1h");
    expect((await alice.kms("POST", `/keys/${id}/actions/sync`)).status).toBe(204);
    const early = await act(id, "sync");
    expect([code(early), reason(early)?.message]).toEqual([
      "REQ_TOO_EARLY_ERR",
      expect.stringMatching(/2026-11-24T14:00:00Z$/),
    ]);
    await world.advance("1h");
    expect((await act(id, "sync")).status).toBe(204);
    await act(id, "disable");
    expect(code(await act(id, "sync"))).toBe("KEY_ACTION_INVALID_STATE_ERR");
  });
});

describe("the deprecated form POST /keys/{k}?action= (2.1)", () => {
  const byQuery = (id: string, action: string, body?: unknown) => bob.kms("POST", `/keys/${id}?action=${action}`, body);

  it("does what the newer paths do", async () => {
    const { id } = await create();
    const { ciphertext, plaintext } = (await byQuery(id, "wrap", {})).body;
    expect((await byQuery(id, "unwrap", { ciphertext })).body.plaintext).toBe(plaintext);
    expect((await byQuery(id, "disable")).status).toBe(204);
    await bob.kms("DELETE", `/keys/${id}`);
    await world.advance("1m");
    expect((await byQuery(id, "restore")).status).toBe(201);
  });

  it("knows no sync, and nothing else either", async () => {
    const { id } = await create();
    expect((await byQuery(id, "sync")).status).toBe(400);
    expect((await byQuery(id, "toString")).status).toBe(400);
    expect((await alice.kms("POST", `/keys/${id}?action=disable`)).status).toBe(401);
  });
});

import { describe, expect, it } from "vitest";
import { code, first, reason, stageKms } from "./kms-requests.ts";

const { alice, bob, carol, erin, peter, act, create, look, world } = stageKms({
  keyRings: ["archive"],
  kmsKeys: [
    { name: "seeded", ring: "archive", aliases: ["from-seed"], resources: [{ crn: "crn:v1:cos:one" }] },
    { name: "set", setForDeletion: { by: "IBMid-550000ALICE", at: "2026-11-24T00:00:00Z" } },
    { name: "ended", state: 5, deletedAt: "2026-11-20T00:00:00Z" },
  ],
});
const remove = (id: string, query = "", headers = {}) => bob.kms("DELETE", `/keys/${id}${query}`, undefined, headers);
const restore = (id: string) => bob.kms("POST", `/keys/${id}/restore`);
const purge = (id: string, headers = {}) => peter.kms("DELETE", `/keys/${id}/purge`, undefined, headers);
const underDualAuth = (id: string) => world.control(`keys/${id}`, { backingKey: { dualAuthDelete: true } });

describe("M8 deletes a key of its own (2.5, 10-7)", () => {
  it("M8 at once, to state 5, with its dates, and a second time 410", async () => {
    const { id } = await create();
    const response = await remove(id, "", { prefer: "return=representation" });
    expect(first(response)).toMatchObject({
      state: 5,
      deleted: true,
      deletionDate: "2026-11-24T12:00:00Z",
      deletedBy: "IBMid-550000BOB",
      restoreAllowed: true,
      restoreExpirationDate: "2026-12-24T12:00:00Z",
      purgeAllowed: false,
      purgeAllowedFrom: "2026-11-24T16:00:00Z",
      purgeScheduledOn: "2027-02-22T12:00:00Z",
    });
    const again = await remove(id);
    expect([again.status, code(again), again.body.resources[0]?.errorMsg]).toEqual([
      410,
      "KEY_DELETED_ERR",
      "Gone: Key could not be deleted: Please see `reasons` for more details (KEY_DELETED_ERR)",
    ]);
  });

  it("M8 from suspended and from deactivated as well", async () => {
    const suspended = await create();
    await act(suspended.id, "disable");
    // Without the representation, unless the request asks for it (10-8).
    expect(await remove(suspended.id)).toMatchObject({ status: 204, text: "" });
    const ended = await create({ expirationDate: "2026-11-24T13:00:00Z" });
    await world.advance("2h");
    expect((await remove(ended.id)).status).toBe(204);
  });

  it("registers no resource with a standard key", async () => {
    const { id } = await create({ extractable: true });
    const { status, text } = await world.control(`keys/${id}`, { addResource: { crn: "crn:plain" } });
    expect([status, text]).toEqual([400, expect.stringContaining("KEY_ROOT_REQ_REG_ERR")]);
  });

  it("M8 answers dual authorization first, then retention, then registrations, of which force lifts the last (10-1, 10-12)", async () => {
    const { id } = await create();
    await underDualAuth(id);
    await world.control(`keys/${id}`, { addResource: { crn: "crn:plain" } });
    await world.control(`keys/${id}`, { addResource: { crn: "crn:kept", preventKeyDeletion: true } });
    expect(code(await remove(id, "?force=true"))).toBe("AUTHORIZATIONS_NOT_MET");
    await act(id, "setKeyForDeletion");
    expect(code(await remove(id, "?force=true"))).toBe("AUTHORIZATIONS_NOT_MET");
    const byCarol = (query = "") => carol.kms("DELETE", `/keys/${id}${query}`);
    expect(code(await byCarol("?force=true"))).toBe("PREV_KEY_DEL_ERR");
    await world.control(`keys/${id}`, { removeResource: "crn:kept" });
    expect(code(await byCarol())).toBe("PROTECTED_RESOURCE_ERR");
    expect((await byCarol("?force=true")).status).toBe(204);
    expect((await erin.kms("GET", `/keys/${id}/registrations`)).body.resources).toHaveLength(1);
  });

  it("M8 looks into the ring of the header", async () => {
    const { id } = await create();
    const elsewhere = await remove(id, "", { "x-kms-key-ring": "payroll-ring" });
    expect([elsewhere.status, code(elsewhere)]).toEqual([404, "KEY_NOT_FOUND_ERR"]);
    expect(elsewhere.body.resources[0]?.errorMsg).toContain("Key could not be deleted");
  });

  it("M8 a key set for deletion while active stays set when disabled, and can be deleted (10-9)", async () => {
    const { id } = await create();
    await underDualAuth(id);
    await alice.kms("POST", `/keys/${id}/actions/setKeyForDeletion`);
    await act(id, "disable");
    expect(code(await act(id, "setKeyForDeletion"))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    expect((await remove(id)).status).toBe(204);
    expect((await look(id)).dualAuthDelete.keySetForDeletion).toBe(true);
  });
});

describe("M9 restores (2.6)", () => {
  it("M9 restores between 30 seconds and 30 days after the deletion, all but the window (10-10)", async () => {
    const { id } = await create({ tags: ["hr"], aliases: ["wages"] });
    await underDualAuth(id);
    await alice.kms("POST", `/keys/${id}/actions/setKeyForDeletion`);
    await remove(id);
    await world.advance("29s");
    expect(code(await restore(id))).toBe("REQ_TOO_EARLY_ERR");
    await world.advance("1s");
    const response = await restore("wages");
    expect(response.status).toBe(201);
    expect(first(response)).toMatchObject({ state: 1, deleted: false, tags: ["hr"], aliases: ["wages"] });
    expect(first(response).dualAuthDelete).toEqual({ enabled: true, keySetForDeletion: false });
    expect(code(await restore(id))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    await alice.kms("POST", `/keys/${id}/actions/setKeyForDeletion`);
    await remove(id);
    await world.advance("30d");
    await world.advance("1s");
    expect(code(await restore(id))).toBe("KEY_RESTORE_EXPIRED");
  });

  it("M9 not after the key's own expiration date, which ends the window too", async () => {
    const { id } = await create({ expirationDate: "2026-11-26T03:04:05Z" });
    await remove(id);
    expect((await look(id)).restoreExpirationDate).toBe("2026-11-26T03:04:05Z");
    await world.advance("2d");
    const response = await restore(id);
    expect([response.status, code(response)]).toEqual([400, "KEY_EXPIRED_ERR"]);
    expect(response.body.resources[0]?.errorMsg).toBe(
      "Bad Request: The key expired on 2026-11-26 03:04:05 +0000 UTC: Key could not be restored: Please see `reasons` for more details (KEY_EXPIRED_ERR)",
    );
  });
});

describe("M10 purges (2.7)", () => {
  it("M10 after 4 hours, by KeyPurge alone, and then the id is unknown", async () => {
    const { id } = await create();
    expect(code(await purge(id))).toBe("KEY_ACTION_INVALID_STATE_ERR");
    await remove(id);
    const early = await purge(id);
    expect([code(early), early.body.resources[0]?.errorMsg, reason(early)?.message]).toEqual([
      "REQ_TOO_EARLY_ERR",
      "Conflict: Key could not be purged: Please see `reasons` for more details (REQ_TOO_EARLY_ERR)",
      "The key was updated recently: Please wait and try again: Purge operation is allowed 4h0m0s after key is deleted",
    ]);
    await world.advance("4h");
    expect((await bob.kms("DELETE", `/keys/${id}/purge`)).status).toBe(401);
    const response = await purge(id, { prefer: "return=representation" });
    expect(first(response)).toMatchObject({ state: 5, purgeAllowed: true });
    expect(code(await purge(id))).toBe("KEY_NOT_FOUND_ERR");
    expect(code(await bob.kms("GET", `/keys/${id}/metadata`))).toBe("KEY_NOT_FOUND_ERR");
  });

  it("M10 happens of itself 90 days after the deletion", async () => {
    const { id } = await create();
    await remove(id);
    await world.advance("89d");
    expect((await look(id)).state).toBe(5);
    await world.advance("1d");
    expect((await bob.kms("GET", `/keys/${id}/metadata`)).status).toBe(404);
  });
});

describe("keys of the seed and of the control API", () => {
  it("start as the seed says, in their ring, with their registrations and authorizations", async () => {
    expect(await look("from-seed")).toMatchObject({ name: "seeded", keyRingID: "archive", state: 1 });
    expect((await erin.kms("GET", "/keys/from-seed/registrations")).body.resources).toHaveLength(1);
    const [set] = (await erin.kms("GET", "/keys?search=exact:set")).body.resources;
    expect(set?.dualAuthDelete).toMatchObject({ keySetForDeletion: true, authExpiration: "2026-12-01T00:00:00Z" });
    expect((await remove(String(set?.id))).status).toBe(204);
    const [ended] = (await erin.kms("GET", "/keys?state=5&search=exact:ended")).body.resources;
    expect(ended).toMatchObject({ deletionDate: "2026-11-20T00:00:00Z", purgeAllowed: true });
  });

  it("are shown apart from backing keys in the world's snapshot", async () => {
    await world.keyIn("active");
    const response = await fetch(`${world.url}/_emulator/world`);
    const { backingKeys, kmsKeys } = (await response.json()) as {
      backingKeys: { name: string }[];
      kmsKeys: { name: string }[];
    };
    expect([backingKeys.length, kmsKeys.map(({ name }) => name).sort()]).toEqual([1, ["ended", "seeded", "set"]]);
  });

  it("a backing key's registrations are its managed key's, by whichever id they are given", async () => {
    const key = await world.keyIn("active");
    const { id } = await world.backingKeyOf(key);
    await world.control(`keys/${id}`, { addResource: { crn: "crn:v1:cos:two" } });
    expect((await erin.kms("GET", `/keys/${id}/registrations`)).body.resources).toHaveLength(1);
    expect(code(await remove(id))).toBe("PROTECTED_RESOURCE_ERR");
    await world.control(`keys/${key.id}`, { addResource: { crn: "crn:b", preventKeyDeletion: true } });
    expect(code(await remove(id, "?force=true"))).toBe("PREV_KEY_DEL_ERR");
    await world.control(`keys/${key.id}`, { removeResource: "crn:b" });
    expect((await remove(id, "?force=true")).status).toBe(204);
    expect((await erin.kms("GET", `/keys/${id}/registrations`)).body.resources).toHaveLength(1);
  });
});

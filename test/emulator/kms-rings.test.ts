import { describe, expect, it } from "vitest";
import { code, first, stageKms } from "./kms-requests.ts";

const { alice, bob, erin, act, create, look, world } = stageKms();
const rings = async () => (await erin.kms("GET", "/key_rings")).body.resources.map(({ id }) => id);
const makeRing = (id: string) => alice.kms("POST", `/key_rings/${id}`);
const dropRing = (id: string, query = "") => bob.kms("DELETE", `/key_rings/${id}${query}`);

describe("M24 key rings (2.13)", () => {
  it("M24 lists `default`, those of internal keystores, and those created", async () => {
    expect(await makeRing("finance")).toMatchObject({ status: 201, text: "" });
    expect(await rings()).toEqual(["default", "payroll-ring", "finance"]);
    const response = await erin.kms("GET", "/key_rings?totalCount=true&limit=1&offset=2");
    expect(response.body).toEqual({
      metadata: { collectionType: "application/vnd.ibm.kms.key_ring+json", collectionTotal: 1, totalCount: 3 },
      resources: [{ id: "finance", creationDate: "2026-11-24T12:00:00Z", createdBy: "IBMid-550000ALICE" }],
    });
  });

  it("M24 refuses a name out of range and one in use, and deletes what is empty", async () => {
    expect(code(await makeRing("x"))).toBe("INVALID_FIELD_ERR");
    expect(code(await makeRing("under_score"))).toBe("INVALID_FIELD_ERR");
    await makeRing("finance");
    expect((await makeRing("finance")).status).toBe(409);
    expect((await dropRing("finance")).status).toBe(204);
    expect((await dropRing("finance")).status).toBe(404);
    expect(await rings()).toEqual(["default", "payroll-ring"]);
  });

  it("M24 refuses to delete a ring with keys in any state; force moves destroyed ones to `default`", async () => {
    await makeRing("finance");
    const one = await create({}, { "x-kms-key-ring": "finance" });
    const two = await create({}, { "x-kms-key-ring": "finance" });
    expect(code(await dropRing("finance", "?force=true"))).toBe("KEY_RING_NOT_EMPTY_ERR");
    await bob.kms("DELETE", `/keys/${one.id}`);
    await bob.kms("DELETE", `/keys/${two.id}`);
    const refused = await dropRing("finance");
    expect([refused.status, code(refused)]).toEqual([409, "KEY_RING_NOT_EMPTY_ERR"]);
    expect((await dropRing("finance", "?force=true")).status).toBe(204);
    expect((await look(one.id)).keyRingID).toBe("default");
  });

  it("M24 keeps `default`, and the ring that an internal keystore is", async () => {
    expect((await dropRing("default")).status).toBe(400);
    const refused = await dropRing("payroll-ring");
    expect([refused.status, code(refused)]).toEqual([409, "EMULATED_KEY_RING_OF_KEYSTORE"]);
  });
});

describe("M7 moves a key to another ring", () => {
  const move = (id: string, keyRingID: string, headers = {}) => bob.kms("PATCH", `/keys/${id}`, { keyRingID }, headers);

  it("M7 from the ring of the header to that of the body", async () => {
    await makeRing("finance");
    const { id } = await create();
    expect((await move(id, "finance", { "x-kms-key-ring": "payroll-ring" })).status).toBe(404);
    expect(first(await move(id, "finance", { "x-kms-key-ring": "default" })).keyRingID).toBe("finance");
    expect((await erin.kms("GET", "/keys", undefined, { "x-kms-key-ring": "finance" })).body.resources).toHaveLength(1);
  });

  it("M7 reads `KeyRingID`, as IBM's Go client spells it", async () => {
    await makeRing("finance");
    const { id } = await create();
    expect(first(await bob.kms("PATCH", `/keys/${id}`, { KeyRingID: "finance" })).keyRingID).toBe("finance");
  });

  it("M7 refuses an unknown ring, a destroyed key and a backing key", async () => {
    const { id } = await create();
    expect((await move(id, "nowhere")).status).toBe(404);
    await bob.kms("DELETE", `/keys/${id}`);
    expect((await move(id, "default")).status).toBe(410);
    const backingKey = await world.backingKeyOf(await world.keyIn("active"));
    expect(code(await move(backingKey.id, "default"))).toBe("EMULATED_BACKING_KEY_STAYS");
    expect(code(await bob.kms("PATCH", `/keys/${backingKey.id}`))).toBe("NO_BODY_ERR");
  });
});

describe("M25 aliases (2.2)", () => {
  const name = (id: string, alias: string) => alice.kms("POST", `/keys/${id}/aliases/${alias}`);

  it("M25 gives up to five, each of which stands for the id in every call", async () => {
    const { id } = await create();
    const response = await name(id, "wages_1");
    expect([response.status, response.body]).toEqual([
      201,
      {
        metadata: { collectionType: "application/vnd.ibm.kms.alias+json", collectionTotal: 1 },
        resources: [
          { keyId: id, alias: "wages_1", createdBy: "IBMid-550000ALICE", creationDate: "2026-11-24T12:00:00Z" },
        ],
      },
    ]);
    expect((await act("wages_1", "disable")).status).toBe(204);
    for (const alias of ["a2", "a3", "a4", "a5"]) expect((await name("wages_1", alias)).status).toBe(201);
    expect(code(await name(id, "a6"))).toBe("INVALID_FIELD_ERR");
    expect((await look("a5")).aliases).toHaveLength(5);
  });

  it("M25 refuses one in use, malformed, reserved or like an id, and frees it when deleted", async () => {
    const one = await create();
    const two = await create();
    await name(one.id, "wages");
    expect((await name(two.id, "wages")).status).toBe(409);
    for (const alias of ["x", "with.dot", "policies", "11111111-2222-4333-8444-555555555555"]) {
      expect(code(await name(two.id, alias))).toBe("INVALID_FIELD_ERR");
    }
    expect((await alice.kms("DELETE", `/keys/${one.id}/aliases/wages`)).status).toBe(401);
    expect((await bob.kms("DELETE", `/keys/${one.id}/aliases/wages`)).status).toBe(204);
    expect((await bob.kms("DELETE", `/keys/${one.id}/aliases/wages`)).status).toBe(404);
    expect((await name(two.id, "wages")).status).toBe(201);
  });
});

describe("M26 import tokens", () => {
  it("M26 gives a token that can be fetched so often and so long, and a new one takes its place", async () => {
    const created = await alice.kms("POST", "/import_token", { expiration: 300, maxAllowedRetrievals: 2 });
    expect([created.status, created.body]).toEqual([
      200,
      {
        expiration: 300,
        creationDate: "2026-11-24T12:00:00Z",
        expirationDate: "2026-11-24T12:05:00Z",
        maxAllowedRetrievals: 2,
        remainingRetrievals: 2,
      },
    ]);
    const fetched = (await alice.kms("GET", "/import_token")).body;
    expect(fetched.remainingRetrievals).toBe(1);
    expect(Buffer.from(String(fetched.payload), "base64").toString()).toContain("BEGIN PUBLIC KEY");
    expect((await alice.kms("GET", "/import_token")).body.nonce).toBe(fetched.nonce);
    expect(code(await alice.kms("GET", "/import_token"))).toBe("IMPORT_TOKEN_EXPIRED_ERR");
    await alice.kms("POST", "/import_token");
    expect((await alice.kms("GET", "/import_token")).body).toMatchObject({ remainingRetrievals: 0 });
    await alice.kms("POST", "/import_token", { maxAllowedRetrievals: 500 });
    await world.advance("10m");
    expect(code(await alice.kms("GET", "/import_token"))).toBe("IMPORT_TOKEN_EXPIRED_ERR");
  });

  it("M26 refuses lives out of range", async () => {
    expect(code(await alice.kms("POST", "/import_token", { expiration: 299 }))).toBe("INVALID_FIELD_ERR");
    expect(code(await alice.kms("POST", "/import_token", { maxAllowedRetrievals: 501 }))).toBe("INVALID_FIELD_ERR");
  });
});

describe("M21 and M22 registrations (2.13)", () => {
  const crn = (bucket: string) => `crn:v1:bluemix:public:cloud-object-storage:global:a/acc:cos-1:bucket:${bucket}`;

  it("M21 of a key, M22 of all, by retention and by pattern, in pages", async () => {
    const one = await create();
    const two = await create({}, { "x-kms-key-ring": "payroll-ring" });
    await world.control(`keys/${one.id}`, { addResource: { crn: crn("a") } });
    await world.control(`keys/${one.id}`, { addResource: { crn: crn("b"), preventKeyDeletion: true } });
    await world.control(`keys/${two.id}`, { addResource: { crn: crn("c"), description: "wages" } });
    const crns = async (path: string, headers = {}) =>
      (await erin.kms("GET", path, undefined, headers)).body.resources.map(({ resourceCrn }) => resourceCrn);
    const of = `/keys/${one.id}/registrations`;
    expect(await crns(of)).toEqual([crn("a"), crn("b")]);
    expect(await crns(`${of}?preventKeyDeletion=true`)).toEqual([crn("b")]);
    expect(await crns(`${of}?preventKeyDeletion=false`)).toEqual([crn("a")]);
    expect(await crns("/keys/registrations")).toHaveLength(3);
    expect(await crns("/keys/registrations", { "x-kms-key-ring": "payroll-ring" })).toEqual([crn("c")]);
    const pattern = encodeURIComponent("crn:v1:bluemix:public:*:*:*:*:bucket:c");
    expect(await crns(`/keys/registrations?urlEncodedResourceCRNQuery=${pattern}`)).toEqual([crn("c")]);
    const page = await erin.kms("GET", "/keys/registrations?totalCount=true&limit=1&offset=1");
    expect(page.body.metadata).toMatchObject({ collectionTotal: 1, totalCount: 3 });
    const [shown] = (await erin.kms("GET", `/keys/${two.id}/registrations`)).body.resources;
    expect(shown).toMatchObject({ keyId: two.id, description: "wages", createdBy: `crn-${crn("c")}` });
    expect(shown).not.toHaveProperty("preventKeyDeletion");
  });
});

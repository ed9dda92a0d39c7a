import { constants, createCipheriv, publicEncrypt, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { base64, code, first, keyBody, policyBody, reason, stageKms } from "./kms-requests.ts";

const { alice, bob, erin, create, look, world } = stageKms();
const post = (fields: Record<string, unknown>, headers = {}) => bob.kms("POST", "/keys", keyBody(fields), headers);

describe("M1 creates keys (2.2)", () => {
  it("M1 a root key, active at once, with all that metadata shows (3)", async () => {
    const response = await alice.kms(
      "POST",
      "/keys",
      keyBody({ description: "for wages", tags: ["a"], aliases: ["pay"] }),
    );
    expect(response.status).toBe(201);
    expect(first(response)).toMatchObject({
      name: "payments",
      description: "for wages",
      tags: ["a"],
      aliases: ["pay"],
      state: 1,
      extractable: false,
      imported: false,
      keyRingID: "default",
      creationDate: "2026-11-24T12:00:00Z",
      createdBy: "IBMid-550000ALICE",
      algorithmType: "AES",
      algorithmMetadata: { bitLength: "256", mode: "CBC_PAD" },
      dualAuthDelete: { enabled: false },
      deleted: false,
    });
    expect(first(response).crn).toBe(
      `crn:v1:bluemix:public:hs-crypto:eu-de:a/emulated-account:${world.emulator.instanceId}:key:${first(response).id}`,
    );
    expect(first(response).payload).toBeUndefined();
  });

  it("M1 a standard key, whose material shows only where the representation is asked for (1.3)", async () => {
    const asked = await post({ extractable: true }, { prefer: "return=representation" });
    expect(Buffer.from(String(first(asked).payload), "base64")).toHaveLength(32);
    expect(first(await post({ extractable: true })).payload).toBeUndefined();
    expect(Object.keys(first(await post({}, { prefer: "return=minimal" })))).toEqual(["type", "id"]);
    expect(first(await post({}, { prefer: "return=representation" })).payload).toBeUndefined();
  });

  it("M1 an imported key, of 16, 24 or 32 bytes where it is a root key", async () => {
    expect(await create({ payload: randomBytes(24).toString("base64") })).toMatchObject({ imported: true });
    const odd = await post({ payload: base64("odd") });
    expect([odd.status, code(odd), reason(odd)?.target]).toEqual([
      400,
      "INVALID_FIELD_ERR",
      { type: "field", name: "payload" },
    ]);
    expect((await post({ payload: base64("odd"), extractable: true })).status).toBe(201);
  });

  it("M1 in the ring of the header, which has to be there (10-24)", async () => {
    expect((await create({}, { "x-kms-key-ring": "payroll-ring" })).keyRingID).toBe("payroll-ring");
    expect((await post({}, { "x-kms-key-ring": "nowhere" })).status).toBe(404);
  });

  it.each([
    ["an unknown field", { resources: keyBody({ x: 1 }).resources }, 'json: unknown field "x"'],
    ["two keys", { resources: [keyBody(), keyBody()] }, "Only creation of one key per request is supported"],
    ["no metadata", { metadata: undefined }, "CollectionMetadata is empty"],
  ])("M1 refuses %s as a bad body", async (_, change, words) => {
    const response = await bob.kms("POST", "/keys", { ...keyBody(), ...change });
    expect([response.status, code(response)]).toEqual([400, "BAD_BODY_ERR"]);
    expect(reason(response)?.message).toContain(words);
  });

  it("M1 matches the names of members in any case, as `Tags` of IBM's Go client", async () => {
    const response = await post({ Tags: ["hr"], Name: "wages", name: undefined });
    expect(first(response)).toMatchObject({ name: "wages", tags: ["hr"] });
    expect(code(await post({ Tags: "hr" }))).toBe("BAD_BODY_ERR");
    expect(reason(await post({ Tag: ["hr"] }))?.message).toContain('json: unknown field "Tag"');
    const policy = { Type: "application/vnd.ibm.kms.policy+json", dualauthdelete: { Enabled: true } };
    expect((await bob.kms("PUT", `/keys/${first(response).id}/policies`, policyBody(policy))).status).toBe(200);
  });

  it.each([
    ["name", { name: "x" }],
    ["description", { description: "x" }],
    ["tags", { tags: Array.from({ length: 31 }, String) }],
    ["expirationDate", { expirationDate: "2026-11-24T11:00:00Z" }],
    ["aliases", { aliases: ["keys"] }],
    ["aliases", { aliases: ["11111111-2222-4333-8444-555555555555"] }],
  ])("M1 refuses a %s out of range, and names it", async (name, change) => {
    const response = await post(change);
    expect([response.status, code(response), reason(response)?.target?.name]).toEqual([400, "INVALID_FIELD_ERR", name]);
  });

  it("M1 names need not be unique, aliases do", async () => {
    await create({ aliases: ["pay"] });
    expect((await post({})).status).toBe(201);
    expect((await post({ aliases: ["pay"] })).status).toBe(409);
  });

  it("M1 checks the role before the body, and returns 401 without reasons (4.3)", async () => {
    const response = await erin.kms("POST", "/keys", "not JSON");
    expect([response.status, response.body.resources]).toEqual([
      401,
      [
        {
          errorMsg:
            "Unauthorized: Either the user does not have access to the specified resource, the resource does not exist, or the region is incorrectly set",
        },
      ],
    ]);
  });

  it("M1 a key is deactivated when its expiration date passes (3.1)", async () => {
    const key = await create({ expirationDate: "2026-11-25T12:00:00Z" });
    expect(key.expirationDate).toBe("2026-11-25T12:00:00Z");
    await world.advance("23h");
    expect((await look(key.id)).state).toBe(1);
    await world.advance("1h");
    expect((await look(key.id)).state).toBe(3);
  });
});

describe("M1 imports under the instance's policy and token (2.2, 2.12)", () => {
  const policy = (attributes: object) =>
    bob.kms(
      "PUT",
      "/instance/policies",
      policyBody({ policy_type: "keyCreateImportAccess", policy_data: { enabled: true, attributes } }),
    );
  const payload = randomBytes(32).toString("base64");

  it.each([
    ["create_root_key", {}],
    ["create_standard_key", { extractable: true }],
    ["import_root_key", { payload }],
    ["import_standard_key", { payload, extractable: true }],
  ])("M1 is blocked by %s: false, and by nothing else", async (attribute, fields) => {
    await policy({ [attribute]: false });
    const response = await post(fields);
    expect([response.status, code(response), reason(response)?.message]).toEqual([
      409,
      "KEY_CREATE_IMPORT_ACCESS_ERR",
      "KeyCreateImportAccess instance policy does not allow this action",
    ]);
    await policy({ [attribute]: true });
    expect((await post(fields)).status).toBe(201);
  });

  async function secured(mode: "gcm" | "cbc", material = randomBytes(32)) {
    await alice.kms("POST", "/import_token", { expiration: 600, maxAllowedRetrievals: 2 });
    const { body } = await alice.kms("GET", "/import_token");
    const key = Buffer.from(String(body.payload), "base64").toString();
    const nonce = Buffer.from(String(body.nonce), "base64");
    const iv = randomBytes(mode === "gcm" ? 12 : 16);
    const gcm = createCipheriv("aes-256-gcm", material, iv);
    const cbc = createCipheriv("aes-256-cbc", material, mode === "cbc" ? iv : randomBytes(16));
    const cipher = mode === "gcm" ? gcm : cbc;
    const sealed = Buffer.concat([cipher.update(nonce), cipher.final()]);
    const tag = mode === "gcm" ? gcm.getAuthTag() : Buffer.alloc(0);
    const padding = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    return {
      payload: publicEncrypt(padding, material).toString("base64"),
      encryptedNonce: Buffer.concat([sealed, tag]).toString("base64"),
      iv: iv.toString("base64"),
      encryptionAlgorithm: "RSAES_OAEP_SHA_256",
    };
  }

  it.each(["gcm", "cbc"] as const)("M1 takes a key that was encrypted for the token, its nonce by %s", async (mode) => {
    await policy({ enforce_token: true });
    expect(code(await post({ payload }))).toBe("KEY_CREATE_IMPORT_ACCESS_ERR");
    expect(await create(await secured(mode))).toMatchObject({ imported: true, state: 1 });
  });

  it("M1 refuses a wrong nonce, a wrong IV, a missing IV and an old token", async () => {
    const old = await secured("gcm");
    const present = await secured("gcm");
    expect(code(await post({ ...present, payload: base64("not encrypted") }))).toBe("INVALID_FIELD_ERR");
    expect(code(await post({ ...present, iv: randomBytes(12).toString("base64") }))).toBe("INCORRECT_NONCE_IV_ERR");
    expect(code(await post({ ...present, iv: undefined }))).toBe("INCORRECT_NONCE_IV_ERR");
    expect((await post(old)).status).toBe(400);
    await world.advance("11m");
    expect(code(await post(present))).toBe("IMPORT_TOKEN_EXPIRED_ERR");
  });

  it("M1 refuses a nonce that is another token's, though its key and IV fit", async () => {
    const material = randomBytes(32);
    const old = await secured("gcm", material);
    const present = await secured("gcm", material);
    const { encryptedNonce, iv } = old;
    expect(code(await post({ ...present, encryptedNonce, iv }))).toBe("INCORRECT_NONCE_ERR");
  });
});

describe("M2 creates with policies of its own (2.2)", () => {
  const postOverride = (fields: Record<string, unknown>) =>
    bob.kms("POST", "/keys_with_policy_overrides", keyBody(fields));

  it("M2 sets rotation and dual authorization on this key, whatever the instance's policies say", async () => {
    const data = { policy_type: "dualAuthDelete", policy_data: { enabled: true } };
    await bob.kms("PUT", "/instance/policies", policyBody(data));
    expect((await create()).dualAuthDelete.enabled).toBe(true);
    const response = await postOverride({
      dualAuthDelete: { enabled: false },
      rotation: { enabled: true, interval_month: 3 },
    });
    expect(response.status).toBe(201);
    expect(first(response)).toMatchObject({
      dualAuthDelete: { enabled: false },
      rotation: { enabled: true, interval_month: 3 },
    });
    expect(first(await postOverride({ dualAuthDelete: { enabled: true } })).dualAuthDelete.enabled).toBe(true);
  });

  it("M2 takes no policy from the instance, not even where the request has none", async () => {
    const data = [
      { policy_type: "rotation", policy_data: { enabled: true, attributes: { interval_month: 5 } } },
      { policy_type: "dualAuthDelete", policy_data: { enabled: true } },
    ];
    await bob.kms("PUT", "/instance/policies", policyBody(...data));
    expect(await create()).toMatchObject({ dualAuthDelete: { enabled: true }, rotation: { interval_month: 5 } });
    const key = first(await postOverride({}));
    expect(key.dualAuthDelete).toEqual({ enabled: false });
    expect((await bob.kms("GET", `/keys/${key.id}/policies`)).body.metadata).toMatchObject({ collectionTotal: 0 });
  });

  it("M2 refuses rotation of a standard key, and M1 any rotation", async () => {
    const rotation = { enabled: true, interval_month: 3 };
    expect(code(await postOverride({ extractable: true, rotation }))).toBe("KEY_ROOT_REQ_ERR");
    expect(code(await post({ rotation }))).toBe("BAD_BODY_ERR");
  });
});

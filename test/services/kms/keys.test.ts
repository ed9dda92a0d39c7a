/** KMS keys that are not backing keys: requests, responses, and which errors never mean that a key is gone. */

import { describe, expect, test } from "vitest";
import { createKmsKeys } from "../../../provider/services/kms/keys.ts";
import { permitForKmsKey, permitForRing } from "../../support/permits.ts";
import { never, type Reply, serviceAt, useScriptedServer } from "../scripted-server.ts";

const kmsKeyId = "11111111-2222-4333-8444-555555555555";
const ref = { instanceId: "instance", kmsKeyId };
const options = { signal: never() };
const material = "cGxhbnRlZCBtYXRlcmlhbA==";

const server = useScriptedServer();

const keys = () => createKmsKeys(serviceAt(server, { renewed: "token-2" }));
const collection = (resources: readonly object[], status = 200): Reply => ({ status, body: { resources } });
const refusal = (status: number, code?: string): Reply => ({
  status,
  body: { resources: [{ errorMsg: "what", ...(code !== undefined && { reasons: [{ code, message: "why" }] }) }] },
});
const sent = () => server.asked.map(({ method, path }) => `${method} ${path}`);
const bodies = () => server.asked.flatMap(({ body }) => (body === "" ? [] : [JSON.parse(body)]));
const queryOf = (at: number) => new URL(server.asked[at]?.path ?? "", server.url).searchParams;

test("a change that was never sent is not a change with a lost response", async () => {
  const unreachable = createKmsKeys({
    ...serviceAt(server),
    endpoint: async () => ({ ...server.endpoint, url: "http://127.0.0.1:1" }),
  });
  const sending = unreachable.create({ name: "backup", isExtractable: false, tags: [] }, options);
  await expect(sending).rejects.toMatchObject({
    code: "UKO_SERVICE_UNAVAILABLE",
    detail: expect.stringMatching(/ECONNREFUSED.*nothing was sent\. Nothing was changed/),
  });
});

describe("reading a KMS key", () => {
  test("returns the metadata of the pinned instance, from the smallest answer that KMS may send", async () => {
    server.script(collection([{ id: kmsKeyId, state: 1 }]));
    expect((await keys().read(ref, options)).value).toEqual({
      kmsKeyId,
      crn: "",
      name: "",
      description: "",
      aliases: [],
      tags: [],
      state: 1,
      isExtractable: false,
      isImported: false,
      ring: "",
      expirationDate: "",
      versionId: "",
      dualAuthDelete: false,
    });
    expect(sent()).toEqual([`GET /api/v2/keys/${kmsKeyId}/metadata`]);
    expect(server.asked[0]?.headers).toMatchObject({ "bluemix-instance": "instance", authorization: "Bearer token" });
  });

  test("returns its window, its policies and its end, and drops material that KMS should not have sent", async () => {
    server.script(
      collection([
        {
          id: kmsKeyId,
          state: 5,
          payload: material,
          dualAuthDelete: { enabled: true, keySetForDeletion: true, authExpiration: "2030-01-09T00:00:00Z" },
          rotation: { interval_month: 3 },
          deletionDate: "2030-01-03T00:00:00Z",
          deletedBy: "IBMid-BBB",
          createdBy: "IBMid-A\u200b",
          purgeScheduledOn: "2030-04-03T00:00:00+0000",
          keyVersion: { id: "v1" },
        },
      ]),
    );
    const { value } = await keys().read(ref, options);
    expect(value).toMatchObject({
      dualAuthDelete: true,
      windowEndsAtMs: Date.UTC(2030, 0, 9),
      rotationIntervalMonths: 3,
      deletedBy: "IBMid-BBB",
      purgeScheduledAtMs: Date.UTC(2030, 3, 3),
      versionId: "v1",
    });
    expect(value).not.toHaveProperty("createdBy");
    expect(JSON.stringify(value)).not.toContain(material);
  });

  test("returns no rotation if rotation is disabled", async () => {
    server.script(collection([{ id: kmsKeyId, state: 1, rotation: { enabled: false, interval_month: 3 } }]));
    expect((await keys().read(ref, options)).value).not.toHaveProperty("rotationIntervalMonths");
  });

  test("is undefined for KMS's own KEY_NOT_FOUND_ERR alone", async () => {
    server.script(refusal(404, " KEY_NOT_FOUND_ERR"));
    expect((await keys().read(ref, options)).value).toBeUndefined();
  });

  test.each<[string, Reply, string, RegExp]>([
    ["401", refusal(401), "UKO_ACCESS_DENIED", /for a missing role, for another instance or region/],
    ["403", refusal(403, "CONFIG_RULE_CONFLICT_ERR"), "UKO_ACCESS_DENIED", /networks or addresses/],
    ["a gateway's 404", { status: 404, body: "<html>" }, "UKO_RESPONSE_INVALID", /404/],
    ["a 404 for another reason", refusal(404, "OTHER_ERR"), "UKO_RESPONSE_INVALID", /404/],
    ["500", { status: 500 }, "UKO_SERVICE_UNAVAILABLE", /500/],
    ["another key", collection([{ id: "other", state: 1 }]), "UKO_RESPONSE_INVALID", /requested key/],
    ["no key", collection([]), "UKO_RESPONSE_INVALID", /requested key/],
    ["a state that is not a number", collection([{ id: kmsKeyId, state: "1" }]), "UKO_RESPONSE_INVALID", /state/],
    [
      "a window without end",
      collection([{ id: kmsKeyId, state: 1, dualAuthDelete: { enabled: true, keySetForDeletion: true } }]),
      "UKO_RESPONSE_INVALID",
      /window/,
    ],
  ])("never reports the key as gone for %s", async (_, reply, code, detail) => {
    server.script(reply);
    await expect(keys().read(ref, options)).rejects.toMatchObject({ code, detail: expect.stringMatching(detail) });
  });

  test("of another instance, or by an invalid ID, sends no request", async () => {
    const other = keys().read({ ...ref, instanceId: "other" }, options);
    await expect(other).rejects.toMatchObject({ code: "UKO_INSTANCE_MISMATCH" });
    for (const wrong of ["", "my-alias", "../purge", `${kmsKeyId}/x`]) {
      const at = { ...ref, kmsKeyId: wrong };
      await expect(keys().read(at, options)).rejects.toMatchObject({ code: "UKO_INPUT_INVALID" });
      await expect(keys().destroy(await permitForKmsKey("destroy_kms_key", at), options)).rejects.toMatchObject({
        code: "UKO_INPUT_INVALID",
      });
    }
    expect(server.asked).toEqual([]);
  });
});

describe("lists of KMS", () => {
  const key = (at: number) => ({ id: `k-${at}`, state: 1 });

  test("request every state, of one ring if a ring is named, until a page is short", async () => {
    const page = Array.from({ length: 1_000 }, (_, at) => key(at));
    server.script(collection(page), collection([key(999), key(1_000)]));
    expect(await keys().list({ ring: "payments" }, options)).toHaveLength(1_001);
    expect(server.asked.map(({ headers }) => headers["x-kms-key-ring"])).toEqual(["payments", "payments"]);
    expect(queryOf(0).get("state")).toBe("0,1,2,3,5");
    expect([queryOf(0).get("offset"), queryOf(1).get("offset")]).toEqual(["0", "1000"]);
  });

  test("are empty if KMS leaves the list out", async () => {
    server.script({ body: { metadata: { collectionTotal: 0 } } });
    expect(await keys().list({}, options)).toEqual([]);
    expect(await keys().rings(options)).not.toContain("payments");
  });

  test("of registrations state what prevents a deletion, and that they are unreadable if a right is missing", async () => {
    server.script(collection([{ resourceCrn: "crn:a" }, { resourceCrn: "crn:b", preventKeyDeletion: true }]));
    expect(await keys().registrations(ref, options)).toEqual({
      kind: "known",
      items: [
        { resourceCrn: "crn:a", preventsKeyDeletion: false },
        { resourceCrn: "crn:b", preventsKeyDeletion: true },
      ],
    });
    const nulls = [{ body: { resources: null } }, collection([{ resourceCrn: "crn:a", preventKeyDeletion: null }])];
    for (const reply of [refusal(401), refusal(404, "KEY_NOT_FOUND_ERR"), collection([{}]), ...nulls]) {
      server.script(reply);
      expect(await keys().registrations(ref, options)).toMatchObject({ kind: "unreadable" });
    }
    server.script({ status: 503 });
    await expect(keys().registrations(ref, options)).rejects.toMatchObject({ code: "UKO_SERVICE_UNAVAILABLE" });
  });

  test("of policies return the last writer, and nothing if only Managers may read them", async () => {
    const policy = { updatedBy: "IBMid-A", lastUpdateDate: "2030-01-02T00:00:00Z" };
    server.script(
      collection([
        { rotation: {}, ...policy, updatedBy: "no" },
        { dualAuthDelete: {}, ...policy },
      ]),
    );
    expect(await keys().dualAuthPolicyWrite(ref, options)).toMatchObject({
      updatedBy: "IBMid-A",
      updatedAtMs: Date.UTC(2030, 0, 2),
    });
    for (const reply of [refusal(401), collection([]), collection([{ dualAuthDelete: {}, updatedBy: "a b" }])]) {
      server.script(reply);
      expect(await keys().dualAuthPolicyWrite(ref, options)).toBeUndefined();
    }
  });
});

describe("creating a KMS key", () => {
  const wanted = { name: "payroll", isExtractable: false };
  const made = (fields: object = {}) => collection([{ id: kmsKeyId, ...fields }], 201);

  test("uses the policies' own path only if a policy is requested", async () => {
    server.script(made());
    await keys().create(wanted, options);
    await keys().create({ ...wanted, ring: "payments", dualAuthDelete: true, rotationIntervalMonths: 3 }, options);
    expect(sent()).toEqual(["POST /api/v2/keys", "POST /api/v2/keys_with_policy_overrides"]);
    expect(server.asked[1]?.headers).toMatchObject({ "x-kms-key-ring": "payments" });
    const type = "application/vnd.ibm.kms.key+json";
    const metadata = { collectionType: type, collectionTotal: 1 };
    expect(bodies()).toEqual([
      { metadata, resources: [{ type, name: "payroll", extractable: false }] },
      {
        metadata,
        resources: [
          {
            type,
            name: "payroll",
            extractable: false,
            dualAuthDelete: { enabled: true },
            rotation: { enabled: true, interval_month: 3 },
          },
        ],
      },
    ]);
  });

  test("returns the requested values if KMS's response is sparse", async () => {
    server.script(made());
    const end = await keys().create({ ...wanted, payload: material, dualAuthDelete: true }, options);
    expect(server.asked[0]?.headers).toMatchObject({ prefer: "return=representation" });
    expect(end).toMatchObject({
      kind: "done",
      value: { kmsKeyId, name: "payroll", state: 1, isExtractable: false, isImported: true, dualAuthDelete: true },
    });
  });

  test("never returns a standard key's material", async () => {
    server.script(made({ payload: material }));
    const end = await keys().create({ ...wanted, isExtractable: true }, options);
    expect(server.asked[0]?.headers).toMatchObject({ prefer: "return=minimal" });
    expect(JSON.stringify(end)).not.toContain(material);
  });

  test.each<[Reply, object, number]>([
    [refusal(409, "KEY_CREATE_IMPORT_ACCESS_ERR"), { kind: "refused", status: 409 }, 1],
    [refusal(401), { kind: "forbidden", message: expect.stringMatching(/KMS Writer or KMS Manager/) }, 2],
    [{ status: 429, headers: { "retry-after": "0" } }, { kind: "lost", isThrottled: true }, 1],
    [{ status: 503 }, { kind: "lost" }, 1],
    [{ cut: "before" }, { kind: "lost" }, 1],
    [collection([{}], 201), { kind: "lost" }, 1],
    [{ status: 201, body: "{}" }, { kind: "lost" }, 1],
  ])("returns, for the answer %j, %j and is sent once", async (reply, expected, calls) => {
    server.script(reply);
    expect(await keys().create(wanted, options)).toMatchObject(expected);
    expect(server.asked).toHaveLength(calls);
  });
});

describe("changing a KMS key", () => {
  test("is one call each, and never forced", async () => {
    server.script({ status: 204 });
    const all = keys();
    const path = `/api/v2/keys/${kmsKeyId}`;
    await all.moveToRing(ref, "payments", options);
    await all.rotate(ref, undefined, options);
    await all.rotate(ref, material, options);
    await all.addAlias(ref, "pay_roll", options);
    await all.removeAlias(ref, "pay_roll", options);
    await all.requireTwo(ref, options);
    await all.setRotation(ref, 6, options);
    await all.setForDeletion(await permitForKmsKey("open_kms_window", ref), options);
    await all.unsetForDeletion(ref, options);
    await all.destroy(await permitForKmsKey("destroy_kms_key", ref), options);
    await all.restore(ref, options);
    await all.createRing("payments", options);
    await all.removeRing(await permitForRing("instance", "payments"), options);
    expect(sent()).toEqual([
      `PATCH ${path}`,
      `POST ${path}/actions/rotate`,
      `POST ${path}/actions/rotate`,
      `POST ${path}/aliases/pay_roll`,
      `DELETE ${path}/aliases/pay_roll`,
      `PUT ${path}/policies?policy=dualAuthDelete`,
      `PUT ${path}/policies?policy=rotation`,
      `POST ${path}/actions/setKeyForDeletion`,
      `POST ${path}/actions/unsetKeyForDeletion`,
      `DELETE ${path}`,
      `POST ${path}/restore`,
      "POST /api/v2/key_rings/payments",
      "DELETE /api/v2/key_rings/payments",
    ]);
    expect(bodies().slice(0, 3)).toEqual([{ keyRingID: "payments" }, {}, { payload: material }]);
    expect(bodies()[4]).toMatchObject({ resources: [{ rotation: { enabled: true, interval_month: 6 } }] });
  });

  test("by a name that would become another path sends no request", async () => {
    for (const name of ["", "a", "a/b", "..%2f", "a b"]) {
      await expect(keys().addAlias(ref, name, options)).rejects.toMatchObject({ code: "UKO_INPUT_INVALID" });
      await expect(keys().createRing(name, options)).rejects.toMatchObject({ code: "UKO_INPUT_INVALID" });
    }
    expect(server.asked).toEqual([]);
  });

  test.each<[Reply, object]>([
    [{ status: 204 }, { kind: "done" }],
    [{ status: 200 }, { kind: "done" }],
    [collection([{ id: kmsKeyId, state: 5 }]), { kind: "done" }],
    [refusal(410, "KEY_DELETED_ERR"), { kind: "done" }],
    [refusal(410, "OTHER_ERR"), { kind: "refused", status: 410 }],
    [refusal(404, "KEY_NOT_FOUND_ERR"), { kind: "refused", status: 404 }],
    [refusal(409, "AUTHORIZATIONS_NOT_MET"), { kind: "refused", message: "why (AUTHORIZATIONS_NOT_MET)" }],
    [refusal(401), { kind: "forbidden" }],
    [{ status: 202 }, { kind: "lost" }],
    [{ status: 503 }, { kind: "lost" }],
    [{ cut: "before" }, { kind: "lost" }],
  ])("returns, for a destruction answered with %j, %j", async (reply, expected) => {
    server.script(reply);
    expect(await keys().destroy(await permitForKmsKey("destroy_kms_key", ref), options)).toMatchObject(expected);
  });
});

import { randomBytes } from "node:crypto";
import { request } from "node:http";
import { describe, expect, it } from "vitest";
import { apiKeys, requestToken } from "./harness.ts";
import { code, policyBody, reason, stageKms } from "./kms-requests.ts";

const { alice, bob, erin, create, look, act, world } = stageKms();
const type = "application/vnd.ibm.kms.policy+json";
const put = (id: string, body: unknown, query = "") => bob.kms("PUT", `/keys/${id}/policies${query}`, body);
const get = (id: string, query = "") => bob.kms("GET", `/keys/${id}/policies${query}`);
const rotation = (interval_month: number, enabled?: boolean) => ({ type, rotation: { interval_month, enabled } });
const dualAuth = (enabled: boolean) => ({ type, dualAuthDelete: { enabled } });

describe("M17 and M18 policies of a key (2.11)", () => {
  it("M18 sets both at once, M17 shows each by itself", async () => {
    const { id } = await create();
    expect((await get(id)).body).toEqual({ metadata: { collectionType: type, collectionTotal: 0 } });
    const response = await put(id, policyBody(dualAuth(true), rotation(3)));
    expect(response.body.resources).toMatchObject([
      { dualAuthDelete: { enabled: true }, createdBy: "IBMid-550000BOB", lastUpdateDate: "2026-11-24T12:00:00Z" },
      { rotation: { enabled: true, interval_month: 3 } },
    ]);
    expect((await get(id, "?policy=rotation")).body.resources).toMatchObject([{ rotation: { interval_month: 3 } }]);
    expect((await look(id)).rotation).toEqual({ enabled: true, interval_month: 3 });
  });

  it("M18 keeps a policy that is set off from the start, and turns rotation off again, but never dual authorization (5, 10-6)", async () => {
    const { id } = await create();
    expect((await put(id, policyBody(dualAuth(false)))).body.resources).toMatchObject([
      { dualAuthDelete: { enabled: false } },
    ]);
    await put(id, policyBody(rotation(3)));
    await put(id, policyBody({ type, rotation: { enabled: false } }));
    expect((await look(id)).rotation).toEqual({ enabled: false, interval_month: 3 });
    expect((await put(id, policyBody(dualAuth(true)))).body.resources[0]).toMatchObject({
      dualAuthDelete: { enabled: true },
      updatedBy: "IBMid-550000BOB",
    });
    const refused = await put(id, policyBody(rotation(5), dualAuth(false)));
    expect([refused.status, code(refused)]).toEqual([409, "EMULATED_DUAL_AUTH_IRREVERSIBLE"]);
    // All of a request holds, or nothing.
    expect((await look(id)).rotation).toEqual({ enabled: false, interval_month: 3 });
  });

  it.each([
    [
      "a wrong count",
      { ...policyBody(dualAuth(true)), metadata: { collectionType: type, collectionTotal: 2 } },
      "",
      "COLLECTION_TOTAL_MISMATCH_ERR",
    ],
    [
      "another kind than the query's",
      policyBody(rotation(1)),
      "?policy=dualAuthDelete",
      "BODY_QUERY_PARAM_MISMATCH_ERR",
    ],
    ["one kind twice", policyBody(dualAuth(true), dualAuth(true)), "", "NUM_COLLECTION_RESOURCE_ERR"],
    ["an unknown field", policyBody({ ...dualAuth(true), x: 1 }), "", "BAD_BODY_ERR"],
    ["no collection", {}, "", "BAD_BODY_ERR"],
    ["thirteen months", policyBody(rotation(13)), "", "INVALID_FIELD_ERR"],
    ["an unknown kind", policyBody(dualAuth(true)), "?policy=metrics", "INVALID_QUERY_PARAM_ERR"],
  ])("M18 refuses %s", async (_, body, query, expected) => {
    const { id } = await create();
    const response = await put(id, body, query);
    expect([response.status, code(response)]).toEqual([400, expected]);
  });

  it("M18 rotates neither standard nor imported keys, and changes no destroyed one, which M17 still shows", async () => {
    const standard = await create({ extractable: true });
    expect(code(await put(standard.id, policyBody(rotation(1))))).toBe("KEY_ROOT_REQ_ERR");
    const imported = await create({ payload: randomBytes(32).toString("base64") });
    expect((await put(imported.id, policyBody(rotation(1)))).status).toBe(400);
    await put(standard.id, policyBody(dualAuth(false)));
    await bob.kms("DELETE", `/keys/${standard.id}`);
    expect((await put(standard.id, policyBody(dualAuth(true)))).status).toBe(410);
    expect((await get(standard.id)).body.resources).toHaveLength(1);
  });
});

describe("M19 and M20 policies of the instance (2.12)", () => {
  const set = (policy_type: string, policy_data: object, query = "") =>
    bob.kms("PUT", `/instance/policies${query}`, policyBody({ policy_type, policy_data }));
  const read = (query = "") => bob.kms("GET", `/instance/policies${query}`);

  it("M20 sets every kind with 204, M19 shows them in camel case (10-16)", async () => {
    expect((await read()).body).toEqual({ metadata: { collectionType: type, collectionTotal: 0 } });
    for (const [kind, attributes] of [
      ["allowedNetwork", { allowed_network: "public-and-private" }],
      ["allowedIP", { allowed_ip: ["127.0.0.0/8"] }],
      ["keyCreateImportAccess", { create_root_key: true }],
      ["rotation", { interval_month: 2 }],
    ] as const) {
      expect((await set(kind, { enabled: true, attributes }, `?policy=${kind}`)).status).toBe(204);
    }
    expect(await set("metrics", { enabled: true })).toMatchObject({ status: 204, text: "" });
    expect((await read()).body.resources).toHaveLength(5);
    expect((await read("?policy=rotation")).body.resources).toEqual([
      {
        policy_type: "rotation",
        policy_data: { enabled: true, attributes: { interval_month: 2 } },
        createdBy: "IBMid-550000BOB",
        creationDate: "2026-11-24T12:00:00Z",
        updatedBy: "IBMid-550000BOB",
        lastUpdated: "2026-11-24T12:00:00Z",
      },
    ]);
  });

  it("M20 dual authorization goes on and off, for keys and backing keys created from then on", async () => {
    const before = await create();
    await set("dualAuthDelete", { enabled: true });
    const during = await create({ payload: randomBytes(32).toString("base64") });
    expect((await world.backingKeyOf(await world.keyIn("active"))).dualAuthDelete.enabled).toBe(true);
    await set("dualAuthDelete", { enabled: false });
    const after = await create();
    expect([before, during, after].map(({ dualAuthDelete }) => dualAuthDelete.enabled)).toEqual([false, true, false]);
    expect((await look(during.id)).dualAuthDelete.enabled).toBe(true);
  });

  it("M20 rotation is for generated root keys created from then on", async () => {
    await set("rotation", { enabled: true, attributes: { interval_month: 2 } });
    expect((await create()).rotation).toEqual({ enabled: true, interval_month: 2 });
    expect((await create({ extractable: true })).rotation).toBeUndefined();
    expect((await create({ payload: randomBytes(32).toString("base64") })).rotation).toBeUndefined();
  });

  it.each([
    ["attributes of dual authorization", "dualAuthDelete", { enabled: true, attributes: {} }, "BAD_BODY_ERR"],
    ["an unknown kind", "other", { enabled: true }, "BAD_BODY_ERR"],
    [
      "what is no address range",
      "allowedIP",
      { enabled: true, attributes: { allowed_ip: ["10.0.0.0/33"] } },
      undefined,
    ],
    ["an unknown network", "allowedNetwork", { enabled: true, attributes: { allowed_network: "none" } }, undefined],
    ["a policy in force without its attributes", "allowedIP", { enabled: true }, undefined],
  ])("M20 refuses %s", async (_, kind, data, expected) => {
    const response = await set(kind, data);
    expect(response.status).toBe(400);
    if (expected !== undefined) expect(code(response)).toBe(expected);
    expect((await read()).body.resources).toBeUndefined();
  });

  it("M20 refuses a wrong count, another kind than the query's, and one kind twice", async () => {
    const one = { policy_type: "metrics", policy_data: { enabled: true } };
    const metadata = { collectionType: type, collectionTotal: 2 };
    const send = (body: object, query = "") => bob.kms("PUT", `/instance/policies${query}`, body);
    expect(code(await send({ metadata, resources: [one] }))).toBe("COLLECTION_TOTAL_MISMATCH_ERR");
    expect(code(await send(policyBody(one), "?policy=allowedIP"))).toBe("BODY_QUERY_PARAM_MISMATCH_ERR");
    expect(code(await send(policyBody(one, one)))).toBe("NUM_COLLECTION_RESOURCE_ERR");
  });
});

describe("where KMS may be called from (2.12, 4.3)", () => {
  it("M20 allowedIP refuses other addresses with 403, whatever the role, and IPv6 altogether", async () => {
    const body = policyBody({
      policy_type: "allowedIP",
      policy_data: { enabled: true, attributes: { allowed_ip: ["127.0.0.1", "10.1.0.0/16"] } },
    });
    await bob.kms("PUT", "/instance/policies", body);
    const from = (address: string) => erin.kms("GET", "/keys", undefined, { "x-forwarded-for": address });
    expect((await erin.kms("GET", "/keys")).status).toBe(200);
    expect((await from("10.1.2.3")).status).toBe(200);
    const outside = await from("10.2.0.1");
    expect([outside.status, code(outside), reason(outside)?.message]).toEqual([
      403,
      "CONFIG_RULE_CONFLICT_ERR",
      "Requested change is not compliant with configuration rules",
    ]);
    expect(code(await from("2001:db8::1"))).toBe("FEATURE_RESTRICTED_ERR");
  });

  it("M27 tells the private port while allowedIP is in force, from every address, to Managers", async () => {
    const elsewhere = { "x-forwarded-for": "10.2.0.1" };
    const port = (who = bob) => who.kms("GET", "/instance/allowed_ip_port", undefined, elsewhere);
    const collectionType = "application/vnd.ibm.kms.allowed_ip_metadata+json";
    expect((await port()).body).toEqual({ metadata: { collectionType, collectionTotal: 0 }, resources: [] });
    const policy_data = { enabled: true, attributes: { allowed_ip: ["10.1.0.0/16"] } };
    await bob.kms("PUT", "/instance/policies", policyBody({ policy_type: "allowedIP", policy_data }));
    expect((await port()).body).toEqual({
      metadata: { collectionType, collectionTotal: 1 },
      resources: [{ private_endpoint_port: Number(new URL(world.url).port) }],
    });
    expect((await port(alice)).status).toBe(401);
  });

  it("M20 allowedNetwork private-only refuses calls to a public name", async () => {
    const { id } = await create();
    const body = policyBody({
      policy_type: "allowedNetwork",
      policy_data: { enabled: true, attributes: { allowed_network: "private-only" } },
    });
    await bob.kms("PUT", "/instance/policies", body);
    expect(code(await act(id, "disable"))).toBe("CONFIG_RULE_CONFLICT_ERR");
    expect(await statusByName("api.eu-de.hs-crypto.localhost")).toBe(403);
    expect(await statusByName("api.private.eu-de.hs-crypto.localhost")).toBe(200);
    expect(await statusByName("private.eu-de.kms.localhost")).toBe(200);
  });
});

/** Erin's list, asked for under another name than the machine's. */
async function statusByName(host: string): Promise<number | undefined> {
  const token = String((await requestToken(world.url, apiKeys.erin)).body.access_token);
  const { hostname, port } = new URL(world.url);
  const headers = { host, authorization: `Bearer ${token}`, "bluemix-instance": world.emulator.instanceId };
  return new Promise((resolve, reject) => {
    request({ hostname, port, path: "/api/v2/keys", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .once("error", reject)
      .end();
  });
}

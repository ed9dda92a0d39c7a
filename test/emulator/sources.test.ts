/**
 * What IBM's clients, documents and captures show, each with its source. The abbreviations are
 * those of kms-v2-and-iam.md: GO, KD, HD and ND name IBM's repositories with their commits.
 */

import { describe, expect, it } from "vitest";
import { apiKeys, send, vaultId } from "./harness.ts";
import { code, keyBody, policyBody, reason, stageKms } from "./kms-requests.ts";

const { world, alice, bob, erin, create, act } = stageKms();
const policyType = "application/vnd.ibm.kms.policy+json";

describe("KMS", () => {
  it("ends a headline with the code, and refers to Key Protect's API (GO kp_test.go:970, 3814, 4667)", async () => {
    const { id } = await create();
    const answer = await bob.kms("DELETE", `/keys/${id}/purge`);
    expect(answer.status).toBe(401);
    const standard = await act((await create({ extractable: true })).id, "disable");
    expect(standard.body.resources[0]).toEqual({
      errorMsg: "Bad Request: Key could not be disabled: Please see `reasons` for more details (KEY_ROOT_REQ_ERR)",
      reasons: [
        expect.objectContaining({ code: "KEY_ROOT_REQ_ERR", moreInfo: "https://cloud.ibm.com/apidocs/key-protect" }),
      ],
    });
  });

  it("names a query parameter that is not valid with INVALID_QUERY_PARAM_ERR (GO kp_test.go:4221, 4513)", async () => {
    const answer = await bob.kms("GET", "/keys?limit=0");
    expect([answer.status, code(answer), reason(answer)?.target, reason(answer)?.message]).toEqual([
      400,
      "INVALID_QUERY_PARAM_ERR",
      { type: "query_param", name: "limit" },
      "The query_param 'limit' must be: an integer between 1 and 5000 (inclusive)",
    ]);
  });

  it("refuses material for a generated key, and asks for that of an imported one (GO kp_test.go:4622, 4667)", async () => {
    const payload = Buffer.alloc(32).toString("base64");
    const generated = await act((await create()).id, "rotate", { payload });
    expect([code(generated), reason(generated)?.message, reason(generated)?.target]).toEqual([
      "INVALID_QUERY_PARAM_ERR",
      "The query_param 'payload' must be: provided only if key is imported",
      { type: "query_param", name: "payload" },
    ]);
    const imported = await act((await create({ payload })).id, "rotate");
    expect([code(imported), reason(imported)?.message, reason(imported)?.target]).toEqual([
      "KEY_PAYLOAD_REQ_ERR",
      "This root key was created with user-supplied key material: Key material is required to perform a 'rotate' action",
      { type: "field", name: "payload" },
    ]);
  });

  it("says of a foreign instance what the service says (KD migrate-tool.md:475)", async () => {
    const answer = await bob.kms("GET", "/keys", undefined, { "bluemix-instance": "other" });
    expect([answer.status, answer.body.resources[0]?.errorMsg]).toEqual([
      401,
      "Unauthorized: Either the user does not have access to the specified resource, the resource does not exist, or the region is incorrectly set",
    ]);
  });

  it("answers 400 if it finds no subject in the token (KD error-messages.md:302)", async () => {
    const headers = { "bluemix-instance": world.emulator.instanceId };
    for (const authorization of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic Yng6Yng=" }]) {
      const answer = await send(`${world.url}/api/v2/keys`, "GET", undefined, { ...headers, ...authorization });
      expect([answer.status, code(answer)]).toEqual([400, "BEARER_SUB_EXTRACTION_ERR"]);
    }
    const foreign = `x.${Buffer.from('{"sub":"someone"}').toString("base64url")}.y`;
    const answer = await send(`${world.url}/api/v2/keys`, "GET", undefined, {
      ...headers,
      authorization: `Bearer ${foreign}`,
    });
    expect(answer.status).toBe(401);
  });

  it("creates a key without `type` (IBM's Java client, KpUtilities.java:758)", async () => {
    const { resources, metadata } = keyBody() as { resources: object[]; metadata: object };
    const { type: _, ...key } = resources[0] as Record<string, unknown>;
    expect((await bob.kms("POST", "/keys", { metadata, resources: [key] })).status).toBe(201);
  });

  it("syncs an hour after the last life-cycle action, deleted keys too (HD sync-resources.md; GO kp_test.go:4731)", async () => {
    const { id } = await create();
    const early = await act(id, "sync");
    expect([early.status, early.body.resources[0]]).toEqual([
      409,
      expect.objectContaining({
        errorMsg:
          "Conflict: Could not initiate sync requests to associated resources: Please see `reasons` for more details (REQ_TOO_EARLY_ERR)",
      }),
    ]);
    expect(reason(early)?.message).toBe(
      "The key was updated recently: Please wait and try again: Sync cannot be performed until at least 2026-11-24T13:00:00Z",
    );
    await world.advance("2h");
    expect((await act(id, "sync")).status).toBe(204);
    await world.advance("2h");
    await act(id, "rotate");
    expect(code(await act(id, "sync"))).toBe("REQ_TOO_EARLY_ERR");
    await world.advance("1h");
    expect((await act(id, "sync")).status).toBe(204);
    await bob.kms("DELETE", `/keys/${id}`);
    expect(code(await act(id, "sync"))).toBe("REQ_TOO_EARLY_ERR");
    await world.advance("4h");
    expect((await act(id, "sync")).status).toBe(204);
  });

  it("takes both policies of a key in one resource, and shows `type` of one kind alone (ND v2.ts:5162, 5218, 6387)", async () => {
    const { id } = await create();
    const both = policyBody({ type: policyType, dualAuthDelete: { enabled: true }, rotation: { interval_month: 3 } });
    const all = await bob.kms("PUT", `/keys/${id}/policies`, both);
    expect([
      all.status,
      all.body.resources.length,
      all.body.resources.filter(({ type }) => type !== undefined),
    ]).toEqual([200, 2, []]);
    const one = await bob.kms("GET", `/keys/${id}/policies?policy=rotation`);
    expect(one.body.resources).toMatchObject([{ type: policyType, rotation: { interval_month: 3 } }]);
    expect((await bob.kms("PUT", `/keys/${id}/policies`, policyBody({ type: policyType }))).status).toBe(400);
  });

  it("turns `allowedIP` off with an empty list, as it shows one (GO kp_test.go:2252)", async () => {
    const off = { policy_type: "allowedIP", policy_data: { enabled: false, attributes: { allowed_ip: [] } } };
    expect((await bob.kms("PUT", "/instance/policies?policy=allowedIP", policyBody(off))).status).toBe(204);
    const on = { ...off, policy_data: { ...off.policy_data, enabled: true } };
    expect((await bob.kms("PUT", "/instance/policies?policy=allowedIP", policyBody(on))).status).toBe(400);
  });

  it("refuses a day that does not exist in a filter (PY: a date or a date and time of RFC 3339)", async () => {
    for (const day of ["2026-02-30", "2026-13-01", "2026-02-30T00:00:00Z", "soon"]) {
      expect(code(await bob.kms("GET", `/keys?filter=creationDate%3Dgte:${day}`))).toBe("INVALID_QUERY_PARAM_ERR");
    }
    expect((await bob.kms("GET", "/keys?filter=creationDate%3Dgte:2026-02-28")).status).toBe(200);
  });
});

describe("UKO", () => {
  it("refuses a day that does not exist in a filter (uko-v4.md 2.2: format date)", async () => {
    const list = (day: string) => alice.call("GET", `/api/v4/managed_keys?created_at_min=${day}`);
    expect((await list("2026-02-30")).status).toBe(400);
    expect((await list("2026-02-28")).status).toBe(200);
  });

  it("gives a key a new ETag with each sync, also within one second (uko-v4.md 0.7)", async () => {
    const key = await world.keyIn("active");
    const etags = new Set([key.updated_at]);
    for (let round = 0; round < 3; round += 1) {
      expect((await world.as("carol").step(key.id, "sync_status_in_keystores")).status).toBe(200);
      etags.add((await erin.key(key.id)).headers.get("etag") ?? "");
    }
    expect(etags.size).toBe(4);
  });

  it("refuses a period in which the unit comes first, and never reads it as zero (uko-v4.md 3.5: P5Y1M1W2D)", async () => {
    const template = (expiration: string) => ({
      name: `t${expiration}`,
      vault: { id: vaultId },
      keystores: [{ group: "payroll", type: "ibm_cloud_kms" }],
      key: { size: "256", algorithm: "aes", activation_date: "P0D", expiration_date: expiration, state: "active" },
    });
    expect((await world.as("carol").call("POST", "/api/v4/templates", template("PY1"))).status).toBe(400);
    expect((await world.as("carol").call("POST", "/api/v4/templates", template("P1Y2D"))).status).toBe(201);
  });

  it("answers 404 for a path that it does not serve, also without a token", async () => {
    for (const path of ["/api/v4/nothing", "/nothing", "/api/v2/nothing"]) {
      expect([path, (await send(`${world.url}${path}`, "GET")).status]).toEqual([path, 404]);
    }
  });
});

describe("IAM", () => {
  const token = (form: string, headers: Record<string, string> = {}) =>
    send(`${world.url}/identity/token`, "POST", form, headers);
  const grant = "grant_type=urn:ibm:params:oauth:grant-type";

  it.each([
    ["", "grant_type"],
    [`${grant}:apikey`, "apikey"],
    [`${grant}:assume`, "access_token"],
  ])(
    "names a property that is missing in `%s` with BXNIM0109E (kms-v2-and-iam.md 7.5: capture)",
    async (form, name) => {
      const { status, body } = await token(form);
      expect([status, body.errorCode, body.errorMessage, body.errorDetails]).toEqual([
        400,
        "BXNIM0109E",
        "Property missing or empty.",
        `Property '${name}' either missing or empty.`,
      ]);
    },
  );

  it("answers another method with 405 and BXNIM0060E (kms-v2-and-iam.md 7.5: capture)", async () => {
    const { status, body } = await send(`${world.url}/identity/token`, "GET");
    expect([status, body.errorCode, body.errorDetails]).toEqual([405, "BXNIM0060E", "HTTP 405 Method Not Allowed"]);
  });

  it("names the client `bx` in a token for IBM's public client (7.4)", async () => {
    const claims = (answer: Awaited<ReturnType<typeof token>>) =>
      JSON.parse(Buffer.from(String(answer.body.access_token).split(".")[1] ?? "", "base64url").toString());
    const form = `${grant}:apikey&apikey=${apiKeys.bob}`;
    expect(claims(await token(form)).client_id).toBe("default");
    expect(claims(await token(form, { authorization: "Basic Yng6Yng=" })).client_id).toBe("bx");
  });
});

it("shows the members of an instance that IBM's SDK reads (platform-services-go-sdk, ResourceInstance)", async () => {
  const { body } = await erin.call("GET", `/v2/resource_instances/${world.emulator.instanceId}`);
  expect(Object.keys(body)).toEqual(
    expect.arrayContaining([
      "guid",
      "resource_id",
      "resource_plan_id",
      "resource_group_id",
      "created_at",
      "created_by",
    ]),
  );
  expect(body).toMatchObject({
    created_at: expect.stringMatching(/Z$/),
    locked: false,
    last_operation: { state: "succeeded" },
  });
});

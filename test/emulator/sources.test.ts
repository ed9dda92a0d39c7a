/**
 * What IBM's clients, documents and captures show, each with its source. The abbreviations are
 * those of kms-v2-and-iam.md: GO, KD, HD and ND name IBM's repositories with their commits.
 */

import { describe, expect, it } from "vitest";
import { awsFrankfurt } from "./container-requests.ts";
import { apiKeys, send, vaultId } from "./harness.ts";
import { code, keyBody, policyBody, reason, stageKms } from "./kms-requests.ts";

const { world, alice, bob, erin, create, act } = stageKms();
const policyType = "application/vnd.ibm.kms.policy+json";

describe("KMS", () => {
  it("ends a headline with the code, and refers to Key Protect's API (GO kp_test.go:970, 3814, 4667)", async () => {
    const { id } = await create();
    const response = await bob.kms("DELETE", `/keys/${id}/purge`);
    expect(response.status).toBe(401);
    const standard = await act((await create({ extractable: true })).id, "disable");
    expect(standard.body.resources[0]).toEqual({
      errorMsg: "Bad Request: Key could not be disabled: Please see `reasons` for more details (KEY_ROOT_REQ_ERR)",
      reasons: [
        expect.objectContaining({ code: "KEY_ROOT_REQ_ERR", moreInfo: "https://cloud.ibm.com/apidocs/key-protect" }),
      ],
    });
  });

  it("names a query parameter that is not valid with INVALID_QUERY_PARAM_ERR (GO kp_test.go:4221, 4513)", async () => {
    const response = await bob.kms("GET", "/keys?limit=0");
    expect([response.status, code(response), reason(response)?.target, reason(response)?.message]).toEqual([
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

  it("returns 400 if it finds no subject in the token (KD error-messages.md:302)", async () => {
    const headers = { "bluemix-instance": world.emulator.instanceId };
    for (const authorization of [{}, { authorization: "Bearer nonsense" }, { authorization: "Basic Yng6Yng=" }]) {
      const response = await send(`${world.url}/api/v2/keys`, "GET", undefined, { ...headers, ...authorization });
      expect([response.status, code(response)]).toEqual([400, "BEARER_SUB_EXTRACTION_ERR"]);
    }
    const foreign = `x.${Buffer.from('{"sub":"someone"}').toString("base64url")}.y`;
    const response = await send(`${world.url}/api/v2/keys`, "GET", undefined, {
      ...headers,
      authorization: `Bearer ${foreign}`,
    });
    expect(response.status).toBe(401);
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

  it("shows `lastUpdateDate` before the first change or not (HD create-root-keys.md:155 against GO integration_test.go:224)", async () => {
    const key = await create();
    expect(key.lastUpdateDate).toBe(key.creationDate);
    await world.control("switches", { kmsFirstUpdate: "absent" });
    const newKey = await create();
    expect(newKey).not.toHaveProperty("lastUpdateDate");
    await world.advance("2h");
    await act(newKey.id, "rotate");
    const { body } = await bob.kms("GET", `/keys/${newKey.id}/metadata`);
    expect(body.resources[0]).toMatchObject({ lastUpdateDate: "2026-11-24T14:00:00Z" });
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

  it("says of a pending destruction what IBM's SDK of the version knows (uko-v4.md 1.6, 3.4; IBM/ibm-hpcs-uko-sdk v1.0.0 uko_v4.go:8075-8106)", async () => {
    const key = await world.keyIn("pending");
    const said = async (apiVersion: string) => {
      await world.control("switches", { apiVersion });
      const live = await world.as("carol").call("GET", `/api/v4/managed_keys/${key.id}/status_in_keystores`);
      for (const { status_in_keystores } of [(await world.as("carol").key(key.id)).body, live.body]) {
        const [{ status, keystore_sync_flag, keystore_sync_flag_detail } = {}] = status_in_keystores;
        if (apiVersion === "4.14.0") expect(status).toBe("pending_destruction");
        else {
          expect([status, keystore_sync_flag, keystore_sync_flag_detail]).toEqual([
            "not_active",
            "out_of_sync",
            "destroyed_key_is_present_in_keystore",
          ]);
        }
      }
    };
    for (const apiVersion of ["4.12", "4.13", "4.14.0"]) await said(apiVersion);
  });

  it("knows no unknown status before 4.13 (uko-v4.md 1.6, 3.4)", async () => {
    const { id } = await world.keyIn("active", "cards");
    await world.control(`keystores/${awsFrankfurt}`, { statusResponse: "unknown" });
    const status = async () => (await world.as("carol").key(id)).body.status_in_keystores[0]?.status;
    expect(await status()).toBe("unknown");
    await world.control("switches", { apiVersion: "4.12" });
    expect(await status()).toBe("error");
  });

  it("lets a destroyed key be removed as soon as its keystore is disconnected (uko-v4.md 4.2: the keystore itself stays untouched)", async () => {
    const key = await world.keyIn("pending", "cards");
    const remove = async () => {
      const etag = (await world.as("carol").key(key.id)).headers.get("etag") ?? "";
      return (await world.as("carol").call("DELETE", `/api/v4/managed_keys/${key.id}`, undefined, { "if-match": etag }))
        .status;
    };
    expect(await remove()).toBe(409);
    const keystore = `/api/v4/keystores/${awsFrankfurt}`;
    const etag = (await world.as("bob").call("GET", keystore)).headers.get("etag") ?? "";
    expect((await world.as("bob").call("DELETE", keystore, undefined, { "if-match": etag })).status).toBe(204);
    expect(await remove()).toBe(204);
  });

  it.each([
    ["/api/v4/managed_keys", "PUT", "GET, POST, OPTIONS"],
    ["/api/v2/keys", "PUT", "HEAD, GET, POST, OPTIONS"],
    ["/api/v2/keys/1/actions/rotate", "GET", "POST, OPTIONS"],
    ["/identity/keys", "POST", "GET, OPTIONS"],
  ])(
    "answers %s %s with 405 and OPTIONS with 204, both with Allow (RFC 9110 9.3.7, 15.5.6)",
    async (path, method, allow) => {
      for (const [tried, status] of [
        [method, 405],
        ["OPTIONS", 204],
      ] as const) {
        const response = await send(`${world.url}${path}`, tried);
        expect([response.status, response.headers.get("allow")]).toEqual([status, allow]);
      }
    },
  );

  it("returns 404 for a path that it does not serve, also without a token", async () => {
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
    [`${grant}:cr-token`, "cr_token"],
    [`${grant}:passcode`, "client_id"],
    ["grant_type=refresh_token", "client_id"],
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

  it.each([
    [`${grant}:passcode`, "passcode"],
    ["grant_type=refresh_token", "refresh_token"],
  ])("names a property that a public client leaves out in `%s` in the same way", async (form, name) => {
    const { status, body } = await token(form, { authorization: "Basic Yng6Yng=" });
    expect([status, body.errorDetails]).toEqual([400, `Property '${name}' either missing or empty.`]);
  });

  it("logs a compute resource in to its profile, by name or ID (kms-v2-and-iam.md 7.1; go-sdk-core container_authenticator.go)", async () => {
    const id = "Profile-33333333-aaaa-4bbb-8ccc-000000000003";
    const log = (file: string, profile: string) => token(`${grant}:cr-token&cr_token=${file}&${profile}`);
    for (const profile of ["profile_name=cluster-workload", `profile_id=${id}`]) {
      const { status, body } = await log("workload-demo-key", profile);
      const claims = JSON.parse(Buffer.from(String(body.access_token).split(".")[1] ?? "", "base64url").toString());
      expect([status, claims.iam_id, claims.sub_type, claims.grant_type]).toEqual([
        200,
        `iam-${id}`,
        "Profile",
        "urn:ibm:params:oauth:grant-type:cr-token",
      ]);
      expect(claims.authn.iam_id).toMatch(/^crn-crn:v1:bluemix:public:containers-kubernetes/);
    }
    // Not another profile, not the profile of a person, not a person.
    for (const [file, profile] of [
      ["workload-demo-key", "key-custodians"],
      ["dave-in-profile-demo-key", "key-custodians"],
      ["alice-demo-key", "Alice Example"],
    ] as const) {
      expect((await log(file, `profile_name=${profile}`)).status).toBe(400);
    }
  });

  it("answers another method with 405 and BXNIM0060E (kms-v2-and-iam.md 7.5: capture)", async () => {
    const { status, body } = await send(`${world.url}/identity/token`, "GET");
    expect([status, body.errorCode, body.errorDetails]).toEqual([405, "BXNIM0060E", "HTTP 405 Method Not Allowed"]);
  });

  it("names the client `bx` in a token for IBM's public client (7.4)", async () => {
    const claims = (response: Awaited<ReturnType<typeof token>>) =>
      JSON.parse(Buffer.from(String(response.body.access_token).split(".")[1] ?? "", "base64url").toString());
    const form = `${grant}:apikey&apikey=${apiKeys.bob}`;
    expect(claims(await token(form)).client_id).toBe("default");
    expect(claims(await token(form, { authorization: "Basic Yng6Yng=" })).client_id).toBe("bx");
  });
});

describe("resource controller", () => {
  const instances = "/v2/resource_instances";
  const crn = "crn:v1:bluemix:public:hs-crypto:eu-de:a/emulated-account:";

  it("creates, lists and deletes the instance (IBM/redstone client.py:408-531; ND key-protect.v2.test.js:40-102)", async () => {
    const carol = world.as("carol");
    const { body: groups } = await carol.call("GET", "/v2/resource_groups");
    expect(groups.resources).toMatchObject([{ name: "Default", default: true }]);
    const created = await carol.call("POST", instances, { name: "mine", resource_plan_id: "p", target: "eu-de" });
    expect([created.status, created.body.guid, created.body.name]).toEqual([201, world.emulator.instanceId, "mine"]);
    expect(String(created.body.id)).toContain(crn);
    expect((await carol.call("GET", instances)).body).toMatchObject({ next_url: null, resources: [{ name: "mine" }] });

    const path = `${instances}/${encodeURIComponent(String(created.body.id))}`;
    const { id } = await create();
    expect((await carol.call("DELETE", path)).status).toBe(409);
    await bob.kms("DELETE", `/keys/${id}`);
    expect((await erin.call("DELETE", path)).status).toBe(403);
    expect((await carol.call("DELETE", path)).status).toBe(204);
    expect((await carol.call("GET", path)).status).toBe(404);
    expect((await carol.call("GET", instances)).body.resources).toEqual([]);
    expect((await bob.kms("GET", "/keys")).status).toBe(401);

    expect((await carol.call("POST", instances, { name: "mine again" })).status).toBe(201);
    const list = await bob.kms("GET", "/keys?state=0,1,2,3,5");
    expect([list.status, list.body.resources]).toEqual([200, []]);
    expect((await carol.call("GET", "/api/v4/vaults")).body).toMatchObject({ total_count: 0 });
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

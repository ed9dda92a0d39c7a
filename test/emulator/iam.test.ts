import { createRemoteJWKSet, decodeJwt, jwtVerify } from "jose";
import { expect, it } from "vitest";
import { apiKeys, requestToken, send, stageWorld, startTestWorld } from "./harness.ts";

const world = stageWorld();

const claimsFor = async (apiKey: string) =>
  decodeJwt(String((await requestToken(world.url, apiKey)).body.access_token));

it("answers an API key with a bearer token that lives an hour (kms-v2-and-iam.md 7.2)", async () => {
  const { status, body } = await requestToken(world.url, apiKeys.alice);
  expect(status).toBe(200);
  expect(body).toMatchObject({
    token_type: "Bearer",
    expires_in: 3600,
    scope: "ibm openid",
    refresh_token: "not_supported",
  });
  const { iat = 0, exp } = decodeJwt(String(body.access_token));
  expect(exp).toBe(iat + 3600);
  expect(body.expiration).toBe(exp);
});

it("gives a person's token the claims of 7.4, without sub_type", async () => {
  const claims = await claimsFor(apiKeys.alice);
  expect(claims).toMatchObject({
    iam_id: "IBMid-550000ALICE",
    id: "IBMid-550000ALICE",
    realmid: "IBMid",
    identifier: "550000ALICE",
    sub: "alice@example.com",
    name: "Alice Example",
    given_name: "Alice",
    family_name: "Example",
    email: "alice@example.com",
    authn: { iam_id: "IBMid-550000ALICE", sub: "alice@example.com", name: "Alice Example" },
    account: { valid: true, bss: "emulated-account" },
    grant_type: "urn:ibm:params:oauth:grant-type:apikey",
    iss: "https://iam.cloud.ibm.com/identity",
  });
  expect(claims.jti).toMatch(/^[-0-9a-f]{36}$/);
  expect(claims).not.toHaveProperty("sub_type");
});

it("gives a service id's token sub_type ServiceId (7.4)", async () => {
  const claims = await claimsFor(apiKeys.pipeline);
  expect(claims).toMatchObject({ realmid: "iam", sub_type: "ServiceId", name: "pipeline", sub: claims.identifier });
  expect(claims.identifier).toMatch(/^ServiceId-/);
  expect(claims).not.toHaveProperty("email");
});

it.each([
  ["a person", apiKeys.dave, "IBMid-550000DAVE"],
  [
    "a workload",
    apiKeys.workload,
    "crn-crn:v1:bluemix:public:containers-kubernetes:eu-de:a/emulated-account:cluster-1::",
  ],
])("names %s behind a profile's token in authn (7.4)", async (_, apiKey, login) => {
  const claims = await claimsFor(apiKey);
  expect(claims).toMatchObject({ sub_type: "Profile", authn: { iam_id: login } });
  expect(claims.iam_id).toMatch(/^iam-Profile-/);
  expect(claims.grant_type).toBe("urn:ibm:params:oauth:grant-type:assume");
});

const assume = async (apiKey: string, profile: string) => {
  const token = String((await requestToken(world.url, apiKey)).body.access_token);
  const grant_type = "urn:ibm:params:oauth:grant-type:assume";
  return send(
    `${world.url}/identity/token`,
    "POST",
    new URLSearchParams({ grant_type, access_token: token, profile_id: profile }).toString(),
  );
};

it("lets a person assume a trusted profile (7.1)", async () => {
  const response = await assume(apiKeys.alice, "Profile-22222222-aaaa-4bbb-8ccc-000000000002");
  expect(decodeJwt(String(response.body.access_token))).toMatchObject({
    iam_id: "iam-Profile-22222222-aaaa-4bbb-8ccc-000000000002",
    authn: { iam_id: "IBMid-550000ALICE" },
  });
});

it("refuses a profile that does not trust the caller", async () => {
  expect((await assume(apiKeys.erin, "Profile-22222222-aaaa-4bbb-8ccc-000000000002")).status).toBe(400);
});

it("answers an unknown API key with 400 BXNIM0415E, and does not repeat it (7.5, 7.6)", async () => {
  const response = await requestToken(world.url, "no-such-key");
  expect(response.status).toBe(400);
  expect(response.body).toMatchObject({
    errorCode: "BXNIM0415E",
    errorMessage: "Provided API key could not be found.",
  });
  expect(response.headers.get("transaction-id")).not.toBeNull();
  expect(response.text).not.toContain("no-such-key");
});

it("serves the legacy path and refuses other grants (7.1, 10-20)", async () => {
  const form = `grant_type=urn:ibm:params:oauth:grant-type:apikey&apikey=${apiKeys.bob}`;
  expect((await send(`${world.url}/oidc/token`, "POST", form)).status).toBe(200);
  expect(
    (await send(`${world.url}/identity/token`, "POST", "grant_type=refresh_token&refresh_token=x")).body.errorCode,
  ).toBe("BXNIM0109E");
});

it("exchanges a one-time passcode for a token and a refresh token (7.1, 7.8)", async () => {
  const description = await send(`${world.url}/identity/.well-known/openid-configuration`, "GET");
  const page = String(description.body.passcode_endpoint);
  const { body: people } = await send(page, "GET");
  expect(Object.keys(people.people as object)).toContain("Alice Example");
  const { body } = await send(`${page}?person=IBMid-550000ALICE`, "GET");
  const grant = "grant_type=urn:ibm:params:oauth:grant-type:passcode";
  const publicClient = { authorization: "Basic Yng6Yng=" };
  const ask = (form: string, headers: Record<string, string> = publicClient) =>
    send(`${world.url}/identity/token`, "POST", form, headers);

  expect((await ask(`${grant}&passcode=${body.passcode}`, {})).body.errorCode).toBe("BXNIM0109E");
  const first = await ask(`${grant}&passcode=${body.passcode}`);
  expect(decodeJwt(String(first.body.access_token)).iam_id).toBe("IBMid-550000ALICE");
  expect((await ask(`${grant}&passcode=${body.passcode}`)).status).toBe(400);
  const renewed = await ask(`grant_type=refresh_token&refresh_token=${first.body.refresh_token}`);
  expect(decodeJwt(String(renewed.body.access_token)).iam_id).toBe("IBMid-550000ALICE");
  expect((await ask("grant_type=refresh_token&refresh_token=unknown")).body.errorCode).toBe("BXNIM0407E");
});

it("publishes the key that verifies its tokens (7.4)", async () => {
  const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
  const keys = createRemoteJWKSet(new URL(`${world.url}/identity/keys`));
  const { protectedHeader } = await jwtVerify(token, keys, { algorithms: ["RS256"] });
  expect(protectedHeader.alg).toBe("RS256");
});

it("names the key's address in the discovery document, under the issuer of its tokens (7.8)", async () => {
  const { status, body } = await send(`${world.url}/identity/.well-known/openid-configuration`, "GET");
  expect(status).toBe(200);
  const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
  const keys = createRemoteJWKSet(new URL(String(body.jwks_uri)));
  await jwtVerify(token, keys, { issuer: String(body.issuer), algorithms: ["RS256"] });
  expect(body.token_endpoint).toBe(`${world.url}/identity/token`);
});

const detailsOf = (value: string | undefined, token?: string) =>
  send(`${world.url}/v1/apikeys/details`, "GET", undefined, {
    accept: "application/json",
    ...(value !== undefined && { "iam-apikey": value }),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  });

it("tells whose an API key is by its value, as IBM's platform SDK asks, and never repeats the key (7.9)", async () => {
  const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
  const response = await detailsOf(apiKeys.pipeline, token);
  expect(response.status).toBe(200);
  expect(response.body).toMatchObject({
    id: expect.stringMatching(/^ApiKey-[-0-9a-f]{36}$/),
    crn: expect.stringMatching(/^crn:v1:bluemix:public:iam-identity::a\/emulated-account::apikey:ApiKey-/),
    name: "pipeline",
    iam_id: expect.stringMatching(/^iam-ServiceId-/),
    account_id: "emulated-account",
    locked: false,
    created_by: expect.any(String),
    apikey: "",
  });
  expect(response.text).not.toContain(apiKeys.pipeline);
  expect((await detailsOf(apiKeys.pipeline, token)).body.id).toBe(response.body.id);
});

it("refuses details without a token, without a key and of an unknown key (7.9)", async () => {
  const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
  expect((await detailsOf(apiKeys.alice)).status).toBe(401);
  expect((await detailsOf(undefined, token)).status).toBe(400);
  expect((await detailsOf("no-such-key", token)).status).toBe(404);
});

it("dates tokens by the emulated clock, and accepts them for an hour of it (7.6)", async () => {
  const token = String((await requestToken(world.url, apiKeys.alice)).body.access_token);
  const read = () => send(`${world.url}/api/v4/vaults`, "GET", undefined, { authorization: `Bearer ${token}` });
  await world.advance("59m");
  expect((await read()).status).toBe(200);
  await world.advance("2m");
  expect((await read()).status).toBe(401);
  const { iat = 0 } = await claimsFor(apiKeys.alice);
  expect(iat * 1000 - Date.now()).toBeGreaterThan(60 * 60_000);
});

it("dates tokens by the machine's clock under tokenClock wall, so that IBM's clients keep a token that works", async () => {
  const wallClock = await startTestWorld({ switches: { tokenClock: "wall" } });
  const { body } = await requestToken(wallClock.url, apiKeys.alice);
  const headers = { authorization: `Bearer ${body.access_token}` };
  const read = () => send(`${wallClock.url}/api/v4/vaults`, "GET", undefined, headers);
  expect(Math.abs(Number(body.expiration) - 3600 - Date.now() / 1000)).toBeLessThan(60);
  expect((await read()).status).toBe(200);
  await wallClock.advance("30d");
  const later = await read();
  expect(later.status).toBe(200);
  expect(Date.parse(String(later.headers.get("date"))) - Date.now()).toBeGreaterThan(29 * 24 * 3_600_000);
  await wallClock.control("switches", { tokenClock: "emulated" });
  expect((await read()).status).toBe(401);
  await wallClock.close();
});

it("accepts only tokens that it signed (7.6)", async () => {
  const other = await startTestWorld();
  const token = String((await requestToken(other.url, apiKeys.alice)).body.access_token);
  await other.close();
  expect(
    (await send(`${world.url}/api/v4/vaults`, "GET", undefined, { authorization: `Bearer ${token}` })).status,
  ).toBe(401);
});

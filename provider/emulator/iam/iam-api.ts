/** IBM Cloud IAM as clients need it: tokens, keys, API key details (kms-v2-and-iam.md 7). */

import { type Api, type Call, Refusal, type Reply, type Route, route } from "../http.ts";
import type { Identity } from "../model.ts";
import { seededId } from "../world.ts";
import { Passcodes, publicClient } from "./passcodes.ts";
import { issuer, loginOf, type Tokens, tokenLifeSeconds } from "./tokens.ts";

const grants = {
  apikey: "urn:ibm:params:oauth:grant-type:apikey",
  assume: "urn:ibm:params:oauth:grant-type:assume",
  passcode: "urn:ibm:params:oauth:grant-type:passcode",
  refresh: "refresh_token",
} as const;

export const iamApi: Api = {
  unauthorized: () => new Refusal(401, "BXNIM0400E", "Authentication failed."),
  // kms-v2-and-iam.md 7.5; the refusal repeats nothing of the request, which holds the credential.
  refuse: (refusal, correlationId) => ({
    errorCode: refusal.code,
    errorMessage: refusal.message,
    errorDetails: refusal.details.explanation,
    context: { requestId: correlationId, requestType: "incoming.Identity_Token" },
  }),
  headers: (correlationId) => ({ "transaction-id": correlationId, "x-correlation-id": correlationId }),
};

/** Captured answers of IAM (7.5). */
const missingProperty = (name: string): Refusal =>
  new Refusal(400, "BXNIM0109E", "Property missing or empty.", {
    explanation: `Property '${name}' either missing or empty.`,
  });
export const wrongMethod = (): Refusal =>
  new Refusal(
    405,
    "BXNIM0060E",
    "Web application exception 'javax.ws.rs.ClientErrorException' during request processing.",
    { explanation: "HTTP 405 Method Not Allowed" },
  );

/** The fields of a form, which are all required. */
function required(form: URLSearchParams, name: string): string {
  const value = form.get(name) ?? "";
  if (value === "") throw missingProperty(name);
  return value;
}

export function iamRoutes(tokens: Tokens): readonly Route[] {
  const passcodes = new Passcodes();
  const token = (call: Call): Promise<Reply> => grantToken(tokens, passcodes, call);
  return [
    { ...route("token", "POST", "/identity/token", token), mutates: false },
    { ...route("token", "POST", "/oidc/token", token), mutates: false },
    route("jwks", "GET", "/identity/keys", async () => ({ status: 200, body: await tokens.jwks() })),
    route("discovery", "GET", "/identity/.well-known/openid-configuration", describeIssuer),
    route("passcode", "GET", "/identity/passcode", (call) => passcodes.page(call)),
    route("apikey", "GET", "/v1/apikeys/details", readApiKey),
  ];
}

/** OpenID's discovery document: IBM's issuer, the emulator's addresses (7.8). */
function describeIssuer({ world }: Call): Reply {
  const base = `${world.baseUrl}/identity`;
  return {
    status: 200,
    body: {
      issuer,
      authorization_endpoint: `${base}/authorize`,
      token_endpoint: `${base}/token`,
      passcode_endpoint: `${base}/passcode`,
      jwks_uri: `${base}/keys`,
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
  };
}

/** Whose an API key is, by its value, which is not repeated (7.9). */
function readApiKey(call: Call): Reply {
  const { world } = call;
  call.caller();
  const value = call.header("iam-apikey");
  if (value === undefined) throw missingProperty("IAM-ApiKey");
  const identity = world.apiKeys.get(value);
  if (identity === undefined) throw new Refusal(404, "BXNIM0415E", "Provided API key could not be found.");
  const { iamId: iam_id, name } = identity;
  const { accountId: account_id } = world;
  const id = `ApiKey-${seededId(world, "api-key", iam_id)}`;
  const crn = `crn:v1:bluemix:public:iam-identity::a/${account_id}::apikey:${id}`;
  return { status: 200, body: { id, crn, name, iam_id, account_id, locked: false, created_by: iam_id, apikey: "" } };
}

async function grantToken(tokens: Tokens, passcodes: Passcodes, call: Call): Promise<Reply> {
  const form = new URLSearchParams(call.text);
  const grantType = required(form, "grant_type");
  if (grantType === grants.apikey) return grantForApiKey(tokens, call, form);
  if (grantType === grants.assume) return grantForProfile(tokens, call, form);
  if (grantType === grants.passcode || grantType === grants.refresh) {
    const identity = grantType === grants.passcode ? passcodes.redeem(call, form) : passcodes.refresh(call, form);
    const reply = await tokenReply(tokens, call, identity, loginOf(identity), grants.passcode);
    const refresh_token = passcodes.issueRefreshToken(identity, call.nowMs);
    return { ...reply, body: { ...(reply.body as object), refresh_token } };
  }
  throw new Refusal(400, "BXNIM0106E", "The emulator does not serve this grant.");
}

async function grantForApiKey(tokens: Tokens, call: Call, form: URLSearchParams): Promise<Reply> {
  const identity = call.world.apiKeys.get(required(form, "apikey"));
  if (identity === undefined) throw new Refusal(400, "BXNIM0415E", "Provided API key could not be found.");
  return tokenReply(
    tokens,
    call,
    identity,
    loginOf(identity),
    identity.kind === "profile" ? grants.assume : grants.apikey,
  );
}

/** Assumes a trusted profile: the token is the profile's, and its `authn` names the login. */
async function grantForProfile(tokens: Tokens, call: Call, form: URLSearchParams): Promise<Reply> {
  const caller = await tokens.verify(call.world, required(form, "access_token"), call.nowMs);
  if (caller === undefined) throw new Refusal(401, "BXNIM0400E", "The access token is not valid.");
  const wanted = [form.get("profile_id"), form.get("profile_name"), form.get("profile_crn")];
  const profile = [...call.world.identities.values()].find(
    (identity) => identity.kind === "profile" && wanted.some((name) => matchesProfile(identity, name)),
  );
  if (profile === undefined || !profile.assumableBy.includes(caller.iamId)) {
    throw new Refusal(400, "BXNIM0106E", "The profile cannot be assumed.");
  }
  return tokenReply(tokens, call, profile, loginOf(caller.identity), grants.assume);
}

function matchesProfile(identity: Identity, name: string | null): boolean {
  if (name === null || name === "") return false;
  return (
    name === identity.name ||
    name === identity.iamId ||
    `iam-${name}` === identity.iamId ||
    name.endsWith(`:${identity.iamId.slice(4)}`)
  );
}

async function tokenReply(
  tokens: Tokens,
  call: Call,
  identity: Identity,
  login: ReturnType<typeof loginOf>,
  grantType: string,
): Promise<Reply> {
  call.note({ caller: identity.iamId, authn: login.iamId, callerName: identity.name });
  const request = { grantType, clientId: call.header("authorization") === publicClient ? "bx" : "default" };
  const { token, expires } = await tokens.issue(call.world, identity, login, request, call.nowMs);
  return {
    status: 200,
    body: {
      access_token: token,
      refresh_token: "not_supported",
      token_type: "Bearer",
      expires_in: tokenLifeSeconds,
      expiration: expires,
      scope: "ibm openid",
    },
  };
}

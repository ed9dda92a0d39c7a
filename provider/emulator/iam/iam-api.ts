/**
 * Emulates IBM Cloud IAM as far as clients need it: tokens, their public keys, the discovery document, the page of
 * passcodes, and details of API keys (kms-v2-and-iam.md 7).
 */

import { type Api, type Call, Refusal, type Reply, type Route, route } from "../http/responses.ts";
import type { Identity } from "../store/model.ts";
import { seededId } from "../store/world.ts";
import { missingProperty, Passcodes, publicClient, requiredField } from "./passcodes.ts";
import { issuer, loginOf, type Tokens, tokenLifeSeconds } from "./tokens.ts";

export const iamApi: Api = {
  unauthorized: () => new Refusal(401, "BXNIM0400E", "Authentication failed."),
  // The refusal repeats nothing of the request, because the request contains the credential (kms-v2-and-iam.md 7.5).
  refuse: (refusal, correlationId) => ({
    errorCode: refusal.code,
    errorMessage: refusal.message,
    errorDetails: refusal.details.explanation,
    context: { requestId: correlationId, requestType: "incoming.Identity_Token" },
  }),
  // This refusal was captured from the real service, as was the one of a missing property (7.5).
  wrongMethod: (headers) =>
    new Refusal(
      405,
      "BXNIM0060E",
      "Web application exception 'javax.ws.rs.ClientErrorException' during request processing.",
      { explanation: "HTTP 405 Method Not Allowed", headers },
    ),
  headers: (correlationId) => ({ "transaction-id": correlationId, "x-correlation-id": correlationId }),
};

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

/** Returns the details of an API key by its value, which the response does not repeat (7.9). */
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

/** Handles a grant: returns the identity that logs in, and the profile that it acts as. */
type Grant = (call: Call, form: URLSearchParams) => Login | Promise<Login>;
interface Login {
  readonly identity: Identity;
  /** The login behind the token; by default that of the identity itself. */
  readonly login?: ReturnType<typeof loginOf>;
  /** The grant that the token names, if not that of the request. */
  readonly grantType?: string;
  readonly isRefreshable?: true;
}

const urn = (name: string): string => `urn:ibm:params:oauth:grant-type:${name}`;
const badParameter = (message: string): Refusal => new Refusal(400, "BXNIM0106E", message);

function grantsOf(tokens: Tokens, passcodes: Passcodes): ReadonlyMap<string, Grant> {
  const grants: Readonly<Record<string, Grant>> = {
    [urn("apikey")]: ({ world }, form) => {
      const identity = world.apiKeys.get(requiredField(form, "apikey"));
      if (identity === undefined) throw new Refusal(400, "BXNIM0415E", "Provided API key could not be found.");
      return identity.kind === "profile" ? { identity, grantType: urn("assume") } : { identity };
    },
    // The seed's API key of a profile stands for the token that its compute resource finds in a file.
    [urn("cr-token")]: ({ world }, form) => {
      const identity = world.apiKeys.get(requiredField(form, "cr_token"));
      const isWorkload = identity?.kind === "profile" && identity.login?.iamId.startsWith("crn-") === true;
      if (isWorkload && namesProfile(form, identity)) return { identity };
      throw badParameter("The profile has no such compute resource.");
    },
    // The token is the profile's, and its `authn` names the login.
    [urn("assume")]: async ({ world, nowMs }, form) => {
      const caller = await tokens.verify(world, requiredField(form, "access_token"), nowMs);
      if (caller === undefined) throw new Refusal(401, "BXNIM0400E", "The access token is not valid.");
      const profiles = [...world.identities.values()].filter(({ kind }) => kind === "profile");
      const identity = profiles.find((profile) => namesProfile(form, profile));
      if (identity?.assumableBy.includes(caller.iamId)) return { identity, login: loginOf(caller.identity) };
      throw badParameter("The profile cannot be assumed.");
    },
    [urn("passcode")]: (call, form) => ({ identity: passcodes.redeem(call, form), isRefreshable: true }),
    refresh_token: (call, form) => {
      const identity = passcodes.refresh(call, form);
      return { identity, grantType: urn("passcode"), isRefreshable: true };
    },
  };
  return new Map(Object.entries(grants));
}

/** Whether the form names this profile, by name, ID or CRN. */
function namesProfile(form: URLSearchParams, { name, iamId }: Identity): boolean {
  const wanted = ["profile_id", "profile_name", "profile_crn"].map((field) => form.get(field) ?? "");
  return wanted.some((each) => [name, iamId, iamId.slice(4)].includes(each) || each.endsWith(`:${iamId.slice(4)}`));
}

async function grantToken(tokens: Tokens, passcodes: Passcodes, call: Call): Promise<Reply> {
  const form = new URLSearchParams(call.text);
  const asked = requiredField(form, "grant_type");
  const grant = grantsOf(tokens, passcodes).get(asked);
  if (grant === undefined) throw badParameter("The emulator does not serve this grant.");
  const { identity, login = loginOf(identity), grantType = asked, isRefreshable } = await grant(call, form);
  call.note({ caller: identity.iamId, authn: login.iamId, callerName: identity.name });
  const request = { grantType, clientId: call.header("authorization") === publicClient ? "bx" : "default" };
  const { token, expires } = await tokens.issue(call.world, identity, login, request, call.nowMs);
  return {
    status: 200,
    body: {
      access_token: token,
      refresh_token: isRefreshable ? passcodes.issueRefreshToken(identity, call.nowMs) : "not_supported",
      token_type: "Bearer",
      expires_in: tokenLifeSeconds,
      expiration: expires,
      scope: "ibm openid",
    },
  };
}

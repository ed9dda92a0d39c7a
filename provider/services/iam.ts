/**
 * Supplies the bearer tokens of this run, and reads from the token which identity acts. Of a trusted profile without a
 * known person, none counts as the actor. The run stops if a new token belongs to another identity, because every plan
 * of the run was made for the first one.
 */

import { decodeJwt } from "jose/jwt/decode";
import * as z from "zod";
import type { TokenClaims } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { markOf, type Sha256 } from "../lifecycle/consent/record-text.ts";
import type { Actor, Identity } from "../lifecycle/vocabulary/observation.ts";
import { parseJson } from "../text/json.ts";
import { printable, withoutSecret } from "../text/printable.ts";
import type { Endpoint } from "./http/allowed-hosts.ts";
import type { BearerSource, HttpClient, HttpRequest, HttpResponse } from "./http/client.ts";
import { canceled, singleFlight } from "./http/concurrency.ts";
import {
  addressLines,
  correlationLine,
  invalidResponse,
  noResponseError,
  responseData,
  unavailable,
} from "./http/read-result.ts";
import { readSecretFile } from "./secret-file.ts";

/** Reads a file that holds a credential; `setting` names the variable in an error. */
type SecretReader = (file: string, setting: string) => string;

/** The credential of the run. Its secret is read only when it is needed, which is after the host check. */
export interface Credential {
  readonly kind: "api_key" | "token";
  readonly read: (readFile?: SecretReader) => string;
  /** The setting that has it, for messages; UKO_API_KEY if absent. */
  readonly setting?: string;
}

export interface TokenOptions {
  readonly http: HttpClient;
  readonly credential: Credential;
  /** IAM's base, `https://iam.cloud.ibm.com`; not called if the settings supply a token. */
  readonly endpoint: Endpoint;
  readonly sha256: Sha256;
  readonly monotonicMs: () => number;
}

export interface Tokens extends BearerSource {
  /** The actor that the current token identifies. */
  actor(signal: AbortSignal): Promise<Actor>;
  /** When IAM issued the latest token; undefined before the first, or if the token has no time. */
  issuedAtMs(): number | undefined;
  /** The facts in the latest token, for display only. */
  facts(): TokenClaims;
}

export interface Minted {
  readonly token: string;
  readonly expiresMs: number;
  renewMs: number;
}

const service = "IBM Cloud IAM";
const apiKeyGrant = "urn:ibm:params:oauth:grant-type:apikey";
const mintDeadlineMs = 30_000;
/** How long before its expiry a token counts as expired, and how long uko waits after a failed renewal. */
const marginMs = 60_000;
const renewAtShare = 0.8;
const headerValue = /^[\x21-\x7e]+$/;

export function createTokens(options: TokenOptions): Tokens {
  if (options.credential.kind === "token") return settingToken(options);
  return mintedTokens(options, (signal) => tokenForApiKey(options, signal));
}

function settingToken({ credential, sha256 }: TokenOptions): Tokens {
  // The token may begin with `Bearer`, as `ibmcloud iam oauth-tokens` prints it.
  const read = (): string => credential.read().replace(/^bearer +/i, "");
  const token = async (signal: AbortSignal): Promise<string> => {
    if (signal.aborted) throw canceled();
    return requireSendable(read(), "UKO_TOKEN");
  };
  const actor = oncePerToken((each) => actorOf(each, sha256));
  const issuedAtMs = oncePerToken(issuedAtMsOf);
  return {
    token,
    renew: async () => undefined,
    actor: async (signal) => actor(await token(signal)),
    issuedAtMs: () => issuedAtMs(read()),
    facts: () => ({ ...factsOf(read()), isRenewed: false }),
  };
}

/** Tokens that are requested when they are needed, and renewed early. Throws if a new token belongs to another identity. */
export function mintedTokens(
  { sha256, monotonicMs }: Pick<TokenOptions, "sha256" | "monotonicMs">,
  request: (signal: AbortSignal) => Promise<Minted>,
): Tokens {
  let current: Minted | undefined;
  let first: Actor | undefined;
  const actorIn = oncePerToken((each) => actorOf(each, sha256));
  const issuedAtMsIn = oncePerToken(issuedAtMsOf);

  const mint = singleFlight(async (signal) => {
    const minted = await request(signal);
    const actor = actorIn(minted.token);
    first ??= actor;
    // The whole plan was made for one actor, so a credential that changes its owner stops the run.
    if (!isSameActor(first, actor)) throw identityChanged();
    current = minted;
    return minted;
  });

  async function token(signal: AbortSignal): Promise<string> {
    if (current === undefined) return (await mint(signal)).token;
    const held = current;
    if (monotonicMs() < held.renewMs) return held.token;
    try {
      return (await mint(signal)).token;
    } catch (error) {
      if (signal.aborted || monotonicMs() >= held.expiresMs - marginMs) throw error;
      held.renewMs = monotonicMs() + marginMs;
      return held.token;
    }
  }

  return {
    token,
    async renew(rejected, signal) {
      if (current !== undefined && current.token !== rejected) return current.token;
      const fresh = (await mint(signal)).token;
      return fresh === rejected ? undefined : fresh;
    },
    actor: async (signal) => actorIn(await token(signal)),
    issuedAtMs: () => (current === undefined ? undefined : issuedAtMsIn(current.token)),
    facts: () => ({ ...(current !== undefined && factsOf(current.token)), isRenewed: true }),
  };
}

/** Decodes the current token once: a run asks for its actor with every key, and for its time with every response. */
function oncePerToken<T>(decode: (token: string) => T): (token: string) => T {
  let latest: { readonly token: string; readonly value: T } | undefined;
  return (token) => {
    if (latest?.token !== token) latest = { token, value: decode(token) };
    return latest.value;
  };
}

async function tokenForApiKey(options: TokenOptions, signal: AbortSignal): Promise<Minted> {
  let apiKey = "";
  const { setting = "UKO_API_KEY" } = options.credential;
  const form = (): Readonly<Record<string, string>> => {
    apiKey = requireSendable(options.credential.read(readSecretFile), setting);
    return { grant_type: apiKeyGrant, apikey: apiKey };
  };
  const { minted, response } = await requestToken({ ...options, form, resend: "always" }, signal);
  if (minted === undefined) throw refusedCredential(response, apiKey, setting);
  return minted;
}

interface TokenRequest extends Pick<TokenOptions, "http" | "endpoint" | "monotonicMs"> {
  /** Called after the host check. */
  readonly form: () => Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the request may be sent again; a one-time code is sent once. */
  readonly resend: HttpRequest["resend"];
}

/** Requests a token. If `minted` is absent, IAM refused the request. */
export async function requestToken(
  { http, endpoint, monotonicMs, form, headers, resend }: TokenRequest,
  signal: AbortSignal,
): Promise<{ readonly minted?: Minted & { readonly refreshToken: string }; readonly response: HttpResponse }> {
  const askedMs = monotonicMs();
  const end = await http.send({
    endpoint,
    method: "POST",
    path: (base) => `${base.replace(/\/identity(\/token)?$/, "")}/identity/token`,
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: () => new URLSearchParams(form()).toString(),
    resend,
    signal,
    deadlineMs: mintDeadlineMs,
  });
  if (end.kind === "none") throw noResponseError(service, end);
  if (end.status !== 200) return { response: end };
  const read = tokenResponse.safeParse(parseJson(end.text));
  if (!read.success) throw invalidResponse(service, "the response to a token request has no access token", end);
  const lifeMs = read.data.expires_in * 1000;
  const untilRenewalMs = Math.max(0, Math.min(lifeMs * renewAtShare, lifeMs - marginMs));
  const { access_token: token, refresh_token: refreshToken } = read.data;
  return {
    response: end,
    minted: { token, refreshToken, expiresMs: askedMs + lifeMs, renewMs: askedMs + untilRenewalMs },
  };
}

function refusedCredential(response: HttpResponse, apiKey: string, setting: string): UkoError {
  const read = iamError.safeParse(parseJson(response.text));
  const [code, message] = read.success ? [read.data.errorCode, read.data.errorMessage] : ["", ""];
  // IAM's message may repeat the secret that was sent, so the secret is removed from it.
  const shown = printable(withoutSecret([code, message].filter((part) => part !== "").join(": "), apiKey));
  if (response.status === 429 || response.status >= 500) return unavailable(service, response, shown);
  if (response.status < 400)
    return invalidResponse(service, `a token request failed with ${response.status}`, response);
  // IAM names a code in each refusal, so without one another server may have answered.
  const address = code === "" ? addressLines(response) : [];
  const issuer = address.length > 0 ? "The server at the configured address of IAM" : service;
  return new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: `${issuer} rejected the API key${code === "" ? "" : ` (${printable(withoutSecret(code, apiKey), 40)})`}`,
    detail: [
      shown === "" ? `It responded with ${response.status}.` : `It responded with ${response.status}, ${shown}`,
      ...(address.length > 0 ? address : [adviceFor(code, setting)]),
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: {
      ...responseData(response),
      ...(code === "" ? {} : { iamCode: printable(withoutSecret(code, apiKey), 40) }),
    },
  });
}

function adviceFor(code: string, setting: string): string {
  switch (code) {
    case "BXNIM0415E":
      return `Check ${setting}: the key is unknown, deleted, or only seconds old. If it is new, wait a little and run again.`;
    case "BXNIM0400E":
      return "The identity of the API key is locked. An administrator of the account can unlock it.";
    default:
      return `Check ${setting}, and that UKO_IAM_ENDPOINT is the IAM of the account of the key.`;
  }
}

/** Rejects a secret that no header or form can carry, without repeating it. */
function requireSendable(secret: string, setting: string): string {
  if (headerValue.test(secret)) return secret;
  throw new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: `${setting} is not a credential`,
    detail:
      "It is empty, or contains a blank, a line break or another character that no credential has. Nothing was sent.",
  });
}

function identityChanged(): UkoError {
  return new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: "The API key now belongs to another identity than at the start of this run",
    detail: "This run takes no further step. Run the same command again.",
  });
}

function isSameActor(a: Actor, b: Actor): boolean {
  return a.identity?.iamId === b.identity?.iamId && a.writesAs?.iamId === b.writesAs?.iamId;
}

/** The form of an IAM ID. Blanks and invisible characters are refused, because such an ID could imitate another one. */
const iamId = z.string().regex(/^[\x21-\x7e]{1,200}$/);
const text = z.string().optional().catch(undefined);
const claimsSchema = z.object({
  iam_id: iamId.optional().catch(undefined),
  iat: z.number().int().positive().optional().catch(undefined),
  exp: z.number().int().positive().optional().catch(undefined),
  account: z
    .object({ bss: z.string().regex(/^[\x21-\x7e]{1,100}$/) })
    .optional()
    .catch(undefined),
  sub_type: text,
  grant_type: text,
  amr: z.array(z.string()).optional().catch(undefined),
  name: text,
  email: text,
  sub: text,
  authn: z
    .object({ iam_id: iamId.optional().catch(undefined), name: text, sub: text })
    .optional()
    .catch(undefined),
});
type Claims = z.output<typeof claimsSchema>;

const maxNameCharacters = 100;
const nameless = "an identity that its token does not name";

/**
 * Reads the actor from a token. The signature is not checked here, because the service checks it with every call. Without
 * `authn` the acting identity is `iam_id`. A trusted profile is an exception, because it does not say which person acts.
 */
export function actorOf(token: string, sha256: Sha256): Actor {
  const claims = readClaims(token);
  if (claims === undefined) return { displayName: nameless };
  const acting = claims.authn?.iam_id ?? (claims.authn === undefined && !isProfile(claims) ? claims.iam_id : undefined);
  return {
    ...(acting === undefined ? {} : { identity: identityOf(acting, sha256) }),
    ...(claims.iam_id === undefined ? {} : { writesAs: identityOf(claims.iam_id, sha256) }),
    displayName: displayNameOf(claims, acting),
  };
}

/** When IAM issued the token; undefined if the token does not contain the time. */
export function issuedAtMsOf(token: string): number | undefined {
  const issuedAt = readClaims(token)?.iat;
  return issuedAt === undefined ? undefined : issuedAt * 1000;
}

function factsOf(token: string): Omit<TokenClaims, "isRenewed"> {
  const { exp, account, grant_type: grant, amr = [] } = readClaims(token) ?? {};
  return {
    ...(exp !== undefined && { expiresAtMs: exp * 1000 }),
    ...(account && { accountId: account.bss }),
    ...(grant !== undefined && { loggedInBy: printable([grant.split(":").at(-1), ...amr].join(", "), 100) }),
  };
}

function readClaims(token: string): Claims | undefined {
  try {
    return claimsSchema.parse(decodeJwt(token));
  } catch {
    return undefined;
  }
}

function isProfile(claims: Claims): boolean {
  return claims.sub_type === "Profile" || claims.iam_id?.startsWith("iam-Profile-") === true;
}

function identityOf(id: string, sha256: Sha256): Identity {
  return { iamId: id, mark: markOf(id, sha256) };
}

/** The acting person's name if the token has it, not a profile's. */
function displayNameOf(claims: Claims, acting: string | undefined): string {
  const own = acting === claims.iam_id ? [claims.name, claims.email, claims.sub] : [];
  const candidates = [claims.authn?.name, ...own, claims.authn?.sub, acting, claims.name, claims.sub, claims.iam_id];
  for (const candidate of candidates) {
    const name = printable(candidate ?? "", maxNameCharacters);
    if (name !== "") return name;
  }
  return nameless;
}

export const tokenResponse = z.object({
  /** The token has only characters that a header can carry. */
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  refresh_token: z.string().catch(""),
  expires_in: z.coerce.number().positive().max(86_400).catch(3_600),
});

/** `errorDetails` is omitted on purpose: it may repeat what was sent. */
export const iamError = z.object({
  errorCode: z.string().catch(""),
  errorMessage: z.string().catch(""),
});

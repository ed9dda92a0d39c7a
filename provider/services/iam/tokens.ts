/**
 * Bearer tokens of this run: from an API key or from settings, kept in memory only, renewed early,
 * and once more after a 401.
 */

import { UkoError } from "../../errors.ts";
import type { Sha256 } from "../../lifecycle/consent-record.ts";
import type { Actor } from "../../lifecycle/observation.ts";
import type { Endpoint } from "../http/allowed-hosts.ts";
import type { BearerSource, HttpAnswer, HttpClient } from "../http/client.ts";
import { answerData, correlationLine, invalidAnswer, noAnswerToRead, unavailable } from "../http/faults.ts";
import { parseJson } from "../http/json.ts";
import { printable, withoutSecret } from "../http/printable.ts";
import { cancelled, singleFlight } from "../http/single-flight.ts";
import { actorOf, issuedAtMsOf } from "./claims.ts";
import { iamError, tokenAnswer } from "./wire.ts";

/** The secret is read when it is needed, which is after the host check. */
export type Credential =
  | { readonly kind: "api_key"; readonly read: () => string }
  | { readonly kind: "token"; readonly read: () => string };

export interface TokenOptions {
  readonly http: HttpClient;
  readonly credential: Credential;
  /**
   * IAM's base, for instance `https://iam.cloud.ibm.com`; not called if the settings supply a
   * token.
   */
  readonly endpoint: Endpoint;
  readonly sha256: Sha256;
  readonly monotonicMs: () => number;
}

export interface Tokens extends BearerSource {
  /** The actor that the current token identifies. */
  actor(signal: AbortSignal): Promise<Actor>;
  /**
   * When IAM issued the latest token of this run; undefined before the first, and if tokens do not
   * contain the time.
   */
  issuedAtMs(): number | undefined;
}

interface Minted {
  readonly token: string;
  readonly expiresMs: number;
  renewMs: number;
}

const service = "IBM Cloud IAM";
const apiKeyGrant = "urn:ibm:params:oauth:grant-type:apikey";
const mintDeadlineMs = 30_000;
/**
 * A token counts as expired this long before its end, and a failed renewal is repeated after this
 * long.
 */
const marginMs = 60_000;
const renewAtShare = 0.8;
const headerValue = /^[\x21-\x7e]+$/;

export function createTokens(options: TokenOptions): Tokens {
  return options.credential.kind === "token" ? givenToken(options) : mintedTokens(options);
}

function givenToken({ credential, sha256 }: TokenOptions): Tokens {
  const token = async (signal: AbortSignal): Promise<string> => {
    if (signal.aborted) throw cancelled();
    return requireSendable(credential.read(), "UKO_TOKEN");
  };
  return {
    token,
    renew: async () => undefined,
    actor: async (signal) => actorOf(await token(signal), sha256),
    issuedAtMs: () => issuedAtMsOf(credential.read()),
  };
}

function mintedTokens(options: TokenOptions): Tokens {
  const { sha256, monotonicMs } = options;
  let current: Minted | undefined;
  let first: Actor | undefined;

  const mint = singleFlight(async (signal) => {
    const minted = await requestToken(options, signal);
    const actor = actorOf(minted.token, sha256);
    first ??= actor;
    // The whole plan is made for one actor; no plan covers a credential that changes its owner
    // during a run.
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
    actor: async (signal) => actorOf(await token(signal), sha256),
    issuedAtMs: () => (current === undefined ? undefined : issuedAtMsOf(current.token)),
  };
}

async function requestToken(options: TokenOptions, signal: AbortSignal): Promise<Minted> {
  const askedMs = options.monotonicMs();
  let apiKey = "";
  const end = await options.http.send({
    endpoint: options.endpoint,
    method: "POST",
    path: (base) => `${base.replace(/\/identity(\/token)?$/, "")}/identity/token`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: () => {
      apiKey = requireSendable(options.credential.read(), "UKO_API_KEY");
      return new URLSearchParams({ grant_type: apiKeyGrant, apikey: apiKey }).toString();
    },
    resend: "always",
    signal,
    deadlineMs: mintDeadlineMs,
  });
  if (end.kind === "none") throw noAnswerToRead(service, end);
  if (end.status !== 200) throw refusedCredential(end, apiKey);
  const read = tokenAnswer.safeParse(parseJson(end.text));
  if (!read.success) throw invalidAnswer(service, "the answer to a token request holds no access token", end);
  const lifeMs = read.data.expires_in * 1000;
  const untilRenewalMs = Math.max(0, Math.min(lifeMs * renewAtShare, lifeMs - marginMs));
  return { token: read.data.access_token, expiresMs: askedMs + lifeMs, renewMs: askedMs + untilRenewalMs };
}

function refusedCredential(answer: HttpAnswer, apiKey: string): UkoError {
  const read = iamError.safeParse(parseJson(answer.text));
  const [code, message] = read.success ? [read.data.errorCode, read.data.errorMessage] : ["", ""];
  // IAM's sentence may repeat what was sent, whole, in any place.
  const shown = printable(withoutSecret([code, message].filter((part) => part !== "").join(": "), apiKey));
  if (answer.status === 429 || answer.status >= 500) return unavailable(service, answer, shown);
  if (answer.status < 400) return invalidAnswer(service, `a token request was answered ${answer.status}`, answer);
  return new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: `IBM Cloud IAM did not accept the API key${code === "" ? "" : ` (${printable(withoutSecret(code, apiKey), 40)})`}`,
    detail: [
      shown === "" ? `It answered ${answer.status}.` : `It answered ${answer.status}, ${shown}`,
      adviceFor(code),
      ...correlationLine(answer.correlationId),
    ].join("\n"),
    data: { ...answerData(answer), ...(code === "" ? {} : { iamCode: printable(withoutSecret(code, apiKey), 40) }) },
  });
}

function adviceFor(code: string): string {
  switch (code) {
    case "BXNIM0415E":
      return "Check UKO_API_KEY: the key is unknown, deleted, or made only seconds ago; then wait a little and run again.";
    case "BXNIM0400E":
      return "The identity behind the API key is locked; an administrator of the account can unlock it.";
    default:
      return "Check UKO_API_KEY, and that UKO_IAM_ENDPOINT is the IAM of the account that made the key.";
  }
}

/** Rejects a secret that no header or form can carry, without repeating it. */
function requireSendable(secret: string, setting: string): string {
  if (headerValue.test(secret)) return secret;
  throw new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: `${setting} is not a credential`,
    detail: "It is empty, or holds a blank, a line end or another character that no credential has. Nothing was sent.",
  });
}

function identityChanged(): UkoError {
  return new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: "The API key now speaks for another identity than at the start of this run",
    detail: "Nothing more is done in this run. Run the same command again.",
  });
}

function isSameActor(a: Actor, b: Actor): boolean {
  return a.identity?.iamId === b.identity?.iamId && a.writesAs?.iamId === b.writesAs?.iamId;
}

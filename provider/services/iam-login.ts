/**
 * Logs a person in at IBM Cloud with a one-time passcode, so that no API key has to be stored. The tokens stay in this
 * process's memory. It refuses an address of the page that is not one of IAM's, because the person could enter a
 * password there.
 */

import * as z from "zod";
import { UkoError } from "../errors.ts";
import { parseJson } from "../text/json.ts";
import { printable, withoutSecret } from "../text/printable.ts";
import { decideHost, type Endpoint, isIamLoginHost } from "./http/allowed-hosts.ts";
import type { HttpResponse } from "./http/client.ts";
import { correlationLine, invalidResponse, requireResponse, responseData } from "./http/read-result.ts";
import { iamError, type Minted, mintedTokens, requestToken, type TokenOptions, type Tokens } from "./iam.ts";

export interface LoginOptions extends Pick<TokenOptions, "http" | "endpoint" | "sha256" | "monotonicMs"> {
  readonly allowedHosts: readonly string[];
}

export interface PasscodeInput {
  readonly passcode: string;
  /** The account that the tokens are for; IAM chooses one if absent. */
  readonly account?: string;
}

const service = "IBM Cloud IAM";
const passcodeGrant = "urn:ibm:params:oauth:grant-type:passcode";
/** The public client of IBM's own tools, which has no secret: `bx:bx` (kms-v2-and-iam.md 7.1). */
const publicClient = { authorization: "Basic Yng6Yng=" } as const;
const discovery = z.object({ passcode_endpoint: z.string(), token_endpoint: z.string() });

/**
 * Finds the page on which the person gets a passcode. Throws UKO_HOST_NOT_ALLOWED if IAM's document names an address that
 * is not IAM's.
 */
export async function findPasscodePage(options: LoginOptions, signal: AbortSignal): Promise<string> {
  const { http, endpoint, allowedHosts } = options;
  const sent = await http.send({
    endpoint,
    method: "GET",
    path: (base) => `${base.replace(/\/identity(\/token)?$/, "")}/identity/.well-known/openid-configuration`,
    resend: "always",
    signal,
  });
  const end = requireResponse(service, sent);
  const read = discovery.safeParse(end.status === 200 ? parseJson(end.text) : undefined);
  if (!read.success) throw invalidResponse(service, "its description names no page for one-time passcodes", end);
  for (const address of [read.data.passcode_endpoint, read.data.token_endpoint]) {
    requireIamHost(address, endpoint, allowedHosts);
  }
  return read.data.passcode_endpoint;
}

/** Exchanges the passcode for tokens. Throws UKO_CREDENTIAL_REFUSED for an unknown or used passcode. */
export async function logIn(
  options: LoginOptions,
  { passcode, account }: PasscodeInput,
  signal: AbortSignal,
): Promise<Tokens> {
  const inAccount = account === undefined ? {} : { bss_account: account };
  let refreshToken: string | undefined;
  const request = async (aborted: AbortSignal): Promise<Minted> => {
    const form =
      refreshToken === undefined
        ? { grant_type: passcodeGrant, passcode }
        : { grant_type: "refresh_token", refresh_token: refreshToken };
    const isFirst = refreshToken === undefined;
    // A passcode works once, so it is not sent again after a lost response.
    const resend = isFirst ? "never" : "always";
    const sent = { ...options, form: () => ({ ...form, ...inAccount }), headers: publicClient, resend } as const;
    const { minted, response } = await requestToken(sent, aborted);
    if (minted === undefined) throw refused(response, [passcode, refreshToken ?? ""], isFirst);
    refreshToken = minted.refreshToken;
    return minted;
  };
  const tokens = mintedTokens(options, request);
  await tokens.token(signal);
  return tokens;
}

/** Throws unless the address is one of IAM's own hosts, or the address that the environment of this run names for IAM. */
function requireIamHost(address: string, endpoint: Endpoint, allowedHosts: readonly string[]): void {
  const own = decideHost(endpoint, allowedHosts);
  const named = decideHost({ url: address, source: "environment", role: "iam" }, allowedHosts);
  const isOwn = own.kind === "allowed" && named.kind === "allowed" && named.origin === own.origin;
  if (isOwn || isIamLoginHost(address)) return;
  throw new UkoError("UKO_HOST_NOT_ALLOWED", {
    summary: "IAM's description names an address that is not an address of IBM Cloud IAM",
    detail: `It names ${printable(address, 200)}. Do not enter a passcode or a password there. No code was read or sent.`,
  });
}

function refused(response: HttpResponse, secrets: readonly string[], isFirst: boolean): UkoError {
  const read = iamError.safeParse(parseJson(response.text));
  const said = read.success ? `${read.data.errorCode}: ${read.data.errorMessage}` : `status ${response.status}`;
  return new UkoError("UKO_CREDENTIAL_REFUSED", {
    summary: isFirst ? "IBM Cloud IAM rejected the passcode" : "Your log-in has ended",
    detail: [
      `It responded with ${printable(secrets.reduce(withoutSecret, said), 300)}`,
      ...(isFirst ? ["A passcode works once, and for a few minutes only."] : []),
      "Next: log in again with",
      "  uko login",
      ...correlationLine(response.correlationId),
    ].join("\n"),
    data: responseData(response),
  });
}

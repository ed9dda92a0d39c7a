/** Which hosts may receive a credential: a pure table, asked before any credential is read. */

import { UkoError } from "../../errors.ts";

/** Who named an endpoint. Only the person's own environment may point to this machine. */
export type EndpointSource = "environment" | "stored" | "broker" | "built_in";

export interface Endpoint {
  readonly url: string;
  readonly source: EndpointSource;
}

export type HostDecision =
  | { readonly kind: "allowed"; readonly origin: string; readonly path: string; readonly isLoopback: boolean }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** Present where UKO_ALLOWED_HOSTS would allow it: what stands there. */
      readonly entry?: string;
    };

/** IBM's own hosts (uko-v4.md 1.1, kms-v2-and-iam.md 1.1): at least one label stands before each. */
const ibmSuffixes = [".cloud.ibm.com", ".hs-crypto.appdomain.cloud", ".kms.appdomain.cloud"] as const;

/** Leaves no room for user information, queries, escapes, other alphabets or backslashes, which parsers read differently. */
const plainUrl = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?(\/[a-z0-9._~/-]*)?$/i;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const loopbackIpv4 = /^127(\.[0-9]{1,3}){3}$/;
const maxHostCharacters = 253;

/** Decides whether an endpoint may receive a credential; `allowedHosts` are `host` or `host:port`, from the environment only. */
export function decideHost(endpoint: Endpoint, allowedHosts: readonly string[]): HostDecision {
  const url = readPlainUrl(endpoint.url);
  if (url === undefined) {
    return { kind: "refused", reason: "an endpoint is https://, a host in plain ASCII, and at most a port and a path" };
  }
  const isLoopback = isLoopbackHost(url.hostname);
  const isListed = allowedHosts.some((entry) => isSameHost(entry, url));
  if (url.protocol !== "https:" && !isLoopback) {
    return { kind: "refused", reason: "TLS is required: the address has to begin with https://" };
  }
  const allowed: HostDecision = { kind: "allowed", origin: url.origin, path: trimSlashes(url.pathname), isLoopback };
  if (isListed) return allowed;
  if (isLoopback) {
    if (endpoint.source === "environment") return allowed;
    return {
      kind: "refused",
      reason: "this machine is allowed only where the environment of this run names it",
      entry: url.host,
    };
  }
  if (isIbmHost(url.hostname)) return allowed;
  return {
    kind: "refused",
    reason: "it is none of IBM's own hosts, and UKO_ALLOWED_HOSTS does not name it",
    entry: url.host,
  };
}

/** Answers the decision for an allowed endpoint; throws UKO_HOST_NOT_ALLOWED otherwise. Never repeats user information. */
export function requireAllowedHost(
  endpoint: Endpoint,
  allowedHosts: readonly string[],
): Extract<HostDecision, { kind: "allowed" }> {
  const decision = decideHost(endpoint, allowedHosts);
  if (decision.kind === "allowed") return decision;
  const host = readPlainUrl(endpoint.url)?.host;
  throw new UkoError("UKO_HOST_NOT_ALLOWED", {
    summary:
      host === undefined ? "An endpoint is not a plain address" : `The host ${host} may not receive a credential`,
    detail: [
      `The endpoint, named by ${sourceWords[endpoint.source]}, was not called: ${decision.reason}.`,
      "No credential was read or sent.",
      ...(decision.entry === undefined
        ? []
        : [`If you trust that host: UKO_ALLOWED_HOSTS=${decision.entry} in the environment of this run.`]),
    ].join("\n"),
    data: { source: endpoint.source, ...(host === undefined ? {} : { host }) },
  });
}

/** Whether the endpoint is this very machine. */
export function isLoopbackEndpoint(endpoint: Endpoint): boolean {
  const url = readPlainUrl(endpoint.url);
  return url !== undefined && isLoopbackHost(url.hostname);
}

/** The host name that an endpoint names, where it is a plain address. */
export function hostOf(endpoint: Endpoint): string | undefined {
  return readPlainUrl(endpoint.url)?.host;
}

const sourceWords = {
  environment: "the environment",
  stored: "the stored configuration",
  broker: "the broker's answer",
  built_in: "this release",
} as const satisfies Record<EndpointSource, string>;

/** Refuses whatever the parser reads other than it is written: `127.1`, `0x7f.0.0.1`, `/a/../b`. */
function readPlainUrl(text: string): URL | undefined {
  const written = plainUrl.exec(text);
  if (written === null || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isAsWritten = url.hostname === written[2]?.toLowerCase() && url.pathname === (written[4] ?? "/");
  return isAsWritten ? url : undefined;
}

function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || loopbackIpv4.test(hostname);
}

function isIbmHost(hostname: string): boolean {
  const isWellFormed = hostname.length <= maxHostCharacters && hostname.split(".").every((part) => label.test(part));
  return isWellFormed && ibmSuffixes.some((suffix) => hostname.endsWith(suffix));
}

function isSameHost(entry: string, url: URL): boolean {
  const wanted = entry.trim().toLowerCase();
  const port = url.port !== "" ? url.port : url.protocol === "https:" ? "443" : "80";
  return wanted === url.hostname || wanted === `${url.hostname}:${port}`;
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}

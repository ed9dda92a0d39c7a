/**
 * Decides which hosts may receive a credential, before uko reads the credential. Without this check, an address in a
 * state, a program or a response could send the caller's API key to another server. IBM's documented hosts of the
 * called service are allowed, unless the host name shows another instance, or for Key Protect another region. Any other
 * host, this machine too, is allowed only if UKO_ALLOWED_HOSTS names it. So one planted variable, such as
 * `UKO_IAM_ENDPOINT=http://127.0.0.1:8080`, sends the API key nowhere. Every host except this machine requires TLS, and
 * only the environment can set a path. The file also reads the instance and the region that a documented host name
 * shows.
 */

import { UkoError } from "../../errors.ts";
import { uuidForm } from "../../text/uuid-form.ts";

/** Where an address came from. Only the environment of this run may name any port, or a path. */
export type EndpointSource = "environment" | "stored" | "broker" | "built_in";

/**
 * An address and the service that it is for. Each service has its own hosts, so a token request never goes to a host that
 * serves keys.
 */
export type Endpoint = { readonly url: string; readonly source: EndpointSource } & (
  | { readonly role: "iam" | "broker" }
  /** `instanceId` is the instance of this run: a host name that names another one is not called. */
  | { readonly role: "uko" | "kms"; readonly instanceId: string }
  /** Most hosts of Key Protect name only a region, which has to be the one of the instance. */
  | { readonly role: "key_protect"; readonly instanceId: string; readonly region: string }
);

type Role = Endpoint["role"];

export type HostDecision =
  | { readonly kind: "allowed"; readonly origin: string; readonly path: string; readonly isLoopback: boolean }
  | { readonly kind: "other_instance"; readonly host: string; readonly instanceId: string }
  | {
      readonly kind: "refused";
      readonly reason: string;
      /** The entry of UKO_ALLOWED_HOSTS that would allow a host from the environment. */
      readonly entry?: string;
    };

/**
 * IBM's documented hosts (uko-v4.md 1.1 and 1.2, kms-v2-and-iam.md 1.1 and 7.1), label by label.
 * Customers have their own addresses under the same domains, such as
 * `c100-e.eu-de.containers.cloud.ibm.com`, so a domain alone is never enough.
 */
const documentedHosts = {
  iam: ["iam.cloud.ibm.com", "private.iam.cloud.ibm.com"],
  broker: ["<region>.broker.hs-crypto.cloud.ibm.com", "broker.<region>.hs-crypto.cloud.ibm.com"],
  uko: [
    "<instance>.uko.<region>.hs-crypto.appdomain.cloud",
    "uko.<region>.hs-crypto.cloud.ibm.com:<port>",
    "uko.cloud.ibm.com",
  ],
  kms: [
    "<instance>.api.<region>.hs-crypto.appdomain.cloud",
    "<instance>.api.private.<region>.hs-crypto.appdomain.cloud",
    "api.<region>.hs-crypto.cloud.ibm.com:<port>",
    "api.private.<region>.hs-crypto.cloud.ibm.com:<port>",
  ],
  /** A host of Hyper Protect Crypto Services is not among them: there, UKO says which KMS keys are in use. */
  key_protect: [
    "<region>.kms.cloud.ibm.com",
    "private.<region>.kms.cloud.ibm.com",
    // Key Protect Dedicated.
    "<instance>.api.<region>.kms.appdomain.cloud",
    "<instance>.api.private.<region>.kms.appdomain.cloud",
  ],
} as const satisfies Record<Role, readonly string[]>;

/** The form of a region, such as `us-south`, which all documented regions have. */
export const regionForm = /^[a-z]{2}-[a-z]{2,8}$/;
/** The ports of instances that were created before 2024. */
const instancePorts = { first: 8000, last: 19_999 } as const;

/**
 * An address without user information, queries, escapes, other alphabets, or backslashes, because parsers disagree about
 * these.
 */
const plainUrl = /^(https?):\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?(\/[a-z0-9._~/-]*)?$/i;
const loopbackIpv4 = /^127(\.[0-9]{1,3}){3}$/;

/** `allowedHosts` are `host` or `host:port`, from the environment only. */
export function decideHost(endpoint: Endpoint, allowedHosts: readonly string[]): HostDecision {
  const url = readPlainUrl(endpoint.url);
  if (url === undefined) {
    return {
      kind: "refused",
      reason: "an endpoint must be https://, a host in plain ASCII, and optionally a port and a path",
    };
  }
  const isLoopback = isLoopbackHost(url.hostname);
  const isOwn = endpoint.source === "environment";
  if (url.protocol !== "https:" && !isLoopback) {
    return { kind: "refused", reason: "TLS is required: the address must begin with https://" };
  }
  if (!isOwn && url.pathname !== "/") {
    return { kind: "refused", reason: "only the environment of this run can set a path" };
  }
  const allowed: HostDecision = { kind: "allowed", origin: url.origin, path: trimSlashes(url.pathname), isLoopback };
  if (allowedHosts.some((entry) => isSameHost(entry, url, isOwn))) return allowed;
  const documented = matchDocumented(endpoint.role, url);
  if (documented === undefined) {
    const { role } = endpoint;
    if (role === "kms" && matchDocumented("key_protect", url) !== undefined) {
      return { kind: "refused", reason: "UKO_INSTANCE_ID has to be the CRN of an instance of Key Protect" };
    }
    const reason = `it is not a documented address of ${roleWords[role]}, and UKO_ALLOWED_HOSTS does not include it`;
    return { kind: "refused", reason, entry: url.host };
  }
  const { instance, region, hasPort } = documented;
  if (hasPort && endpoint.source === "stored") {
    return { kind: "refused", reason: "only the environment of this run, or IBM's broker, can set a port" };
  }
  if (instance !== undefined && "instanceId" in endpoint && instance !== endpoint.instanceId) {
    return { kind: "other_instance", host: url.host, instanceId: instance };
  }
  if (endpoint.role === "key_protect" && region !== endpoint.region) {
    return { kind: "refused", reason: `the CRN of the instance names the region ${endpoint.region}` };
  }
  return allowed;
}

/** Throws UKO_INSTANCE_MISMATCH, UKO_HOST_NOT_ALLOWED. Never repeats user information. */
export function requireAllowedHost(
  endpoint: Endpoint,
  allowedHosts: readonly string[],
): Extract<HostDecision, { kind: "allowed" }> {
  const decision = decideHost(endpoint, allowedHosts);
  switch (decision.kind) {
    case "allowed":
      return decision;
    case "other_instance":
      throw otherInstance(endpoint, decision);
    case "refused":
      throw notAllowed(endpoint, decision, allowedHosts);
  }
}

function notAllowed(
  endpoint: Endpoint,
  { reason, entry }: Extract<HostDecision, { kind: "refused" }>,
  allowedHosts: readonly string[],
): UkoError {
  const host = readPlainUrl(endpoint.url)?.host;
  const { source } = endpoint;
  const completed = source === "environment" ? withProtocol(endpoint.url) : undefined;
  return new UkoError("UKO_HOST_NOT_ALLOWED", {
    summary:
      host === undefined ? "An endpoint is not a plain address" : `The host ${host} may not receive a credential`,
    detail: [
      `The address comes from ${originOf(endpoint)}. uko did not call the host: ${reason}.`,
      "No credential was read or sent.",
      ...(completed === undefined
        ? adviceFor(endpoint, entry, allowedHosts)
        : ["Next: begin the address with its protocol", `  export ${originOf(endpoint)}=${completed}`]),
    ].join("\n"),
    data: { source, ...(host === undefined ? {} : { host }) },
  });
}

/** The address of a host that was written without `https://`, and without anything that could be a secret. */
function withProtocol(written: string): string | undefined {
  const [host] = /^[a-z0-9.-]+(?=(?::[0-9]{1,5})?$)/i.exec(written) ?? [];
  return host === undefined ? undefined : `${isLoopbackHost(host) ? "http" : "https"}://${written}`;
}

/**
 * The next steps for a refused address. Only an address from the environment gets advice to allow the host, because any
 * other address may be an attacker's. Only an address of this machine gets a line to copy: another host would receive
 * the credential before the person thinks about it. A line that replaces hosts that are allowed already is not shown.
 */
function adviceFor(endpoint: Endpoint, entry: string | undefined, allowedHosts: readonly string[]): readonly string[] {
  switch (endpoint.source) {
    case "environment":
      if (entry === undefined) return [];
      return isLoopbackEndpoint(endpoint) && allowedHosts.length === 0
        ? [
            "Next: if you started the server there, such as an emulator, allow it with",
            `  export UKO_ALLOWED_HOSTS=${entry}`,
          ]
        : [
            `Next: if ${originOf(endpoint)} is not your own setting, remove it.`,
            `If you set it and trust the host with your credential, add ${entry} to UKO_ALLOWED_HOSTS.`,
          ];
    case "stored":
      return [
        "Next: before you run anything else, ask the people who maintain this state who set the address.",
        "Without the setting, uko asks IBM's broker for the address (UKO_REGION).",
      ];
    case "broker":
    case "built_in":
      return [];
  }
}

function otherInstance(
  endpoint: Endpoint,
  { host, instanceId }: Extract<HostDecision, { kind: "other_instance" }>,
): UkoError {
  const configured = "instanceId" in endpoint ? endpoint.instanceId : "";
  return new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `The address ${host} serves instance ${instanceId}, but this run is configured for ${configured}`,
    detail: [
      `The address comes from ${originOf(endpoint)}. One of the two is wrong; uko does not know which.`,
      "No credential was read or sent.",
      "Next: compare both with the page of the instance in IBM Cloud, and correct the wrong one.",
    ].join("\n"),
    data: { source: endpoint.source, host },
  });
}

/** Whether this is one of IAM's addresses for people, global or of a region (kms-v2-and-iam.md 7.8). */
export function isIamLoginHost(address: string): boolean {
  const url = readPlainUrl(address);
  if (url?.protocol !== "https:" || url.port !== "") return false;
  const [first = "", region = "", ...rest] = url.hostname.split(".");
  const isRegional = /^identity-[0-9]{1,2}$/.test(first) && regionForm.test(region);
  return (isRegional && rest.join(".") === "iam.cloud.ibm.com") || matchDocumented("iam", url) !== undefined;
}

/**
 * An address that a setting chose and no document of IBM names. An error of a call to it must show the address, because
 * another server may have answered.
 */
export function chosenAddress(
  endpoint: Endpoint | undefined,
): { readonly host: string; readonly origin: string; readonly service: string } | undefined {
  const host = endpoint === undefined ? undefined : hostOf(endpoint);
  if (endpoint === undefined || host === undefined || readDocumentedHost(endpoint) !== undefined) return undefined;
  return { host, origin: originOf(endpoint), service: roleWords[endpoint.role] };
}

export function isLoopbackEndpoint(endpoint: Pick<Endpoint, "url">): boolean {
  const url = readPlainUrl(endpoint.url);
  return url !== undefined && isLoopbackHost(url.hostname);
}

/** The host name in an endpoint, if the endpoint is a plain address. */
export function hostOf(endpoint: Pick<Endpoint, "url">): string | undefined {
  return readPlainUrl(endpoint.url)?.host;
}

/** The host and the port in an endpoint, also a default port; the address as it is written if it is not a plain one. */
export function hostAndPortOf({ url }: Pick<Endpoint, "url">): string {
  const read = readPlainUrl(url);
  return read === undefined ? url : `${read.hostname}:${portOf(read)}`;
}

/** The facts in a documented host name; undefined for every other host. */
export function readDocumentedHost({ url, role }: Pick<Endpoint, "url" | "role">): DocumentedHost | undefined {
  const read = readPlainUrl(url);
  return read?.protocol === "https:" ? matchDocumented(role, read) : undefined;
}

export interface DocumentedHost {
  readonly instance?: string;
  readonly region?: string;
  /** An address with a port names its instance by the port alone. */
  readonly hasPort: boolean;
}

const settingOf = {
  iam: { stored: "iamEndpoint", environment: "UKO_IAM_ENDPOINT" },
  uko: { stored: "endpoint", environment: "UKO_ENDPOINT" },
  kms: { stored: "kmsEndpoint", environment: "UKO_KMS_ENDPOINT" },
  key_protect: { stored: "kmsEndpoint", environment: "UKO_KMS_ENDPOINT" },
  broker: { stored: "broker", environment: "the environment" },
} as const satisfies Record<Role, object>;

const roleWords = {
  iam: "IBM Cloud IAM",
  broker: "the endpoint broker",
  uko: "Unified Key Orchestrator",
  kms: "the KMS of Hyper Protect Crypto Services",
  key_protect: "Key Protect",
} as const satisfies Record<Role, string>;

function originOf({ source, role }: Endpoint): string {
  switch (source) {
    case "environment":
      return settingOf[role].environment;
    case "stored":
      return `the stored setting ${settingOf[role].stored} of the provider`;
    case "broker":
      return "the response of the broker";
    case "built_in":
      return "this release";
  }
}

function matchDocumented(role: Role, url: URL): DocumentedHost | undefined {
  const labels = url.hostname.split(".");
  for (const form of documentedHosts[role]) {
    const [host = "", port] = form.split(":");
    const wanted = host.split(".");
    if (wanted.length !== labels.length || !isPortOf(port !== undefined, url.port)) continue;
    if (!wanted.every((each, index) => isLabelOf(each, labels[index] ?? ""))) continue;
    const instance = labels[wanted.indexOf("<instance>")];
    const region = labels[wanted.indexOf("<region>")];
    return {
      ...(instance !== undefined && { instance }),
      ...(region !== undefined && { region }),
      hasPort: port !== undefined,
    };
  }
  return undefined;
}

function isLabelOf(wanted: string, label: string): boolean {
  if (wanted === "<instance>") return uuidForm.test(label);
  return wanted === "<region>" ? regionForm.test(label) : wanted === label;
}

/** Whether the port is one that this host may have. `URL` omits the default port of https. */
function isPortOf(hasPort: boolean, port: string): boolean {
  if (!hasPort) return port === "";
  return Number(port) >= instancePorts.first && Number(port) <= instancePorts.last;
}

/** Rejects what the parser would rewrite: `127.1`, `0x7f.0.0.1`, `/a/../b`. */
function readPlainUrl(text: string): URL | undefined {
  const written = plainUrl.exec(text);
  const url = written === null ? null : URL.parse(text);
  if (written === null || url === null) return undefined;
  const isAsWritten = url.hostname === written[2]?.toLowerCase() && url.pathname === (written[4] ?? "/");
  return isAsWritten ? url : undefined;
}

function isLoopbackHost(hostname: string): boolean {
  return hostname === "localhost" || hostname === "[::1]" || loopbackIpv4.test(hostname);
}

/**
 * Whether an entry of UKO_ALLOWED_HOSTS allows the address. An entry without a port allows any port of an address from
 * the environment, and otherwise only the default port.
 */
function isSameHost(entry: string, url: URL, isOwn: boolean): boolean {
  const wanted = entry.trim().toLowerCase();
  return (wanted === url.hostname && (isOwn || url.port === "")) || wanted === `${url.hostname}:${portOf(url)}`;
}

function portOf({ port, protocol }: URL): string {
  return port !== "" ? port : protocol === "https:" ? "443" : "80";
}

function trimSlashes(path: string): string {
  return path.replace(/\/+$/, "");
}

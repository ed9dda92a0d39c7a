/**
 * Finds the endpoints of UKO and KMS for an instance: from the settings, from the broker, or from the CRN of an
 * instance of Key Protect (kms-v2-and-iam.md 1.1). It also judges how certain it is that an address is the instance of
 * this run, because a mistyped one could lead to a deletion in another instance.
 */

import * as z from "zod";
import { isUkoError, UkoError } from "../errors.ts";
import { parseJson } from "../text/json.ts";
import type { KeyProtect } from "../text/uuid-form.ts";
import { type Endpoint, hostOf, isLoopbackEndpoint, readDocumentedHost, regionForm } from "./http/allowed-hosts.ts";
import type { BearerSource, HttpClient, HttpResponse } from "./http/client.ts";
import { singleFlight } from "./http/concurrency.ts";
import { accessDenied, invalidResponse, requireResponse, responseData, unavailable } from "./http/read-result.ts";
import { isOwnNotFound } from "./uko/errors.ts";

export interface EndpointOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly instanceId: string;
  readonly region?: string;
  /** If set, this address is used and not the broker's. */
  readonly uko?: Endpoint;
  readonly kms?: Endpoint;
  /** A broker other than the region's. */
  readonly broker?: Endpoint;
}

type BrokerOptions = Pick<EndpointOptions, "uko" | "region" | "broker">;

export interface Endpoints {
  uko(signal: AbortSignal): Promise<Endpoint>;
  kms(signal: AbortSignal): Promise<Endpoint>;
  /** Judged by the host name and the broker. Throws only UKO_CANCELED: a broker that does not respond proves nothing. */
  instance(signal: AbortSignal): Promise<InstanceReport>;
}

/**
 * How certain it is that the server is the instance of this run. `why` states how it contradicts the settings. `reported`
 * means that the server itself claims the instance ID. The claim reveals a mistyped ID, but another server could make the
 * same claim.
 */
export type InstanceReport =
  | { readonly kind: "proven" | "reported" | "unproven" }
  | { readonly kind: "contradicted"; readonly why: string };

interface Discovered {
  readonly uko: Endpoint | undefined;
  readonly kms: Endpoint | undefined;
}

const service = "The endpoint broker";

export function createEndpoints(options: EndpointOptions): Endpoints {
  let found: Discovered | undefined;
  const ask = singleFlight(async (signal) => {
    found = await discover(options, witnessOf(options) ?? nowhere(), signal);
    return found;
  });
  const discovered = async (signal: AbortSignal): Promise<Discovered> => found ?? ask(signal);
  const served = async (signal: AbortSignal): Promise<Discovered> =>
    brokerOf(options) === undefined ? nowhere() : discovered(signal);

  return {
    uko: async (signal) => options.uko ?? (await served(signal)).uko ?? missing("UKO", "UKO_ENDPOINT"),
    kms: async (signal) => options.kms ?? (await served(signal)).kms ?? missing("KMS", "UKO_KMS_ENDPOINT"),
    async instance(signal) {
      const { uko, instanceId } = options;
      const named = uko === undefined ? undefined : readDocumentedHost(uko)?.instance;
      if (named === instanceId) return { kind: "proven" };
      if (named !== undefined) return { kind: "contradicted", why: `The address names instance ${named}.` };
      const broker = witnessOf(options);
      if (broker === undefined) return { kind: "unproven" };
      try {
        return comparedWith((await discovered(signal)).uko, uko, broker);
      } catch (error) {
        if (signal.aborted) throw error;
        const isUnknown = uko !== undefined && isUkoError(error) && error.data.isUnknownInstance === true;
        if (!isUnknown) return { kind: "unproven" };
        return { kind: "contradicted", why: `The broker of this address does not know instance ${instanceId}.` };
      }
    },
  };
}

/**
 * The endpoints of an instance of Key Protect. A call for an object of UKO ends here, before anything is sent.
 * `configured` is needed for private addresses and for Key Protect Dedicated, which the CRN does not show.
 */
export function createKeyProtectEndpoints(
  instanceId: string,
  { region }: KeyProtect,
  configured: Endpoint | undefined,
): Endpoints {
  const kms: Endpoint = configured ?? {
    url: `https://${region}.kms.cloud.ibm.com`,
    source: "built_in",
    role: "key_protect",
    ...{ instanceId, region },
  };
  const kind = readDocumentedHost(kms)?.instance === instanceId ? "proven" : "reported";
  return {
    uko: async () => {
      throw new UkoError("UKO_NOT_IN_KEY_PROTECT", {
        summary: `Instance ${instanceId} is Key Protect, which has no managed keys, vaults, keystores or templates`,
        detail: "It has KMS keys alone. Nothing was sent.\nNext: list its keys with\n  uko ls",
      });
    },
    kms: async () => kms,
    // Another host names no instance. KMS answers for the instance in the header of each call, and its keys name it.
    instance: async () => ({ kind }),
  };
}

/**
 * Compares the configured endpoint with the one that the broker reports. A host other than IBM's may be a proxy for the
 * same instance, so a different name there contradicts nothing.
 */
function comparedWith(answered: Endpoint | undefined, uko: Endpoint | undefined, broker: Endpoint): InstanceReport {
  if (answered === undefined) return { kind: "unproven" };
  if (uko !== undefined && hostOf(uko) === hostOf(broker)) return { kind: "reported" };
  if (uko === undefined || hostOf(uko) === hostOf(answered)) return { kind: "proven" };
  if (readDocumentedHost(uko) === undefined) return { kind: "unproven" };
  return { kind: "contradicted", why: `IBM's broker reports the endpoint of the instance as ${hostOf(answered)}.` };
}

/**
 * The broker that can confirm the instance: the configured one, the one of the region in the host name, or the emulator's
 * own.
 */
export function witnessOf(options: BrokerOptions): Endpoint | undefined {
  const { uko } = options;
  const broker = brokerOf(options);
  if (broker !== undefined || uko === undefined) return broker;
  const region = readDocumentedHost(uko)?.region;
  if (region !== undefined) return brokerOf({ ...options, region });
  const host = hostOf(uko);
  if (host === undefined || !isLoopbackEndpoint(uko)) return undefined;
  return { url: `${uko.url.slice(0, uko.url.indexOf(":"))}://${host}`, source: uko.source, role: "broker" };
}

function brokerOf({ broker, region }: BrokerOptions): Endpoint | undefined {
  if (broker !== undefined || region === undefined) return broker;
  if (regionForm.test(region))
    return {
      url: `https://${region}.broker.hs-crypto.cloud.ibm.com`,
      source: "built_in",
      role: "broker",
    };
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: "The region is not valid",
    detail:
      "Next: set UKO_REGION, or region in the configuration of the provider, to a region such as us-south or eu-de.",
  });
}

function nowhere(): never {
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: "The address of the instance is not known",
    detail:
      "Set the region (UKO_REGION), so that uko can ask the broker, or set the endpoints (UKO_ENDPOINT, UKO_KMS_ENDPOINT).",
  });
}

async function discover(
  { http, bearer, instanceId }: EndpointOptions,
  broker: Endpoint,
  signal: AbortSignal,
): Promise<Discovered> {
  const sent = await http.send({
    endpoint: broker,
    method: "GET",
    path: (base) => `${base}/crypto_v2/instances/${encodeURIComponent(instanceId)}`,
    bearer,
    resend: "always",
    signal,
  });
  const end = requireResponse(service, sent);
  if (end.status !== 200) throw brokerRefusal(end, broker, instanceId);
  const read = brokerResponse.safeParse(parseJson(end.text));
  if (!read.success) throw invalidResponse(service, "its response does not have the documented form", end);
  if (read.data.instance_id !== instanceId) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `${service} responded for another instance than ${instanceId}`,
      detail: "Nothing was read or changed.",
    });
  }
  const { uko, kms } = read.data;
  return {
    uko: endpointOfBroker(broker, uko?.public, { role: "uko", instanceId }),
    kms: endpointOfBroker(broker, kms?.public, { role: "kms", instanceId }),
  };
}

/**
 * An endpoint from the broker's response. An address on this machine is accepted only from a local broker that the
 * environment names.
 */
function endpointOfBroker(
  broker: Endpoint,
  host: string | undefined,
  served: { readonly role: "uko" | "kms"; readonly instanceId: string },
): Endpoint | undefined {
  if (host === undefined) return undefined;
  const url = `${broker.url.slice(0, broker.url.indexOf(":"))}://${host}`;
  const local: Endpoint = { url, source: "environment", ...served };
  const isLocal = broker.source === "environment" && isLoopbackEndpoint(broker) && isLoopbackEndpoint(local);
  return isLocal ? local : { url: `https://${host}`, source: "broker", ...served };
}

function brokerRefusal(response: HttpResponse, broker: Endpoint, instanceId: string): UkoError {
  switch (response.status) {
    case 401:
      return accessDenied(service, response, "");
    case 403:
      return new UkoError("UKO_RIGHTS_MISSING", {
        summary: `The identity cannot read the endpoints of instance ${instanceId}`,
        detail:
          "This requires the platform role Viewer on the instance. Or set the endpoints (UKO_ENDPOINT, UKO_KMS_ENDPOINT).",
      });
    case 404:
      return new UkoError("UKO_SETTINGS_INVALID", {
        summary: `The broker does not know instance ${instanceId} in this region`,
        detail:
          "Check the instance ID and the region (UKO_INSTANCE_ID, UKO_REGION). This does not mean that a key is gone.",
        data: { ...responseData(response), isUnknownInstance: broker.source === "built_in" || isOwnNotFound(response) },
      });
    default:
      if (response.status === 429 || response.status >= 500) return unavailable(service, response, "");
      return invalidResponse(service, `it responded with ${response.status}`, response);
  }
}

function missing(what: string, setting: string): never {
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: `The broker reports no ${what} endpoint for the instance`,
    detail: `The plan of the instance probably does not include Unified Key Orchestrator. Otherwise set ${setting}.`,
  });
}

const host = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?$/i)
  .max(300);
const hosts = z.object({ public: host.optional().catch(undefined) });

export const brokerResponse = z.object({
  instance_id: z.string().max(100),
  uko: hosts.nullish().catch(undefined),
  kms: hosts.nullish().catch(undefined),
});

/** Where the instance is served: given, or asked of the broker once per run; and what proves that it is this instance. */

import { UkoError } from "../../errors.ts";
import { type Endpoint, hostOf, isLoopbackEndpoint, readDocumentedHost, regionForm } from "../http/allowed-hosts.ts";
import type { BearerSource, HttpAnswer, HttpClient } from "../http/client.ts";
import { accessDenied, invalidAnswer, noAnswerToRead, unavailable } from "../http/faults.ts";
import { parseJson } from "../http/json.ts";
import { singleFlight } from "../http/single-flight.ts";
import { brokerAnswer } from "./wire.ts";

export interface EndpointOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly instanceId: string;
  readonly region?: string;
  /** Given, the broker is not asked for it. */
  readonly uko?: Endpoint;
  readonly kms?: Endpoint;
  /** Another broker than the region's. */
  readonly broker?: Endpoint;
}

export interface Endpoints {
  uko(signal: AbortSignal): Promise<Endpoint>;
  kms(signal: AbortSignal): Promise<Endpoint>;
  /** Never throws but for UKO_CANCELLED: what cannot be asked is not proven. */
  isInstanceProven(signal: AbortSignal): Promise<boolean>;
}

interface Discovered {
  readonly uko: Endpoint | undefined;
  readonly kms: Endpoint | undefined;
}

const service = "The endpoint broker";

export function createEndpoints(options: EndpointOptions): Endpoints {
  let found: Discovered | undefined;
  const ask = singleFlight(async (signal) => {
    found = await discover(options, signal);
    return found;
  });
  const discovered = async (signal: AbortSignal): Promise<Discovered> => found ?? ask(signal);

  return {
    uko: async (signal) => options.uko ?? (await discovered(signal)).uko ?? missing("UKO", "UKO_ENDPOINT"),
    kms: async (signal) => options.kms ?? (await discovered(signal)).kms ?? missing("KMS", "UKO_KMS_ENDPOINT"),
    async isInstanceProven(signal) {
      const { uko } = options;
      if (uko !== undefined && namesInstance(uko, options.instanceId)) return true;
      if (brokerOf(options) === undefined) return false;
      try {
        const answered = (await discovered(signal)).uko;
        return answered !== undefined && (uko === undefined || hostOf(uko) === hostOf(answered));
      } catch (error) {
        if (signal.aborted) throw error;
        return false;
      }
    },
  };
}

/** Whether the host name itself says which instance it serves: `<instance>.uko.<region>.hs-crypto.appdomain.cloud`. */
export function namesInstance(endpoint: Endpoint, instanceId: string): boolean {
  return readDocumentedHost(endpoint)?.instance === instanceId;
}

function brokerOf({ broker, region }: EndpointOptions): Endpoint | undefined {
  if (broker !== undefined || region === undefined) return broker;
  if (regionForm.test(region))
    return {
      url: `https://${region}.broker.hs-crypto.cloud.ibm.com`,
      source: "built_in",
      role: "broker",
    };
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: "The region is not a region's name",
    detail: "A region is written like us-south or eu-de (setting region, UKO_REGION).",
  });
}

async function discover(options: EndpointOptions, signal: AbortSignal): Promise<Discovered> {
  const { http, bearer, instanceId } = options;
  const broker = brokerOf(options);
  if (broker === undefined) {
    throw new UkoError("UKO_SETTINGS_INVALID", {
      summary: "Where the instance is served is not known",
      detail:
        "Set the region (UKO_REGION), so that the broker can be asked, or the endpoints (UKO_ENDPOINT, UKO_KMS_ENDPOINT).",
    });
  }
  const end = await http.send({
    endpoint: broker,
    method: "GET",
    path: (base) => `${base}/crypto_v2/instances/${encodeURIComponent(instanceId)}`,
    bearer,
    resend: "always",
    signal,
  });
  if (end.kind === "none") throw noAnswerToRead(service, end);
  if (end.status !== 200) throw brokerRefusal(end, instanceId);
  const read = brokerAnswer.safeParse(parseJson(end.text));
  if (!read.success) throw invalidAnswer(service, "its answer does not have the documented form", end);
  if (read.data.instance_id !== instanceId) {
    throw new UkoError("UKO_INSTANCE_MISMATCH", {
      summary: `${service} answered for another instance than ${instanceId}`,
      detail: "Nothing was read or changed.",
    });
  }
  const { uko, kms } = read.data;
  return {
    uko: answeredEndpoint(broker, uko?.public, { role: "uko", instanceId }),
    kms: answeredEndpoint(broker, kms?.public, { role: "kms", instanceId }),
  };
}

/** A broker on this machine, named by the environment, may point to this machine; no other may. */
function answeredEndpoint(
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

function brokerRefusal(answer: HttpAnswer, instanceId: string): UkoError {
  switch (answer.status) {
    case 401:
      return accessDenied(service, answer, "");
    case 403:
      return new UkoError("UKO_RIGHTS_MISSING", {
        summary: `The identity may not ask where instance ${instanceId} is served`,
        detail:
          "It takes the platform role Viewer on the instance; or name the endpoints (UKO_ENDPOINT, UKO_KMS_ENDPOINT).",
      });
    case 404:
      return new UkoError("UKO_SETTINGS_INVALID", {
        summary: `Instance ${instanceId} is not known in this region`,
        detail:
          "Check the instance id and the region (UKO_INSTANCE_ID, UKO_REGION). This never means that a key is gone.",
      });
    default:
      if (answer.status === 429 || answer.status >= 500) return unavailable(service, answer, "");
      return invalidAnswer(service, `it answered ${answer.status}`, answer);
  }
}

function missing(what: string, setting: string): never {
  throw new UkoError("UKO_SETTINGS_INVALID", {
    summary: `The broker names no ${what} endpoint for the instance`,
    detail: `The instance is probably not on a plan with Unified Key Orchestrator; otherwise set ${setting}.`,
  });
}

/**
 * Sends the single requests of `uko probe`: GET and HEAD, and nothing else, by the client that checks the host before
 * it reads the credential.
 */

import { UkoError } from "../errors.ts";
import type { Wire, WireRequest, WireResponse } from "../probe/wire.ts";
import { parseJson } from "../text/json.ts";
import type { Endpoint } from "./http/allowed-hosts.ts";
import type { BearerSource, HttpClient, HttpResponse } from "./http/client.ts";
import { kmsRoot } from "./kms/transport.ts";
import { ukoRoot } from "./uko/transport.ts";

type Service = WireRequest["service"];

export interface WireOptions {
  readonly http: HttpClient;
  readonly instanceId: string;
  readonly bearer: BearerSource;
  /** The address of each service; the broker has none if no region is set. */
  readonly endpoints: Readonly<Record<Service, (signal: AbortSignal) => Promise<Endpoint | undefined>>>;
  readonly hasBroker: boolean;
}

/** The headers that a probe can ask about. No other one is recorded. */
const headerNames = [
  "content-type",
  "etag",
  "location",
  "allow",
  "retry-after",
  "www-authenticate",
  "date",
  "key-total",
  "cache-control",
  "x-correlation-id",
  "correlation-id",
] as const;

const root: Readonly<Record<Service, (base: string) => string>> = {
  uko: ukoRoot,
  kms: kmsRoot,
  iam: (base) => base,
  broker: (base) => base,
};

const noResponse: WireResponse = { status: 0, headers: {}, body: "" };

export function createWire(options: WireOptions): Wire {
  return {
    hasBroker: options.hasBroker,
    async send(request, { signal }) {
      const { service, method, path, as } = request;
      requireReading(method);
      const endpoint = await options.endpoints[service](signal);
      if (endpoint === undefined) return noResponse;
      const end = await options.http.send({
        endpoint,
        method,
        path: (base) => `${root[service](base)}${path}`,
        headers: { ...(service === "kms" && { "bluemix-instance": options.instanceId }), ...request.headers },
        ...(as === "self" && { bearer: options.bearer }),
        resend: "always",
        signal,
      });
      return end.kind === "none" ? noResponse : responseOf(end);
    },
  };
}

/** The type says the same. A row that a cast, or a later change of the type, lets through must not reach a key. */
function requireReading(method: string): void {
  if (method === "GET" || method === "HEAD") return;
  throw new UkoError("UKO_BUG", { detail: `A probe would send ${method}, but it may only read. Nothing was sent.` });
}

/** The response as a recording has it: of its headers, only those in the fixed list. */
export function responseOf({ status, text, header }: HttpResponse): WireResponse {
  const headers = headerNames.flatMap((name) => {
    const value = header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status, headers: Object.fromEntries(headers), body: parseJson(text) ?? text };
}

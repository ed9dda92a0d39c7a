/**
 * Sends the single requests of `uko probe`, which records how the services of an instance respond. It uses the client
 * that checks the host before it reads the credential. The file also collects the changes that other code sends to UKO
 * and KMS meanwhile, so that a recording has those as well. Of the headers of a response, only those in a fixed list
 * are recorded.
 */

import type { Exchange, Wire, WireRequest, WireResponse } from "../engine/ports/wire.ts";
import { parseJson } from "../text/encodings.ts";
import type { Endpoint } from "./http/allowed-hosts.ts";
import type { BearerSource, HttpClient, HttpResponse, WatchedExchange } from "./http/client.ts";
import { kmsRoot } from "./kms/transport.ts";
import { ukoRoot } from "./uko/transport.ts";

type Service = WireRequest["service"];

export interface WireOptions {
  readonly http: HttpClient;
  readonly instanceId: string;
  readonly people: { readonly self: BearerSource; readonly second?: BearerSource | undefined };
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

/** `watch` has to receive what the client exchanges. */
export function createWire(options: WireOptions): Wire & { readonly watch: (exchange: WatchedExchange) => void } {
  let changes: Exchange[] | undefined;
  return {
    has: (what) => (what === "second" ? options.people.second !== undefined : options.hasBroker),
    async send(request, { signal }) {
      const { service, method, path, body, as } = request;
      const endpoint = await options.endpoints[service](signal);
      if (endpoint === undefined) return noResponse;
      const bearer = as === "anonymous" ? undefined : options.people[as];
      const isForm = typeof body === "string";
      const contentType = isForm ? "application/x-www-form-urlencoded" : "application/json";
      const end = await options.http.send({
        endpoint,
        method,
        path: (base) => `${root[service](base)}${path}`,
        headers: {
          ...(service === "kms" && { "bluemix-instance": options.instanceId }),
          ...(body !== undefined && { "content-type": contentType }),
          ...request.headers,
        },
        ...(body !== undefined && { body: () => (isForm ? body : JSON.stringify(body)) }),
        ...(bearer !== undefined && { bearer }),
        resend: method === "GET" || method === "HEAD" ? "always" : "never",
        signal,
      });
      return end.kind === "none" ? noResponse : responseOf(end);
    },
    async changesDuring(work) {
      const found: Exchange[] = [];
      changes = found;
      try {
        await work();
      } finally {
        changes = undefined;
      }
      return found;
    },
    watch({ request, response }) {
      const { method, headers, endpoint, body } = request;
      const { role: service } = endpoint;
      if (changes === undefined || method === "GET" || (service !== "uko" && service !== "kms")) return;
      const sent = body === undefined ? {} : { body: parseJson(String(body())) };
      const path = request.path("").slice(root[service]("").length);
      const { "if-match": ifMatch } = headers ?? {};
      const kept = ifMatch === undefined ? {} : { headers: { "if-match": ifMatch } };
      changes.push({ request: { service, method, path, ...kept, ...sent }, response: responseOf(response) });
    },
  };
}

function responseOf({ status, text, header }: HttpResponse): WireResponse {
  const headers = headerNames.flatMap((name) => {
    const value = header(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return { status, headers: Object.fromEntries(headers), body: parseJson(text) ?? text };
}

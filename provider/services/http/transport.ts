/**
 * Calls one service of the instance: encodes JSON bodies, adds the common headers, turns failed reads into errors, and
 * refuses an object whose instance ID is not the one of this connection.
 */

import { UkoError } from "../../errors.ts";
import type { Right } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { Endpoint } from "./allowed-hosts.ts";
import type { BearerSource, HttpClient, HttpRequest, HttpResponse, NoResponse } from "./client.ts";
import { requireResponse } from "./read-result.ts";

export interface TransportOptions {
  readonly http: HttpClient;
  readonly bearer: BearerSource;
  readonly endpoint: (signal: AbortSignal) => Promise<Endpoint>;
  readonly instanceId: string;
}

export interface Call extends Pick<HttpRequest, "method" | "query" | "headers" | "permit" | "resend" | "signal"> {
  /** The path below the root of the service; its parts are validated already. */
  readonly path: string;
  readonly body?: unknown;
}

export type ReadCall = Omit<Call, "method" | "permit" | "resend" | "body">;

export interface Transport {
  readonly instanceId: string;
  call(call: Call): Promise<HttpResponse | NoResponse>;
  /** A read whose failures throw; `isHandled` names other statuses that the caller handles. */
  read(call: ReadCall, right: Right, isHandled?: (response: HttpResponse) => boolean): Promise<HttpResponse>;
}

export interface Service {
  readonly name: string;
  /** The path of the API below the path of the endpoint. */
  readonly root: (endpointPath: string) => string;
  readonly headers?: (endpoint: Endpoint) => Readonly<Record<string, string>>;
  readonly beforeCall?: (call: Call) => Promise<void>;
  readonly complete?: (response: HttpResponse) => HttpResponse;
  readonly throwReadError: (response: HttpResponse, right: Right) => never;
}

export function createTransport(service: Service, options: TransportOptions): Transport {
  const call = async ({ path, headers, body, ...wanted }: Call): Promise<HttpResponse | NoResponse> => {
    await service.beforeCall?.({ path, ...wanted });
    const contentType = body === undefined ? {} : { "content-type": "application/json" };
    const endpoint = await options.endpoint(wanted.signal);
    const end = await options.http.send({
      ...wanted,
      endpoint,
      path: (base) => `${service.root(base)}${path}`,
      headers: { ...headers, ...service.headers?.(endpoint), ...contentType },
      ...(body !== undefined && { body: () => JSON.stringify(body) }),
      bearer: options.bearer,
    });
    return end.kind === "none" || service.complete === undefined ? end : service.complete(end);
  };
  return {
    instanceId: options.instanceId,
    call,
    async read(wanted, right, isHandled = () => false) {
      const response = requireResponse(service.name, await call({ ...wanted, method: "GET", resend: "always" }));
      return response.status === 200 || isHandled(response) ? response : service.throwReadError(response, right);
    },
  };
}

/** Throws UKO_INSTANCE_MISMATCH if the object belongs to another instance than the transport's. */
export function requireInstance(
  { instanceId }: Pick<Transport, "instanceId">,
  what: string,
  ref: { readonly instanceId: string },
): void {
  if (ref.instanceId === instanceId) return;
  throw new UkoError("UKO_INSTANCE_MISMATCH", {
    summary: `${what} belongs to instance ${ref.instanceId}, but this run is connected to instance ${instanceId}`,
    detail: "Nothing was read or changed.",
  });
}

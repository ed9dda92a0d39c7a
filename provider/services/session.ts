/** The identity and the instance behind this run, from the token and the endpoints that the calls use. */

import type { Session } from "../engine/ports.ts";
import type { Endpoints } from "./broker/endpoints.ts";
import type { HttpClient } from "./http/client.ts";
import type { Tokens } from "./iam/tokens.ts";

export interface SessionOptions {
  readonly instanceId: string;
  readonly http: HttpClient;
  readonly tokens: Tokens;
  readonly endpoints: Endpoints;
}

export function createSession({ instanceId, http, tokens, endpoints }: SessionOptions): Session {
  return {
    instanceId,
    actor: ({ signal }) => tokens.actor(signal),
    isInstanceProven: ({ signal }) => endpoints.isInstanceProven(signal),
    serviceTimeMs: () => http.serviceTimeMs(),
  };
}

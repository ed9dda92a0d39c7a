/**
 * The identity and the instance of this run, from the token and the endpoints that the calls use.
 */

import type { Session } from "../engine/ports.ts";
import type { HttpClient } from "./http/client.ts";
import type { Tokens } from "./iam/tokens.ts";
import type { InstanceCheck } from "./instance-check.ts";

export interface SessionOptions {
  readonly instanceId: string;
  readonly http: HttpClient;
  readonly tokens: Tokens;
  readonly instance: InstanceCheck;
}

export function createSession({ instanceId, http, tokens, instance }: SessionOptions): Session {
  return {
    instanceId,
    actor: ({ signal }) => tokens.actor(signal),
    isInstanceProven: ({ signal }) => instance.isProven(signal),
    isInstanceReported: ({ signal }) => instance.isReported(signal),
    requireOwnInstance: ({ signal }) => instance.require(signal),
    serviceTimeMs: () => http.serviceTimeMs(),
  };
}

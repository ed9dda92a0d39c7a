/**
 * Defines the port through which `uko probe` sends single requests with the path and the headers of their row. The
 * command asks how the service answers, for example to a request without a header, so no client code may change these.
 * The adapter adds the host, the root path, `accept`, `user-agent`, the credential, and for KMS the instance.
 *
 * The port reads. A raw request passes no planner, no rule of two people and no evidence, so one that changes something
 * would bypass all of them. No method but GET and HEAD has a type here, and the adapter refuses every other.
 */

import type { CallOptions } from "../engine/ports/calls.ts";

export interface WireRequest {
  readonly service: "uko" | "kms" | "iam" | "broker";
  readonly method: "GET" | "HEAD";
  /** Below the root of the service, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `anonymous` sends no credential. */
  readonly as: "self" | "anonymous";
}

export interface WireResponse {
  /** 0 if no response arrived. */
  readonly status: number;
  /** Names in lower case; only those that a probe can ask about. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text. */
  readonly body: unknown;
}

export interface Exchange {
  readonly request: WireRequest;
  readonly response: WireResponse;
}

export interface Wire {
  readonly hasBroker: boolean;
  /** Never throws for a response, whatever its status. Throws UKO_BUG for a request that could change something. */
  send(request: WireRequest, options: CallOptions): Promise<WireResponse>;
}

/**
 * Defines the port through which `uko probe` sends single HTTP requests exactly as they are. The command asks how the
 * service answers, for example to a request without a header, so no client code may change the request. The adapter
 * adds only the host and the credential. For the steps that `uko probe` takes by other code, the port also returns the
 * requests and responses of that code.
 */

import type { CallOptions } from "./calls.ts";

export interface WireRequest {
  readonly service: "uko" | "kms" | "iam" | "broker";
  readonly method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PATCH";
  /** Below the root of the service, with the query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as a form, any other value as JSON. */
  readonly body?: unknown;
  /** `second` is the second person of this run; `anonymous` sends no credential. */
  readonly as: "self" | "second" | "anonymous";
}

export interface WireResponse {
  /** 0 if no response arrived. */
  readonly status: number;
  /** Names in lower case; only those that a probe can ask about. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON, or the text. */
  readonly body: unknown;
}

/** A request and its response; a request of another adapter has the path as it was sent. */
export interface Exchange {
  readonly request: Omit<WireRequest, "as" | "method"> & { readonly method: string; readonly as?: WireRequest["as"] };
  readonly response: WireResponse;
}

export interface Wire {
  /** Whether the run has a second person, and whether the service has this endpoint. */
  readonly has: (what: "second" | "broker") => boolean;
  /** Never throws for a response, whatever its status. */
  send(request: WireRequest, options: CallOptions): Promise<WireResponse>;
  /** The changes that other adapters send while `work` runs. */
  changesDuring(work: () => Promise<unknown>): Promise<readonly Exchange[]>;
}

/**
 * Defines the types of a request on its way through the emulator. An `Exchange` is raw, a `Call` adds time, caller and
 * objects, and the code of a `Route` returns a `Reply` or throws a `Refusal`. The file also reads bodies and sends
 * replies.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { AuditNote } from "../store/audit.ts";
import type { Caller } from "../store/model.ts";
import type { World } from "../store/world.ts";

/** A request as it arrived, and the response to it. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly url: URL;
  /** A parameter of the path, decoded. */
  param(name: string): string;
  /** By its name in lower case. */
  header(name: string): string | undefined;
}

/** The body; undefined if it has more than `maxBytes`. */
export async function readBody({ incoming }: Exchange, maxBytes: number): Promise<Buffer | undefined> {
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  }
  return length > maxBytes ? undefined : Buffer.concat(chunks);
}

/** As JSON, unless the body is a text. All names of headers are in lower case. */
export function sendReply({ incoming, outgoing }: Exchange, { status, body, headers }: Reply): void {
  if (body === undefined || incoming.method === "HEAD") {
    outgoing.writeHead(status, headers).end();
    return;
  }
  const [type, text] = typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
  // Node writes bytes of a long text in a third of the time that it needs for the text.
  const bytes = Buffer.from(text);
  outgoing.writeHead(status, { "content-type": type, "content-length": bytes.length, ...headers }).end(bytes);
}

/** One request as a handler sees it. */
export interface Call extends Exchange {
  readonly world: World;
  readonly operation: string;
  readonly nowMs: number;
  readonly correlationId: string;
  readonly text: string;
  /** The identity of the token; throws 401 without one. */
  caller(): Caller;
  /** Adds facts to the audit entry. */
  note(note: AuditNote): void;
}

export interface Reply {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** False if a call that can change something changed nothing, such as a dry run. */
  readonly effect?: boolean;
}

export interface Route {
  readonly operation: string;
  readonly method: "GET" | "HEAD" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** `:name` stands for any part without a slash. */
  readonly path: string;
  /** Whether the route can change something. A write that succeeds moves a frozen clock. */
  readonly mutates: boolean;
  readonly handle: (call: Call) => Reply | Promise<Reply>;
}

/** Creates a route. It counts as one that changes something, unless its method is for reading. */
export function route(operation: string, method: Route["method"], path: string, handle: Route["handle"]): Route {
  return { operation, method, path, mutates: method !== "GET" && method !== "HEAD", handle };
}

/** What differs between the APIs: their refusals and their headers. */
export interface Api {
  readonly unauthorized: (authorization: string | undefined) => Refusal;
  readonly refuse: (refusal: Refusal, correlationId: string) => unknown;
  readonly wrongMethod: (headers: { readonly allow: string }) => Refusal;
  readonly headers: (correlationId: string) => Record<string, string>;
}

export interface RefusalDetails {
  /** UKO's `errors[].target`, KMS's `reasons[].target`. */
  readonly target?: { readonly type: "field" | "parameter" | "header" | "query_param"; readonly name: string };
  /** KMS only: `errorMsg`. */
  readonly headline?: string;
  /** IAM only: `errorDetails`. */
  readonly explanation?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refused request. Each API renders the refusal in its own envelope. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: RefusalDetails;

  constructor(status: number, code: string, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = "Refusal";
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** The JSON object in the body; undefined if the body is something else. */
export function jsonObject({ text }: Call): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

export interface Bounds {
  readonly fallback: number;
  readonly min: number;
  readonly max: number;
}

export function integerParameter(
  call: Call,
  name: string,
  bounds: Bounds,
  invalid: (name: string, bounds: Bounds) => Refusal,
): number {
  const { fallback, min, max } = bounds;
  const text = call.url.searchParams.get(name);
  if (text === null) return fallback;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw invalid(name, bounds);
}

export function flagParameter(call: Call, name: string, invalid: (name: string) => Refusal): boolean | undefined {
  const text = call.url.searchParams.get(name);
  if (text === null) return undefined;
  if (text === "true" || text === "false") return text === "true";
  throw invalid(name);
}

/**
 * Sends one request through undici and reads the response up to a maximum size. Redirects are not followed, because one
 * could take the credential to another host, and a failure is reported only by its code, because its message could
 * repeat what was sent.
 */

import type { Dispatcher } from "undici";
import { UkoError } from "../../errors.ts";

export interface ExchangeRequest {
  readonly origin: string;
  /** The path with the query. */
  readonly path: string;
  readonly method: "GET" | "HEAD" | "OPTIONS" | "POST" | "PATCH" | "PUT" | "DELETE";
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | undefined;
  readonly encoding: "utf8" | "latin1";
  readonly signal: AbortSignal;
}

export type Exchange =
  | {
      readonly kind: "response";
      readonly status: number;
      /** Lower-case names; the first value of a repeated header. */
      readonly headers: Readonly<Record<string, string | undefined>>;
      readonly text: string;
    }
  /** Missing or incomplete; `code` names the fault and never contains what was sent. */
  | { readonly kind: "broken"; readonly code: string }
  | { readonly kind: "too_large"; readonly maxBytes: number };

/** The maximum size of a response. A page of 1,000 keys with the longest tags is larger, but uko requests no such page. */
export const maxResponseBytes = 32 * 1024 * 1024;
/** The codes with which undici reports a request that could not be built. */
const ourFaults: readonly string[] = ["UND_ERR_INVALID_ARG", "UND_ERR_NOT_SUPPORTED", "ERR_INVALID_URL"];

export async function exchange(dispatcher: Dispatcher, call: ExchangeRequest): Promise<Exchange> {
  try {
    const { body: sent = null, encoding, ...request } = call;
    const { statusCode, headers, body } = await dispatcher.request({ ...request, body: sent });
    const text = encoding === "utf8" ? await body.text() : Buffer.from(await body.arrayBuffer()).toString(encoding);
    return { kind: "response", status: statusCode, headers: firstOfEach(headers), text };
  } catch (error) {
    const code = codeOf(error);
    if (code === "UND_ERR_RES_EXCEEDED_MAX_SIZE") return { kind: "too_large", maxBytes: maxResponseBytes };
    if (ourFaults.includes(code)) throw new UkoError("UKO_BUG", { detail: `A request could not be formed (${code}).` });
    return { kind: "broken", code };
  }
}

function firstOfEach(headers: Record<string, string | string[] | undefined>): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  );
}

/** Returns only the code of an error, because messages of transport errors may repeat what was sent. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, cause, name } = error as { code?: unknown; cause?: unknown; name?: unknown };
  if (typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code)) return code;
  if (typeof cause === "object" && cause !== null) return codeOf(cause);
  return typeof name === "string" && /^[A-Za-z]{1,60}$/.test(name) ? name : "unknown";
}

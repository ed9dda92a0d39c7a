/** Writes a request and its response as a recording shows them, with everything replaced that redact.ts replaces. */

import type { RecordedExchange } from "./recording.ts";
import type { Redactor } from "./redact.ts";
import type { WireResponse } from "./wire.ts";

/** A request that was sent, and its response. Of a probe, or of a run with `--record`. */
export interface SentExchange {
  readonly request: {
    readonly service: string;
    readonly method: string;
    /** Below the root of the service, with the query. */
    readonly path: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly as?: "self" | "anonymous";
  };
  readonly response: WireResponse;
}

/** A reader of a refuted row sees the members that the judgment read last. */
const maxJudged = 2;

export function redactExchange(
  { request, response }: SentExchange,
  { redact, text }: Redactor,
  judged: readonly string[] = [],
): RecordedExchange {
  const { service, method, path, headers, body, as } = request;
  const responseHeaders = Object.entries(response.headers).map(([name, value]) => [name, text(value, name)] as const);
  return {
    request: `${method} ${service} ${text(path)}`,
    ...(as === "anonymous" && { as }),
    ...(headers !== undefined && Object.keys(headers).length > 0 && { headers: redact(headers) }),
    ...(body !== undefined && { body: redact(body) }),
    status: response.status,
    responseHeaders: Object.fromEntries(responseHeaders),
    ...(response.body !== "" && { response: redact(response.body) }),
    ...(judged.length > 0 && { judged: judged.slice(-maxJudged).map((path) => redactPath(path, text)) }),
  };
}

/** A judgment that reads every member also reads one whose name is no word of the protocol. */
function redactPath(path: string, text: Redactor["text"]): string {
  return path
    .split(".")
    .map((name) => (/^\d{1,4}$/.test(name) ? name : text(name, "member")))
    .join(".");
}

/** Writes a request and its response as a recording shows them, with everything replaced that redact.ts replaces. */

import type { Reads } from "./reads.ts";
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

/** A reader of a refuted row sees the members that the judgment read last, each with some of its values. */
const maxJudged = 2;
const maxValues = 5;

export function redactExchange(
  { request, response }: SentExchange,
  redactor: Redactor,
  judged?: Reads,
): RecordedExchange {
  const { redact, address } = redactor;
  const { service, method, path, headers, body, as } = request;
  const responseHeaders = Object.entries(response.headers).map(([name, value]) => [name, redact(value, name)] as const);
  return {
    request: `${method} ${service} ${address(path)}`,
    ...(as === "anonymous" && { as }),
    ...(headers !== undefined && Object.keys(headers).length > 0 && { headers: redact(headers) }),
    ...(body !== undefined && { body: redact(body) }),
    status: response.status,
    responseHeaders: Object.fromEntries(responseHeaders),
    ...(response.body !== "" && { response: redact(response.body) }),
    ...(judged !== undefined && judged.size > 0 && { judged: redactReads(judged, redactor) }),
  };
}

/** What a judgment read last. `<missing>` stands for a member that the response does not have. */
export function redactReads(reads: Reads, { redact, text }: Redactor): NonNullable<RecordedExchange["judged"]> {
  const last = [...reads].slice(-maxJudged);
  return Object.fromEntries(
    last.map(([path, values]) => {
      const names = path.split(".");
      // A judgment that reads every member also reads one whose name is no word of the protocol.
      const shown = names.map((name) => (name === "*" ? name : text(name, "member"))).join(".");
      const name = names.findLast((each) => each !== "*") ?? "text";
      const some = [...values]
        .slice(0, maxValues)
        .map((value) => (value === undefined ? "<missing>" : redact(value, name)));
      return [shown, values.size > maxValues ? [...some, `<${values.size - maxValues} more>`] : some];
    }),
  );
}

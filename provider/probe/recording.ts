/**
 * Defines the first line of a recording, the file in which `uko probe` writes what the service answered, and the line
 * for each probe. walk.ts adds the last line. A recording says nothing about a person or an account (redact.ts). A
 * recording of the emulator proves nothing about IBM's service, and its header says which of the two answered.
 */

import type { Redactor } from "./redact.ts";
import type { ProbeRow } from "./row.ts";
import type { Exchange } from "./wire.ts";

export type Verdict = "verified" | "refuted" | "not_tried";

export interface RecordingHeader {
  readonly v: 1;
  readonly kind: "recording";
  /** `emulator` for every address on this machine: it proves nothing about IBM's service. */
  readonly product: string;
  readonly apiVersion: string;
  readonly region: string;
  readonly day: string;
  /** SHA-256 of the rows that were asked. */
  readonly rows: string;
}

export type ProbeLine = ReturnType<typeof probeLine>;

export interface Probed {
  readonly verdict: Verdict;
  readonly why?: string | undefined;
  readonly exchanges: readonly Exchange[];
}

export function probeLine(row: ProbeRow, probed: Probed, redactor: Redactor) {
  const { id, answers, expects } = row;
  const { verdict, why } = probed;
  return {
    v: 1 as const,
    kind: "probe" as const,
    id,
    answers,
    verdict,
    ...(why !== undefined && { why }),
    expects,
    exchanges: probed.exchanges.map((exchange) => exchangeOf(exchange, redactor)),
  };
}

function exchangeOf({ request, response }: Exchange, { redact }: Redactor) {
  const { service, method, path, headers, as } = request;
  return {
    request: `${method} ${service} ${redact(path)}`,
    ...(as !== "self" && { as }),
    ...(headers !== undefined && { headers: redact(headers) }),
    status: response.status,
    responseHeaders: redact(response.headers),
    ...(response.body !== "" && { response: redact(response.body) }),
  };
}

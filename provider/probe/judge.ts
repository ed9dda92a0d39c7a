/**
 * Judges a recording of a deletion: which rows its steps verify or refute, and which no step shows. A row is verified by
 * one step, and refuted by one that does not hold, whatever the others show.
 */

import { type DeletionRow, deletionRows, type Step } from "./deletion-rows.ts";
import { watchReads } from "./reads.ts";
import type { ExchangeLine, ProbeLine, RecordedExchange, RecordingLine } from "./recording.ts";
import { redactReads } from "./redacted-exchange.ts";

const rows: readonly DeletionRow[] = deletionRows;

/** A line for each row, in the order of the rows. */
export function judgeDeletion(lines: readonly RecordingLine[]): readonly ProbeLine[] {
  const callers = new Map(lines.flatMap((line) => (line.kind === "run" ? [[line.run, line.caller] as const] : [])));
  const exchanges = lines.filter((line) => line.kind === "exchange");
  const steps = exchanges.map((line) => stepOf(line, callers.get(line.run)));
  return rows.map((row) => judge(row, steps, exchanges));
}

function judge(row: DeletionRow, steps: readonly Step[], exchanges: readonly ExchangeLine[]): ProbeLine {
  const { id, answers, expects, needs, seen } = row;
  const line = { v: 1, kind: "probe", id, answers, expects } as const;
  let isShown = false;
  for (const [index, step] of steps.entries()) {
    const watched = watchReads(step.answer);
    const held = row.holds({ ...step, answer: watched.response }, steps.slice(0, index));
    const exchange = exchanges[index];
    if (held === false && exchange !== undefined) {
      const judged = { ...answerIn(exchange), judged: redactReads(watched.reads, asRecorded) };
      const value = seen?.(step);
      return { ...line, verdict: "refuted", ...(value !== undefined && { seen: value }), exchanges: [judged] };
    }
    isShown ||= held === true;
  }
  return isShown ? { ...line, verdict: "verified" } : { ...line, verdict: "not_tried", why: needs };
}

/** The values of a recording are redacted already. */
const asRecorded = { learn: () => {}, redact: (value: unknown) => value, text: (text: string) => text };

function answerIn({ v: _v, kind: _kind, run: _run, ...exchange }: ExchangeLine): RecordedExchange {
  return exchange;
}

function stepOf({ request, body, status, responseHeaders, response }: ExchangeLine, caller: string | undefined): Step {
  const [, method = "", service = "", path = ""] = /^(\S+) (\S+) ([^?]*)/.exec(request) ?? [];
  const headers = Object.entries(responseHeaders).map(([name, value]) => [name, String(value)] as const);
  const answer = { status, headers: Object.fromEntries(headers), body: response ?? "" };
  return { method, service, path, sent: body, caller, answer };
}

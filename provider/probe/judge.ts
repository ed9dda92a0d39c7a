/**
 * Judges a recording of a deletion: which rows its steps verify or refute, and which no step shows. A row is verified by
 * one step, and refuted by one that does not hold, whatever the others show.
 */

import { createEarlier, type DeletionRow, deletionRows, type Earlier, keysIn, type Step } from "./deletion-rows.ts";
import { watchReads } from "./reads.ts";
import type { ExchangeLine, ProbeLine, RecordedExchange, RecordingLine } from "./recording.ts";
import { redactReads } from "./redacted-exchange.ts";

const rows: readonly DeletionRow[] = deletionRows;

/** A line for each row, in the order of the rows. */
export function judgeDeletion(lines: readonly RecordingLine[]): readonly ProbeLine[] {
  const callers = new Map(lines.flatMap((line) => (line.kind === "run" ? [[line.run, line.caller] as const] : [])));
  const earlier = createEarlier();
  const judges = rows.map(createJudge);
  for (const line of lines) {
    if (line.kind !== "exchange") continue;
    const step = stepOf(line, callers.get(line.run));
    const before = earlier.before(step);
    for (const judge of judges) judge.take(step, before, line);
    earlier.add(step);
  }
  return judges.map((judge) => judge.line());
}

interface Judge {
  take(step: Step, earlier: Earlier, exchange: ExchangeLine): void;
  line(): ProbeLine;
}

function createJudge({ id, answers, expects, needs, holds, seen }: DeletionRow): Judge {
  const about = { v: 1, kind: "probe", id, answers, expects } as const;
  let line: ProbeLine = { ...about, verdict: "not_tried", why: needs };
  return {
    line: () => line,
    take(step, earlier, exchange) {
      if (line.verdict === "refuted") return;
      const watched = watchReads(step.answer);
      const held = holds({ ...step, answer: watched.response }, earlier);
      if (held === true) line = { ...about, verdict: "verified" };
      if (held !== false) return;
      const judged = { ...answerIn(exchange), judged: redactReads(watched.reads, asRecorded) };
      const value = seen?.(step);
      line = { ...about, verdict: "refuted", ...(value !== undefined && { seen: value }), exchanges: [judged] };
    },
  };
}

/** The values of a recording are redacted already. */
const asRecorded = {
  learn: () => {},
  redact: (value: unknown) => value,
  text: (text: string) => text,
  address: (text: string) => text,
};

function answerIn({ v: _v, kind: _kind, run: _run, ...exchange }: ExchangeLine): RecordedExchange {
  return exchange;
}

function stepOf({ request, body, status, responseHeaders, response }: ExchangeLine, caller: string | undefined): Step {
  const [, method = "", service = "", path = ""] = /^(\S+) (\S+) ([^?]*)/.exec(request) ?? [];
  const headers = Object.entries(responseHeaders).map(([name, value]) => [name, String(value)] as const);
  const answer = { status, headers: Object.fromEntries(headers), body: response ?? "" };
  return { method, service, path, ...keysIn(service, path), sent: body, caller, answer };
}

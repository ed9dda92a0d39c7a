/**
 * Says what a recording shows. The steps of a deletion are judged again by the rows of this release, and the redacted
 * answers to a probe count by their own lines, if the probe still asks the same.
 */

import { UkoError } from "../errors.ts";
import { judgeDeletion } from "./judge.ts";
import {
  countExchanges,
  maxExchanges,
  type ProbeLine,
  parseReadableLines,
  type RecordingHeader,
  type Verdict,
} from "./recording.ts";
import { probeRows } from "./rows.ts";

export interface CheckedRecording {
  readonly header: RecordingHeader;
  readonly counts: Readonly<Record<Verdict, number>>;
  /** A line for each row that such a recording can show. */
  readonly rows: readonly ProbeLine[];
  /** The IDs of rows about which the file says something else than its own steps show. */
  readonly contradicted: readonly string[];
}

/** Undefined if the text is not a recording. Throws UKO_INPUT_INVALID for one that is too long to judge. */
export function checkRecording(text: string): CheckedRecording | undefined {
  const lines = parseReadableLines(text);
  if (lines === undefined) return undefined;
  const [header] = lines;
  const length = countExchanges(lines);
  if (length > maxExchanges) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The recording has ${length} requests, and uko judges at most ${maxExchanges}`,
      detail: "Next: record the deletion of one test key.",
    });
  }
  const stored = new Map(lines.flatMap((line) => (line.kind === "probe" ? [[line.id, line] as const] : [])));
  const rows = header.of === "deletion" ? judgeDeletion(lines) : probeRows.map((row) => storedLine(row, stored));
  const contradicted = rows.filter(({ id, verdict }) => (stored.get(id)?.verdict ?? verdict) !== verdict);
  return { header, counts: countVerdicts(rows), rows, contradicted: contradicted.map(({ id }) => id) };
}

export function countVerdicts(rows: readonly ProbeLine[]): Readonly<Record<Verdict, number>> {
  const of = (verdict: Verdict): number => rows.filter((row) => row.verdict === verdict).length;
  return { verified: of("verified"), refuted: of("refuted"), not_tried: of("not_tried") };
}

type Asked = Pick<ProbeLine, "id" | "answers" | "expects">;

function storedLine({ id, answers, expects }: Asked, stored: ReadonlyMap<string, ProbeLine>): ProbeLine {
  const line = stored.get(id);
  if (line !== undefined && line.answers === answers && line.expects === expects) return line;
  const why = line === undefined ? "the recording has no line about it" : "the recording asked something else";
  return { v: 1, kind: "probe", id, answers, expects, verdict: "not_tried", why };
}

/** The result of a chain check in sentences. */

import { plain } from "../text/words.ts";
import type { ChainBreak, ChainReport } from "./chain.ts";

export function explainChain(file: string, report: ChainReport): string {
  const { lines, unchained, head, torn, breaks, beyondHead } = report;
  const name = plain(file, 200);
  if (lines === 0) return `${name}: the file is empty`;
  if (head === undefined) {
    return `${name}: not chained: ${count(lines, "line")} of an earlier release, whose changes cannot be detected`;
  }
  const verdict = breaks.length === 0 ? "the chain is intact" : "the chain is broken";
  return [
    `${name}: ${verdict}: ${count(lines, "line")}, head ${head.sha256} at number ${head.count}`,
    ...breaks.map((each) => `  ${explainBreak(each)}`),
    ...torn.map((line) => `  Line ${line} is incomplete: a run was interrupted while it wrote the line`),
    ...(unchained > 0
      ? [`  ${count(unchained, "line")} before the chain: an earlier release wrote ${unchained === 1 ? "it" : "them"}`]
      : []),
    ...(beyondHead === undefined
      ? ["  The head record is missing, so missing lines at the end cannot be detected"]
      : []),
    ...(beyondHead !== undefined && beyondHead > 0
      ? [`  The head record does not cover the last ${count(beyondHead, "line")}: a run was interrupted`]
      : []),
  ].join("\n");
}

function explainBreak(found: ChainBreak): string {
  switch (found.kind) {
    case "line_changed":
      return `Line ${found.line} was changed, or a line was removed or moved there`;
    case "sequence_broken":
      return `Line ${found.line} has number ${found.found} instead of ${found.expected}: lines were removed, added or moved`;
    case "line_not_chained":
      return `Line ${found.line} is not part of the chain: another program or an earlier release wrote it`;
    case "end_missing":
      return `The end is missing: the head record counts ${found.expected} lines, the last line has number ${found.found}`;
    case "last_line_changed":
      return `Line ${found.line} does not match the head record`;
    case "head_unreadable":
      return "The head record is not readable";
  }
}

function count(amount: number, what: string): string {
  return `${amount} ${what}${amount === 1 ? "" : "s"}`;
}

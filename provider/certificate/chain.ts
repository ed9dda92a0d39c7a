/**
 * Checks whether an evidence file was changed after it was written. Each line has the SHA-256 of the line before it, so
 * a changed, removed or moved line breaks the chain, unless it is the last one. With the head record, a changed last
 * line or a cut end is noticed, too. An incomplete line, which an interrupted run leaves, is reported but does not
 * break the chain. A person who can rewrite both files can still invent a whole chain.
 */

import * as z from "zod";
import { parseJson } from "../text/json.ts";

/** One line of a file, with digests that the reader of the file computed. */
export interface EvidenceFileLine {
  readonly text: string;
  readonly sha256: string;
  readonly isComplete: boolean;
  /** The position of its first byte in the file, and the number of its bytes without the line end. */
  readonly start: number;
  readonly length: number;
}

/** A contradiction in the file. `line` counts from 1. */
export type ChainBreak =
  | { readonly kind: "line_changed"; readonly line: number }
  | { readonly kind: "sequence_broken"; readonly line: number; readonly expected: number; readonly found: number }
  | { readonly kind: "line_not_chained"; readonly line: number }
  | { readonly kind: "end_missing"; readonly expected: number; readonly found: number }
  | { readonly kind: "last_line_changed"; readonly line: number }
  | { readonly kind: "head_unreadable" };

export interface ChainReport {
  readonly lines: number;
  /** The last chained line. */
  readonly head?: { readonly count: number; readonly sha256: string };
  /** Incomplete lines that an interrupted run left. */
  readonly torn: readonly number[];
  readonly breaks: readonly ChainBreak[];
  /** Chained lines that the head record does not cover yet; undefined without a head record. */
  readonly beyondHead?: number;
}

const link = z.object({ seq: z.int().positive(), prev: z.string() });
const headForm = z.object({ v: z.literal(1), count: z.int().positive(), head: z.string() });
/** After this many contradictions, the report lists no more. */
const maxBreaks = 100;

export interface ChainCheck {
  /** Adds the next line of the file. Returns the JSON in it, or undefined if there is none. */
  add(line: EvidenceFileLine): unknown;
  /** `headText` is the content of the head record; undefined if the file has none. */
  end(headText: string | undefined): ChainReport;
}

export function createChainCheck(): ChainCheck {
  const breaks: ChainBreak[] = [];
  const torn: number[] = [];
  let lines = 0;
  let seq = 0;
  let previous = emptySha256;
  let lastChained = "";
  const found = (one: ChainBreak): void => void (breaks.length < maxBreaks && breaks.push(one));

  return {
    add({ text, sha256, isComplete }) {
      const content = parseJson(text);
      lines += 1;
      const follows = previous;
      previous = sha256;
      if (!isComplete) torn.push(lines);
      const read = link.safeParse(content);
      if (!read.success) {
        if (isComplete && content === undefined) torn.push(lines);
        else if (isComplete) found({ kind: "line_not_chained", line: lines });
        return content;
      }
      const expected = seq + 1;
      if (read.data.seq !== expected) {
        found({ kind: "sequence_broken", line: lines, expected, found: read.data.seq });
      }
      if (read.data.prev !== follows) found({ kind: "line_changed", line: Math.max(1, lines - 1) });
      seq = read.data.seq;
      lastChained = sha256;
      return content;
    },
    end(headText) {
      const head = seq === 0 ? {} : { head: { count: seq, sha256: lastChained } };
      const report = { lines, ...head, torn: [...new Set(torn)] };
      if (headText === undefined) return { ...report, breaks };
      const read = headForm.safeParse(parseJson(headText));
      if (!read.success) return { ...report, breaks: [...breaks, { kind: "head_unreadable" }] };
      const { count, head: named } = read.data;
      if (count > seq) found({ kind: "end_missing", expected: count, found: seq });
      if (count === seq && named !== lastChained) found({ kind: "last_line_changed", line: lines });
      return { ...report, breaks, beyondHead: Math.max(0, seq - count) };
    },
  };
}

/** SHA-256 of nothing, which the first line of a new file names. */
const emptySha256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

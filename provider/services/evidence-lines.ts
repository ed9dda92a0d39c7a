/**
 * Reads an evidence file (the audit log of runs) line by line, and computes the SHA-256 digest of each line. A
 * verifier compares each digest with the one that the next line names. The file also reads the small `.head` file next
 * to the evidence. The head names the last line, so that a line missing at the end is noticed.
 */

import { hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { UkoError } from "../errors.ts";
import { openRegularFile, readRegularFile, UnsafeFile } from "../process/regular-file.ts";

export interface HashedLine {
  readonly text: string;
  /** SHA-256 of the line's bytes without the line end, in hexadecimal digits. */
  readonly sha256: string;
  /** False for a last line without a line end, as an interrupted write leaves it. */
  readonly isComplete: boolean;
}

const lineEnd = 0x0a;
/** The longest line that is read. Evidence lines are much shorter, so a longer line is not evidence. */
const maxLineBytes = 16 * 1024 * 1024;

/** Rejects with the system's error, or with a `RangeError` for a line that is too long. */
export async function* hashedLines(path: string): AsyncGenerator<HashedLine, void> {
  let rest: Buffer = Buffer.alloc(0);
  const lineOf = (bytes: Buffer, isComplete: boolean): HashedLine => ({
    text: bytes.toString("utf8"),
    sha256: hash("sha256", bytes),
    isComplete,
  });
  for await (const chunk of createReadStream(path, { fd: openRegularFile(path) }) as AsyncIterable<Buffer>) {
    let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd)) {
      yield lineOf(bytes.subarray(0, at), true);
      bytes = bytes.subarray(at + 1);
    }
    if (bytes.length > maxLineBytes) throw new RangeError("a line is longer than 16 MB");
    rest = bytes;
  }
  if (rest.length > 0) yield lineOf(rest, false);
}

/** Passes each line to `add`, and returns the head record next to the file. Throws UKO_INPUT_INVALID. */
export async function readEvidenceFile(path: string, add: (line: HashedLine) => void): Promise<string | undefined> {
  try {
    for await (const line of hashedLines(path)) add(line);
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The evidence file ${path} could not be read`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
  return readHeadRecord(`${path}.head`);
}

const maxHeadBytes = 4_096;

/** The record of where a file ends; undefined if it cannot be read. Throws UnsafeFile. */
export function readHeadRecord(path: string): string | undefined {
  try {
    return readRegularFile(path, { maxBytes: maxHeadBytes, isLinkRefused: true }).toString("utf8");
  } catch (error) {
    if (error instanceof UnsafeFile) throw error;
    return undefined;
  }
}

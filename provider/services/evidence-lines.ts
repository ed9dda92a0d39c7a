/**
 * Reads an evidence file line by line with its head, and computes the SHA-256 digest of each line, which a verifier
 * compares with the one that the next line names. The file can also read one line again, by its place.
 */

import { hash } from "node:crypto";
import { closeSync, readSync } from "node:fs";
import { UkoError } from "../errors.ts";
import { byteParts, openRegularFile, readRegularFile, UnsafeFile } from "../process/regular-file.ts";

export interface HashedLine extends LinePlace {
  readonly text: string;
  /** SHA-256 of the line's bytes without the line end, in hexadecimal digits. */
  readonly sha256: string;
  /** False for a last line without a line end, as an interrupted write leaves it. */
  readonly isComplete: boolean;
}

/** The position of a line's first byte in its file, and the number of its bytes without the line end. */
interface LinePlace {
  readonly start: number;
  readonly length: number;
}

const lineEnd = 0x0a;
/** The longest line that is read. Evidence lines are much shorter, so a longer line is not evidence. */
const maxLineBytes = 16 * 1024 * 1024;

/** Throws the system's error, or a `RangeError` for a line that is too long. */
export function* linesWithHashes(path: string): Generator<HashedLine> {
  let rest: Buffer = Buffer.alloc(0);
  let start = 0;
  const lineOf = (bytes: Buffer, isComplete: boolean): HashedLine => {
    const line = { ...hashed(bytes), isComplete, start, length: bytes.length };
    start += bytes.length + 1;
    return line;
  };
  for (const part of byteParts(path)) {
    let bytes = rest.length === 0 ? part : Buffer.concat([rest, part]);
    for (let at = bytes.indexOf(lineEnd); at !== -1; at = bytes.indexOf(lineEnd)) {
      yield lineOf(bytes.subarray(0, at), true);
      bytes = bytes.subarray(at + 1);
    }
    if (bytes.length > maxLineBytes) throw new RangeError("a line is longer than 16 MB");
    rest = Buffer.from(bytes);
  }
  if (rest.length > 0) yield lineOf(rest, false);
}

/** Reads a line again. Throws the system's error. */
export function lineAt(path: string, { start, length }: LinePlace): Pick<HashedLine, "text" | "sha256"> {
  const file = openRegularFile(path);
  try {
    const bytes = Buffer.alloc(length);
    readSync(file, bytes, 0, length, start);
    return hashed(bytes);
  } finally {
    closeSync(file);
  }
}

function hashed(bytes: Buffer): Pick<HashedLine, "text" | "sha256"> {
  return { text: bytes.toString("utf8"), sha256: hash("sha256", bytes) };
}

/** Passes each line to `add`, and returns the head record next to the file. Throws UKO_INPUT_INVALID. */
export function readEvidenceFile(path: string, add: (line: HashedLine) => void): string | undefined {
  const head = `${path}.head`;
  let reading = `evidence file ${path}`;
  try {
    for (const line of linesWithHashes(path)) add(line);
    reading = `head record ${head}`;
    return readHeadRecord(head);
  } catch (error) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The ${reading} could not be read`,
      detail: error instanceof Error ? error.message : String(error),
      cause: error,
    });
  }
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

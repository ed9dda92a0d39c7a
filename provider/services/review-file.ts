/** The file of a review, hashed from the bytes that are parsed, and never read through a link. */

import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from "node:fs";
import { UkoError } from "../errors.ts";
import { maxReviewBytes } from "../lifecycle/review-file.ts";
import { systemSays } from "./durable-append.ts";

/** Windows has neither flag. Without blocking, a pipe cannot keep the run waiting. */
const noFollow: number | undefined = constants.O_NOFOLLOW;
const reading = constants.O_RDONLY | (noFollow ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Throws UKO_REVIEW_INVALID. */
export function readReviewFile(path: string): { readonly text: string; readonly digest: string } {
  const bytes = bytesOf(path);
  const digest = createHash("sha256").update(bytes).digest("hex");
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes), digest };
  } catch (error) {
    throw invalid(path, "It is not UTF-8 text.", error);
  }
}

function bytesOf(path: string): Uint8Array {
  if (noFollow === undefined && isLink(path)) throw invalid(path, aLink);
  let file: number;
  try {
    file = openSync(path, reading);
  } catch (error) {
    throw invalid(path, isLink(path) ? aLink : `It could not be opened. ${systemSays(error)}`.trim(), error);
  }
  try {
    if (!fstatSync(file).isFile()) throw invalid(path, "It is not a regular file.");
    // One byte more than the limit, so that the size that counts is the size of what was read.
    const buffer = Buffer.alloc(maxReviewBytes + 1);
    let length = 0;
    for (let round = 0; round <= maxReviewBytes && length < buffer.length; round += 1) {
      const read = readSync(file, buffer, length, buffer.length - length, null);
      if (read === 0) break;
      length += read;
    }
    if (length > maxReviewBytes) throw invalid(path, "It is larger than 8 MiB, which no review is.");
    return buffer.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

const aLink = "It is a symbolic link, and uko does not follow one to a review.";

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

function invalid(path: string, why: string, cause?: unknown): UkoError {
  return new UkoError("UKO_REVIEW_INVALID", {
    summary: `The review ${path} could not be read`,
    detail: `${why} Nothing was changed.`,
    cause,
  });
}

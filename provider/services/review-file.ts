/**
 * Reads a review file, in which a person saved the keys that they reviewed and want to approve. The file is read once,
 * and its digest is computed from these bytes, so that the digest covers exactly what is approved. A link is refused,
 * because another user could exchange the file behind it.
 */

import { createHash } from "node:crypto";
import { UkoError } from "../errors.ts";
import { maxReviewBytes } from "../lifecycle/review.ts";
import { readRegularFile } from "../process/regular-file.ts";
import { systemSays } from "./durable-append.ts";

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
  try {
    return readRegularFile(path, { maxBytes: maxReviewBytes, isLinkRefused: true });
  } catch (error) {
    throw invalid(path, systemSays(error).trim(), error);
  }
}

function invalid(path: string, why: string, cause?: unknown): UkoError {
  return new UkoError("UKO_REVIEW_INVALID", {
    summary: `The review ${path} could not be read`,
    detail: `${why} Nothing was changed.`,
    cause,
  });
}

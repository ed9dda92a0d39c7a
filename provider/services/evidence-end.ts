/** The end of an evidence file: what the next line of its chain has to name. */

import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { hashedLines } from "./line-stream.ts";

export interface ChainEnd {
  /** Sequence number of the last chained line; 0 if no line is chained. */
  readonly seq: number;
  /** SHA-256 of the last line, or of the whole file if no line is chained yet. */
  readonly sha256: string;
  /** Whether the last line has no line end. */
  readonly isTorn: boolean;
}

const tailBytes = 64 * 1024;
const lineEnd = 0x0a;

/** Reads the last line. Reads the whole file only if this line is incomplete or not chained. */
export async function findChainEnd(file: FileHandle, size: number, path: string): Promise<ChainEnd> {
  if (size === 0) return { seq: 0, sha256: sha256(""), isTorn: false };
  const length = Math.min(size, tailBytes);
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
  const isTorn = buffer.at(-1) !== lineEnd;
  const body = buffer.subarray(0, length - 1);
  const start = body.lastIndexOf(lineEnd) + 1;
  const isWhole = start > 0 || length === size;
  const seq = isTorn || !isWhole ? undefined : seqOf(body.toString("utf8", start));
  if (seq !== undefined) return { seq, sha256: sha256(body.subarray(start)), isTorn };
  return readWholeChain(path);
}

async function readWholeChain(path: string): Promise<ChainEnd> {
  let end: ChainEnd = { seq: 0, sha256: sha256(""), isTorn: false };
  for await (const { text, sha256: digest, isComplete, sha256Through } of hashedLines(path)) {
    const seq = seqOf(text) ?? end.seq;
    end = { seq, sha256: seq === 0 ? sha256Through() : digest, isTorn: !isComplete };
  }
  return end;
}

/** The sequence number of a chained line. */
function seqOf(text: string): number | undefined {
  try {
    const { seq, prev } = JSON.parse(text) as { seq?: unknown; prev?: unknown };
    return typeof seq === "number" && Number.isSafeInteger(seq) && typeof prev === "string" ? seq : undefined;
  } catch {
    return undefined;
  }
}

/** In hexadecimal digits. */
export function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

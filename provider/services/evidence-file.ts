/** Evidence on disk, durable before the step continues, as a chain of digests (decision 0041). */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { parseJson } from "../encodings.ts";
import type { Evidence, EvidenceEntry, EvidenceRun } from "../engine/ports/evidence.ts";
import { UkoError } from "../errors.ts";
import { appendNext, inOrder, jsonLine, requireAppendable, systemSays } from "./durable-append.ts";
import { hashedLines, readHeadRecord } from "./evidence-lines.ts";
import { LockBusy, withFileLock } from "./file-lock.ts";

export interface EvidenceFileOptions {
  readonly path: string;
  /** What this run says of itself on its first line. */
  readonly run?: () => Promise<EvidenceRun>;
  /** Receives a sentence about a line that an interrupted run left incomplete. */
  readonly warn?: (line: string) => void;
}

/** Appends; several runs may share a file. */
export function createEvidenceFile({ path, run, warn }: EvidenceFileOptions): Evidence {
  let introduced = false;
  const append = inOrder(async (entry: EvidenceEntry) => {
    // An unsafe file is refused before a lock is created next to it.
    if (!introduced) await requireAppendable(path);
    const introduction = introduced || run === undefined ? {} : { run: await run() };
    await appendChained(path, { ...entry, ...introduction }, warn);
    introduced = true;
  });
  return {
    async append(entry) {
      try {
        await append(entry);
      } catch (error) {
        throw unwritable(path, entry.phase, error);
      }
    },
  };
}

async function appendChained(path: string, entry: object, warn: ((line: string) => void) | undefined): Promise<void> {
  await withFileLock(`${path}.lock`, async () => {
    const known = readHead(`${path}.head`);
    let head = { count: 0, head: "" };
    await appendNext(path, async (file, size) => {
      const end = await findChainEnd(file, size, path);
      if (known.count > end.seq) {
        const lost = `The evidence file ${path} has lost lines: it ends at line ${end.seq} of ${known.count}.`;
        warn?.(`${lost} The gap stays visible. To begin a new file, move ${path}.head with the old one.`);
      } else if (end.isTorn) {
        warn?.(`The last line of the evidence file ${path} is incomplete: a run was interrupted. The line is kept.`);
      }
      // The head record names the last line as its run wrote it, so a changed or lost end stays visible.
      const isNamed = known.count > end.seq || (known.count === end.seq && !end.isTorn);
      const last = isNamed ? known : { count: end.seq, head: end.sha256 };
      const seq = last.count + 1;
      const follows = end.isTorn ? { follows: "torn_line" } : {};
      const line = jsonLine({ ...entry, seq, prev: last.head, ...follows });
      head = { count: seq, head: sha256(line) };
      return end.isTorn ? `\n${line}\n` : `${line}\n`;
    });
    await writeHead(`${path}.head`, head);
  });
}

/** Without a head record that can be read, only the file says where it ends. */
function readHead(path: string): { readonly count: number; readonly head: string } {
  const text = readHeadRecord(path) ?? "";
  const { count, head } = Object(parseJson(text)) as { readonly count?: unknown; readonly head?: unknown };
  return Number.isSafeInteger(count) && typeof head === "string"
    ? { count: Number(count), head }
    : { count: -1, head: "" };
}

const headBytes = 160;
/** Without blocking, a pipe of this name cannot keep the run waiting for a reader. */
const inPlace = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const asNew = inPlace | constants.O_CREAT | constants.O_EXCL;

/** In place and of a fixed length: a replaced file would cost more than the line itself. */
async function writeHead(path: string, head: { readonly count: number; readonly head: string }): Promise<void> {
  const file = await open(path, inPlace).catch((error: unknown) => {
    if ((error as { code?: unknown }).code !== "ENOENT") throw error;
    return open(path, asNew, 0o600);
  });
  try {
    await file.write(`${jsonLine({ v: 1, ...head }).padEnd(headBytes - 1)}\n`, 0);
  } finally {
    await file.close();
  }
}

function unwritable(path: string, phase: EvidenceEntry["phase"], error: unknown): UkoError {
  const became =
    phase === "before"
      ? "The step was not taken."
      : "The step was taken, but its line is missing. No further step was taken.";
  const why = error instanceof LockBusy ? `${error.message}. ` : systemSays(error);
  return new UkoError("UKO_EVIDENCE_UNWRITABLE", {
    summary: `The evidence file ${path} could not be written`,
    detail: `${why}${became} Check the path, the permissions and the free space (UKO_EVIDENCE).`,
    data: { path },
    cause: error,
  });
}

/** The end of the file: what the next line of its chain has to name. */
interface ChainEnd {
  /** Sequence number of the last chained line; 0 if no line is chained. */
  readonly seq: number;
  /** SHA-256 of the last line; of nothing in an empty file. */
  readonly sha256: string;
  /** Whether the last line has no line end. */
  readonly isTorn: boolean;
}

const tailBytes = 64 * 1024;
const lineEnd = 0x0a;

/** Reads the last line. Reads the whole file only if this line is incomplete or not chained. */
async function findChainEnd(file: FileHandle, size: number, path: string): Promise<ChainEnd> {
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
  for await (const { text, sha256: digest, isComplete } of hashedLines(path)) {
    end = { seq: seqOf(text) ?? end.seq, sha256: digest, isTorn: !isComplete };
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

/**
 * Writes evidence. The run goes on only after a line is on disk. In a file, each line contains the digest of the
 * previous line, so a line that was changed or removed later is visible (decision 0041). The head makes lines that are
 * missing at the end visible, too.
 *
 * With `UKO_EVIDENCE=log`, the lines go to the log of the run, without digests that link them. Then uko removes no
 * managed key from its vault, because a removal erases the requests and approvals, which are on the key itself. Without
 * any place for evidence, uko takes no step that needs a line before it.
 */

import { createHash, hash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { resolve } from "node:path";
import type { Evidence, EvidenceEntry, EvidenceRun } from "../engine/ports/evidence.ts";
import { UkoError } from "../errors.ts";
import { parseJson } from "../text/json.ts";
import {
  appendNext,
  createOwnFolderOf,
  inOrder,
  jsonLine,
  requireAppendable,
  saySystemError,
} from "./durable-append.ts";
import { linesWithHashes, readHeadRecord } from "./evidence-lines.ts";
import { LockBusy, withFileLock } from "./file-lock.ts";

export interface EvidenceFileOptions {
  readonly path: string;
  /**
   * Set if the file is in uko's folder within the user's state folder. That folder is created, and must belong to this
   * user.
   */
  readonly isInStateFolder?: boolean;
  /** Set if no other run writes to the file. It needs no lock then, and an interrupted run leaves none. */
  readonly isOnlyWriter?: boolean;
  /** The facts about this run, which its first line contains. */
  readonly run?: () => Promise<EvidenceRun>;
  /** Receives a sentence about a line that an interrupted run left incomplete. */
  readonly warn?: (line: string) => void;
  /** Receives the sentence that names the file, once, before the first step of the run. */
  readonly note?: (line: string) => void;
}

type InTurn = (work: () => Promise<void>) => Promise<void>;

/** Evidence in a file, to which several runs may append. */
export function createEvidenceFile(options: EvidenceFileOptions): Evidence {
  const { isInStateFolder = false, isOnlyWriter = false, run, warn, note } = options;
  const path = resolve(options.path);
  const inTurn: InTurn = (work) => (isOnlyWriter ? work() : withFileLock(`${path}.lock`, work));
  let introduced = false;
  const prove = async (): Promise<void> => {
    if (isInStateFolder) createOwnFolderOf(path);
    // An unsafe file is refused before a lock is created next to it.
    await requireAppendable(path);
    await inTurn(async () => {});
    note?.(`Evidence of this run: ${path}`);
  };
  // The file is checked once, and again after a failed write. A check for each of many keys would take up the time
  // between the read and the write of a key.
  let proven: Promise<void> | undefined;
  const open = (): Promise<void> => {
    proven ??= prove();
    return proven;
  };
  const failed = (phase: EvidenceEntry["phase"]) => (error: unknown) => {
    proven = undefined;
    throw unwritten(path, phase, error);
  };
  const append = inOrder(async (entry: EvidenceEntry) => {
    await open();
    const introduction = introduced || run === undefined ? {} : { run: await run() };
    await inTurn(() => appendChained(path, { ...entry, ...introduction }, warn));
    introduced = true;
  });
  return {
    open: () => open().catch(failed("before")),
    append: (entry) => append(entry).catch(failed(entry.phase)),
    lines: () => linesIn(path),
    ...(isInStateFolder && { isOwn: true }),
  };
}

/** A file that does not exist yet, or cannot be read, has no lines: only a question to a person depends on them. */
function* linesIn(path: string): Generator<string> {
  try {
    for (const { text } of linesWithHashes(path)) yield text;
  } catch {
    return;
  }
}

/** Writes one line; rejects if the log did not take it. */
export type EvidenceLog = (line: string) => void | Promise<void>;

/** The lines have no chain, because uko cannot read a log to continue it. */
export function createEvidenceLog(log: EvidenceLog, run: () => Promise<EvidenceRun>): Evidence {
  let introduced = false;
  const write = inOrder(async (entry: EvidenceEntry) => {
    const introduction = introduced ? {} : { run: await run() };
    await log(jsonLine({ ...entry, ...introduction }));
    introduced = true;
  });
  return {
    open: async () => {},
    async append(entry) {
      const { step, phase } = entry;
      if (step === "remove" && phase === "before") {
        throw unwritable(phase, {
          summary: "A removal needs evidence in a file",
          why: "UKO_EVIDENCE is log, and a log may lose its last lines. The removal erases the records on the key. ",
        });
      }
      await write(entry).catch((error: unknown) => {
        throw unwritable(phase, { summary: "The log of this run did not take a line of evidence", cause: error });
      });
    },
  };
}

/**
 * Evidence for a run without a place for it: each write throws. So uko takes no step whose line comes first. A step that
 * makes a key safer comes before its line, so it is taken, and its line is missing.
 */
export function createMissingEvidence(why: string): Evidence {
  const refuse = async (phase: EvidenceEntry["phase"]): Promise<void> => {
    throw unwritable(phase, { summary: "This run has no place for its evidence", why: `${why} ` });
  };
  return { isMissing: true, open: () => refuse("before"), append: ({ phase }) => refuse(phase) };
}

interface Unwritable {
  readonly summary: string;
  /** A sentence with a space after it. */
  readonly why?: string;
  readonly cause?: unknown;
  readonly data?: { readonly path: string };
}

function unwritable(phase: EvidenceEntry["phase"], { why = "", ...fault }: Unwritable): UkoError {
  const became =
    phase === "after"
      ? "The step was taken, but its line is missing. No further step was taken."
      : "The step was not taken.";
  const detail = `${why}${became}\nNext: name a file that you can write in UKO_EVIDENCE`;
  return new UkoError("UKO_EVIDENCE_UNWRITABLE", { ...fault, detail });
}

async function appendChained(path: string, entry: object, warn: ((line: string) => void) | undefined): Promise<void> {
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
}

/**
 * Reads the head record: how many lines the file had, and the digest of the last one. Zero if the record cannot be read;
 * then only the file says where it ends.
 */
function readHead(path: string): { readonly count: number; readonly head: string } {
  const text = readHeadRecord(path) ?? "";
  const { count, head } = Object(parseJson(text)) as { readonly count?: unknown; readonly head?: unknown };
  return Number.isSafeInteger(count) && typeof head === "string"
    ? { count: Number(count), head }
    : { count: -1, head: "" };
}

const headBytes = 160;
/** Opens without blocking, so that a pipe of this name cannot keep the run waiting for a reader. */
const inPlace = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const asNew = inPlace | constants.O_CREAT | constants.O_EXCL;

/**
 * Writes the head record in place, at a fixed length: to replace the file would cost more than to write the line itself.
 */
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

function unwritten(path: string, phase: EvidenceEntry["phase"], cause: unknown): UkoError {
  const why = cause instanceof LockBusy ? `${cause.message}. ` : saySystemError(cause);
  return unwritable(phase, { summary: `The evidence file ${path} could not be written`, why, data: { path }, cause });
}

/** The end of the file, which the next line of the chain has to name. */
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
  for (const { text, sha256: digest, isComplete } of linesWithHashes(path)) {
    end = { seq: seqOf(text) ?? end.seq, sha256: digest, isTorn: !isComplete };
  }
  return end;
}

/** The sequence number of a line; undefined if the line is not part of a chain. */
function seqOf(text: string): number | undefined {
  try {
    const { seq, prev } = JSON.parse(text) as { seq?: unknown; prev?: unknown };
    return typeof seq === "number" && Number.isSafeInteger(seq) && typeof prev === "string" ? seq : undefined;
  } catch {
    return undefined;
  }
}

const partLength = 65_536;

/** The SHA-256 digest in hexadecimal digits. A text of megabytes goes in parts, because Node copies it to a larger buffer. */
export function sha256(data: string | Uint8Array): string {
  if (typeof data !== "string" || data.length <= partLength) return hash("sha256", data);
  const parts = createHash("sha256");
  for (let at = 0; at < data.length; ) {
    const end = at + partLength;
    // A part never ends within a character.
    const next = (data.codePointAt(end - 1) ?? 0) > 0xffff ? end + 1 : end;
    parts.update(data.slice(at, next));
    at = next;
  }
  return parts.digest("hex");
}

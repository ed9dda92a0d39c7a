/**
 * Evidence on disk: one JSON line per step, durable before the step continues. Each line names the
 * SHA-256 of the line before it, so that a later change of the file shows (decision 0041).
 */

import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { Evidence, EvidenceEntry, EvidenceRun } from "../engine/ports/world.ts";
import { UkoError } from "../errors.ts";
import { appendNext, inOrder, jsonLine, requireAppendable, systemSays } from "./durable-append.ts";
import { findChainEnd, sha256 } from "./evidence-end.ts";
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
    let head = { count: 0, head: "" };
    await appendNext(path, async (file, size) => {
      const end = await findChainEnd(file, size, path);
      if (end.isTorn) {
        warn?.(`The last line of the evidence file ${path} is incomplete: a run was interrupted. The line is kept.`);
      }
      const seq = end.seq + 1;
      const follows = end.isTorn ? { follows: "torn_line" } : {};
      const line = jsonLine({ ...entry, seq, prev: end.sha256, ...follows });
      head = { count: seq, head: sha256(line) };
      return end.isTorn ? `\n${line}\n` : `${line}\n`;
    });
    await writeHead(`${path}.head`, head);
  });
}

const headBytes = 160;
const inPlace = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0);
const asNew = inPlace | constants.O_CREAT | constants.O_EXCL;

/**
 * Writes the head record in place, in one write of a fixed length. The line itself is durable
 * already; a replaced file would cost more than the line.
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

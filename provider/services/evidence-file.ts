/** Evidence on disk: one JSON line per step, readable by its owner alone, durable before the step goes on. */

import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import type { Evidence } from "../engine/ports.ts";
import { UkoError } from "../errors.ts";

export interface EvidenceFileOptions {
  readonly path: string;
}

const ownerOnly = 0o600;

/** Appends; several runs may share a file, because each line is one write at the end. */
export function createEvidenceFile({ path }: EvidenceFileOptions): Evidence {
  let last: Promise<unknown> = Promise.resolve();
  return {
    append(entry) {
      const line = `${JSON.stringify(entry)}\n`;
      const written = last.then(() => appendDurably(path, line));
      last = written.catch(() => {});
      return written;
    },
  };
}

async function appendDurably(path: string, line: string): Promise<void> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, "a+", ownerOnly);
    const { size } = await file.stat();
    // A crash may have left half a line; the next record must not be glued to it.
    const isTorn = size > 0 && (await lastByte(file, size)) !== "\n";
    await file.appendFile(isTorn ? `\n${line}` : line);
    await file.sync();
    await file.close();
    file = undefined;
    if (size === 0) await syncDirectory(dirname(path));
  } catch (error) {
    await file?.close().catch(() => {});
    throw unwritable(path, error);
  }
}

async function lastByte(file: FileHandle, size: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString("latin1");
}

/** Makes a new file's name durable too; not every system lets a directory be opened. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch {
    // The line itself is on disk.
  }
}

function unwritable(path: string, error: unknown): UkoError {
  const code = (error as { code?: unknown }).code;
  return new UkoError("UKO_EVIDENCE_UNWRITABLE", {
    summary: `The evidence file ${path} could not be written`,
    detail: `${typeof code === "string" ? `The system says ${code}. ` : ""}The step was not taken. Check the path, the rights and the space (UKO_EVIDENCE).`,
    data: { path },
    cause: error,
  });
}

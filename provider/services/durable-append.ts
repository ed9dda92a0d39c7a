/** Appends one line to a file that its owner alone reads, durable before it returns; several runs may share the file. */

import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

const ownerOnly = 0o600;

/** Each line is one write at the end. Rejects with the system's error. */
export async function appendLine(path: string, line: string): Promise<void> {
  const file = await open(path, "a+", ownerOnly);
  let size: number;
  try {
    ({ size } = await file.stat());
    // A crash may have left half a line; the next record must not be glued to it.
    const isTorn = size > 0 && (await lastByte(file, size)) !== "\n";
    await file.appendFile(isTorn ? `\n${line}\n` : `${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  if (size === 0) await syncDirectory(dirname(path));
}

/** Opens and closes the file, so that a place that cannot be written is known before anything is done. */
export async function requireAppendable(path: string): Promise<void> {
  await (await open(path, "a+", ownerOnly)).close();
}

/** Hands on appends one after the other, so that lines stand in the order in which they were given. */
export function createLineWriter(path: string): (line: string) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (line) => {
    const written = last.then(() => appendLine(path, line));
    last = written.catch(() => {});
    return written;
  };
}

/** `The system says EACCES. `, or nothing where it gives no code. */
export function systemSays(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? `The system says ${code}. ` : "";
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

/** Appends one line to a file that its owner alone reads, durable before it returns; several runs may share the file. */

import { constants } from "node:fs";
import { type FileHandle, lstat, open } from "node:fs/promises";
import { dirname } from "node:path";

const ownerOnly = 0o600;
const forOthers = 0o077;
/** Windows has neither this flag nor the rights of a mode. */
const noFollow: number | undefined = constants.O_NOFOLLOW;
const appending = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (noFollow ?? 0);

/** A place that evidence and reports are not written to; the message says why. */
class UnsafeFile extends Error {}

/** Each line is one write at the end. Rejects with the system's error. */
export async function appendLine(path: string, line: string): Promise<void> {
  const file = await openOwn(path);
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
  await (await openOwn(path)).close();
}

/** Opens a regular file that nobody else may read or write, and makes it so where it is not yet. */
async function openOwn(path: string): Promise<FileHandle> {
  if (noFollow === undefined && (await isLink(path))) throw aLink;
  const file = await open(path, appending, ownerOnly).catch(async (error: unknown) => {
    throw (await isLink(path)) ? aLink : error;
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw new UnsafeFile("It is not a regular file");
    if (noFollow !== undefined && (found.mode & forOthers) !== 0) await file.chmod(ownerOnly).catch(cannotTighten);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

const aLink = new UnsafeFile("It is a symbolic link, and uko does not write through one");

function cannotTighten(): never {
  throw new UnsafeFile("Others may read or write it, and only its owner can change that");
}

const isLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );

/** Hands on appends one after the other, so that lines stand in the order in which they were given. */
export function createLineWriter(path: string): (line: string) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (line) => {
    const written = last.then(() => appendLine(path, line));
    last = written.catch(() => {});
    return written;
  };
}

/** `The system says EACCES. `, what is unsafe about the file, or nothing where neither is known. */
export function systemSays(error: unknown): string {
  if (error instanceof UnsafeFile) return `${error.message}. `;
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

/**
 * Appends lines to a file that only its owner can read, such as the evidence. A call resolves after the line is on
 * disk, so a crash loses nothing, and a new line never continues one that a crash left incomplete. A link is refused,
 * and so is a file that other users can access.
 */

import { chmodSync, constants, lstatSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { aLink, isLink, makeFolder, notRegular, UnsafeFile } from "../process/regular-file.ts";

const ownerOnly = 0o600;
const folderOfOwner = 0o700;
const forOthers = 0o077;
/** Windows has neither this flag nor the permissions of a mode. */
const noFollow: number | undefined = constants.O_NOFOLLOW;
const appending = constants.O_RDWR | constants.O_CREAT | constants.O_APPEND | (noFollow ?? 0);

/** Appends one line by a single write at the end of the file. Rejects with the system's error. */
export async function appendLine(path: string, line: string): Promise<void> {
  await appendNext(path, async (file, size) => {
    // A crash may have left half a line; the next line must not be appended to it.
    const isTorn = size > 0 && (await lastByte(file, size)) !== "\n";
    return isTorn ? `\n${line}\n` : `${line}\n`;
  });
}

/** Opens the file and appends the text that `next` computes from the open file and its size. */
export async function appendNext(
  path: string,
  next: (file: FileHandle, size: number) => Promise<string>,
): Promise<void> {
  const file = await openOwn(path);
  let size: number;
  try {
    ({ size } = await file.stat());
    await file.appendFile(await next(file, size));
    await file.sync();
  } finally {
    await file.close();
  }
  if (size === 0) await syncDirectory(dirname(path));
}

/** Opens and closes the file, so that an unwritable path is reported before anything is done. */
export async function requireAppendable(path: string): Promise<void> {
  await (await openOwn(path)).close();
}

/**
 * Creates the folder of a file. Throws UnsafeFile if another user could have placed the folder or the file: for a link,
 * or for another owner. Otherwise throws the system's error.
 */
export function createOwnFolderOf(file: string): void {
  const folder = dirname(file);
  if (isLink(folder)) throw new UnsafeFile(`${folder} is a symbolic link, and uko does not follow one here`);
  makeFolder(folder, folderOfOwner);
  // Windows has neither owners nor permissions of a mode.
  const uid = process.geteuid?.();
  if (uid === undefined) return;
  for (const path of [folder, file]) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found !== undefined && found.uid !== uid) throw new UnsafeFile(`${path} belongs to another user`);
  }
  if ((lstatSync(folder).mode & forOthers) !== 0) chmodSync(folder, folderOfOwner);
}

/** Opens a regular file, and removes the permissions that other users have on it. */
async function openOwn(path: string): Promise<FileHandle> {
  if (noFollow === undefined && isLink(path)) throw aLink;
  const file = await open(path, appending, ownerOnly).catch((error: unknown) => {
    throw isLink(path) ? aLink : error;
  });
  try {
    const found = await file.stat();
    if (!found.isFile()) throw notRegular;
    if (noFollow !== undefined && (found.mode & forOthers) !== 0) await file.chmod(ownerOnly).catch(cannotTighten);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function cannotTighten(): never {
  throw new UnsafeFile("Others may read or write it, and only its owner can change that");
}

/** Returns a writer that appends one line at a time, so that lines keep the order of the calls. */
export function createLineWriter(path: string): (line: string) => Promise<void> {
  return inOrder((line) => appendLine(path, line));
}

/** Starts each call after the previous one has ended, whatever its result. */
export function inOrder<Item>(write: (item: Item) => Promise<void>): (item: Item) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  return (item) => {
    const written = last.then(() => write(item));
    last = written.catch(() => {});
    return written;
  };
}

/** `The system says EACCES. `, why the file is unsafe, or an empty text if neither is known. */
export function saySystemError(error: unknown): string {
  if (error instanceof UnsafeFile) return `${error.message}. `;
  const code = (error as { code?: unknown }).code;
  return typeof code === "string" ? `The system says ${code}. ` : "";
}

async function lastByte(file: FileHandle, size: number): Promise<string> {
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer.toString("latin1");
}

/** Also makes the name of a new file durable. Some systems cannot open a directory, and then this does nothing. */
async function syncDirectory(path: string): Promise<void> {
  try {
    const directory = await open(path, "r");
    await directory.sync().finally(() => directory.close());
  } catch {
    // The line itself is on disk, so this failure does not matter.
  }
}

const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Escapes control characters, format characters such as text direction, and line separators. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(steering, escapeUnits);
}

function escapeUnits(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${unit}`;
  }).join("");
}

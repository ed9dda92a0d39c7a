/**
 * Opens and reads files by path, and accepts only regular files, because a pipe or a device would keep a run waiting. A
 * caller can refuse links: in a folder where others write, a link could make the run read a file of their choice.
 */

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { StringDecoder } from "node:string_decoder";
import { UkoError } from "../errors.ts";

/** A file that uko does not use; the message says why, without a full stop. */
export class UnsafeFile extends Error {}

export const notRegular = new UnsafeFile("It is not a regular file");
export const aLink = new UnsafeFile("It is a symbolic link, and uko does not follow one here");

export interface FileChoices {
  /** Set for a file in a folder that other people may write to. A path that the user typed may be a link. */
  readonly isLinkRefused?: boolean;
  /** Set for a file whose content this user alone decides. Windows has neither owners nor permissions of a mode. */
  readonly isForeignRefused?: boolean;
}

const mebibyte = 1024 * 1024;
const writableByOthers = 0o022;
/** Flags for opening a file, which Windows does not have. Without blocking, a pipe cannot keep the run waiting. */
const noFollow: number | undefined = constants.O_NOFOLLOW;
const reading = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Opens the file to read; the caller closes it. Throws UnsafeFile, or the system's error. */
export function openRegularFile(path: string, choices: FileChoices = {}): number {
  const { isLinkRefused = false, isForeignRefused = false } = choices;
  if (isLinkRefused && noFollow === undefined && isLink(path)) throw aLink;
  let file: number;
  try {
    file = openSync(path, isLinkRefused ? reading | (noFollow ?? 0) : reading);
  } catch (error) {
    throw isLinkRefused && isLink(path) ? aLink : error;
  }
  // This checks the opened file and not its name, so that another process cannot exchange the file in between.
  const found = fstatSync(file);
  const refusal = found.isFile() ? (isForeignRefused ? foreign(path, found) : undefined) : notRegular;
  if (refusal === undefined) return file;
  closeSync(file);
  throw refusal;
}

function foreign(path: string, { uid, mode }: Pick<Stats, "uid" | "mode">): UnsafeFile | undefined {
  const own = process.geteuid?.();
  if (own === undefined) return undefined;
  if (uid !== own) return new UnsafeFile(`${path} belongs to another user`);
  return (mode & writableByOthers) === 0 ? undefined : new UnsafeFile(`${path} may be written by other users`);
}

/** The text of a file in parts. Throws as `readRegularFile` does. */
export function* textParts(
  path: string,
  { maxBytes, ...choices }: FileChoices & { readonly maxBytes: number },
): Generator<string> {
  const decoder = new StringDecoder("utf8");
  let size = 0;
  for (const part of byteParts(path, choices)) {
    size += part.length;
    if (size > maxBytes) throw tooLarge(maxBytes);
    yield decoder.write(part);
  }
  yield decoder.end();
}

/**
 * The bytes of a file in parts, without a largest size. Each part overwrites the one before, so a caller copies what it
 * keeps. With a new buffer for each part, the process would not give the memory back.
 */
export function* byteParts(path: string, choices: FileChoices = {}): Generator<Buffer> {
  const file = openRegularFile(path, choices);
  const part = Buffer.alloc(partBytes);
  try {
    for (let length = readSync(file, part); length > 0; length = readSync(file, part)) yield part.subarray(0, length);
  } finally {
    closeSync(file);
  }
}

const partBytes = 64 * 1024;

function tooLarge(maxBytes: number): UnsafeFile {
  const limit = maxBytes % mebibyte === 0 ? `${maxBytes / mebibyte} MiB` : `${maxBytes} bytes`;
  return new UnsafeFile(`It is larger than ${limit}`);
}

/** Throws UnsafeFile, also for a file above the limit, or the system's error. */
export function readRegularFile(
  path: string,
  { maxBytes, ...choices }: FileChoices & { readonly maxBytes: number },
): Buffer {
  const file = openRegularFile(path, choices);
  try {
    if (fstatSync(file).size > maxBytes) throw tooLarge(maxBytes);
    const bytes = readFileSync(file);
    // The file may have grown since `fstat`.
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  } finally {
    closeSync(file);
  }
}

const maxNamedBytes = 512 * mebibyte;

/** The text of a file that a person named. Throws UKO_INPUT_INVALID with the summary and the next steps. */
export function readNamedText(path: string, summary: string, ...next: readonly string[]): string {
  return readNamedBytes(path, summary, ...next).toString("utf8");
}

/** The bytes of a file that a person named. Throws as `readNamedText` does. */
export function readNamedBytes(path: string, summary: string, ...next: readonly string[]): Buffer {
  try {
    return readRegularFile(path, { maxBytes: maxNamedBytes });
  } catch (error) {
    throw fileError(summary, error, ...next);
  }
}

/** The error about a file that a person named: the system's message, and the next steps. */
export function fileError(summary: string, error: unknown, ...next: readonly string[]): UkoError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UkoError("UKO_INPUT_INVALID", { summary, detail: [reason, ...next].join("\n"), cause: error });
}

export function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

/** Creates a folder and its parents. Node's `recursive` never returns if a parent accepts no subfolder, as in /proc. */
export function makeFolder(folder: string, mode?: number): void {
  if (isFolder(folder)) return;
  const above = dirname(folder);
  if (above !== folder) makeFolder(above, mode);
  try {
    mkdirSync(folder, mode);
  } catch (error) {
    // Another process may have created it meanwhile.
    if (!isFolder(folder)) throw error;
  }
}

function isFolder(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
}

/**
 * Lets one process at a time write a file, by a lock file next to it. A lock that shows the same holder for about 5
 * seconds counts as abandoned and is removed, so a process must hold it for a shorter time.
 */

import { link, open, rename, unlink } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { readRegularFile, UnsafeFile } from "../process/regular-file.ts";

const retryMs = 10;
/** The attempts (about 5 s) after which a lock with an unchanged holder counts as abandoned. */
const attemptsUntilAbandoned = 500;
/** The most attempts, which take about a minute, while other processes hold the lock in turn. */
const maxAttempts = 6_000;

/** The error after a full wait in which other processes held the lock. */
export class LockBusy extends Error {}

let locksTaken = 0;

/** Runs `work` while this process holds the lock. Rejects with the system's error or `LockBusy`. */
export async function withFileLock<Result>(
  lockPath: string,
  work: () => Promise<Result>,
  patience = attemptsUntilAbandoned,
): Promise<Result> {
  locksTaken += 1;
  const holder = `${process.pid} ${locksTaken}\n`;
  await acquire(lockPath, holder, patience);
  try {
    return await work();
  } finally {
    if (holderOf(lockPath) === holder) await unlink(lockPath).catch(() => {});
  }
}

async function acquire(lockPath: string, holder: string, patience: number): Promise<void> {
  let seen: string | undefined;
  let unchanged = 0;
  for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
    if (await create(lockPath, holder)) return;
    const current = holderOf(lockPath);
    if (current !== undefined && !holderForm.test(current)) throw new UnsafeFile(`${lockPath} is not a lock of uko`);
    unchanged = current !== undefined && current === seen ? unchanged + 1 : 0;
    seen = current;
    if (current !== undefined && unchanged >= patience) await removeAbandoned(lockPath, current);
    else await delay(retryMs);
  }
  throw new LockBusy(`Other runs hold the lock ${lockPath}`);
}

async function create(lockPath: string, holder: string): Promise<boolean> {
  try {
    const file = await open(lockPath, "wx", 0o600);
    await file.writeFile(holder).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "EEXIST") return false;
    throw error;
  }
}

/** A process that was killed may have left a part of it, or nothing. A file with other text is no lock, and stays. */
const holderForm = /^[0-9]*( [0-9]*\n?)?$/;
const maxHolderBytes = 1_000;

/** Undefined if the lock cannot be read. Throws UnsafeFile for a link or a pipe, because no writer would ever remove it. */
function holderOf(lockPath: string): string | undefined {
  try {
    return readRegularFile(lockPath, { maxBytes: maxHolderBytes, isLinkRefused: true }).toString("utf8");
  } catch (error) {
    if (error instanceof UnsafeFile) throw error;
    return undefined;
  }
}

/** Moves the lock aside first, so that a lock that another writer just took can be put back. */
async function removeAbandoned(lockPath: string, abandoned: string): Promise<void> {
  const aside = `${lockPath}.${process.pid}`;
  await rename(lockPath, aside).catch(() => {});
  const moved = holderOf(aside);
  if (moved !== undefined && moved !== abandoned) await link(aside, lockPath).catch(() => {});
  await unlink(aside).catch(() => {});
}

/** Makes a folder of the cache once: it appears whole or not at all, and two processes that want it at once make it once. */

import { mkdir, mkdtemp, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";

export type Report = (line: string) => void;

const progressIntervalMs = 20_000;
const lockHeartbeatMs = 2_000;
/** A lock that was not touched for this long belongs to a build that died. */
const lockStaleMs = 30_000;
const lockWaitLimitMs = 60 * 60_000;

/** `make` gets an empty folder to work in and returns which folder in it is to become `folder`. */
export async function makeOnce(
  folder: string,
  report: Report,
  make: (workFolder: string) => Promise<string>,
): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, report, async () => {
    if (await exists(folder)) return;
    const workFolder = await mkdtemp(`${folder}.building-`);
    try {
      await renameIntoPlace(await make(workFolder), folder);
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  });
}

/** Says what is going on at the start, now and then, and at the end. */
export async function withProgress(
  doing: string,
  done: string,
  report: Report,
  work: () => Promise<void>,
): Promise<void> {
  const startedAtMs = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAtMs) / 1000)} s`;
  report(doing);
  const ticker = setInterval(() => report(`${doing} … ${seconds()}`), progressIntervalMs);
  try {
    await work();
  } finally {
    clearInterval(ticker);
  }
  report(`${done} in ${seconds()}`);
}

async function renameIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    // Somebody else's finished build is as good as ours.
    if (!(await exists(to))) throw error;
  }
}

/** One builder at a time; the rename above keeps even two at once harmless, the lock only saves the work. */
async function withLock(lock: string, report: Report, work: () => Promise<void>): Promise<void> {
  const deadlineMs = Date.now() + lockWaitLimitMs;
  for (let told = false; !(await takeLock(lock)); told = true) {
    if (!told) report("Another process is building the same engine; waiting for it");
    if (Date.now() > deadlineMs) throw new Error(`another build did not end within an hour; remove ${lock} to go on`);
    await new Promise((resolve) => setTimeout(resolve, lockHeartbeatMs));
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(lock, now, now).catch(() => undefined);
  }, lockHeartbeatMs);
  try {
    await work();
  } finally {
    clearInterval(heartbeat);
    await rm(lock, { recursive: true, force: true });
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch {
    const age = await stat(lock).then(
      (found) => Date.now() - found.mtimeMs,
      () => 0,
    );
    if (age > lockStaleMs) await rm(lock, { recursive: true, force: true });
    return false;
  }
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

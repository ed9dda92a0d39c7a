/** Builds one engine from Go modules into a cache folder: pinned, checksummed, with progress, safe when two processes start at once. */

import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, rename, rm, stat, utimes } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** One executable; `module` names the folder beside this file whose go.mod and go.sum pin it. */
export interface GoExecutable {
  readonly name: string;
  readonly module: string;
  readonly packagePath: string;
  readonly ldflags: string;
  /** What people read, and about how long it takes with nothing cached. */
  readonly title: string;
  readonly usualTime: string;
}

export type Report = (line: string) => void;

const progressIntervalMs = 20_000;
const buildLimitMs = 45 * 60_000;
const lockHeartbeatMs = 2_000;
/** A lock that was not touched for this long belongs to a build that died. */
const lockStaleMs = 30_000;
const lockWaitLimitMs = 60 * 60_000;

/** What is to be in the folder at the end: executables built here, and finished scripts that are copied beside them. */
export interface EngineContents {
  readonly executables: readonly GoExecutable[];
  readonly scripts: readonly string[];
}

/** Builds an engine into `folder`, which appears whole or not at all. Does nothing when another process was faster. */
export async function buildFromGo(contents: EngineContents, folder: string, report: Report): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, report, async () => {
    if (await exists(folder)) return;
    const workFolder = await mkdtemp(`${folder}.building-`);
    try {
      const bin = path.join(workFolder, "bin");
      for (const executable of contents.executables) await buildOne(executable, workFolder, report);
      for (const script of contents.scripts) await cp(script, path.join(bin, path.basename(script)));
      await renameIntoPlace(bin, folder);
    } finally {
      await rm(workFolder, { recursive: true, force: true });
    }
  });
}

async function buildOne(executable: GoExecutable, workFolder: string, report: Report): Promise<void> {
  const source = path.join(workFolder, executable.module);
  // A copy, so that no Go command can ever change the committed pins.
  await cp(fileURLToPath(new URL(executable.module, import.meta.url)), source, { recursive: true });
  const output = path.join(workFolder, "bin", executable.name);
  const args = ["build", "-trimpath", "-ldflags", `-s -w ${executable.ldflags}`, "-o", output, executable.packagePath];

  const startedAtMs = Date.now();
  const line = `Building ${executable.title} from Go modules (about ${executable.usualTime}, once)`;
  report(line);
  const ticker = setInterval(
    () => report(`${line} … ${Math.round((Date.now() - startedAtMs) / 1000)} s`),
    progressIntervalMs,
  );
  try {
    await runGo(args, source);
  } catch (error) {
    throw new Error(`Could not build ${executable.title}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    clearInterval(ticker);
  }
  report(`Built ${executable.title} in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
}

function runGo(args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    // GOWORK and GOFLAGS of the reader's machine must not change what is built.
    const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false", CGO_ENABLED: "0" };
    const child = spawn("go", args, { cwd, env, stdio: ["ignore", "ignore", "pipe"], timeout: buildLimitMs });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr = (stderr + chunk).slice(-20_000);
    });
    child.on("error", (error) => reject(new Error(`go could not be started (${error.message})`)));
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ended with code ${code}\n${stderr.trim().split("\n").slice(-8).join("\n")}`));
    });
  });
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

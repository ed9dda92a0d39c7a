/** Builds one engine from Go modules into a cache folder: pinned, checksummed, with progress, safe when two processes start at once. */

import { spawn } from "node:child_process";
import { cp } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { makeOnce, type Report, withProgress } from "./make-once.ts";

/** One executable; `module` names the folder beside this file whose go.mod and go.sum pin it. */
export interface GoExecutable {
  readonly name: string;
  readonly module: string;
  readonly packagePath: string;
  readonly ldflags: string;
  /** What people read, and about how long it takes with nothing cached. */
  readonly title: string;
  readonly usualTime: string;
  /** A finished file of a Go module that the executable wants beside it. */
  readonly companion?: { readonly goModule: string; readonly file: string };
}

/** What is to be in the folder at the end: executables built here, and finished scripts that are copied beside them. */
export interface EngineContents {
  readonly executables: readonly GoExecutable[];
  readonly scripts: readonly string[];
}

const buildLimitMs = 45 * 60_000;

/** Builds an engine into `folder`, which appears whole or not at all. Does nothing when another process was faster. */
export function buildFromGo(contents: EngineContents, folder: string, report: Report): Promise<void> {
  return makeOnce(folder, report, async (workFolder) => {
    const bin = path.join(workFolder, "bin");
    for (const executable of contents.executables) await buildOne(executable, workFolder, bin, report);
    for (const script of contents.scripts) await cp(script, path.join(bin, path.basename(script)));
    return bin;
  });
}

async function buildOne(executable: GoExecutable, workFolder: string, bin: string, report: Report): Promise<void> {
  const { title, companion } = executable;
  const source = path.join(workFolder, executable.module);
  // A copy, so that no Go command can ever change the committed pins.
  await cp(fileURLToPath(new URL(executable.module, import.meta.url)), source, { recursive: true });
  const output = path.join(bin, executable.name);
  const args = ["build", "-trimpath", "-ldflags", `-s -w ${executable.ldflags}`, "-o", output, executable.packagePath];

  const doing = `Building ${title} from Go modules (about ${executable.usualTime}, once)`;
  try {
    await withProgress(doing, `Built ${title}`, report, async () => {
      await runGo(args, source);
      if (companion === undefined) return;
      const moduleFolder = await runGo(["list", "-m", "-f", "{{.Dir}}", companion.goModule], source);
      await cp(path.join(moduleFolder, companion.file), path.join(bin, path.basename(companion.file)));
    });
  } catch (error) {
    throw new Error(`Could not build ${title}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Returns what the command printed. */
function runGo(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve, reject) => {
    // GOWORK and GOFLAGS of the reader's machine must not change what is built.
    const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=readonly -buildvcs=false", CGO_ENABLED: "0" };
    const child = spawn("go", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: buildLimitMs });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr = (stderr + chunk).slice(-20_000);
    });
    child.on("error", (error) => reject(new Error(`go could not be started (${error.message})`)));
    child.on("close", (code) => {
      if (code === 0) return resolve(stdout.trim());
      const last = stderr.trim().split("\n").slice(-8).join("\n");
      reject(new Error(`go ${args[0]} ended with code ${code}\n${last}`));
    });
  });
}

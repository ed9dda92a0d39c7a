/**
 * Finds the generators of our CDK packages, or installs them once in our cache. They bring 300 packages, two compilers and somebody's
 * telemetry, so they are not among the packages that everybody installs; what they are is pinned by a lock file of their own.
 */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineFolder } from "./executables.ts";
import { makeOnce, type Report, withProgress } from "./make-once.ts";

export interface CdkGenerators {
  /** Holds their node_modules. */
  readonly folder: string;
  readonly foundBy: "cache" | "installation";
}

const project = fileURLToPath(new URL("cdk-generators/", import.meta.url));
const installLimitMs = 10 * 60_000;
// None of their scripts has to run, and without a registry it fails soon and says so.
const npmFlags = ["--ignore-scripts", "--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error"];

/** Returns where they are, after installing them where that is nowhere; the error says what the reader can do. */
export async function findCdkGenerators(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<CdkGenerators> {
  const lock = await readFile(path.join(project, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex").slice(0, 12);
  const folder = engineFolder(`cdk-generators-${digest}`, env);
  if (existsSync(folder)) return { folder, foundBy: "cache" };
  const doing = "Installing the generators of the CDK packages (about 15 seconds, once)";
  try {
    await makeOnce(folder, report, async (workFolder) => {
      await withProgress(doing, "Installed the generators of the CDK packages", report, () => install(workFolder, env));
      return workFolder;
    });
  } catch (error) {
    throw new Error(`Could not install the generators of the CDK packages: ${lastLines(error)}
They come from the npm registry; run the command again where \`npm ci\` reaches it.`);
  }
  return { folder, foundBy: "installation" };
}

async function install(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (const name of ["package.json", "package-lock.json"]) {
    await copyFile(path.join(project, name), path.join(folder, name));
  }
  await promisify(execFile)("npm", ["ci", ...npmFlags], { cwd: folder, env, timeout: installLimitMs });
}

function lastLines(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).split("\n").slice(-8).join("\n");
}

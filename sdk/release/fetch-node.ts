/** Gets the pinned Node of a platform by the npm client, once, and checks its bytes each time they are used. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { extract } from "tar";
import type { Report } from "../../test/engines/make-once.ts";
import { nodeVersion, type Platform } from "./platforms.ts";

const downloadLimitMs = 15 * 60_000;

/** Puts the platform's Node, as its package holds it, into `folder` and returns the executable's path. */
export async function fetchNode(
  platform: Platform,
  folder: string,
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const packed = await fetchPackage(platform, report, env);
  await mkdir(folder, { recursive: true });
  // Only what a release needs: the rest is headers and manual pages. Windows packages have no license text.
  const wanted: readonly string[] = [platform.nodeMember, "package/LICENSE"];
  await extract({ file: packed, cwd: folder, strip: 1, filter: (member) => wanted.includes(member) });
  return path.join(folder, platform.nodeMember.replace(/^package\//, ""));
}

async function fetchPackage(platform: Platform, report: Report, env: NodeJS.ProcessEnv): Promise<string> {
  const fileName = `${platform.nodePackage}-${nodeVersion}.tgz`;
  const cached = path.join(cacheFolder(env), fileName);
  if (await hasPinnedBytes(cached, platform)) return cached;

  await mkdir(path.dirname(cached), { recursive: true });
  const workFolder = await mkdtemp(`${cached}.getting-`);
  try {
    report(`Getting Node ${nodeVersion} for ${platform.name} (about 50 MB, once)`);
    await packByNpm(`${platform.nodePackage}@${nodeVersion}`, workFolder, env);
    const packed = path.join(workFolder, fileName);
    if (!(await hasPinnedBytes(packed, platform))) {
      throw new Error(
        `${platform.nodePackage} ${nodeVersion} is not what sdk/release/platforms.ts pins, so it is not used`,
      );
    }
    await rename(packed, cached);
    return cached;
  } finally {
    await rm(workFolder, { recursive: true, force: true });
  }
}

async function packByNpm(specifier: string, folder: string, env: NodeJS.ProcessEnv): Promise<void> {
  // `npm pack` takes a published package as it is and runs none of its scripts.
  const args = ["pack", specifier, "--pack-destination", folder, "--loglevel=error", "--no-update-notifier"];
  try {
    await promisify(execFile)("npm", args, { cwd: folder, env, timeout: downloadLimitMs });
  } catch (error) {
    const said = error instanceof Error ? error.message.trim() : String(error);
    throw new Error(`npm could not get ${specifier}, which the release is made of: ${said}`);
  }
}

async function hasPinnedBytes(file: string, { integrity }: Platform): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes !== undefined && `sha512-${createHash("sha512").update(bytes).digest("base64")}` === integrity;
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), ".cache");
  return path.join(cache, "uko", "node");
}

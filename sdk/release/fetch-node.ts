/** Gets a pinned Node by the npm client, once, and checks its bytes each time they are used. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { extract } from "tar";
import type { Report } from "../../test/engines/make-once.ts";
import type { PinnedNode } from "./platforms.ts";

const downloadLimitMs = 15 * 60_000;

/** Puts Node, as its package holds it, into `folder` and returns the executable's path. */
export async function fetchNode(
  pinned: PinnedNode,
  folder: string,
  report: Report,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const packed = await fetchPackage(pinned, report, env);
  await mkdir(folder, { recursive: true });
  // Only what a release needs: the rest is headers and manual pages. Windows packages have no license text.
  const wanted: readonly string[] = [pinned.nodeMember, "package/LICENSE"];
  await extract({ file: packed, cwd: folder, strip: 1, filter: (member) => wanted.includes(member) });
  return path.join(folder, pinned.nodeMember.replace(/^package\//, ""));
}

async function fetchPackage(pinned: PinnedNode, report: Report, env: NodeJS.ProcessEnv): Promise<string> {
  const { nodePackage, nodeVersion } = pinned;
  const fileName = `${nodePackage}-${nodeVersion}.tgz`;
  const cached = path.join(cacheFolder(env), fileName);
  if (await hasPinnedBytes(cached, pinned)) return cached;

  await mkdir(path.dirname(cached), { recursive: true });
  const workFolder = await mkdtemp(`${cached}.getting-`);
  try {
    report(`Getting ${nodePackage} ${nodeVersion} (about 50 MB, once)`);
    await packByNpm(`${nodePackage}@${nodeVersion}`, workFolder, env);
    const packed = path.join(workFolder, fileName);
    if (!(await hasPinnedBytes(packed, pinned))) {
      throw new Error(`${nodePackage} ${nodeVersion} is not what was pinned, so it is not used`);
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

async function hasPinnedBytes(file: string, { integrity }: PinnedNode): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  return bytes !== undefined && `sha512-${createHash("sha512").update(bytes).digest("base64")}` === integrity;
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME || path.join(env.HOME || os.homedir(), ".cache");
  return path.join(cache, "uko", "node");
}

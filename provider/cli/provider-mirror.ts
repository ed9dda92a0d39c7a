/** The folder from which OpenTofu and Terraform take a provider instead of asking a registry: where it is, and what stands in it. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, cp, mkdtemp, readFile, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { isUkoError, UkoError } from "../errors.ts";
import type { Environment, Machine } from "./cli-world.ts";
import { makeFolder, unwritable } from "./make-folder.ts";
import { executable, type ProviderPackage } from "./provider-package.ts";

export const providerSource = "pulumi-uko/uko";
/** `pulumi-uko/uko` is short for an address at the first to OpenTofu, and at the second to Terraform. */
const registries = ["registry.opentofu.org", "registry.terraform.io"] as const;

/**
 * Answers where both engines look without being told (`implicitProviderSource` in their provider_source.go). On Unix the first place
 * that they look at is ~/.terraform.d/plugins, but to make that folder moves OpenTofu's own settings there from XDG_CONFIG_HOME.
 */
export function impliedMirror({ system, home }: Machine, { XDG_DATA_HOME, APPDATA }: Environment): string {
  if (system === "win32") return path.join(APPDATA || path.join(home, "AppData", "Roaming"), "terraform.d", "plugins");
  if (system === "darwin") return path.join(home, "Library", "Application Support", "io.terraform", "plugins");
  return path.join(XDG_DATA_HOME || path.join(home, ".local", "share"), "terraform", "plugins");
}

/** Puts it where both engines find it, in place of the same version if there is one, and answers where that is. */
export async function putIntoMirror(
  mirror: string,
  given: ProviderPackage,
): Promise<{ readonly wrote: readonly string[]; readonly hasReplaced: boolean }> {
  const wrote: string[] = [];
  let hasReplaced = false;
  try {
    for (const folder of foldersIn(mirror)) {
      const asFolder = path.join(folder, given.version, given.platform);
      const asZip = path.join(folder, `terraform-provider-uko_${given.version}_${given.platform}.zip`);
      const target = given.kind === "zip" ? asZip : asFolder;
      await makeFolder(path.dirname(target));
      // The engines overlook a name like this one, should they look just now.
      const fresh = await mkdtemp(path.join(path.dirname(folder), ".new-"));
      try {
        const copy = path.join(fresh, "package");
        await cp(given.place, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
        if (given.kind === "folder") await chmod(path.join(copy, executable), 0o755);
        else await requireSame(copy, given);
        for (const old of [asFolder, asZip]) hasReplaced = (await removed(old)) || hasReplaced;
        await rename(copy, target);
      } finally {
        await rm(fresh, { recursive: true, force: true });
      }
      wrote.push(target);
    }
  } catch (error) {
    throw unchanged(mirror, error);
  }
  return { wrote, hasReplaced };
}

/** Takes every version of the provider out of the mirror, with the folders that are empty then, and answers what is gone. */
export async function takeFromMirror(mirror: string): Promise<readonly string[]> {
  const gone: string[] = [];
  try {
    for (const folder of foldersIn(mirror)) {
      if (!(await removed(folder))) continue;
      gone.push(folder);
      const [author, registry] = [path.dirname(folder), path.dirname(path.dirname(folder))];
      for (const parent of [author, registry]) await rmdir(parent).catch(() => {});
    }
  } catch (error) {
    throw unchanged(mirror, error);
  }
  return gone;
}

const foldersIn = (mirror: string): readonly string[] =>
  registries.map((registry) => path.join(mirror, registry, ...providerSource.split("/")));

/** Answers whether there was anything. */
async function removed(place: string): Promise<boolean> {
  const wasThere = await access(place).then(
    () => true,
    () => false,
  );
  await rm(place, { recursive: true, force: true });
  return wasThere;
}

/** Somebody may have written to the zip since it was looked at. */
async function requireSame(copy: string, { place, sha256 }: { place: string; sha256: string }): Promise<void> {
  const copied = createHash("sha256")
    .update(await readFile(copy))
    .digest("hex");
  if (copied === sha256) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${path.basename(place)} became another file while it was installed`,
    detail: "Run again once nobody writes to it.",
  });
}

function unchanged(mirror: string, error: unknown): UkoError {
  if (isUkoError(error)) return error;
  return unwritable(`What is in ${mirror} could not be changed`, error);
}

/** The folder from which OpenTofu and Terraform take a provider instead of asking a registry: where it is, and what stands in it. */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, cp, mkdtemp, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import path from "node:path";
import { UkoError } from "../errors.ts";
import type { Environment, Machine } from "./cli-world.ts";
import { makeFolder, unwritable } from "./make-folder.ts";

export const providerSource = "pulumi-uko/uko";
/** `pulumi-uko/uko` is short for an address at the first to OpenTofu, and at the second to Terraform. */
const registries = ["registry.opentofu.org", "registry.terraform.io"] as const;
const executable = "terraform-provider-uko";
const zipForm = /^terraform-provider-uko_(?<version>\d+\.\d+\.\d+(?:-[\w.-]+)?)_(?<platform>[a-z]+_[a-z0-9]+)\.zip$/;

/** What goes into a mirror: a script with what belongs to it in a folder, or a zip as a release has it. */
export interface ProviderPackage {
  readonly kind: "folder" | "zip";
  readonly place: string;
  readonly version: string;
  readonly platform: string;
  /** Of a zip: the file of checksums beside it that has its checksum; absent where there is none. */
  readonly agreesWith?: string;
}

/**
 * Answers where both engines look without being told (`implicitProviderSource` in their provider_source.go). On Unix the first place
 * that they look at is ~/.terraform.d/plugins, but to make that folder moves OpenTofu's own settings there from XDG_CONFIG_HOME.
 */
export function impliedMirror({ system, home }: Machine, { XDG_DATA_HOME, APPDATA }: Environment): string {
  if (system === "win32") return path.join(APPDATA || path.join(home, "AppData", "Roaming"), "terraform.d", "plugins");
  if (system === "darwin") return path.join(home, "Library", "Application Support", "io.terraform", "plugins");
  return path.join(XDG_DATA_HOME || path.join(home, ".local", "share"), "terraform", "plugins");
}

/** The provider that came with this program. */
export async function ownPackage(machine: Machine): Promise<ProviderPackage> {
  if (machine.system === "win32") {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: "The provider of this package is a script, and Windows starts no scripts as providers",
      detail: "Name a zip of a release, which holds an executable, with --from.",
    });
  }
  const place = machine.providerFolder;
  try {
    await access(path.join(place, executable), constants.R_OK);
    const manifest = JSON.parse(await readFile(path.join(place, "package.json"), "utf8")) as { version: string };
    return { kind: "folder", place, version: manifest.version, platform: platformOf(machine) };
  } catch (cause) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `The provider is not in ${place}`,
      detail: "In a checkout npm run build makes it. Or name a zip of a release with --from.",
      cause,
    });
  }
}

/** A zip of a release; its name says what it is, to the engines as well. One that the checksums beside it do not have is refused. */
export async function releasedPackage(file: string, machine: Machine): Promise<ProviderPackage> {
  const { version, platform } = zipForm.exec(path.basename(file))?.groups ?? {};
  if (version === undefined || platform === undefined) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${file} is not called as a release of the provider is`,
      detail: `The one for this machine is terraform-provider-uko_VERSION_${platformOf(machine)}.zip.`,
    });
  }
  if (platform !== platformOf(machine)) {
    throw new UkoError("UKO_INPUT_INVALID", {
      summary: `${path.basename(file)} is for ${platform}, and this machine is ${platformOf(machine)}`,
      detail: "Nothing was installed.",
    });
  }
  if (!(await isFile(file))) {
    throw new UkoError("UKO_INPUT_INVALID", { summary: `There is no file ${file}`, detail: "Nothing was installed." });
  }
  const agreesWith = await findChecksum(file, version);
  return { kind: "zip", place: file, version, platform, ...(agreesWith !== undefined && { agreesWith }) };
}

/** Answers the file of checksums beside a zip, as releases and registries have it; undefined where there is none. */
async function findChecksum(zip: string, version: string): Promise<string | undefined> {
  const sums = path.join(path.dirname(zip), `terraform-provider-uko_${version}_SHA256SUMS`);
  const text = await readFile(sums, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const sum = createHash("sha256")
    .update(await readFile(zip))
    .digest("hex");
  if (text.split(/\r?\n/).includes(`${sum}  ${path.basename(zip)}`)) return sums;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${path.basename(zip)} is not the file whose checksum is in ${path.basename(sums)}`,
    detail: `It has SHA-256 ${sum}. Nothing was installed; get both of the same release again.`,
  });
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

/** As Go names it, and so the engines. */
function platformOf({ system, processor }: Machine): string {
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const processors: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${systems[system] ?? system}_${processors[processor] ?? processor}`;
}

const isFile = (file: string): Promise<boolean> =>
  stat(file).then(
    (found) => found.isFile(),
    () => false,
  );

/** Answers whether there was anything. */
async function removed(place: string): Promise<boolean> {
  const wasThere = await access(place).then(
    () => true,
    () => false,
  );
  await rm(place, { recursive: true, force: true });
  return wasThere;
}

function unchanged(mirror: string, error: unknown): UkoError {
  return unwritable(`What is in ${mirror} could not be changed`, error);
}

/**
 * Installs the provider into the local folder that OpenTofu and Terraform search without a registry, and removes it
 * from there. The file never writes or deletes through a link below this folder.
 */

import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, rmdir } from "node:fs/promises";
import path from "node:path";
import { isUkoError, UkoError } from "../errors.ts";
import { fileError, makeFolder } from "../process/regular-file.ts";
import type { Environment, Machine } from "./cli-world.ts";
import { executable, type ProviderPackage, platformOf } from "./provider-package.ts";

export const providerSource = "pulumi-uko/uko";
/** The registries with which OpenTofu and Terraform complete `pulumi-uko/uko`. */
const registries = ["registry.opentofu.org", "registry.terraform.io"] as const;

/**
 * Returns the folder that both engines search by default (`implicitProviderSource` in their provider_source.go). On
 * Unix they search ~/.terraform.d/plugins first, but creating that folder would move OpenTofu's own settings there from
 * XDG_CONFIG_HOME.
 */
export function impliedMirror({ system, home }: Machine, { XDG_DATA_HOME, APPDATA }: Environment): string {
  if (system === "win32") return path.join(APPDATA || path.join(home, "AppData", "Roaming"), "terraform.d", "plugins");
  if (system === "darwin") return path.join(home, "Library", "Application Support", "io.terraform", "plugins");
  return path.join(XDG_DATA_HOME || path.join(home, ".local", "share"), "terraform", "plugins");
}

export interface InstallTarget {
  readonly place: string;
  /** What the folder had for that version: nothing, the same content, which stays, or other content, which was deleted. */
  readonly before: "nothing" | "same" | "another";
}

/** Installs the package where both engines find it, in place of the same version if it exists. */
export async function putIntoMirror(mirror: string, source: ProviderPackage): Promise<readonly InstallTarget[]> {
  const done: InstallTarget[] = [];
  try {
    for (const folder of foldersIn(mirror)) {
      await refuseLinks(mirror, placesIn(folder, source.version, source.platform).asFolder);
      done.push(await putInto(folder, source));
    }
  } catch (error) {
    const written = done.filter(({ before }) => before !== "same").map(({ place }) => place);
    throw unchanged(mirror, error, ...listed("Written before the error:", written));
  }
  return done;
}

async function putInto(folder: string, source: ProviderPackage): Promise<InstallTarget> {
  const { asFolder, asZip } = placesIn(folder, source.version, source.platform);
  const [place, other] = source.kind === "zip" ? [asZip, asFolder] : [asFolder, asZip];
  makeFolder(path.dirname(place));
  // A folder with such a name is ignored by engines that search the mirror at this moment.
  const fresh = await mkdtemp(path.join(path.dirname(folder), ".new-"));
  try {
    const copy = path.join(fresh, "package");
    // Links are replaced by their content, because the target of a link could change later without a trace in the mirror.
    await cp(source.place, copy, { recursive: true, dereference: true, mode: constants.COPYFILE_FICLONE });
    const digest = await digestOf(copy);
    if (source.kind === "zip" && digest !== source.sha256) throw changedDuringInstall(source.place);
    const isSame = digest === (await digestOf(place));
    if (source.kind === "folder") await chmod(path.join(isSame ? place : copy, executable), 0o755);
    const isOtherGone = await removed(other);
    const isReplaced = !isSame && (await removed(place));
    if (!isSame) await rename(copy, place);
    return { place, before: isOtherGone || isReplaced ? "another" : isSame ? "same" : "nothing" };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** Returns whether both engines find this version there, in either form. */
export async function isInMirror(mirror: string, version: string, machine: Machine): Promise<boolean> {
  for (const folder of foldersIn(mirror)) {
    const { asFolder, asZip } = placesIn(folder, version, platformOf(machine));
    if (!(await isThere(asFolder)) && !(await isThere(asZip))) return false;
  }
  return true;
}

/** Removes every version of the provider, with the folders that become empty, and returns the removed paths. */
export async function takeFromMirror(mirror: string): Promise<readonly string[]> {
  const gone: string[] = [];
  try {
    for (const folder of foldersIn(mirror)) {
      await refuseLinks(mirror, path.dirname(folder));
      if (!(await removed(folder))) continue;
      gone.push(folder);
      const [author, registry] = [path.dirname(folder), path.dirname(path.dirname(folder))];
      for (const parent of [author, registry]) await rmdir(parent).catch(() => {});
    }
  } catch (error) {
    throw unchanged(mirror, error, ...listed("Removed before the error:", gone));
  }
  return gone;
}

const foldersIn = (mirror: string): readonly string[] =>
  registries.map((registry) => path.join(mirror, registry, ...providerSource.split("/")));

/** The places of a version, in the two forms that engines accept. */
const placesIn = (folder: string, version: string, platform: string) => ({
  asFolder: path.join(folder, version, platform),
  asZip: path.join(folder, `terraform-provider-uko_${version}_${platform}.zip`),
});

/**
 * Throws for a link below the mirror, which would make this command write or delete elsewhere. The mirror itself may be a
 * link of its owner.
 */
async function refuseLinks(mirror: string, place: string): Promise<void> {
  if (place === mirror) return;
  await refuseLinks(mirror, path.dirname(place));
  const found = await lstat(place).catch(() => undefined);
  if (found?.isSymbolicLink() !== true) return;
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `${place} is a symbolic link, and uko install does not write or delete through links`,
    detail: "Remove the link.",
  });
}

const isThere = (place: string): Promise<boolean> =>
  access(place).then(
    () => true,
    () => false,
  );

async function removed(place: string): Promise<boolean> {
  const wasThere = await isThere(place);
  await rm(place, { recursive: true, force: true });
  return wasThere;
}

/** A digest of a file, or of a folder's names and contents; undefined for a link, or if nothing exists. */
async function digestOf(place: string): Promise<string | undefined> {
  const found = await lstat(place).catch(() => undefined);
  if (found === undefined || found.isSymbolicLink()) return undefined;
  const hash = createHash("sha256");
  if (!found.isDirectory()) return hash.update(await readFile(place)).digest("hex");
  for (const name of (await readdir(place)).toSorted()) {
    hash.update(JSON.stringify([name, await digestOf(path.join(place, name))]));
  }
  return hash.digest("hex");
}

/** The error if the zip was changed after its check. */
function changedDuringInstall(zip: string): UkoError {
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${path.basename(zip)} changed while it was being installed`,
    detail: "Run again when no other program writes to it.",
  });
}

function unchanged(mirror: string, error: unknown, ...next: readonly string[]): UkoError {
  if (isUkoError(error)) return error;
  return fileError(`Could not change the contents of ${mirror}`, error, ...next);
}

const listed = (title: string, places: readonly string[]): readonly string[] =>
  places.length === 0 ? [] : [title, ...places.map((place) => `  ${place}`)];

/** Returns the engines' configuration files that configure provider sources without naming this mirror. */
export async function filesThatOverrule(
  mirror: string,
  machine: Machine,
  environment: Environment,
): Promise<readonly string[]> {
  const files = await configurationFiles(machine, environment);
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8").catch(() => "")));
  const namesIt = (text: string): boolean => text.includes(JSON.stringify(mirror));
  return files.filter((_, index) => {
    const text = texts[index] ?? "";
    return /^\s*"?provider_installation\b/m.test(text) && !namesIt(text);
  });
}

async function configurationFiles({ system, home }: Machine, environment: Environment): Promise<readonly string[]> {
  const { TF_CLI_CONFIG_FILE, TERRAFORM_CONFIG, XDG_CONFIG_HOME, APPDATA } = environment;
  const named = TF_CLI_CONFIG_FILE || TERRAFORM_CONFIG;
  if (named) return [named];
  const inXdg = XDG_CONFIG_HOME ? [path.join(XDG_CONFIG_HOME, "opentofu")] : [];
  const roaming = APPDATA || path.join(home, "AppData", "Roaming");
  const files =
    system === "win32"
      ? ["tofu.rc", "terraform.rc"].map((name) => path.join(roaming, name))
      : [".tofurc", ".terraformrc"]
          .map((name) => path.join(home, name))
          .concat(inXdg.map((folder) => path.join(folder, "tofurc")));
  const folders =
    system === "win32" ? [path.join(roaming, "terraform.d")] : [path.join(home, ".terraform.d"), ...inXdg];
  const inFolders = folders.map(async (folder) =>
    (await readdir(folder).catch((): string[] => []))
      .filter((name) => /\.tfrc(\.json)?$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  return [...files, ...(await Promise.all(inFolders)).flat()];
}

/** The files of an OpenTofu project: the shared state, the provider from a mirror in the file system, and a working copy that has both. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { TofuEngine } from "../engines/find-tofu.ts";
import { makeOnce } from "../engines/make-once.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const built = path.join(repository, "build", "terraform");
const cache = path.join(repository, "node_modules", ".cache", "uko-terraform");
const source = "pulumi-uko/uko";
/** OpenTofu's and Terraform's: a source without a host means the engine's own. */
const registries = ["registry.opentofu.org", "registry.terraform.io"];
const configName = "tofu.rc";
const initLimitMs = 60_000;
const keptMs = 86_400_000;

/** Seen from a working copy, so that one that is initialized can be copied to any place: `<folder>/people/<name>/work`. */
const sharedState = "../../../backend";

/** What the state is kept in; an override, so that it is the same whatever project is checked out. */
const backend = `terraform {
  backend "local" {
    path          = "${sharedState}/terraform.tfstate"
    workspace_dir = "${sharedState}"
  }
}
`;

const requirements = (version: string): string => `terraform {
  required_providers {
    uko = {
      source  = "${source}"
      version = "${version}"
    }
  }
}
`;

/** What a run needs to find our provider without any network. */
export interface ProviderMirror {
  /** What TF_CLI_CONFIG_FILE names: a file that knows the mirror, and no registry. */
  readonly configFile: string;
  /** A working copy of an empty project in which `tofu init` was run. */
  readonly initialized: string;
}

/** Made once for each provider as it is built, and each version of the engine; all workspaces use it. */
export async function findMirror(tofu: TofuEngine): Promise<ProviderMirror> {
  const executable = path.join(built, "terraform-provider-uko");
  if (!existsSync(executable)) {
    throw new Error("The provider is not built. Run `npm run build` once; it builds it.");
  }
  const version = (JSON.parse(await readFile(path.join(built, "package.json"), "utf8")) as { version: string }).version;
  const digest = createHash("sha256")
    .update(await readFile(executable))
    .digest("hex")
    .slice(0, 16);
  const mirror = path.join(cache, `mirror-${digest}-${registries.length}`);
  await makeWhole(mirror, async (folder) => {
    for (const host of registries) {
      const place = path.join(folder, host, source, version, platform());
      await mkdir(path.dirname(place), { recursive: true });
      await cp(built, place, { recursive: true });
    }
    const installation = `filesystem_mirror {\n    path = ${JSON.stringify(mirror)}\n  }`;
    await writeFile(path.join(folder, configName), `provider_installation {\n  ${installation}\n}\n`);
  });

  const configFile = path.join(mirror, configName);
  const text = createHash("sha256")
    .update(backend + requirements(version))
    .digest("hex")
    .slice(0, 8);
  const initialized = path.join(cache, `initialized-${tofu.version}-${digest}-${text}`);
  await makeWhole(initialized, async (folder) => {
    await writeFile(path.join(folder, "versions.tf"), requirements(version));
    await writeFile(path.join(folder, "backend_override.tf"), backend);
    const env = { PATH: runPath(), HOME: folder, TF_CLI_CONFIG_FILE: configFile, CHECKPOINT_DISABLE: "1" };
    const options = { cwd: folder, env, timeout: initLimitMs };
    await promisify(execFile)(tofu.tofuBin, ["init", "-input=false", "-no-color"], options);
  });
  return { configFile, initialized };
}

/** A working copy with what everybody has checked out; our own backend takes the place of the project's. */
export async function writeWorkingCopy(
  workingCopy: string,
  { initialized }: ProviderMirror,
  project: string | undefined,
): Promise<void> {
  await cp(initialized, workingCopy, { recursive: true, verbatimSymlinks: true });
  if (project === undefined) return;
  // The project says itself which provider it needs.
  await rm(path.join(workingCopy, "versions.tf"));
  const isWanted = (file: string) => !/^(?:\.terraform|terraform\.tfstate)/.test(path.basename(file));
  await cp(project, workingCopy, { recursive: true, filter: isWanted });
}

/** The provider is a script that begins with the Node on PATH. */
export function runPath(): string {
  return [path.dirname(process.execPath), process.env.PATH ?? ""].join(path.delimiter);
}

/** As Go names it, and so the engine. */
function platform(): string {
  const systems: Readonly<Record<string, string>> = { win32: "windows" };
  const machines: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };
  return `${systems[process.platform] ?? process.platform}_${machines[process.arch] ?? process.arch}`;
}

/** Each change of the provider makes a mirror; those that no run of today uses go. */
async function forgetOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const made = path.join(folder, name);
    const age = await stat(made).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > keptMs) await rm(made, { recursive: true, force: true });
  }
}

/** `make` fills a folder that then becomes `kept`. */
async function makeWhole(kept: string, make: (folder: string) => Promise<void>): Promise<void> {
  if (existsSync(kept)) {
    const now = new Date();
    await utimes(kept, now, now);
    return;
  }
  await makeOnce(kept, console.error, async (folder) => {
    await make(folder);
    return folder;
  });
  await forgetOld(path.dirname(kept));
}

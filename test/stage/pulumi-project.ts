/** The files of a Pulumi project: in which language it is written, a working copy of it, and its stack before anything is in it. */

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PulumiEngine } from "../engines/find-pulumi.ts";
import { type HostLanguage, hostLanguages } from "../engines/language-hosts.ts";
import { makeOnce } from "../engines/make-once.ts";

export type Runtime = "nodejs" | HostLanguage;

export interface PulumiProject {
  /** Where it is checked out from; without it the project is an empty Node program. */
  readonly folder: string | undefined;
  readonly name: string;
  readonly runtime: Runtime;
}

export const stack = "dev";
export const passphrase = "correct horse battery staple";

/** The file that holds the program. */
export const programFiles = {
  nodejs: "index.ts",
  python: "__main__.py",
  go: "main.go",
  yaml: "Pulumi.yaml",
  java: "src/main/java/payroll/App.java",
} as const satisfies Record<Runtime, string>;

const emptyProject: PulumiProject = { folder: undefined, name: "keys", runtime: "nodejs" };
const emptyProgram = "export {};\n";
const repository = fileURLToPath(new URL("../../", import.meta.url));
/** Made where it is needed, and settings of stacks that are not ours. */
const notCopied = /^(?:node_modules|target|\.?venv|__pycache__|Pulumi\..+\.yaml)$/;

/** Reads a project's name and language from its Pulumi.yaml. */
export async function readProject(folder: string | undefined): Promise<PulumiProject> {
  if (folder === undefined) return emptyProject;
  const settings = await readFile(path.join(folder, "Pulumi.yaml"), "utf8");
  const name = /^name: (\S+)$/m.exec(settings)?.[1] ?? emptyProject.name;
  const named = /^runtime:(?:\s+name:)?\s+(\w+)/m.exec(settings)?.[1];
  const runtime = (["nodejs", ...hostLanguages] as const).find((known) => known === named);
  if (runtime === undefined)
    throw new Error(`${folder}/Pulumi.yaml names the runtime ${named}, which is not known here.`);
  return { folder, name, runtime };
}

export async function writeProject(workingCopy: string, { folder, name, runtime }: PulumiProject): Promise<void> {
  if (folder !== undefined) {
    const isWanted = (file: string) => file === folder || !notCopied.test(path.basename(file));
    await cp(folder, workingCopy, { recursive: true, filter: isWanted });
    if (runtime === "go") await keepReplacements(path.join(workingCopy, "go.mod"), folder);
    return;
  }
  // Node runs TypeScript itself; without `typescript: false` Pulumi would load a second compiler first.
  const settings = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  await writeFile(path.join(workingCopy, "Pulumi.yaml"), `name: ${name}\n${settings}main: index.ts\n`);
  await writeFile(path.join(workingCopy, "package.json"), `{ "private": true, "type": "module" }\n`);
  await writeFile(path.join(workingCopy, "index.ts"), emptyProgram);
}

/** A module that stands at a relative place from the project is not at that place from its copy. */
async function keepReplacements(goMod: string, projectFolder: string): Promise<void> {
  const text = await readFile(goMod, "utf8");
  const absolute = text.replace(
    /(=>\s+)(\.\.?\/\S+)/g,
    (_, arrow: string, place: string) => `${arrow}${path.resolve(projectFolder, place)}`,
  );
  await writeFile(goMod, absolute);
}

/** A backend with an empty stack, made by the CLI once for each of its versions and project's name, and copied for each workspace. */
export async function findEmptyStack(pulumi: PulumiEngine, { name }: PulumiProject): Promise<string> {
  const kept = path.join(repository, "node_modules", ".cache", "uko-empty-stacks", `${pulumi.version}-${name}`);
  if (!existsSync(kept)) await makeOnce(kept, console.error, (folder) => initStack(pulumi, folder, name));
  return kept;
}

async function initStack(pulumi: PulumiEngine, folder: string, name: string): Promise<string> {
  await mkdir(path.join(folder, "backend"));
  await mkdir(path.join(folder, ".pulumi"));
  // A stack knows its project's name only, so the language does not matter here.
  await writeFile(path.join(folder, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n`);
  const env = {
    PATH: [...pulumi.pathEntries, process.env.PATH ?? ""].join(path.delimiter),
    HOME: folder,
    TMPDIR: path.join(folder, ".pulumi"),
    PULUMI_HOME: path.join(folder, ".pulumi"),
    PULUMI_BACKEND_URL: `file://${path.join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
    PULUMI_SKIP_UPDATE_CHECK: "1",
  };
  await promisify(execFile)(pulumi.pulumiBin, ["stack", "init", stack, "--non-interactive"], { cwd: folder, env });
  for (const made of [".pulumi", "Pulumi.yaml"]) await rm(path.join(folder, made), { recursive: true, force: true });
  return folder;
}

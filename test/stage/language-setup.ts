/** What a program in one language needs around it: its language host, its library, our SDK, and our plugin where the CLI looks for it. */

import { execFile } from "node:child_process";
import { createHash, type Hash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir, readdir, readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { locateEngine } from "../engines/find-engine.ts";
import { locateGo } from "../engines/find-go.ts";
import { installJavaSdk, locateJava } from "../engines/find-java.ts";
import type { PulumiEngine } from "../engines/find-pulumi.ts";
import { locatePython } from "../engines/find-python.ts";
import { type HostLanguage, languageHost, languagePluginName } from "../engines/language-hosts.ts";
import { makeOnce } from "../engines/make-once.ts";
import type { Runtime } from "./pulumi-project.ts";

export interface LanguageSetup {
  /** Folders to put before all others on PATH. */
  readonly pathEntries: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly plugins: readonly Plugin[];
}

/** A plugin as the CLI would have installed it; `name` has kind and version, as the CLI names its folders. */
interface Plugin {
  readonly name: string;
  readonly folder: string;
}

const repository = fileURLToPath(new URL("../../", import.meta.url));
const pluginFolder = path.join(repository, "build", "plugin");
const installLimitMs = 120_000;

/** Returns what a project needs; what is missing is a failure that says how to get it. */
export async function setUpLanguage(runtime: Runtime, pulumi: PulumiEngine): Promise<LanguageSetup> {
  const own = resourcePlugin();
  if (runtime === "nodejs") return { pathEntries: [], env: {}, plugins: own };
  const host = findHost(runtime, pulumi);
  const library = await setUpLibrary(runtime);
  return {
    pathEntries: [...host.pathEntries, ...library.pathEntries],
    env: library.env,
    plugins: [...own, ...host.plugins],
  };
}

/** Puts plugins where the CLI finds them without a download and without a warning. */
export async function installPlugins(pulumiHome: string, plugins: readonly Plugin[]): Promise<void> {
  for (const { name, folder } of plugins) {
    // The CLI passes over a link to a folder.
    const installed = path.join(pulumiHome, "plugins", name);
    await mkdir(installed, { recursive: true });
    for (const file of await readdir(folder)) await symlink(path.join(folder, file), path.join(installed, file));
  }
}

function resourcePlugin(): readonly Plugin[] {
  if (!existsSync(pluginFolder)) return [];
  const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as { version: string };
  return [{ name: `resource-uko-v${version}`, folder: pluginFolder }];
}

function findHost(language: HostLanguage, pulumi: PulumiEngine): Pick<LanguageSetup, "pathEntries" | "plugins"> {
  const engine = languageHost(language, pulumi.pulumiBin);
  const found = locateEngine(engine);
  if (!found)
    throw new Error(`Not found: ${engine.executable.title}. Run \`npm run engines\` once; it finds or builds it.`);
  const folder = path.dirname(found.bin);
  // A host on PATH that does not stand beside the CLI makes it warn, so only the reader's own choice is put there.
  if (found.foundBy === "variable") return { pathEntries: [folder], plugins: [] };
  return { pathEntries: [], plugins: found.foundBy === "PATH" ? [] : [{ name: languagePluginName(language), folder }] };
}

async function setUpLibrary(language: HostLanguage): Promise<Pick<LanguageSetup, "pathEntries" | "env">> {
  if (language === "yaml") return { pathEntries: [], env: {} };
  if (language === "go") return { pathEntries: [], env: (await locateGo()).env };
  if (language === "java") return { pathEntries: [], env: await setUpJava() };
  const { pythonBin, isReady } = await locatePython();
  if (!isReady)
    throw new Error("Pulumi's library for Python is not installed. Run `npm run engines` once to install it.");
  return { pathEntries: [path.dirname(pythonBin)], env: { PYTHONPATH: await installPythonSdk(pythonBin) } };
}

/** Returns the variables that lead Maven to the libraries and to our SDK, which is compiled once for each of its states. */
async function setUpJava(): Promise<LanguageSetup["env"]> {
  const java = await locateJava();
  if (!java.isReady)
    throw new Error("Pulumi's library for Java is not downloaded. Run `npm run engines` once to download it.");
  const digest = (await digestOf(path.join(repository, "sdk", "java"))).update(java.libraries).update(java.version);
  const folder = path.join(repository, "node_modules", ".cache", "uko-java-sdk", digest.digest("hex").slice(0, 16));
  await makeOnce(folder, console.error, async (workFolder) => {
    const target = path.join(workFolder, "repository");
    await cp(java.libraries, target, { recursive: true });
    await installJavaSdk(java, target, ["--offline"]);
    return target;
  });
  // A short life does not pay for the compilers and the collector of a long one.
  return { MAVEN_OPTS: `-Dmaven.repo.local=${folder} -XX:TieredStopAtLevel=1 -XX:+UseSerialGC` };
}

/** Hashes the names and the contents of all files of a folder. */
async function digestOf(sources: string): Promise<Hash> {
  const digest = createHash("sha256");
  const entries = await readdir(sources, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  for (const file of files.sort()) digest.update(file).update(await readFile(file));
  return digest;
}

/** Installs our Python package beside the virtual environment, which knows nothing of it, once for each of its states. */
async function installPythonSdk(pythonBin: string): Promise<string> {
  const sources = path.join(repository, "sdk", "python");
  const digest = (await digestOf(sources)).update(pythonBin);
  const cache = path.join(repository, "node_modules", ".cache", "uko-python-sdk");
  const folder = path.join(cache, digest.digest("hex").slice(0, 16));
  await makeOnce(folder, console.error, async (workFolder) => {
    // A build leaves its own files among the sources.
    const copy = path.join(workFolder, "sources");
    await cp(sources, copy, { recursive: true });
    const target = path.join(workFolder, "installed");
    const offline = ["--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"];
    const install = ["-m", "pip", "install", "--quiet", "--target", target, ...offline, copy];
    await promisify(execFile)(pythonBin, install, { timeout: installLimitMs });
    return target;
  });
  return folder;
}

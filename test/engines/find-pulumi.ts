/** Finds the Pulumi CLI, or builds it once: UKO_PULUMI, then PATH, then our cache folder, then Go modules. */

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildFromGo, type GoExecutable } from "./build-from-go.ts";
import { engineFolder, findBesideOrOnPath, findOnPath, isExecutable } from "./executables.ts";
import type { Report } from "./make-once.ts";

export interface PulumiEngine {
  readonly pulumiBin: string;
  readonly version: string;
  readonly foundBy: "UKO_PULUMI" | "PATH" | "cache" | "build";
  /** Folders to put first on PATH: Node, the CLI, its Node language host, the start script of dynamic providers. */
  readonly pathEntries: readonly string[];
}

/** Older ones do not know the messages of the Node library that we pin. */
export const minimumVersion = "3.249.0";
const builtVersion = "3.259.0";
const languageHost = "pulumi-language-nodejs";
/** A small script that comes with Pulumi's Node library; a full installation of Pulumi has it beside the CLI. */
const dynamicStarter = "pulumi-resource-pulumi-nodejs";

const executables: readonly GoExecutable[] = [
  {
    name: "pulumi",
    module: "pulumi",
    packagePath: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${builtVersion}`,
    title: `the Pulumi CLI ${builtVersion}`,
    usualTime: "5 minutes",
  },
  {
    name: languageHost,
    module: "pulumi-language-hosts",
    packagePath: "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.62.0",
    title: "Pulumi's Node language host",
    usualTime: "30 seconds",
  },
];

/** Answers the engine that is already there, or undefined. Throws when UKO_PULUMI names one that cannot be used. */
export async function locatePulumi(env: NodeJS.ProcessEnv = process.env): Promise<PulumiEngine | undefined> {
  const named = env.UKO_PULUMI;
  if (named) {
    const problem = await whyUnusable(named, env);
    if (problem) throw new Error(`UKO_PULUMI names ${named}, but ${problem}`);
    return describe(named, "UKO_PULUMI", env);
  }
  const onPath = findOnPath("pulumi", env);
  if (onPath && !(await whyUnusable(onPath, env))) return describe(onPath, "PATH", env);
  const cached = path.join(cacheFolder(env), "pulumi");
  if (isExecutable(cached) && !(await whyUnusable(cached, env))) return describe(cached, "cache", env);
  return undefined;
}

/** Answers the engine, building it when it is nowhere; the error says what the reader can do. */
export async function findPulumi(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<PulumiEngine> {
  const located = await locatePulumi(env);
  if (located) return located;

  const wayOut =
    `Either install Pulumi ${minimumVersion} or newer (https://www.pulumi.com/docs/install/) so that \`pulumi\` and ` +
    `\`${languageHost}\` are on PATH, or set UKO_PULUMI to its path, or install Go 1.25 or newer ` +
    "(https://go.dev/dl/) with access to Go modules, and run the command again.";
  if (!findOnPath("go", env)) {
    throw new Error(`The Pulumi CLI was not found, and without Go it cannot be built here.\n${wayOut}`);
  }
  try {
    const scripts = [path.join(libraryFolder(), dynamicStarter)];
    await buildFromGo({ executables, scripts }, cacheFolder(env), report);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${wayOut}`);
  }
  return describe(path.join(cacheFolder(env), "pulumi"), "build", env);
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  return engineFolder(`pulumi-${builtVersion}`, env);
}

async function describe(
  pulumiBin: string,
  foundBy: PulumiEngine["foundBy"],
  env: NodeJS.ProcessEnv,
): Promise<PulumiEngine> {
  const host = findBesideOrOnPath(languageHost, pulumiBin, env) ?? pulumiBin;
  const starter = findBesideOrOnPath(dynamicStarter, pulumiBin, env) ?? path.join(libraryFolder(), dynamicStarter);
  const folders = [process.execPath, pulumiBin, host, starter].map((file) => path.dirname(file));
  return { pulumiBin, foundBy, version: await readVersion(pulumiBin), pathEntries: [...new Set(folders)] };
}

function libraryFolder(): string {
  return path.dirname(fileURLToPath(import.meta.resolve("@pulumi/pulumi/package.json")));
}

/** One half sentence, or undefined when the CLI can be used. */
async function whyUnusable(pulumiBin: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  if (!isExecutable(pulumiBin)) return "there is no executable";
  const version = await readVersion(pulumiBin).catch(() => undefined);
  if (!version) return "it does not answer `pulumi version`";
  if (version.localeCompare(minimumVersion, "en", { numeric: true }) < 0) {
    return `it is version ${version}, and ${minimumVersion} is needed`;
  }
  if (!findBesideOrOnPath(languageHost, pulumiBin, env)) return `${languageHost} is neither beside it nor on PATH`;
  return undefined;
}

async function readVersion(pulumiBin: string): Promise<string> {
  // Even this writes logs, into a home that is then gone.
  const home = await mkdtemp(path.join(os.tmpdir(), "uko-pulumi-version-"));
  const env = { HOME: home, PULUMI_HOME: home, TMPDIR: home, PULUMI_SKIP_UPDATE_CHECK: "1", PATH: process.env.PATH };
  try {
    const { stdout } = await promisify(execFile)(pulumiBin, ["version"], { env, timeout: 30_000 });
    return stdout.trim().replace(/^v/, "");
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

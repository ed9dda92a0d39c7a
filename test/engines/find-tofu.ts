/** Finds OpenTofu, or builds it once: UKO_TOFU, which may name Terraform, then PATH, then our cache folder, then Go modules. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findOnPath, isExecutable } from "./executables.ts";
import { type Engine, findEngine, locateEngine } from "./find-engine.ts";
import type { Report } from "./make-once.ts";

export interface TofuEngine {
  readonly tofuBin: string;
  /** What people call it. */
  readonly command: "tofu" | "terraform";
  readonly version: string;
  readonly foundBy: "UKO_TOFU" | "PATH" | "cache" | "build";
}

/** Older ones do not import by identity. */
const minimumVersion = "1.12.0";
const builtVersion = "1.12.6";
const probeLimitMs = 30_000;

const engine: Engine = {
  executable: {
    name: "tofu",
    module: "tofu",
    packagePath: "github.com/opentofu/opentofu/cmd/tofu",
    ldflags: "-X github.com/opentofu/opentofu/version.dev=no",
    title: `OpenTofu ${builtVersion}`,
    usualTime: "5 minutes",
  },
  variable: "UKO_TOFU",
  cacheName: `tofu-${builtVersion}`,
  goVersion: "1.26.6",
  install: `install OpenTofu ${minimumVersion} or newer (https://opentofu.org/docs/intro/install/) so that \`tofu\` is on PATH`,
};

/** Returns the engine that is already there, or undefined. Throws when UKO_TOFU names one that cannot be used. */
export async function locateTofu(env: NodeJS.ProcessEnv = process.env): Promise<TofuEngine | undefined> {
  if (env.UKO_TOFU) {
    const problem = await whyUnusable(env.UKO_TOFU);
    if (problem) throw new Error(`UKO_TOFU names ${env.UKO_TOFU}, but ${problem}`);
    return describe(env.UKO_TOFU, "UKO_TOFU");
  }
  const onPath = findOnPath("tofu", env);
  if (onPath && !(await whyUnusable(onPath))) return describe(onPath, "PATH");
  const cached = locateEngine(engine, env);
  return cached && describe(cached.bin, "cache");
}

/** Returns the engine, building it when it is nowhere; the error says what the reader can do. */
export async function findTofu(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<TofuEngine> {
  const located = await locateTofu(env);
  if (located) return located;
  const { bin } = await findEngine(engine, report, env);
  return describe(bin, "build");
}

async function describe(tofuBin: string, foundBy: TofuEngine["foundBy"]): Promise<TofuEngine> {
  return { tofuBin, foundBy, ...(await readVersion(tofuBin)) };
}

/** One half sentence, or undefined when the CLI can be used. */
async function whyUnusable(tofuBin: string): Promise<string | undefined> {
  if (!isExecutable(tofuBin)) return "there is no executable";
  const { version } = await readVersion(tofuBin).catch(() => ({ version: undefined }));
  if (version === undefined) return "it does not answer `tofu version`";
  if (version.localeCompare(minimumVersion, "en", { numeric: true }) < 0) {
    return `it is version ${version}, and ${minimumVersion} is needed`;
  }
  return undefined;
}

async function readVersion(tofuBin: string): Promise<Pick<TofuEngine, "command" | "version">> {
  // Settings of the reader's machine, which may name a file that is not there, are not asked for.
  const env = { PATH: process.env.PATH, TF_CLI_CONFIG_FILE: "/dev/null", CHECKPOINT_DISABLE: "1" };
  const { stdout } = await promisify(execFile)(tofuBin, ["version"], { env, timeout: probeLimitMs });
  const { product, version } = /^(?<product>OpenTofu|Terraform) v(?<version>\S+)/.exec(stdout)?.groups ?? {};
  if (version === undefined) throw new Error(`${tofuBin} says of itself: ${stdout}`);
  return { command: product === "Terraform" ? "terraform" : "tofu", version };
}

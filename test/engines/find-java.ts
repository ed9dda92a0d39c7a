/** Finds a JDK and Maven, and downloads once what a Pulumi program in Java needs: JAVA_HOME, then PATH. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { cp, mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { engineFolder, findOnPath, isExecutable } from "./executables.ts";
import { makeOnce, type Report, withProgress } from "./make-once.ts";

export interface JavaEngine {
  readonly version: string;
  readonly compilerBin: string;
  readonly mavenBin: string;
  /** A local repository of Maven with all libraries and plugins, but without the SDK of this project. */
  readonly libraries: string;
  /** Whether the libraries are downloaded already. */
  readonly isReady: boolean;
}

const minimumVersion = 11;
const probeLimitMs = 30_000;
const mavenLimitMs = 20 * 60_000;
const sdk = fileURLToPath(new URL("../../sdk/java", import.meta.url));
const example = fileURLToPath(new URL("../../examples/pulumi-java", import.meta.url));
/** The goals that make and install the SDK. The usual phases would also download the plugins for its tests, which it does not have. */
const install = ["resources:resources", "compiler:compile", "jar:jar", "install:install"];

const wayOut =
  `Either install a JDK ${minimumVersion} or newer and Maven (https://adoptium.net, https://maven.apache.org) so that \`javac\` and \`mvn\` ` +
  "are on PATH, and run the command again. Only tests with programs in Java need them; " +
  "UKO_SKIP_JAVA=1 leaves them out, and says so.";

/** Whether the reader chose to do without Java. */
export function isJavaLeftOut(env: NodeJS.ProcessEnv = process.env): boolean {
  return env.UKO_SKIP_JAVA === "1";
}

/** Returns the JDK and Maven, whose libraries may still be missing; the error says what the reader can do. */
export async function locateJava(env: NodeJS.ProcessEnv = process.env): Promise<JavaEngine> {
  const own = env.JAVA_HOME === undefined ? undefined : path.join(env.JAVA_HOME, "bin", "javac");
  const compiler = own !== undefined && isExecutable(own) ? own : findOnPath("javac", env);
  if (compiler === undefined)
    throw new Error(`There is no javac on PATH, and the programs in Java need it.\n${wayOut}`);
  const mavenBin = findOnPath("mvn", env);
  if (mavenBin === undefined) throw new Error(`There is no mvn on PATH, and the programs in Java need it.\n${wayOut}`);
  const { stdout, stderr } = await promisify(execFile)(compiler, ["-version"], { env, timeout: probeLimitMs });
  const version = /javac (\S+)/.exec(stdout + stderr)?.[1] ?? "";
  if (!(Number.parseInt(version, 10) >= minimumVersion)) {
    throw new Error(`${compiler} is version ${version}, and ${minimumVersion} is needed.\n${wayOut}`);
  }
  const digest = createHash("sha256");
  for (const folder of [sdk, example]) digest.update(readFileSync(path.join(folder, "pom.xml")));
  const libraries = engineFolder(`java-libraries-${digest.digest("hex").slice(0, 12)}`, env);
  return { version, compilerBin: compiler, mavenBin, libraries, isReady: existsSync(libraries) };
}

/** Returns the JDK and Maven, and downloads the libraries if they are missing. */
export async function findJava(report: Report, env: NodeJS.ProcessEnv = process.env): Promise<JavaEngine> {
  const located = await locateJava(env);
  if (located.isReady) return located;
  const doing = "Downloading Pulumi's library for Java with Maven (about 2 minutes, once)";
  const done = "Downloaded Pulumi's library for Java";
  try {
    await makeOnce(located.libraries, report, async (workFolder) => {
      const repository = path.join(workFolder, "repository");
      await withProgress(doing, done, report, async () => {
        await installJavaSdk(located, repository, [], env);
        const program = path.join(workFolder, "program");
        await cp(example, program, { recursive: true });
        // What Pulumi's host runs, but for the program itself.
        await runMaven(located, repository, program, ["compile", "exec:help"], env);
      });
      return repository;
    });
  } catch (error) {
    throw new Error(`Could not download Pulumi's library for Java: ${lastLines(error)}\n${wayOut}`);
  }
  return { ...located, isReady: true };
}

/** Compiles sdk/java and puts it into a local repository of Maven. */
export async function installJavaSdk(
  java: JavaEngine,
  repository: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  // A build leaves its own files among the sources.
  const copy = path.join(path.dirname(repository), "sdk");
  await mkdir(repository, { recursive: true });
  await cp(sdk, copy, { recursive: true, filter: (file) => path.basename(file) !== "target" });
  await runMaven(java, repository, copy, [...flags, ...install], env);
}

async function runMaven(
  { mavenBin }: JavaEngine,
  repository: string,
  cwd: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const args = ["--quiet", "--batch-mode", "--no-transfer-progress", `-Dmaven.repo.local=${repository}`, ...words];
  await promisify(execFile)(mavenBin, args, { cwd, env, timeout: mavenLimitMs, maxBuffer: 64 * 1024 * 1024 });
}

function lastLines(error: unknown): string {
  const { stdout, stderr, message } = error as { stdout?: string; stderr?: string; message: string };
  return (stderr?.trim() || stdout?.trim() || message).split("\n").slice(-8).join("\n");
}

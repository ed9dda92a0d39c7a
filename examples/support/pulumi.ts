/** The real Pulumi CLI in the hands of several people: one shared backend, and for each an own HOME, working copy and credential. */

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { locatePulumi, type PulumiEngine } from "../engines/find-pulumi.ts";

export interface PulumiResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams in the order in which they arrived. */
  readonly output: string;
  /** What people see first: the first line of the first diagnostic that is not merely "update failed". */
  readonly firstErrorLine: string | undefined;
  readonly durationMs: number;
}

export interface RunOptions {
  /** Added to the person's own environment for this run; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly timeoutMs?: number;
}

export interface PersonOptions {
  /** The person's credential and settings; nothing of our own environment reaches a run but PATH and locale. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The program, TypeScript as a user writes it; it can be changed later by `writeProgram`. */
  readonly program?: string;
  /** Values of Pulumi.<stack>.yaml, e.g. `{ "uko:instanceId": "..." }`. */
  readonly config?: Readonly<Record<string, string>>;
}

/** One resource as `pulumi stack export` shows it. */
export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

export interface ExportedState {
  /** The whole deployment as text, for searching it for secrets. */
  readonly text: string;
  /** Resources without the stack itself and without providers. */
  readonly resources: readonly ExportedResource[];
}

const project = "keys";
const stack = "dev";
const passphrase = "correct horse battery staple";
const defaultTimeoutMs = 60_000;
const inheritedVariables = ["LANG", "LC_ALL", "TZ", "SystemRoot"];
const repository = fileURLToPath(new URL("../../", import.meta.url));
const compileCache = path.join(repository, "node_modules", ".cache", "uko-node");
const ukoScript = path.join(repository, "dist", "bin", "uko.js");
const projectFiles = ["Pulumi.yaml", "package.json", "index.ts"];
const emptyProgram = "export {};\n";

/** Answers the CLI, or throws with the reason and the way out: what needs it fails rather than being left out. */
async function requirePulumi(): Promise<PulumiEngine> {
  engine ??= locatePulumi();
  const found = await engine;
  if (!found) throw new Error("The Pulumi CLI is not there. Run `npm run engines` once; it finds or builds it.");
  return found;
}
let engine: Promise<PulumiEngine | undefined> | undefined;

/** A place with one file backend and one stack, shared by its people; remove it with `dispose` or `await using`. */
export class PulumiWorkspace implements AsyncDisposable {
  readonly folder: string;
  readonly engine: PulumiEngine;
  readonly #project: string | undefined;
  readonly #people: PulumiPerson[] = [];

  private constructor(folder: string, pulumi: PulumiEngine, project: string | undefined) {
    this.folder = folder;
    this.engine = pulumi;
    this.#project = project;
  }

  /** `project`: a folder with the Pulumi.yaml, package.json and program that everybody has checked out; an empty program without it. */
  static async create(project?: string): Promise<PulumiWorkspace> {
    const pulumi = await requirePulumi();
    const folder = await mkdtemp(path.join(os.tmpdir(), "uko-pulumi-"));
    await cp(await findEmptyStack(pulumi, project), folder, { recursive: true });
    await linkPackages(folder);
    await mkdir(path.join(folder, "tmp"));
    return new PulumiWorkspace(folder, pulumi, project);
  }

  get backendUrl(): string {
    return `file://${path.join(this.folder, "backend")}`;
  }

  /** Gives a person an own HOME and working copy of the program; the working copies share nothing but the backend. */
  async person(name: string, options: PersonOptions = {}): Promise<PulumiPerson> {
    const home = path.join(this.folder, "people", name);
    const workingCopy = path.join(home, "work");
    await mkdir(workingCopy, { recursive: true });
    await cp(path.join(this.folder, `Pulumi.${stack}.yaml`), path.join(workingCopy, `Pulumi.${stack}.yaml`));
    await writeProject(workingCopy, this.#project);
    const person = new PulumiPerson(name, home, this, options.env ?? {});
    if (options.program !== undefined) await person.writeProgram(options.program);
    if (options.config) await person.writeConfig(options.config);
    this.#people.push(person);
    return person;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#people.map((person) => person.killAll()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

/** One person at the keyboard. Each method is one run of the CLI, without questions and without colour. */
export class PulumiPerson {
  readonly name: string;
  readonly home: string;
  readonly workingCopy: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly #workspace: PulumiWorkspace;
  readonly #running = new Set<ChildProcess>();

  constructor(
    name: string,
    home: string,
    workspace: PulumiWorkspace,
    env: Readonly<Record<string, string | undefined>>,
  ) {
    this.name = name;
    this.home = home;
    this.workingCopy = path.join(home, "work");
    this.env = env;
    this.#workspace = workspace;
  }

  async writeProgram(source: string): Promise<void> {
    await writeFile(path.join(this.workingCopy, "index.ts"), source);
  }

  /** Sets configuration by writing the stack's file, as a checkout would bring it; secrets go through `run(["config", ...])`. */
  async writeConfig(config: Readonly<Record<string, string>>): Promise<void> {
    const file = path.join(this.workingCopy, `Pulumi.${stack}.yaml`);
    const kept = (await readFile(file, "utf8")).replace(/^config:\n(?: .*\n)*/m, "");
    const lines = Object.entries(config).map(([key, value]) => `  ${key}: ${JSON.stringify(value)}\n`);
    await writeFile(file, `${kept}${lines.length > 0 ? "config:\n" : ""}${lines.join("")}`);
  }

  up(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.run(["up", "--skip-preview", "--yes", ...args], options);
  }

  destroy(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.run(["destroy", "--skip-preview", "--yes", ...args], options);
  }

  refresh(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.run(["refresh", "--skip-preview", "--yes", ...args], options);
  }

  preview(args: readonly string[] = [], options?: RunOptions): Promise<PulumiResult> {
    return this.run(["preview", ...args], options);
  }

  async exportState(): Promise<ExportedState> {
    const { exitCode, stdout, output } = await this.run(["stack", "export"]);
    if (exitCode !== 0) throw new Error(`pulumi stack export failed:\n${output}`);
    const exported = JSON.parse(stdout) as { deployment: { resources?: ExportedResource[] } };
    const resources = (exported.deployment.resources ?? [])
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map((resource) => ({ ...resource, inputs: resource.inputs ?? {}, outputs: resource.outputs ?? {} }));
    return { text: stdout, resources };
  }

  /** Runs `pulumi ARGS` on the shared stack and waits for its end; a run that takes too long is killed and throws. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<PulumiResult> {
    return this.start(args, options).result;
  }

  /** Starts a run and hands out the process, for tests that interrupt it. */
  start(args: readonly string[], options: RunOptions = {}): PulumiRun {
    return this.#start(this.#workspace.engine.pulumiBin, [...args, "--non-interactive", "--color", "never"], options);
  }

  /** Runs `uko ARGS`, the built command, in the same environment. */
  uko(args: readonly string[], options: RunOptions = {}): Promise<PulumiResult> {
    return this.#start(process.execPath, [ukoScript, ...args], options).result;
  }

  #start(command: string, args: readonly string[], options: RunOptions): PulumiRun {
    const child = spawn(command, args, {
      cwd: this.workingCopy,
      env: this.environment(options.env),
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    const title = `${this.name}: ${path.basename(command)} ${args.join(" ")}`;
    const result = collect(child, options.timeoutMs ?? defaultTimeoutMs, title);
    const settled = () => this.#running.delete(child);
    result.then(settled, settled);
    return new PulumiRun(child, result);
  }

  /** The whole environment of a run. */
  environment(extra: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
    const inherited = inheritedVariables.map((name) => [name, process.env[name]] as const);
    const variables: Record<string, string | undefined> = {
      ...Object.fromEntries(inherited),
      PATH: [...this.#workspace.engine.pathEntries, process.env.PATH ?? ""].join(path.delimiter),
      HOME: this.home,
      // Pulumi leaves logs and pipes there when it is interrupted.
      TMPDIR: path.join(this.#workspace.folder, "tmp"),
      PULUMI_HOME: path.join(this.home, ".pulumi"),
      PULUMI_BACKEND_URL: this.#workspace.backendUrl,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_STACK: stack,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      // Node keeps compiled code of Pulumi's large library between runs: an `up` takes 2.3 s instead of 2.8.
      NODE_COMPILE_CACHE: compileCache,
      ...this.env,
      ...extra,
    };
    return Object.fromEntries(
      Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined),
    );
  }

  async killAll(): Promise<void> {
    await Promise.all([...this.#running].map(killFamily));
  }
}

/** A run that has not ended yet. */
export class PulumiRun {
  readonly child: ChildProcess;
  readonly result: Promise<PulumiResult>;

  constructor(child: ChildProcess, result: Promise<PulumiResult>) {
    this.child = child;
    this.result = result;
  }

  /** Ends the dynamic provider's process at once, as a crash would; answers how many processes were hit. */
  async killProvider(signal: NodeJS.Signals = "SIGKILL"): Promise<number> {
    const pids = await this.providerPids();
    for (const pid of pids) kill(pid, signal);
    return pids.length;
  }

  /** The processes of the dynamic provider that this run has started and that have not ended. */
  async providerPids(): Promise<readonly number[]> {
    const family = await familyOf(this.child);
    return family.flatMap(({ pid, command }) => (/node\b.*cmd[/\\]dynamic-provider/.test(command) ? [pid] : []));
  }
}

/** A backend with an empty stack, made by the CLI once for each of its versions and project, and copied for each workspace. */
async function findEmptyStack(pulumi: PulumiEngine, projectFolder: string | undefined): Promise<string> {
  const settings = projectFolder === undefined ? "" : await readFile(path.join(projectFolder, "Pulumi.yaml"), "utf8");
  const name = /^name: (\S+)$/m.exec(settings)?.[1] ?? project;
  const kept = path.join(repository, "node_modules", ".cache", "uko-empty-stacks", `${pulumi.version}-${name}`);
  if (existsSync(kept)) return kept;
  await mkdir(path.dirname(kept), { recursive: true });
  const folder = await mkdtemp(`${kept}-`);
  try {
    await initStack(pulumi, folder, projectFolder);
    await rename(folder, kept);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    // Another process may have been faster.
    if (!existsSync(kept)) throw error;
  }
  return kept;
}

async function initStack(pulumi: PulumiEngine, folder: string, projectFolder: string | undefined): Promise<void> {
  await mkdir(path.join(folder, "backend"));
  await mkdir(path.join(folder, ".pulumi"));
  await writeProject(folder, projectFolder);
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
  for (const made of [".pulumi", ...projectFiles]) {
    await rm(path.join(folder, made), { recursive: true, force: true });
  }
}

async function writeProject(folder: string, projectFolder: string | undefined): Promise<void> {
  if (projectFolder !== undefined) {
    for (const file of projectFiles) await cp(path.join(projectFolder, file), path.join(folder, file));
    return;
  }
  // Node runs TypeScript itself; without `typescript: false` Pulumi would load a second compiler first.
  const runtime = "runtime:\n  name: nodejs\n  options:\n    typescript: false\n";
  await writeFile(path.join(folder, "Pulumi.yaml"), `name: ${project}\n${runtime}main: index.ts\n`);
  await writeFile(path.join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
  await writeFile(path.join(folder, "index.ts"), emptyProgram);
}

/**
 * Lets all programs below `folder` import our package and Pulumi's as if they were installed. The package is linked, not packed:
 * that the packed one works is tested by itself.
 */
async function linkPackages(folder: string): Promise<void> {
  await mkdir(path.join(folder, "node_modules"));
  await symlink(repository, path.join(folder, "node_modules", "pulumi-uko"), "dir");
  await symlink(path.join(repository, "node_modules", "@pulumi"), path.join(folder, "node_modules", "@pulumi"), "dir");
}

function collect(child: ChildProcess, timeoutMs: number, title: string): Promise<PulumiResult> {
  const startedAt = performance.now();
  let stdout = "";
  let stderr = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    stderr += chunk;
    output += chunk;
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const failure = new Error(`${title} took longer than ${timeoutMs} ms; so far:\n${output}`);
      const giveUp = () => reject(failure);
      killFamily(child).then(giveUp, giveUp);
    }, timeoutMs);
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === null) return reject(new Error(`${title} was ended by ${signal}:\n${output}`));
      const durationMs = Math.round(performance.now() - startedAt);
      resolve({ exitCode: code, stdout, stderr, output, firstErrorLine: findFirstErrorLine(output), durationMs });
    });
  });
}

function findFirstErrorLine(output: string): string | undefined {
  const lines = [...output.matchAll(/^\s*error: (.*)$/gm)].map((match) => match[1]?.trim() ?? "");
  return lines.find((line) => !/^(update|preview|destroy|refresh) failed$/.test(line)) ?? lines[0];
}

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** A process and all that it started; Pulumi puts its plugins into process groups of their own. */
async function familyOf(child: ChildProcess): Promise<readonly RunningProcess[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid=,command="]);
  const processes = stdout.split("\n").flatMap((line): RunningProcess[] => {
    const match = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return match ? [{ pid: Number(match[1]), parent: Number(match[2]), command: match[3] ?? "" }] : [];
  });
  const pids = new Set([child.pid]);
  // Parents come before children only by chance, so the list is walked until nothing is added.
  for (let size = 0; size !== pids.size; ) {
    size = pids.size;
    for (const { pid, parent } of processes) if (pids.has(parent)) pids.add(pid);
  }
  return processes.filter(({ pid }) => pids.has(pid));
}

async function killFamily(child: ChildProcess): Promise<void> {
  for (const { pid } of await familyOf(child)) kill(pid, "SIGKILL");
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended by itself meanwhile.
  }
}

/** The real OpenTofu in the hands of several people: one shared state, and for each an own HOME, working copy and credential. */

import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { locateTofu, type TofuEngine } from "../engines/find-tofu.ts";
import { collect, type EngineResult, EngineRun, killFamily } from "./engine-run.ts";
import { readReport, readState, type TofuReport, type TofuState } from "./tofu-output.ts";
import { findMirror, type ProviderMirror, runPath, writeWorkingCopy } from "./tofu-project.ts";

export type { TofuState } from "./tofu-output.ts";

export interface TofuResult extends EngineResult, TofuReport {}

export type TofuRun = EngineRun<TofuResult>;

type Variables = Readonly<Record<string, string | undefined>>;

export interface TofuRunOptions {
  /** Added to the person's own environment for this run; undefined takes a variable away. */
  readonly env?: Variables;
  readonly timeoutMs?: number;
}

export interface TofuPersonOptions {
  /** The person's credential and settings; nothing of our own environment reaches a run but PATH and locale. */
  readonly env?: Variables;
  /** main.tf as a user writes it; it can be changed later by `writeProgram`. */
  readonly program?: string;
  /** Attributes of the provider block, e.g. `{ instance_id: "..." }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Makes below a HOME what this person has checked out instead of the project, and answers the folder with the configuration, in
   * which they run `tofu init` themselves.
   */
  readonly checkOut?: (home: string) => Promise<string>;
}

const defaultTimeoutMs = 60_000;
const inheritedVariables = ["LANG", "LC_ALL", "TZ", "SystemRoot"];
const repository = fileURLToPath(new URL("../../", import.meta.url));
const compileCache = path.join(repository, "node_modules", ".cache", "uko-node");
const ukoScript = path.join(repository, "dist", "bin", "uko.js");
/** What can tell in a file of its own what it did. */
const reporting = new Set(["plan", "apply", "destroy", "refresh"]);
const approved = new Set(["apply", "destroy"]);

/** Answers the CLI, or throws with the reason and the way out: what needs it fails rather than being left out. */
async function requireTofu(): Promise<TofuEngine> {
  engine ??= locateTofu();
  const found = await engine;
  if (!found) throw new Error("OpenTofu was not found. Run `npm run engines` once to find or build it.");
  return found;
}
let engine: Promise<TofuEngine | undefined> | undefined;

/** Terraform does not know the options by which runs are read here, so it is called through a script that does. */
async function withReports(tofu: TofuEngine, folder: string): Promise<TofuEngine> {
  if (tofu.command === "tofu") return tofu;
  const tofuBin = path.join(folder, "terraform-as-tofu");
  const translator = fileURLToPath(new URL("terraform-as-tofu.ts", import.meta.url));
  await writeFile(tofuBin, `#!/bin/sh\nexec "${process.execPath}" "${translator}" "${tofu.tofuBin}" "$@"\n`, {
    mode: 0o755,
  });
  return { ...tofu, tofuBin };
}

/** A place with one shared state, which is locked while somebody works with it; remove it with `dispose` or `await using`. */
export class TofuWorkspace implements AsyncDisposable {
  readonly folder: string;
  readonly engine: TofuEngine;
  readonly mirror: ProviderMirror;
  readonly #project: string | undefined;
  readonly #people: TofuPerson[] = [];

  private constructor(folder: string, tofu: TofuEngine, mirror: ProviderMirror, project: string | undefined) {
    this.folder = folder;
    this.engine = tofu;
    this.mirror = mirror;
    this.#project = project;
  }

  /** `projectFolder`: what everybody has checked out. Without it everybody has an empty configuration. */
  static async create(projectFolder?: string): Promise<TofuWorkspace> {
    const tofu = await requireTofu();
    const mirror = await findMirror(tofu);
    const folder = await mkdtemp(path.join(os.tmpdir(), "uko-tofu-"));
    for (const name of ["backend", "tmp"]) await mkdir(path.join(folder, name));
    return new TofuWorkspace(folder, await withReports(tofu, folder), mirror, projectFolder);
  }

  /** Gives a person an own HOME and an initialized working copy; the working copies share nothing but the state. */
  async person(name: string, options: TofuPersonOptions = {}): Promise<TofuPerson> {
    const home = path.join(this.folder, "people", name);
    await mkdir(home, { recursive: true });
    const workingCopy = options.checkOut ? await options.checkOut(home) : path.join(home, "work");
    if (!options.checkOut) await writeWorkingCopy(workingCopy, this.mirror, this.#project);
    const person = new TofuPerson(name, { home, workingCopy }, this, options.env ?? {});
    if (options.program !== undefined) await person.writeProgram(options.program);
    if (options.settings !== undefined) await person.writeSettings(options.settings);
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

/** One person at the keyboard. Each method is one run of the CLI without colour, and a `yes` to its question is given. */
export class TofuPerson {
  readonly name: string;
  readonly home: string;
  readonly workingCopy: string;
  readonly env: Variables;
  readonly #workspace: TofuWorkspace;
  readonly #running = new Set<ChildProcess>();
  #runs = 0;

  constructor(
    name: string,
    { home, workingCopy }: { readonly home: string; readonly workingCopy: string },
    workspace: TofuWorkspace,
    env: Variables,
  ) {
    this.name = name;
    this.home = home;
    this.workingCopy = workingCopy;
    this.env = env;
    this.#workspace = workspace;
  }

  async writeProgram(source: string): Promise<void> {
    await this.writeFile("main.tf", source);
  }

  async writeFile(name: string, text: string): Promise<void> {
    await writeFile(path.join(this.workingCopy, name), text);
  }

  /** The provider block, for programs that have none of their own. */
  async writeSettings(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries(settings).map(([name, value]) => `  ${name} = ${JSON.stringify(value)}\n`);
    await this.writeFile("provider.tf", `provider "uko" {\n${lines.join("")}}\n`);
  }

  init(args: readonly string[] = [], options?: TofuRunOptions): Promise<TofuResult> {
    return this.run(["init", ...args], options);
  }

  plan(args: readonly string[] = [], options?: TofuRunOptions): Promise<TofuResult> {
    return this.run(["plan", ...args], options);
  }

  apply(args: readonly string[] = [], options?: TofuRunOptions): Promise<TofuResult> {
    return this.run(["apply", ...args], options);
  }

  destroy(args: readonly string[] = [], options?: TofuRunOptions): Promise<TofuResult> {
    return this.run(["destroy", ...args], options);
  }

  /** Brings the state up to date and does nothing else. */
  refresh(args: readonly string[] = [], options?: TofuRunOptions): Promise<TofuResult> {
    return this.run(["apply", "-refresh-only", ...args], options);
  }

  async state(): Promise<TofuState> {
    return readState(await this.#printed(["state", "pull"]));
  }

  /** `tofu show -json`: the state as other tools read it. */
  async show(): Promise<unknown> {
    return JSON.parse(await this.#printed(["show", "-json"]));
  }

  /** Runs `tofu ARGS` and waits for its end; a run that takes too long is killed and throws. */
  async run(args: readonly string[], options: TofuRunOptions = {}): Promise<TofuResult> {
    return this.start(args, options).result;
  }

  /** Starts a run and hands out the process, for tests that interrupt it. */
  start(args: readonly string[], options: TofuRunOptions = {}): TofuRun {
    const [command = "", ...rest] = args;
    this.#runs += 1;
    const report = path.join(this.home, `run-${this.#runs}.jsonl`);
    const shown = reporting.has(command) ? ["-no-color", "-consolidate-warnings=false", `-json-into=${report}`] : [];
    const { child, result } = this.#spawn(this.#workspace.engine.tofuBin, [command, ...shown, ...rest], options);
    // Warnings of the plan are shown before the question, so that they can be told from what came of it.
    if (approved.has(command)) child.stdin?.on("error", () => {}).end("yes\n");
    else child.stdin?.end();
    return new EngineRun(
      child,
      result.then((ended) => withReport(ended, report)),
    );
  }

  /** Runs `uko ARGS`, the built command, in the same environment. */
  uko(args: readonly string[], options: TofuRunOptions = {}): Promise<EngineResult> {
    const { child, result } = this.#spawn(process.execPath, [ukoScript, ...args], options);
    child.stdin?.end();
    return result;
  }

  /** The whole environment of a run. */
  environment(extra: Variables = {}): Record<string, string> {
    const inherited = inheritedVariables.map((name) => [name, process.env[name]] as const);
    const variables: Record<string, string | undefined> = {
      ...Object.fromEntries(inherited),
      PATH: runPath(),
      HOME: this.home,
      TMPDIR: path.join(this.#workspace.folder, "tmp"),
      TF_CLI_CONFIG_FILE: this.#workspace.mirror.configFile,
      CHECKPOINT_DISABLE: "1",
      // Node keeps compiled code between runs, and each run starts the provider several times.
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

  async #printed(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, output } = await this.run(args);
    if (exitCode !== 0) throw new Error(`tofu ${args.join(" ")} failed:\n${output}`);
    return stdout;
  }

  #spawn(command: string, args: readonly string[], { env, timeoutMs = defaultTimeoutMs }: TofuRunOptions): EngineRun {
    const child = spawn(command, args, {
      cwd: this.workingCopy,
      env: this.environment(env),
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#running.add(child);
    const title = `${this.name}: ${path.basename(command)} ${args.join(" ")}`;
    const result = collect(child, timeoutMs, title);
    const settled = () => this.#running.delete(child);
    result.then(settled, settled);
    return new EngineRun(child, result);
  }
}

async function withReport(ended: EngineResult, file: string): Promise<TofuResult> {
  const stream = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  return { ...ended, ...readReport(stream), firstErrorLine: /^Error: (.*)$/m.exec(ended.output)?.[1] };
}

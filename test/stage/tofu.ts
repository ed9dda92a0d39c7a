/** The real OpenTofu in the hands of several people: one shared state, and for each an own HOME, working copy and credential. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { locateTofu, type TofuEngine } from "../engines/find-tofu.ts";
import { type EngineResult, EngineRun } from "./engine-run.ts";
import { type Folders, Person, type RunOptions, type Variables, Workspace } from "./person.ts";
import { firstErrorIn, readReport, readState, type TofuReport, type TofuState } from "./tofu-output.ts";
import { findMirror, type ProviderMirror, runPath, writeWorkingCopy } from "./tofu-project.ts";

export type { TofuState } from "./tofu-output.ts";

export interface TofuResult extends EngineResult, TofuReport {
  /** What the first error says of its object; `firstErrorLine` is its summary, which is the same for all objects. */
  readonly firstErrorSays: string | undefined;
}

export type TofuRun = EngineRun<TofuResult>;

export interface TofuPersonOptions {
  /** The person's credential and settings; nothing of our own environment reaches a run but PATH and locale. */
  readonly env?: Variables;
  /** main.tf as a user writes it; it can be changed later by `writeProgram`. */
  readonly program?: string;
  /** Attributes of the provider block, e.g. `{ instance_id: "..." }`. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Makes below a HOME what this person has checked out instead of the project, and returns the folder with the configuration, in
   * which they run `tofu init` themselves.
   */
  readonly checkOut?: (home: string) => Promise<string>;
}

/** What can tell in a file of its own what it did. */
const reporting = new Set(["plan", "apply", "destroy", "refresh"]);
const approved = new Set(["apply", "destroy"]);

/** Returns the CLI, or throws with the reason and the way out: what needs it fails rather than being left out. */
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

/** A place with one shared state, which is locked during a run. */
export class TofuWorkspace extends Workspace<TofuPerson> {
  readonly engine: TofuEngine;
  readonly mirror: ProviderMirror;
  readonly #project: string | undefined;

  private constructor(folder: string, tofu: TofuEngine, mirror: ProviderMirror, project: string | undefined) {
    super(folder);
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
    const folders = this.foldersOf(name);
    await mkdir(folders.home, { recursive: true });
    const workingCopy = options.checkOut ? await options.checkOut(folders.home) : folders.workingCopy;
    if (!options.checkOut) await writeWorkingCopy(workingCopy, this.mirror, this.#project);
    const person = new TofuPerson(name, { ...folders, workingCopy }, this, options.env ?? {});
    if (options.program !== undefined) await person.writeProgram(options.program);
    if (options.settings !== undefined) await person.writeSettings(options.settings);
    return this.join(person);
  }
}

/** Each method is one run of the CLI, whose question gets a `yes`. */
export class TofuPerson extends Person {
  readonly #workspace: TofuWorkspace;
  #runs = 0;

  constructor(name: string, folders: Folders, workspace: TofuWorkspace, env: Variables) {
    super(name, folders, env);
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

  init(args: readonly string[] = [], options?: RunOptions): Promise<TofuResult> {
    return this.run(["init", ...args], options);
  }

  plan(args: readonly string[] = [], options?: RunOptions): Promise<TofuResult> {
    return this.run(["plan", ...args], options);
  }

  apply(args: readonly string[] = [], options?: RunOptions): Promise<TofuResult> {
    return this.run(["apply", ...args], options);
  }

  destroy(args: readonly string[] = [], options?: RunOptions): Promise<TofuResult> {
    return this.run(["destroy", ...args], options);
  }

  /** Brings the state up to date and does nothing else. */
  refresh(args: readonly string[] = [], options?: RunOptions): Promise<TofuResult> {
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
  async run(args: readonly string[], options: RunOptions = {}): Promise<TofuResult> {
    return this.start(args, options).result;
  }

  /** Starts a run and hands out the process, for tests that interrupt it. */
  start(args: readonly string[], options: RunOptions = {}): TofuRun {
    const [command = "", ...rest] = args;
    this.#runs += 1;
    const report = path.join(this.home, `run-${this.#runs}.jsonl`);
    const shown = reporting.has(command) ? ["-no-color", "-consolidate-warnings=false", `-json-into=${report}`] : [];
    const { child, result } = this.spawn(this.#workspace.engine.tofuBin, [command, ...shown, ...rest], options, "pipe");
    // Warnings of the plan are shown before the question, so that they can be told from what came of it.
    if (approved.has(command)) child.stdin?.on("error", () => {}).end("yes\n");
    else child.stdin?.end();
    return new EngineRun(
      child,
      result.then((ended) => withReport(ended, report)),
    );
  }

  protected override engineVariables(): Variables {
    return {
      PATH: runPath(),
      TF_CLI_CONFIG_FILE: this.#workspace.mirror.configFile,
      CHECKPOINT_DISABLE: "1",
    };
  }

  async #printed(args: readonly string[]): Promise<string> {
    const { exitCode, stdout, output } = await this.run(args);
    if (exitCode !== 0) throw new Error(`tofu ${args.join(" ")} failed:\n${output}`);
    return stdout;
  }
}

async function withReport(ended: EngineResult, file: string): Promise<TofuResult> {
  const stream = await readFile(file, "utf8").catch(() => "");
  await rm(file, { force: true });
  const report = readReport(stream);
  return {
    ...ended,
    ...report,
    ...firstErrorIn(ended.output, report),
  };
}

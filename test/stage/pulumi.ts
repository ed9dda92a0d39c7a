/** The real Pulumi CLI in the hands of several people: one shared backend, and for each an own HOME, working copy and credential. */

import { cp, mkdir, mkdtemp, readFile, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { locatePulumi, type PulumiEngine } from "../engines/find-pulumi.ts";
import type { EngineResult as PulumiResult, EngineRun as PulumiRun } from "./engine-run.ts";
import { installPlugins, type LanguageSetup, setUpLanguage } from "./language-setup.ts";
import { type Folders, Person, type RunOptions, type Variables, Workspace } from "./person.ts";
import {
  findEmptyStack,
  type PulumiProject,
  passphrase,
  programFiles,
  readProject,
  stack,
  writeProject,
} from "./pulumi-project.ts";

export type { EngineResult as PulumiResult, EngineRun as PulumiRun } from "./engine-run.ts";

export interface PersonOptions {
  /** The person's credential and settings; nothing of our own environment reaches a run but PATH and locale. */
  readonly env?: Variables;
  /** The program as a user writes it, in the project's language; it can be changed later by `writeProgram`. */
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
  /** Of the inputs that the program or its SDK passed. */
  readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  readonly refreshBeforeUpdate?: boolean;
}

export interface ExportedState {
  /** The whole deployment as text, as `pulumi stack export` prints it, for searching it for secrets. */
  readonly text: string;
  /** Resources without the stack itself and without providers. */
  readonly resources: readonly ExportedResource[];
}

/** A stack in a file backend, limited to the parts that are read. */
interface StoredStack {
  readonly version: number;
  readonly checkpoint: { readonly latest: { readonly resources?: readonly ExportedResource[] } };
}

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Answers the CLI, or throws with the reason and the way out: what needs it fails rather than being left out. */
async function requirePulumi(): Promise<PulumiEngine> {
  engine ??= locatePulumi();
  const found = await engine;
  if (!found) throw new Error("The Pulumi CLI was not found. Run `npm run engines` once to find or build it.");
  return found;
}
let engine: Promise<PulumiEngine | undefined> | undefined;

/** A place with one file backend and one stack. */
export class PulumiWorkspace extends Workspace<PulumiPerson> {
  readonly engine: PulumiEngine;
  readonly project: PulumiProject;
  readonly language: LanguageSetup;

  private constructor(folder: string, pulumi: PulumiEngine, project: PulumiProject, language: LanguageSetup) {
    super(folder);
    this.engine = pulumi;
    this.project = project;
    this.language = language;
  }

  /**
   * `projectFolder`: the project that everybody has checked out, in any language that our SDKs are for; its own files matter, what
   * is around it does not. Without it everybody has an empty Node program.
   */
  static async create(projectFolder?: string): Promise<PulumiWorkspace> {
    const pulumi = await requirePulumi();
    const project = await readProject(projectFolder);
    const language = await setUpLanguage(project.runtime, pulumi);
    const folder = await mkdtemp(path.join(os.tmpdir(), "uko-pulumi-"));
    await cp(await findEmptyStack(pulumi, project), folder, { recursive: true });
    await linkPackages(folder);
    await mkdir(path.join(folder, "tmp"));
    return new PulumiWorkspace(folder, pulumi, project, language);
  }

  get backendUrl(): string {
    return `file://${path.join(this.folder, "backend")}`;
  }

  /** Gives a person an own HOME and working copy of the program; the working copies share nothing but the backend. */
  async person(name: string, options: PersonOptions = {}): Promise<PulumiPerson> {
    const folders = this.foldersOf(name);
    const { home, workingCopy } = folders;
    await mkdir(workingCopy, { recursive: true });
    await cp(path.join(this.folder, `Pulumi.${stack}.yaml`), path.join(workingCopy, `Pulumi.${stack}.yaml`));
    await writeProject(workingCopy, this.project);
    await installPlugins(path.join(home, ".pulumi"), this.language.plugins);
    const person = new PulumiPerson(name, folders, this, options.env ?? {});
    if (options.program !== undefined) await person.writeProgram(options.program);
    if (options.config) await person.writeConfig(options.config);
    return this.join(person);
  }
}

/** Each method is one run of the CLI, without questions. */
export class PulumiPerson extends Person {
  readonly #workspace: PulumiWorkspace;

  constructor(name: string, folders: Folders, workspace: PulumiWorkspace, env: Variables) {
    super(name, folders, env);
    this.#workspace = workspace;
  }

  async writeProgram(source: string): Promise<void> {
    await writeFile(path.join(this.workingCopy, programFiles[this.#workspace.project.runtime]), source);
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

  /** What `pulumi stack export` prints, read from the file backend: a process of the CLI for it would take a second. */
  async exportState(): Promise<ExportedState> {
    const { PULUMI_STACK: name = stack } = this.environment();
    const stacks = path.join(this.#workspace.folder, "backend", ".pulumi", "stacks");
    const file = path.join(stacks, this.#workspace.project.name, `${name}.json`);
    const { version, checkpoint } = JSON.parse(await readFile(file, "utf8")) as StoredStack;
    const text = JSON.stringify({ version, deployment: checkpoint.latest }, undefined, 4);
    const resources = (checkpoint.latest.resources ?? [])
      .filter(({ type }) => !type.startsWith("pulumi:"))
      .map((resource) => ({ ...resource, inputs: resource.inputs ?? {}, outputs: resource.outputs ?? {} }));
    return { text, resources };
  }

  /** Runs `pulumi ARGS` on the shared stack and waits for its end; a run that takes too long is killed and throws. */
  async run(args: readonly string[], options: RunOptions = {}): Promise<PulumiResult> {
    return this.start(args, options).result;
  }

  /** Starts a run and hands out the process, for tests that interrupt it. */
  start(args: readonly string[], options: RunOptions = {}): PulumiRun {
    return this.spawn(this.#workspace.engine.pulumiBin, [...args, "--non-interactive", "--color", "never"], options);
  }

  protected override engineVariables(): Variables {
    const { engine, language } = this.#workspace;
    return {
      PATH: [...language.pathEntries, ...engine.pathEntries, process.env.PATH ?? ""].join(path.delimiter),
      PULUMI_HOME: path.join(this.home, ".pulumi"),
      PULUMI_BACKEND_URL: this.#workspace.backendUrl,
      PULUMI_CONFIG_PASSPHRASE: passphrase,
      PULUMI_STACK: stack,
      PULUMI_SKIP_UPDATE_CHECK: "1",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
      ...language.env,
    };
  }
}

/**
 * Lets all programs below `folder` import our packages and Pulumi's as if they were installed. Ours are linked, not packed:
 * that the packed ones work is tested by itself.
 */
async function linkPackages(folder: string): Promise<void> {
  await mkdir(path.join(folder, "node_modules"));
  await symlink(repository, path.join(folder, "node_modules", "pulumi-uko"), "dir");
  await symlink(path.join(repository, "node_modules", "@pulumi"), path.join(folder, "node_modules", "@pulumi"), "dir");
  await mkdir(path.join(folder, "node_modules", "@uko"));
  await symlink(path.join(repository, "sdk", "nodejs"), path.join(folder, "node_modules", "@uko", "pulumi"), "dir");
}

/** The people of a stage, with any engine: a place that they share, and each their own HOME, working copy and credential. */

import { type ChildProcess, spawn } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { collect, type EngineResult, EngineRun, killFamily } from "./engine-run.ts";

export type Variables = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** Added to the person's own environment for this run; undefined takes a variable away. */
  readonly env?: Variables;
  readonly timeoutMs?: number;
}

/** The folders of a person; `tmp` is shared with the others. */
export interface Folders {
  readonly home: string;
  readonly workingCopy: string;
  readonly tmp: string;
}

const defaultTimeoutMs = 60_000;
const inheritedVariables = ["LANG", "LC_ALL", "TZ", "SystemRoot"];
const repository = fileURLToPath(new URL("../../", import.meta.url));
const compileCache = path.join(repository, "node_modules", ".cache", "uko-node");
const ukoScript = path.join(repository, "build", "cli", "uko");

/** One person at the keyboard. Each method is one run of a CLI, without color. */
export abstract class Person {
  readonly name: string;
  readonly home: string;
  readonly workingCopy: string;
  /** The person's credential and settings; nothing of our own environment reaches a run but PATH and locale. */
  readonly env: Variables;
  readonly #tmp: string;
  readonly #running = new Set<ChildProcess>();

  constructor(name: string, { home, workingCopy, tmp }: Folders, env: Variables) {
    this.name = name;
    this.home = home;
    this.workingCopy = workingCopy;
    this.#tmp = tmp;
    this.env = env;
  }

  /** PATH, and what the engine itself reads. */
  protected abstract engineVariables(): Variables;

  /** Runs `uko ARGS`, the built command, in the same environment. */
  uko(args: readonly string[], options: RunOptions = {}): Promise<EngineResult> {
    return this.spawn(process.execPath, [ukoScript, ...args], options).result;
  }

  /** The whole environment of a run. Its PATH has `uko`, which messages then name. */
  environment(extra: Variables = {}): Record<string, string> {
    const engine = this.engineVariables();
    const variables: Variables = {
      ...Object.fromEntries(inheritedVariables.map((name) => [name, process.env[name]])),
      HOME: this.home,
      // Engines leave logs and pipes there when they are interrupted.
      TMPDIR: this.#tmp,
      // Node keeps compiled code between runs: an `up` takes 2.3 s instead of 2.8.
      NODE_COMPILE_CACHE: compileCache,
      ...engine,
      PATH: [path.dirname(ukoScript), engine.PATH].join(path.delimiter),
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

  protected spawn(
    command: string,
    args: readonly string[],
    { env, timeoutMs = defaultTimeoutMs }: RunOptions,
    stdin: "ignore" | "pipe" = "ignore",
  ): EngineRun {
    const child = spawn(command, args, {
      cwd: this.workingCopy,
      env: this.environment(env),
      stdio: [stdin, "pipe", "pipe"],
    });
    this.#running.add(child);
    const title = `${this.name}: ${path.basename(command)} ${args.join(" ")}`;
    const result = collect(child, timeoutMs, title);
    const settled = () => this.#running.delete(child);
    result.then(settled, settled);
    return new EngineRun(child, result);
  }
}

/** A place that several people share; remove it with `dispose` or `await using`. */
export abstract class Workspace<Member extends Person> implements AsyncDisposable {
  readonly folder: string;
  readonly #people: Member[] = [];

  constructor(folder: string) {
    this.folder = folder;
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#people.map((person) => person.killAll()));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  /** The folders of a person, below the place. */
  protected foldersOf(name: string): Folders {
    const home = path.join(this.folder, "people", name);
    return { home, workingCopy: path.join(home, "work"), tmp: path.join(this.folder, "tmp") };
  }

  protected join(person: Member): Member {
    this.#people.push(person);
    return person;
  }
}

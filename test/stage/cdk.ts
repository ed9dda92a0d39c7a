/** Programs of a CDK in the hands of several people: each runs the program in an own checkout, and the real OpenTofu in what it wrote. */

import { spawn } from "node:child_process";
import { cp, mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { collect, type EngineResult } from "./engine-run.ts";
import { type TofuPerson, TofuWorkspace } from "./tofu.ts";

export interface CdkPerson {
  /** Runs OpenTofu in the folder of the stack, which is there once the program was run. */
  readonly tofu: TofuPerson;
  /** Runs the program. */
  synthesize(): Promise<EngineResult>;
}

/** Seen from the checkout; both kits write there. The stack of each example is called `payroll`. */
export const stackFolder = "cdktf.out/stacks/payroll";
export const program = "main.ts";
const repository = fileURLToPath(new URL("../../", import.meta.url));
const synthesisLimitMs = 60_000;

/** A place with one shared state; remove it with `dispose` or `await using`. */
export class CdkWorkspace implements AsyncDisposable {
  readonly #tofu: TofuWorkspace;
  readonly #project: string;

  private constructor(tofu: TofuWorkspace, project: string) {
    this.#tofu = tofu;
    this.#project = project;
  }

  /** What the people share, and nothing of their checkouts. */
  get folder(): string {
    return this.#tofu.folder;
  }

  /** `project`: the folder with the program that everybody has checked out. */
  static async create(project: string): Promise<CdkWorkspace> {
    const tofu = await TofuWorkspace.create();
    await linkPackages(tofu.folder);
    return new CdkWorkspace(tofu, project);
  }

  /** Gives a person an own HOME, checkout and credential; the checkouts share nothing but the state. */
  async person(name: string, env: Readonly<Record<string, string>>): Promise<CdkPerson> {
    // A kit puts the state beside the program; teams name theirs so, or in the program.
    const state = `-backend-config=path=${path.join(this.#tofu.folder, "backend", "terraform.tfstate")}`;
    const checkOut = async (home: string) => path.join(await this.#checkOut(home), stackFolder);
    const tofu = await this.#tofu.person(name, { env: { ...env, TF_CLI_ARGS_init: state }, checkOut });
    return { tofu, synthesize: () => synthesize(tofu) };
  }

  async dispose(): Promise<void> {
    await this.#tofu.dispose();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  async #checkOut(home: string): Promise<string> {
    const checkout = checkoutOf(home);
    const isWanted = (file: string) => !/^(?:node_modules|cdktf\.out|terraform\..*)$/.test(path.basename(file));
    await cp(this.#project, checkout, { recursive: true, filter: isWanted });
    return checkout;
  }
}

function checkoutOf(home: string): string {
  return path.join(home, "work");
}

function synthesize(person: TofuPerson): Promise<EngineResult> {
  const child = spawn(process.execPath, [program], {
    cwd: checkoutOf(person.home),
    env: person.environment(),
    stdio: ["ignore", "pipe", "pipe"],
  });
  return collect(child, synthesisLimitMs, `${person.name}: node ${program}`);
}

/** Lets programs below `folder` import our packages and the kits as if they were installed. */
async function linkPackages(folder: string): Promise<void> {
  const modules = path.join(folder, "node_modules");
  await mkdir(path.join(modules, "@uko"), { recursive: true });
  await symlink(path.join(repository, "sdk/cdktn"), path.join(modules, "@uko/cdktn"), "dir");
  for (const name of ["cdktn", "constructs"]) {
    await symlink(path.join(repository, "node_modules", name), path.join(modules, name), "dir");
  }
}

/** Sets a stage for a story, tells it, and clears everything away. */

import { execFile } from "node:child_process";
import { cp } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CdkWorkspace } from "./cdk.ts";
import { CommandStage, CommandWorkspace } from "./command-workspace.ts";
import { ConsoleStage } from "./console-stage.ts";
import { type AuditEntry, LocalUko } from "./local-uko.ts";
import { PulumiWorkspace } from "./pulumi.ts";
import { PulumiStage } from "./pulumi-stage.ts";
import type { Write } from "./stage.ts";
import { TofuWorkspace } from "./tofu.ts";
import { type TofuPlace, TofuStage } from "./tofu-stage.ts";

export interface PulumiStory {
  readonly kind: "pulumi";
  /** The folder below `examples` with the Pulumi project that each person has checked out. */
  readonly project: string;
  /** A seed file for the emulator, below `examples`; the demo world if absent. */
  readonly seedFile?: string;
  readonly tell: (stage: PulumiStage) => Promise<void>;
}

export interface TofuStory {
  readonly kind: "tofu" | "cdk";
  /** The folder below `examples` with the configuration or the program that each person has checked out. */
  readonly project: string;
  readonly seedFile?: string;
  readonly tell: (stage: TofuStage) => Promise<void>;
}

export interface CommandStory {
  readonly kind: "command";
  readonly tell: (stage: CommandStage) => Promise<void>;
}

export interface ConsoleStory {
  readonly kind: "console";
  readonly tell: (stage: ConsoleStage) => Promise<void>;
}

export type Story = PulumiStory | TofuStory | CommandStory | ConsoleStory;

interface Performance {
  readonly tell: () => Promise<void>;
  readonly dispose: () => Promise<void>;
}

export function inExamples(place: string): string {
  return fileURLToPath(new URL(`../../examples/${place}`, import.meta.url));
}

/** Returns the audit trail of the whole story. */
export async function perform(
  story: Story,
  write: Write,
  signal = new AbortController().signal,
): Promise<readonly AuditEntry[]> {
  const seedFile = "seedFile" in story ? story.seedFile : undefined;
  const uko = await LocalUko.start(seedFile && inExamples(seedFile));
  let performance: Performance | undefined;
  let cleared: Promise<unknown> | undefined;
  const clear = (): Promise<unknown> => {
    cleared ??= Promise.allSettled([performance?.dispose(), uko.stop()]);
    return cleared;
  };
  try {
    performance = await prepare(story, uko, write);
    signal.throwIfAborted();
    // What is under way then fails, which ends the story.
    signal.addEventListener("abort", () => void clear(), { once: true });
    await performance.tell();
    return await uko.audit();
  } finally {
    await clear();
  }
}

async function prepare(story: Story, uko: LocalUko, write: Write): Promise<Performance> {
  if (story.kind === "console") {
    const stage = new ConsoleStage(uko, write);
    return { tell: () => story.tell(stage), dispose: async () => stage.close() };
  }
  if (story.kind === "command") {
    const workspace = await CommandWorkspace.create();
    return { tell: () => story.tell(new CommandStage(uko, workspace, write)), dispose: () => workspace.dispose() };
  }
  if (story.kind === "pulumi") {
    const workspace = await PulumiWorkspace.create(inExamples(story.project));
    return { tell: () => story.tell(new PulumiStage(uko, workspace, write)), dispose: () => workspace.dispose() };
  }
  const workspace = await (story.kind === "cdk" ? CdkWorkspace : TofuWorkspace).create(inExamples(story.project));
  const place = workspace instanceof CdkWorkspace ? workspace : await placeOf(workspace);
  return { tell: () => story.tell(new TofuStage(uko, place, write)), dispose: () => workspace.dispose() };
}

async function placeOf(workspace: TofuWorkspace): Promise<TofuPlace> {
  const sources = await repositoryOf(workspace.folder);
  return {
    folder: workspace.folder,
    person: async (name, env) => ({ tofu: await workspace.person(name, { env: { ...env, ...sources } }) }),
  };
}

/** The variables with which Git takes the modules from here, where users take them from the repository on GitHub. */
async function repositoryOf(folder: string): Promise<Readonly<Record<string, string>>> {
  const place = path.join(folder, "repository");
  await cp(inExamples("existing-vault"), path.join(place, "examples/existing-vault"), { recursive: true });
  const git = (...words: string[]) =>
    promisify(execFile)("git", ["-c", "user.name=uko", "-c", "user.email=uko", ...words], { cwd: place });
  await git("init", "--quiet");
  await git("add", ".");
  await git("commit", "--quiet", "--message", "modules");
  const address = "https://github.com/pulumi-uko/pulumi-uko.git";
  return { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: `url.file://${place}.insteadOf`, GIT_CONFIG_VALUE_0: address };
}

/** Sets a stage for a story, tells it, and clears everything away. */

import { fileURLToPath } from "node:url";
import { CdkWorkspace } from "./cdk.ts";
import { CdkStage } from "./cdk-stage.ts";
import { ConsoleStage } from "./console-stage.ts";
import { type AuditEntry, LocalUko } from "./local-uko.ts";
import { PulumiWorkspace } from "./pulumi.ts";
import { PulumiStage } from "./pulumi-stage.ts";
import type { Write } from "./stage.ts";

export interface PulumiStory {
  readonly kind: "pulumi";
  /** The folder below `examples` with the Pulumi project that each person has checked out. */
  readonly project: string;
  /** A seed file for the emulator, below `examples`; the demo world if absent. */
  readonly seedFile?: string;
  readonly tell: (stage: PulumiStage) => Promise<void>;
}

export interface CdkStory {
  readonly kind: "cdk";
  /** The folder below `examples` with the program that each person has checked out. */
  readonly project: string;
  readonly tell: (stage: CdkStage) => Promise<void>;
}

export interface ConsoleStory {
  readonly kind: "console";
  readonly tell: (stage: ConsoleStage) => Promise<void>;
}

export type Story = PulumiStory | CdkStory | ConsoleStory;

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
  const seedFile = story.kind === "pulumi" ? story.seedFile : undefined;
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
  if (story.kind === "cdk") {
    const workspace = await CdkWorkspace.create(inExamples(story.project));
    return { tell: () => story.tell(new CdkStage(uko, workspace, write)), dispose: () => workspace.dispose() };
  }
  const workspace = await PulumiWorkspace.create(inExamples(story.project));
  return { tell: () => story.tell(new PulumiStage(uko, workspace, write)), dispose: () => workspace.dispose() };
}

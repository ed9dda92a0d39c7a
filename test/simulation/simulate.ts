/** Plays stories of one seed after another, and cuts a story that breaks a rule to the shortest one that still breaks it. */

import { spawnSync } from "node:child_process";
import type { profiles } from "../../provider/emulator/store/switches.ts";
import type { Coverage } from "./coverage.ts";
import { startDrawing } from "./draw.ts";
import { untilEnded } from "./honest.ts";
import { type Finding, judgeStep, placeOf } from "./judge.ts";
import type { Stage } from "./stage.ts";
import { diceOf, type Setting, type Step, type Story, tell } from "./story.ts";
import { keyNames } from "./world.ts";

export const stepsOfStory = 150;

/** Services that keep tags: elsewhere a record has no room for what Mallory copies. */
export const simulatedProfiles = [
  ...["documented", "documented", "documented", "sync-changes-writer", "stale-status"],
  ...["unique-etags", "kms-keeps-first", "named-rings"],
] as readonly (keyof typeof profiles)[];

export interface Ended {
  readonly story: Story;
  readonly finding?: Finding;
  /** Where the keys were after the drawn steps, before honest people alone went on. */
  readonly removed: number;
  readonly keys: number;
}

export interface How {
  readonly coverage?: Coverage;
  /** Ends a story with its last step, without the honest people who then end each deletion. */
  readonly isLeftOpen?: boolean;
}

/** Draws and plays a story. */
export async function playSeed(stage: Stage, seed: number, { coverage, isLeftOpen = false }: How = {}): Promise<Ended> {
  const dice = diceOf(seed);
  const profile = dice.one(simulatedProfiles);
  // Where each write moves the time of a key by a second, a clock that stands still would be behind the keys.
  const tickMs = profile === "unique-etags" ? 1_000 : dice.one([0, 100, 1_000]);
  const engine = dice.one(["package", "package", "terraform", "dynamic"] as const);
  const setting: Setting = { profile, tickMs, engine, ...(dice.chance(30) && { rule: "of the program" as const }) };
  const steps: Step[] = [];
  stage.begin(setting);
  const made = new Set<string>();
  const ended = (finding?: Finding): Ended => {
    const removed = [...made].filter((name) => stage.keyOf(name) === undefined).length;
    return { story: { ...setting, steps }, removed, keys: made.size, ...(finding !== undefined && { finding }) };
  };
  const draw = startDrawing(stage, dice);
  for (let count = 0; count < stepsOfStory; count += 1) {
    for (const name of keyNames) if (stage.keyOf(name) !== undefined) made.add(name);
    const step = draw();
    const name = /@(\w+)/.exec(step.types)?.[1];
    const place = name === undefined ? "-" : placeOf(stage.keyOf(name), stage.emulator.world.clock.nowMs());
    steps.push(step);
    const played = await stage.play(step);
    coverage?.note(
      step,
      place,
      played.trail.some(({ method, effect }) => method !== "GET" && effect),
    );
    const [finding] = judgeStep(stage, played);
    if (finding !== undefined) return ended(finding);
  }
  const before = ended();
  const finding = isLeftOpen ? undefined : await untilEnded(stage);
  return { ...before, ...(finding !== undefined && { finding }) };
}

/** Plays a story again, as it was kept. */
export async function playStory(stage: Stage, story: Story): Promise<Finding | undefined> {
  stage.begin(story);
  for (const step of story.steps) {
    const [finding] = judgeStep(stage, await stage.play(step));
    if (finding !== undefined) return finding;
  }
  return untilEnded(stage);
}

/** The shortest story that breaks the same rule: steps are left out as long as it does. */
export async function shorten(stage: Stage, story: Story, { rule }: Finding): Promise<Story> {
  let best = story;
  let tries = 0;
  const maxTries = rule === "liveness" ? 80 : 300;
  const breaks = async (steps: readonly Step[]): Promise<boolean> => {
    tries += 1;
    return (await playStory(stage, { ...story, steps }))?.rule === rule;
  };
  for (let size = Math.ceil(best.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.steps.length && tries < maxTries; ) {
      const steps = best.steps.toSpliced(from, size);
      if (await breaks(steps)) best = { ...best, steps };
      else from += size;
    }
  }
  for (const [at, step] of best.steps.entries()) {
    for (const simpler of simplerThan(step)) {
      if (tries < maxTries && (await breaks(best.steps.with(at, simpler))))
        best = { ...best, steps: best.steps.with(at, simpler) };
    }
  }
  return best;
}

function simplerThan({ fault, env, meanwhile, ...step }: Step): readonly Step[] {
  return [
    ...(fault === undefined ? [] : [{ ...step, ...(env && { env }), ...(meanwhile && { meanwhile }) }]),
    ...(env === undefined ? [] : [{ ...step, ...(fault && { fault }), ...(meanwhile && { meanwhile }) }]),
    ...(meanwhile === undefined ? [] : [{ ...step, ...(fault && { fault }), ...(env && { env }) }]),
  ];
}

export interface Limits {
  readonly seed: number;
  readonly steps: number;
  readonly cpuSeconds: number;
}

export interface Tally {
  readonly steps: number;
  readonly stories: number;
  readonly keys: number;
  readonly removed: number;
  /** The first story that broke a rule. */
  readonly broken?: Broken;
}

export interface Broken {
  readonly seed: number;
  readonly story: Story;
  readonly finding: Finding;
}

export const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The seed of the next story: two runs with near seeds play no story twice (minimal standard, Park and Miller). */
const seedAfter = (seed: number): number => (Math.max(1, seed % 2_147_483_647) * 48_271) % 2_147_483_647;

/** The commit that plays, 40 hexadecimal digits. */
export const commitHere = (): string => spawnSync("git", ["rev-parse", "HEAD"], { encoding: "utf8" }).stdout.trim();

/** What repeats a run. */
export const nameRun = (seed: number): string => `seed ${seed}, commit ${commitHere().slice(0, 10)}`;

/** Plays a story for each seed, from the first one on, until a limit is reached or a rule is broken. */
export async function simulate(stage: Stage, limits: Limits, how?: How): Promise<Tally> {
  const startedAt = cpuSeconds();
  const tally = { steps: 0, stories: 0, keys: 0, removed: 0 };
  for (let { seed } = limits; tally.steps < limits.steps; seed = seedAfter(seed)) {
    if (cpuSeconds() - startedAt >= limits.cpuSeconds) break;
    const { story, keys, removed, finding } = await playSeed(stage, seed, how);
    tally.stories += 1;
    tally.steps += story.steps.length;
    tally.keys += keys;
    tally.removed += removed;
    if (finding !== undefined) return { ...tally, broken: { seed, story, finding } };
  }
  return tally;
}

/** The broken rule with its seed, the shortest story that still breaks it, and the command that plays it again, for a person to read. */
export async function explain(stage: Stage, { seed, story, finding }: Broken): Promise<string> {
  const shortest = await shorten(stage, story, finding);
  const { profile, tickMs, engine, rule = "of two people", steps } = shortest;
  return [
    `seed ${seed} breaks the rule "${finding.rule}" after ${story.steps.length} steps: ${finding.says}`,
    `Again: npm run simulate -- --seed ${seed} --steps ${stepsOfStory}`,
    `The shortest story, on a service like ${profile}, ${tickMs} ms a write, with the engine of ${engine} and the rule ${rule}:`,
    ...steps.map((step) => `  ${tell(step)}`),
    JSON.stringify({ seed, broke: finding.rule, ...shortest }),
  ].join("\n");
}

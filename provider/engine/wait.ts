/** Waiting inside one run, within a budget: sleeps, looks again, goes on, and stops at once when told to. */

import { isUkoError } from "../errors.ts";
import type { ApprovedStep } from "../lifecycle/observation.ts";
import { type ApprovalWait, isForOthers, type Plan } from "../lifecycle/plan.ts";
import { keyPath, sayDuration } from "./explain/words.ts";
import type { Observed } from "./observe.ts";
import type { CallOptions, World } from "./ports.ts";
import { type Outcome, type RunMemory, reconcile, type Task } from "./reconcile.ts";

export interface Patience {
  /** How long this run may spend waiting, in all. */
  readonly budgetMs: number;
  /** How often the key is looked at meanwhile, since anybody may act on it. */
  readonly pollIntervalMs: number;
  /** Told once, before the first wait that is longer than a quarter of an hour. */
  readonly beforeLongWait?: (neededMs: number) => void;
}

/** What a look found that only waiting can change. */
export interface Awaited {
  /** Infinite where only a person, or nobody knows what, ends the wait. */
  readonly neededMs: number;
  /** A clause for people, such as "Cooling down". */
  readonly what: string;
}

/** Work that can be begun again after each wait. */
export interface PatientWork<Result> {
  /** `isDue` tells whether the time that was awaited has come. */
  attempt(earlier: Result | undefined, isDue: boolean): Promise<Result>;
  /** Undefined where no wait can help. */
  awaitedIn(result: Result): Awaited | undefined;
}

/** Every look is one round; a budget of 100 days at a look every 30 s stays below this. */
const maxLooks = 300_000;
/** The service wants *more than* the 4 hours, and its clock counts seconds. */
const marginMs = 1000;
const longWaitMs = 15 * 60_000;

/** Attempts again and again until no wait helps, the budget is spent, or the signal aborts; answers what it found last. */
export async function patiently<Result>(
  world: World,
  work: PatientWork<Result>,
  patience: Patience,
  { signal }: CallOptions,
): Promise<Result> {
  let result = await work.attempt(undefined, false);
  let leftMs = patience.budgetMs;
  const report = reporter(world);
  for (let look = 0; look < maxLooks; look += 1) {
    const awaited = work.awaitedIn(result);
    if (awaited === undefined || leftMs <= 0) return result;
    const { neededMs } = awaited;
    if (Number.isFinite(neededMs) && neededMs > leftMs) return result;
    report(awaited);
    if (look === 0 && Math.min(neededMs, leftMs) > longWaitMs) patience.beforeLongWait?.(Math.min(neededMs, leftMs));
    const sleepMs = Math.min(neededMs, leftMs, patience.pollIntervalMs);
    if (!(await hasSlept(world, sleepMs, signal))) return result;
    leftMs -= sleepMs;
    result = await work.attempt(result, sleepMs >= neededMs);
  }
  return result;
}

/** Carries a task on until it ends, the budget is spent, or no wait within the budget can help. */
export function reconcileWithPatience(
  world: World,
  task: Task,
  patience: Patience,
  options: CallOptions,
): Promise<Outcome> {
  const work: PatientWork<Outcome> = {
    attempt: (earlier, isDue) =>
      earlier === undefined
        ? reconcile(world, task, options)
        : reconcile(world, askingOnce(task, earlier.memory), options, afterWait(earlier.memory, isDue)),
    awaitedIn: (outcome) => (outcome.kind === "stopped" ? awaitedBy(outcome.plan, outcome.observed) : undefined),
  };
  return patiently(world, work, patience, options);
}

/** How long until a service's time of `untilMs` has passed for certain. */
export function neededUntil(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, untilMs - nowMs) + marginMs;
}

/** False where somebody stopped it. */
async function hasSlept({ clock }: World, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (isUkoError(error) && error.code === "UKO_CANCELLED") return false;
    throw error;
  }
}

/** Where no terminal is, each report is a line of its own, so the same wait is told seldom: after a sixteenth of what is left. */
function reporter({ progress }: World): (awaited: Awaited) => void {
  let told: Awaited | undefined;
  return (awaited) => {
    const { what, neededMs } = awaited;
    const againAfterMs = Math.max(60_000, (told?.neededMs ?? 0) / 16);
    if (told?.what === what && !(told.neededMs - neededMs >= againAfterMs)) return;
    told = awaited;
    const left = Number.isFinite(neededMs) ? `, ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} left` : "";
    progress.report(`${what}${left}`);
  };
}

/** A record that this run wrote and that counts no longer was withdrawn, voided or lapsed: a wait never asks again. */
function askingOnce(task: Task, { taken }: RunMemory): Task {
  const hasAsked = (step: ApprovedStep): boolean =>
    taken.some((each) => each.kind === "write_record" && each.draft.step === step);
  return {
    ...task,
    plan(observation, run, nowMs) {
      const plan = task.plan(observation, run, nowMs);
      if (plan.kind !== "ready" || plan.step.kind !== "write_record" || !hasAsked(plan.step.draft.step)) return plan;
      return task.plan(observation, { ...run, intent: "continues", deactivatedHere: false }, nowMs);
    },
  };
}

/** Once its time has come, what the service refused as too early is tried again. */
function afterWait(memory: RunMemory, isDue: boolean): RunMemory {
  const { refusals, ...run } = memory.run;
  return isDue && refusals !== undefined ? { ...memory, run } : memory;
}

/** For whoever reads the log of the run meanwhile. */
function sayAwaited({ record }: ApprovalWait, path: string): string {
  return record === undefined
    ? `Waiting for two people. The first one runs: uko request ${path}`
    : `Waiting for another person to act on record ${record.id}, by: uko continue ${path} --consent ${record.id}`;
}

/** Undefined where waiting cannot help. */
function awaitedBy(plan: Plan, { observation, nowMs }: Observed): Awaited | undefined {
  if (plan.kind === "waitingForApproval") {
    if (!isForOthers(plan.standing)) return undefined;
    return { neededMs: Number.POSITIVE_INFINITY, what: sayAwaited(plan, keyPath(observation)) };
  }
  if (plan.kind !== "waitingForTime" || plan.awaits === "separate_run") return undefined;
  const what = plan.awaits === "cool_down" ? "Cooling down" : "Waiting for the keystores to let go of the key";
  return { neededMs: neededUntil(plan.untilMs, nowMs), what };
}

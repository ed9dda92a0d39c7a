/**
 * The wait of one run, within a wait budget: sleep, read again, continue. A cancellation stops it
 * at once.
 */

import { isUkoError } from "../errors.ts";
import type { ApprovedStep } from "../lifecycle/observation.ts";
import { type ApprovalWait, isForOthers, type Plan } from "../lifecycle/plan.ts";
import {
  type Awaited,
  converge,
  type Deletable,
  type Memory,
  type Observed,
  type Outcome as OutcomeOf,
} from "./converge.ts";
import type { KeyDetails } from "./key/observe.ts";
import { type Outcome, type RunMemory, reconcile, type Task } from "./key/reconcile.ts";
import type { CallOptions, World } from "./ports.ts";
import { keyPath, sayDuration } from "./words.ts";

export interface WaitBudget {
  /** How long this run may spend waiting, in total. */
  readonly budgetMs: number;
  /** How often the key is read during a wait, because anyone may act on it meanwhile. */
  readonly pollIntervalMs: number;
  /** Called once, before the first wait that is longer than 15 minutes. */
  readonly beforeLongWait?: (neededMs: number) => void;
}

/** Work that can be started again after each wait. */
export interface Pollable<Result> {
  /** `isDue` is true once the expected time has passed. */
  attempt(earlier: Result | undefined, isDue: boolean): Promise<Result>;
  /** Undefined if no wait can help. */
  awaitedIn(result: Result): Awaited | undefined;
}

/** Each read is one round. A budget of 100 days with a read every 30 s stays below this limit. */
const maxLooks = 300_000;
/** The service requires *more than* the 4 hours, and its clock counts whole seconds. */
const marginMs = 1000;
const longWaitMs = 15 * 60_000;

/**
 * Repeats attempts until no wait helps, the budget is spent, or the signal aborts. Returns the
 * latest result.
 */
export async function pollUntilSettled<Result>(
  world: World,
  work: Pollable<Result>,
  patience: WaitBudget,
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

/** Advances a task until it ends, the budget is spent, or no wait within the budget can help. */
export function reconcileAndWait(
  world: World,
  task: Task,
  patience: WaitBudget,
  options: CallOptions,
): Promise<Outcome> {
  const work: Pollable<Outcome> = {
    attempt: (earlier, isDue) =>
      earlier === undefined
        ? reconcile(world, task, options)
        : reconcile(world, withoutRepeatedRequests(task, earlier.memory), options, afterWait(earlier.memory, isDue)),
    awaitedIn: (outcome) => (outcome.kind === "stopped" ? awaitedBy(outcome.plan, outcome.observed) : undefined),
  };
  return pollUntilSettled(world, work, patience, options);
}

/** Takes the steps of one run, and continues after each wait that can help. */
export function convergeAndWait<Task, Seen extends Observed, Step, Stop extends object, Mem extends Memory<Step>>(
  world: World,
  kind: Deletable<Task, Seen, Step, Stop, Mem>,
  task: Task,
  budget: WaitBudget,
  options: CallOptions,
): Promise<OutcomeOf<Seen, Stop, Mem>> {
  const work: Pollable<OutcomeOf<Seen, Stop, Mem>> = {
    attempt: (earlier) => converge(world, kind, task, options, earlier?.memory),
    awaitedIn: (outcome) => ("observed" in outcome ? kind.awaited(outcome, outcome.observed) : undefined),
  };
  return pollUntilSettled(world, work, budget, options);
}

/** How long until the service's time has certainly passed `untilMs`. */
export function neededUntil(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, untilMs - nowMs) + marginMs;
}

/** False if the wait was canceled. */
async function hasSlept({ clock }: World, ms: number, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(ms, signal);
    return true;
  } catch (error) {
    if (isUkoError(error) && error.code === "UKO_CANCELLED") return false;
    throw error;
  }
}

/**
 * Without a terminal every report is a new log line, so the same wait is reported again only after
 * 1/16 of the remaining time.
 */
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

/**
 * A record that this run wrote and that no longer counts was withdrawn, voided or expired. A wait
 * never requests again.
 */
function withoutRepeatedRequests(task: Task, { taken }: RunMemory): Task {
  const hasAsked = (step: ApprovedStep): boolean =>
    taken.some((each) => each.kind === "write_record" && each.draft.step === step);
  return {
    ...task,
    plan(observation, run, nowMs) {
      const plan = task.plan(observation, run, nowMs);
      if (plan.kind !== "ready" || plan.step.kind !== "write_record" || !hasAsked(plan.step.draft.step)) return plan;
      return task.plan(observation, { ...run, intent: "resume", deactivatedHere: false }, nowMs);
    },
  };
}

/** Once the time has come, a step that the service refused as too early is tried again. */
function afterWait(memory: RunMemory, isDue: boolean): RunMemory {
  const { refusals, ...run } = memory.run;
  return isDue && refusals !== undefined ? { ...memory, run } : memory;
}

/** For people who read the log during the run. */
function sayAwaited({ record }: ApprovalWait, path: string): string {
  return record === undefined
    ? `Waiting for two people. The first one runs: uko request ${path}`
    : `Waiting for another person to act on record ${record.id}, by: uko continue ${path} --consent ${record.id}`;
}

/** Undefined if waiting cannot help. */
function awaitedBy(plan: Plan, { observation, nowMs }: KeyDetails): Awaited | undefined {
  if (plan.kind === "waitingForApproval") {
    if (!isForOthers(plan.standing)) return undefined;
    return { neededMs: Number.POSITIVE_INFINITY, what: sayAwaited(plan, keyPath(observation)) };
  }
  if (plan.kind !== "waitingForTime" || plan.awaits === "separate_run") return undefined;
  const what = plan.awaits === "cool_down" ? "Cooling down" : "Waiting for the keystores to let go of the key";
  return { neededMs: neededUntil(plan.untilMs, nowMs), what };
}

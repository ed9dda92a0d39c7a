/** Waiting inside one run, within a budget: sleeps, looks again, goes on, and stops at once when told to. */

import type { ConsequentialStep } from "../lifecycle/observation.ts";
import type { Plan } from "../lifecycle/plan.ts";
import { sayDuration } from "./explain/words.ts";
import type { CallOptions, World } from "./ports.ts";
import { type Outcome, type RunMemory, reconcile, type Task } from "./reconcile.ts";

export interface Patience {
  /** How long this run may spend waiting, in all. */
  readonly budgetMs: number;
  /** How often the key is looked at meanwhile, since anybody may act on it. */
  readonly pollIntervalMs: number;
}

/** Every look is one round; a budget of 100 days at a look every 30 s stays below this. */
const maxLooks = 300_000;
/** The service wants *more than* the 4 hours, and its clock counts seconds. */
const marginMs = 1000;

/** Carries a task on until it ends, the budget is spent, or no wait within the budget can help. */
export async function reconcileWithPatience(
  world: World,
  task: Task,
  patience: Patience,
  options: CallOptions,
): Promise<Outcome> {
  let outcome = await reconcile(world, task, options);
  let leftMs = patience.budgetMs;
  let lastLine = "";
  for (let look = 0; look < maxLooks && outcome.kind === "stopped"; look += 1) {
    const neededMs = waitNeededMs(outcome.plan, outcome.observed.nowMs);
    if (neededMs === undefined || leftMs <= 0 || (Number.isFinite(neededMs) && neededMs > leftMs)) return outcome;
    const line = waitLine(outcome.plan, neededMs);
    if (line !== lastLine) world.progress.report(line);
    lastLine = line;
    const sleepMs = Math.min(neededMs, leftMs, patience.pollIntervalMs);
    await world.clock.sleep(sleepMs, options.signal);
    leftMs -= sleepMs;
    outcome = await reconcile(
      world,
      askingOnce(task, outcome.memory),
      options,
      afterWait(outcome.memory, sleepMs >= neededMs),
    );
  }
  return outcome;
}

/** A record that this run wrote and that counts no longer was withdrawn, voided or lapsed: a wait never asks again. */
function askingOnce(task: Task, { taken }: RunMemory): Task {
  const hasAsked = (step: ConsequentialStep): boolean =>
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

/** How long until a look can find something new: infinite where only a person can tell, undefined where waiting cannot help. */
function waitNeededMs(plan: Plan, nowMs: number): number | undefined {
  if (plan.kind === "waitingForApproval") return Number.POSITIVE_INFINITY;
  if (plan.kind !== "waitingForTime" || plan.awaits === "separate_run") return undefined;
  return plan.untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, plan.untilMs - nowMs) + marginMs;
}

function waitLine(plan: Plan, neededMs: number): string {
  const left = Number.isFinite(neededMs) ? `, ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} left` : "";
  if (plan.kind === "waitingForApproval") return "Waiting for a second person";
  const isCooling = plan.kind === "waitingForTime" && plan.awaits === "cool_down";
  return isCooling ? `Cooling down${left}` : `Waiting for the keystores to let go of the key${left}`;
}

/**
 * Lets one run wait within its wait budget, the time that it may spend waiting (`UKO_WAIT`, or else the timeout of the
 * resource). The run sleeps, reads again and continues, until no wait helps or the budget is spent. It does not begin a
 * wait that is known to be longer than the rest of the budget. Then it ends and says what it waits for. A canceled wait
 * ends in the same way. By default the budget is zero.
 */

import { onCodes } from "../../errors.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { runnable } from "../text/own-commands.ts";
import { sayDuration } from "../text/words.ts";
import { converge, type Deletable, type KindTypes, type OpenWait, type Outcome } from "./converge.ts";

export interface WaitBudget<Waiting = unknown> {
  /** How long this run may spend waiting, in total. */
  readonly budgetMs: number;
  /** How often the object is read during a wait, because anyone may act on it meanwhile. */
  readonly pollIntervalMs?: number;
  /** Called once, before the first wait that is longer than 15 minutes. */
  readonly beforeLongWait?: (neededMs: number) => void;
  /** Called once, before the first wait. */
  readonly beforeWait?: (outcome: Waiting) => Promise<void>;
  /** How the reader's machine starts the commands of `uko` if `uko` is not on PATH there. */
  readonly program?: string | undefined;
}

const usualPollIntervalMs = 30_000;
/** A budget of 100 days with a read every 30 s stays below this limit. */
const maxPolls = 300_000;
/** Added to each wait, because the service requires *more than* the 4 hours, and its clock counts whole seconds. */
const marginMs = 1000;
const longWaitMs = 15 * 60_000;

/** Continues after each wait until no wait helps, the budget is spent, or the signal aborts. */
export async function convergeAndWait<K extends KindTypes>(
  world: World,
  kind: Deletable<K>,
  task: K["task"],
  { budgetMs, pollIntervalMs = usualPollIntervalMs, beforeLongWait, beforeWait, program }: WaitBudget<Outcome<K>>,
  options: CallOptions,
): Promise<Outcome<K>> {
  let outcome = await converge(world, kind, task, options);
  let leftMs = budgetMs;
  const report = reporter(world, program);
  for (let poll = 0; poll < maxPolls; poll += 1) {
    if (!("observed" in outcome) || leftMs <= 0) return outcome;
    const wait = kind.openWait(outcome, outcome.observed);
    if (wait === undefined) return outcome;
    const { neededMs } = wait;
    if (Number.isFinite(neededMs) && neededMs > leftMs) return outcome;
    report(wait);
    if (poll === 0) await beforeWait?.(outcome);
    if (poll === 0 && Math.min(neededMs, leftMs) > longWaitMs) beforeLongWait?.(Math.min(neededMs, leftMs));
    const sleepMs = Math.min(neededMs, leftMs, pollIntervalMs);
    const sleep = world.clock.sleep(sleepMs, options.signal).then(() => true);
    // A canceled wait ends like one whose budget is spent.
    if (!(await sleep.catch(onCodes(["UKO_CANCELED"], () => false)))) return outcome;
    leftMs -= sleepMs;
    const { memory, lostCall } = outcome;
    outcome = await converge(world, kind, task, options, { memory, lostCall, isDue: sleepMs >= neededMs });
  }
  return outcome;
}

/** How long until the service's time has certainly passed `untilMs`. */
export function neededUntil(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, untilMs - nowMs) + marginMs;
}

/** Each report is a log line: the same wait is reported again after 1/16 of the remaining time. */
function reporter({ progress }: World, program: string | undefined): (wait: OpenWait) => void {
  let reported: Pick<OpenWait, "what" | "neededMs"> | undefined;
  return (wait) => {
    const { neededMs, command } = wait;
    const what = command === undefined ? wait.what : `${wait.what}: ${runnable(command, program)}`;
    const againAfterMs = Math.max(60_000, (reported?.neededMs ?? 0) / 16);
    if (reported?.what === what && !(reported.neededMs - neededMs >= againAfterMs)) return;
    reported = { what, neededMs };
    const left = Number.isFinite(neededMs) ? `, ${sayDuration(Math.ceil(neededMs / 60_000) * 60_000)} left` : "";
    progress.report(`${what}${left}`);
  };
}

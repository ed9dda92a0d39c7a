/**
 * Runs the loop of every deletion: read, plan, act or wait, and again, until the plan has no next step and no wait
 * helps. Requests, approvals, withdrawals, reactivations and syncs run in it, too. Each step is planned from what the
 * service shows, so a later run can continue safely after an interruption: nothing passes from one run to the next.
 *
 * For a managed key, a response may replace the next read (`planAfterStep`). After a lost response, the loop reads
 * before it sends anything again, because the step may have happened. An accepted deletion counts only once a read shows
 * it. The loop asks the person at a terminal before a step that needs it, and writes the evidence of each step.
 *
 * By default a run does not wait. Within its wait budget (`UKO_WAIT`, or the timeout of a resource) it sleeps, reads
 * again and continues. It does not begin a wait that is known to be longer than the rest of the budget. A canceled wait
 * ends like one whose budget is spent.
 */

import { onCodes } from "../../errors.ts";
import type { Actor } from "../../lifecycle/vocabulary/observation.ts";
import { type DecisionRead, endDecision } from "../../lifecycle/vocabulary/permit.ts";
import { type StepTaken, withStep } from "../../lifecycle/vocabulary/steps-taken.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { runnable } from "../text/own-commands.ts";
import { sayDuration } from "../text/words.ts";
import type {
  Deletable,
  Earlier,
  KindTypes,
  LostCall,
  Next,
  OpenWait,
  Outcome,
  ReadResult,
  Round,
  TakenStep,
} from "./deletable.ts";
import { appendEvidence, type ReportedResult, type StepEvidence } from "./evidence.ts";
import {
  changedRepeatedly,
  decisionsExpired,
  maxExpired,
  notConfirmed,
  notDeleted,
  responsesLost,
  stoppedInFlight,
  throwIfStopped,
} from "./faults.ts";
import { createSettler, type Settler } from "./settle.ts";

/** How long one run may wait, and whom it tells. */
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

/** Takes every step that is possible now, and continues after each wait. Throws for faults only; waits are outcomes. */
export async function converge<K extends KindTypes>(
  world: World,
  kind: Deletable<K>,
  task: K["task"],
  options: CallOptions,
  budget: WaitBudget<Outcome<K>> = { budgetMs: 0 },
): Promise<Outcome<K>> {
  const loop: Loop<K> = { world, kind, task, options };
  const wait = createWait(loop, budget);
  let run = await begin(loop);
  try {
    while (run.rounds < kind.maxRounds) {
      run.rounds += 1;
      throwIfStopped(options.signal, run.pending && stoppedInFlight(kind, task, run.pending));
      const planned = await readAndPlan(loop, run);
      if (planned === undefined) return { kind: "gone", memory: run.memory };
      const { observed, next } = planned;
      if ("stop" in next) {
        const outcome: Outcome<K> = { ...next.stop, observed, memory: run.memory };
        // No permit is kept over a wait.
        endDecision(run.decision);
        const waited = await wait(outcome, next.stop, observed);
        if (waited === undefined) return outcome;
        run = await begin(loop, run, waited);
        continue;
      }
      requireEffect(loop, run);
      if (!(await mayActNow(loop, run, { observed, next }))) continue;
      const stop = await act(loop, run, { observed, next });
      if (stop !== undefined) return { ...stop, observed, memory: run.memory };
    }
  } finally {
    endDecision(run.decision);
  }
  throw changedRepeatedly(kind.name(task));
}

interface Loop<K extends KindTypes> {
  readonly world: World;
  readonly kind: Deletable<K>;
  readonly task: K["task"];
  readonly options: CallOptions;
}

/** What the loop knows between its rounds. After a wait it begins again, except for the memory and a lost call. */
interface Progress<K extends KindTypes> {
  readonly actor: Actor;
  readonly settler: Settler;
  memory: K["memory"];
  rounds: number;
  /** Whether this run has read the object before. */
  wasSeen: boolean;
  /** The latest read. Only from it may a step follow. */
  decision: DecisionRead | undefined;
  /** The step of the last round, whose response may replace the next read. */
  taken: TakenStep<K> | undefined;
  /** A call whose effect is still open. It may still take effect, also during a wait. */
  pending: LostCall<K> | undefined;
  lost: { readonly count: number; readonly reason: string };
  expired: number;
  /** The kind of step that the person at the terminal has confirmed. */
  confirmed: string | undefined;
}

/** The step that comes next, and the read on which it depends. */
interface Ready<K extends KindTypes> {
  readonly observed: K["seen"];
  readonly next: Exclude<Next<K>, { readonly stop: unknown }>;
}

/** Identifies the caller by the very token that a step would send. */
async function begin<K extends KindTypes>(
  { world, kind, task, options }: Loop<K>,
  before?: Progress<K>,
  waited?: Waited,
): Promise<Progress<K>> {
  const actor = await world.session.actor(options);
  const earlier: Earlier<K["memory"]> | undefined = before && waited && { memory: before.memory, ...waited };
  return {
    actor,
    settler: createSettler(world, kind.name(task), options),
    memory: kind.start(task, actor, earlier),
    rounds: 0,
    wasSeen: false,
    decision: undefined,
    taken: undefined,
    pending: before?.pending,
    lost: { count: 0, reason: "" },
    expired: 0,
    confirmed: undefined,
  };
}

/** Reads the object and plans. Undefined if the object is gone. */
async function readAndPlan<K extends KindTypes>(loop: Loop<K>, run: Progress<K>): Promise<Round<K> | undefined> {
  const { kind, task } = loop;
  const brief = run.taken && kind.planAfterStep?.(run.taken, run.memory);
  run.taken = undefined;
  if (brief !== undefined) return brief;
  const observed = await read(loop, run);
  if (run.pending !== undefined) await learnEffect(loop, run, run.pending, observed);
  run.wasSeen = true;
  return observed.kind === "gone" ? undefined : { observed, next: kind.plan(task, observed, run.memory) };
}

/** A step follows only from the latest read, so each read ends the one before it. */
async function read<K extends KindTypes>(
  { world, kind, task, options }: Loop<K>,
  run: Progress<K>,
): Promise<ReadResult<K["seen"]>> {
  endDecision(run.decision);
  const observed = await kind.observe(world, task, run.wasSeen, options);
  run.decision = observed.kind === "gone" ? undefined : observed.observation.decision;
  return observed;
}

/** Notes the effect of a call whose response was lost, or of an accepted deletion, as far as the read shows it. */
async function learnEffect<K extends KindTypes>(
  { kind }: Loop<K>,
  run: Progress<K>,
  { step, context, accepted }: LostCall<K>,
  observed: ReadResult<K["seen"]>,
): Promise<void> {
  const found = kind.effectOf(step, context, observed);
  if (found === "none") return;
  // An effect of a deletion that the service accepted from this run needs no other proof of its author.
  if (found === "in_doubt" && accepted === undefined) {
    run.memory = addStep<K>(run.memory, { step, isInDoubt: true });
  } else {
    const result = accepted ?? { correlationId: "" };
    await appendStepEvidence(kind, step, "after", context, result);
    const learned = kind.remember(step, { kind: "done", ...result }, { ...context, memory: run.memory });
    run.memory = addStep<K>(learned.memory, { step });
  }
  run.pending = undefined;
  run.lost = { count: 0, reason: "" };
}

/**
 * The most calls in a row without a response or an effect. After them, the connection is at fault, which no plan can
 * handle.
 */
const maxLostResponses = 3;

/** Throws if the read shows that none of the last calls had an effect so far. */
function requireEffect<K extends KindTypes>({ kind, task }: Loop<K>, { lost, pending }: Progress<K>): void {
  if (lost.count <= maxLostResponses) return;
  throw pending?.accepted === undefined ? responsesLost(kind.name(task), lost.reason) : notDeleted(kind.name(task));
}

/**
 * Whether the step may be taken on this read. It may not right after another write, or after a question, whose answer
 * may have taken hours: then the run reads and plans again.
 */
async function mayActNow<K extends KindTypes>(
  { kind, task, options }: Loop<K>,
  run: Progress<K>,
  { observed, next: { step } }: Ready<K>,
): Promise<boolean> {
  const reading = kind.readingToSettle?.(step, observed);
  if (reading !== undefined && !(await run.settler.isSettled(reading))) return false;
  const question = run.confirmed === step.kind ? undefined : kind.question?.(step, observed);
  if (options.confirm === undefined || question === undefined) return true;
  if (!(await options.confirm(question, step.kind))) throw notConfirmed(kind.name(task), step.kind);
  run.confirmed = step.kind;
  return false;
}

/** Takes the step, which is one call, with its evidence. Returns why the run ends, if it does. */
async function act<K extends KindTypes>(
  { world, kind, task, options }: Loop<K>,
  run: Progress<K>,
  { observed, next }: Ready<K>,
): Promise<K["stop"] | undefined> {
  const { actor, memory } = run;
  const context = { world, task, observed, actor, memory, options };
  world.progress.report(kind.progress(next.step, observed));
  const begun = await appendStepEvidence(kind, next.step, "before", context);
  const response = await kind.take(next.step, context, next.permit);
  // An earlier call whose response was lost may still have taken this step.
  if (hasNoEffect(response) && run.pending === undefined) await noteNoEffect(begun, context);
  if (response.kind === "expired") {
    run.expired += 1;
    if (run.expired > maxExpired) throw decisionsExpired(kind.name(task));
    // Nothing was sent, so the round does not count.
    run.rounds -= 1;
    return undefined;
  }
  const accepted = response.kind === "done" && response.isDeletion === true ? response : undefined;
  const result = accepted === undefined ? response : ({ kind: "lost", reason: "" } as const);
  const step = result.kind === "done" ? (result.as ?? next.step) : next.step;
  if (result.kind === "done") {
    await appendStepEvidence(kind, step, "after", context, result);
    if (run.pending?.step.kind === step.kind) run.pending = undefined;
  }
  if (result.kind !== "stale") run.settler.afterOwnWrite();
  const learned = kind.remember(step, result, context);
  run.memory = result.kind === "done" ? addStep<K>(learned.memory, { step }) : learned.memory;
  if (learned.stop !== undefined) return learned.stop;
  // A call whose effect is still open requires a whole read.
  if (result.kind === "done" && run.pending === undefined) run.taken = { step, result, context };
  if (result.kind === "lost") {
    run.pending = { step, context, ...(accepted !== undefined && { accepted }) };
    run.lost = { count: run.lost.count + 1, reason: result.reason };
  }
  return undefined;
}

function addStep<K extends KindTypes>(memory: K["memory"], taken: StepTaken<K["step"]>): K["memory"] {
  return { ...memory, run: withStep<unknown, K["memory"]["run"]>(memory.run, taken) };
}

/** Whether it is certain that the call changed nothing. */
function hasNoEffect({ kind }: { readonly kind: string }): boolean {
  return kind === "stale" || kind === "refused" || kind === "forbidden" || kind === "expired";
}

/**
 * Writes that the step had no effect. Otherwise a certificate could take what the person does with another tool a minute
 * later for this step, with its approval. Where the line cannot be written, the run goes on.
 */
async function noteNoEffect<K extends KindTypes>(
  begun: StepEvidence | undefined,
  { world, actor, observed }: LostCall<K>["context"],
): Promise<void> {
  // The state says nothing about a step that does not change it, such as the opening of a window.
  if (begun === undefined || begun.from === begun.to) return;
  const facts = { ...begun, to: begun.from, details: { keystores: begun.details.keystores } };
  const call = { phase: "settled", actor, nowMs: observed.nowMs, correlationId: "" } as const;
  await appendEvidence(world, facts, call).catch(onCodes(["UKO_EVIDENCE_UNWRITABLE"], () => {}));
}

/** Returns the line. Throws UKO_EVIDENCE_UNWRITABLE; in phase `before` the step has then not been taken. */
async function appendStepEvidence<K extends KindTypes>(
  kind: Deletable<K>,
  step: K["step"],
  phase: "before" | "after",
  context: LostCall<K>["context"],
  result: ReportedResult = { correlationId: "" },
): Promise<StepEvidence | undefined> {
  const { world, actor, observed } = context;
  const facts = kind.evidence(step, phase, context);
  if (facts !== undefined) await appendEvidence(world, facts, { phase, actor, nowMs: observed.nowMs, ...result });
  return facts;
}

const usualPollIntervalMs = 30_000;
/** A budget of 100 days with a read every 30 s stays below this limit. */
const maxPolls = 300_000;
/** Added to each wait, because the service requires *more than* the 4 hours, and its clock counts whole seconds. */
const marginMs = 1000;
const longWaitMs = 15 * 60_000;

/** Whether the expected time has passed. */
type Waited = Pick<Earlier<unknown>, "isDue">;

/**
 * Makes the waits of one run. A wait returns undefined if no wait helps, the budget is spent, or the signal aborts.
 */
function createWait<K extends KindTypes>(
  { world, kind, options }: Loop<K>,
  { budgetMs, pollIntervalMs = usualPollIntervalMs, beforeLongWait, beforeWait, program }: WaitBudget<Outcome<K>>,
): (outcome: Outcome<K>, stop: K["stop"], observed: K["seen"]) => Promise<Waited | undefined> {
  let leftMs = budgetMs;
  let polls = 0;
  const report = reporter(world, program);
  return async (outcome, stop, observed) => {
    const wait = leftMs > 0 && polls < maxPolls ? kind.openWait(stop, observed) : undefined;
    if (wait === undefined) return undefined;
    const { neededMs } = wait;
    if (Number.isFinite(neededMs) && neededMs > leftMs) return undefined;
    report(wait);
    if (polls === 0) await beforeWait?.(outcome);
    if (polls === 0 && Math.min(neededMs, leftMs) > longWaitMs) beforeLongWait?.(Math.min(neededMs, leftMs));
    polls += 1;
    const sleepMs = Math.min(neededMs, leftMs, pollIntervalMs);
    const sleep = world.clock.sleep(sleepMs, options.signal).then(() => true);
    if (!(await sleep.catch(onCodes(["UKO_CANCELED"], () => false)))) return undefined;
    leftMs -= sleepMs;
    return { isDue: sleepMs >= neededMs };
  };
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

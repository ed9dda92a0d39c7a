/**
 * Runs the loop of every deletion: read, plan, take one step, and repeat until the plan has no next step. Requests,
 * withdrawals, reactivations and syncs run in it, too. Each step is planned from what the service shows, so a later
 * run can continue safely after an interruption. For a managed key, a response may replace the next read
 * (`planAfterStep`). After a lost response, the loop reads before it sends anything again, because the step may have
 * happened. An accepted deletion counts only once a read shows it. The loop asks the person at a terminal before a
 * step that needs it, and writes the evidence of each step. It has a maximum number of rounds. Only a wait within a
 * run keeps its memory (`earlier`): nothing passes from one run to the next.
 */

import { UkoError } from "../../errors.ts";
import type { Reading } from "../../lifecycle/key/settling.ts";
import type { Actor } from "../../lifecycle/vocabulary/observation.ts";
import { type DecisionRead, endDecision, type Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { capital } from "../text/words.ts";
import { appendEvidence, type EvidenceFacts, type ReportedResult } from "./evidence.ts";
import { createSettler } from "./settle.ts";

/** The types of one kind of object. */
export interface KindTypes {
  /** The object, and a pure planner with its policy already bound. */
  readonly task: unknown;
  /** The object as one read shows it, with the service's time at this read. */
  readonly seen: {
    readonly nowMs: number;
    readonly observation: { readonly decision?: DecisionRead | undefined };
  };
  /** One call. */
  readonly step: { readonly kind: string };
  /** Why a run ended while the object still exists. */
  readonly stop: object;
  /** What the planner needs to know of this run, and the changes that the run made, in order. */
  readonly memory: { readonly taken: readonly unknown[] };
}

export type ReadResult<Seen> = ({ readonly kind: "present" } & Seen) | { readonly kind: "gone" };

/** The memory of a run that has waited. `isDue` is true once the expected time has passed. */
export interface Earlier<Memory> {
  readonly memory: Memory;
  readonly isDue: boolean;
}

/** A state that only waiting can change. */
export interface OpenWait {
  /** Infinite if only a person can end the wait, or if its end is unknown. */
  readonly neededMs: number;
  /** A clause for people, such as "Cooling down". */
  readonly what: string;
  /** The command of `uko` that ends the wait; the clause ends in "run". */
  readonly command?: string;
}

/** One step, with everything that it is based on. */
export interface StepContext<K extends KindTypes> {
  readonly world: World;
  readonly task: K["task"];
  readonly observed: K["seen"];
  readonly actor: Actor;
  readonly memory: K["memory"];
  readonly options: CallOptions;
}

/** The result of a step. `stale` and `lost` both mean: read again and plan again. */
export type StepResult<Seen = never, Step = never> =
  /**
   * `isDeletion`: only a read proves the effect, because a service, or a gateway in front of it, can accept a DELETE
   * that has none. `shown`: the object as the response, or the read back, shows it. `as`: the step as it was taken in
   * the end, such as a record with a later time.
   */
  | ({
      readonly kind: "done";
      readonly isDeletion?: true;
      readonly shown?: Seen;
      readonly as?: Step;
    } & ReportedResult)
  | { readonly kind: "stale" }
  | { readonly kind: "lost"; readonly reason: string }
  | { readonly kind: "refused"; readonly status: number; readonly message: string }
  | { readonly kind: "forbidden"; readonly message: string }
  /** The service did not keep the write. `isFinal`: another place for the same text may not be tried either. */
  | { readonly kind: "not_kept"; readonly message: string; readonly isFinal?: true };

/** A step that this run has just taken. */
export interface TakenStep<K extends KindTypes> {
  readonly step: K["step"];
  readonly result: Extract<StepResult<K["seen"], K["step"]>, { kind: "done" }>;
  /** What the step was based on. */
  readonly context: StepContext<K>;
}

/** The next step with its permit if it takes one, or why there is none. */
export type Next<K extends KindTypes> =
  | { readonly step: K["step"]; readonly permit?: Permit | undefined }
  | { readonly stop: K["stop"] };

export interface Planned<K extends KindTypes> {
  readonly observed: K["seen"];
  readonly next: Next<K>;
}

/**
 * The effect of a call whose response was lost, as far as the next read shows it. `by_us`: this run
 * caused it. `in_doubt`: the object has reached the step's target, but perhaps by another writer.
 * After `none` the call may still be on its way, so later reads ask again.
 */
export type Effect = "by_us" | "in_doubt" | "none";

/** Everything that the loop needs to know about one kind of object. */
export interface Deletable<K extends KindTypes> {
  /** The maximum number of rounds: the usual steps, and repetitions after other writers and lost responses. */
  readonly maxRounds: number;
  /** The name of the object, such as `key 5c1e…`, for errors of the loop itself. */
  name(task: K["task"]): string;
  /** The command that shows what became of the object. */
  check(task: K["task"]): string;
  /** The memory of a run that begins, or that continues after a wait. */
  start(task: K["task"], actor: Actor, earlier?: Earlier<K["memory"]>): K["memory"];
  /** Returns `gone` only if that is proven; `wasSeen` means that this run read the object before. */
  observe(world: World, task: K["task"], wasSeen: boolean, options: CallOptions): Promise<ReadResult<K["seen"]>>;
  /** The next step, or why there is none. */
  plan(task: K["task"], observed: K["seen"], memory: K["memory"]): Next<K>;
  /** The read that has to be settled before this step; undefined if the step need not wait. */
  readingToSettle?(step: K["step"], observed: K["seen"]): Reading | undefined;
  /** The line that reports the step while it is taken. */
  progress(step: K["step"], observed: K["seen"]): string;
  /** What a person at a terminal confirms before this step; undefined if the step needs no question. */
  question?(step: K["step"], observed: K["seen"]): string | undefined;
  /** `permit` is not part of the context, because the context outlives the step. `expired`: nothing was sent. */
  take(
    step: K["step"],
    context: StepContext<K>,
    permit: Permit | undefined,
  ): Promise<StepResult<K["seen"], K["step"]> | { readonly kind: "expired" }>;
  /**
   * The plan right after a step, from less than a whole read; undefined if the run has to read
   * everything again. Absent if this kind always reads.
   */
  planAfterStep?(taken: TakenStep<K>, memory: K["memory"]): Planned<K> | undefined;
  /** The effect of a step whose response was lost. */
  effectOf(step: K["step"], context: StepContext<K>, after: ReadResult<K["seen"]>): Effect;
  /**
   * The memory after the result of a step. With `stop` the run ends. A step in doubt counts for the planner, but not as
   * taken.
   */
  remember(
    step: K["step"],
    result: StepResult<K["seen"], K["step"]> | { readonly kind: "in_doubt" },
    context: StepContext<K>,
  ): { readonly memory: K["memory"]; readonly stop?: K["stop"] };
  /** The evidence of the step; undefined if this phase leaves no entry. */
  evidence(step: K["step"], phase: "before" | "after", context: StepContext<K>): EvidenceFacts | undefined;
  /** What the run can wait for; undefined if no wait can help. */
  openWait(stop: K["stop"], observed: K["seen"]): OpenWait | undefined;
}

/** A call whose response was lost, or a deletion, as long as no read has shown its effect. */
interface LostCall<K extends KindTypes> {
  readonly step: K["step"];
  readonly context: StepContext<K>;
  /** The service accepted the deletion. */
  readonly accepted?: ReportedResult;
}

/** The result of a run. */
export type Outcome<K extends KindTypes> =
  | { readonly kind: "gone"; readonly memory: K["memory"] }
  | (K["stop"] & {
      readonly observed: K["seen"];
      readonly memory: K["memory"];
      /** The call may still take effect, also during a wait. */
      readonly lostCall?: LostCall<K> | undefined;
    });

/**
 * The most calls in a row without a response or an effect. After them, the connection is at fault, which no plan can
 * handle.
 */
const maxLostResponses = 3;

/** The most decisions of one run that were too old to send their call (permit.ts). They do not count as rounds. */
const maxExpired = 5;

/** Takes every step that is possible now. Throws for faults only; waits are outcomes. */
export async function converge<K extends KindTypes>(
  world: World,
  kind: Deletable<K>,
  task: K["task"],
  options: CallOptions,
  earlier?: EarlierRun<K>,
): Promise<Outcome<K>> {
  let decision: DecisionRead | undefined;
  // A step follows only from the latest read, and none from a read before a wait.
  const observe: typeof kind.observe = async (...read) => {
    endDecision(decision);
    const observed = await kind.observe(...read);
    decision = observed.kind === "gone" ? undefined : observed.observation.decision;
    return observed;
  };
  try {
    return await takeSteps(world, { ...kind, observe }, task, options, earlier);
  } finally {
    endDecision(decision);
  }
}

type EarlierRun<K extends KindTypes> = Earlier<K["memory"]> & { readonly lostCall?: LostCall<K> | undefined };

async function takeSteps<K extends KindTypes>(
  world: World,
  kind: Deletable<K>,
  task: K["task"],
  options: CallOptions,
  earlier: EarlierRun<K> | undefined,
): Promise<Outcome<K>> {
  const actor = await world.session.actor(options);
  const count = (mem: K["memory"], step: K["step"]): K["memory"] => ({ ...mem, taken: [...mem.taken, step] });
  const settler = createSettler(world, kind.name(task), options);
  let memory = kind.start(task, actor, earlier);
  let wasSeen = false;
  let pending = earlier?.lostCall;
  const lost = { count: 0, reason: "" };
  let expired = 0;
  let confirmed: string | undefined;
  let taken: TakenStep<K> | undefined;
  const readAndPlan = async (): Promise<Planned<K> | undefined> => {
    const observed = await kind.observe(world, task, wasSeen, options);
    if (pending !== undefined) {
      const { step, accepted } = pending;
      const context = { ...pending.context, memory };
      const found = kind.effectOf(step, pending.context, observed);
      // An effect of a deletion that the service accepted from this run needs no other proof of its author.
      const effect = accepted !== undefined && found === "in_doubt" ? "by_us" : found;
      if (effect === "in_doubt") memory = kind.remember(step, { kind: "in_doubt" }, context).memory;
      if (effect === "by_us") {
        const result = accepted ?? { correlationId: "" };
        await appendStepEvidence(kind, step, "after", pending.context, result);
        memory = count(kind.remember(step, { kind: "done", ...result }, context).memory, step);
      }
      if (effect !== "none") {
        pending = undefined;
        lost.count = 0;
      }
    }
    wasSeen = true;
    return observed.kind === "gone" ? undefined : { observed, next: kind.plan(task, observed, memory) };
  };

  for (let round = 0; round < kind.maxRounds; round += 1) {
    throwIfStopped(options.signal, pending && stoppedInFlight(kind, task, pending));
    const brief = taken && kind.planAfterStep?.(taken, memory);
    taken = undefined;
    const planned = brief ?? (await readAndPlan());
    if (planned === undefined) return { kind: "gone", memory };
    const { observed, next } = planned;
    if ("stop" in next) return { ...next.stop, observed, memory, lostCall: pending };
    // The read shows that the last of these calls had no effect so far.
    if (lost.count > maxLostResponses) {
      throw pending?.accepted === undefined ? responsesLost(kind.name(task), lost.reason) : notDeleted(kind.name(task));
    }
    let { step } = next;
    const reading = kind.readingToSettle?.(step, observed);
    if (reading !== undefined && !(await settler.isSettled(reading))) continue;
    const question = confirmed === step.kind ? undefined : kind.question?.(step, observed);
    if (options.confirm !== undefined && question !== undefined) {
      if (!(await options.confirm(question, step.kind))) throw notConfirmed(kind.name(task), step.kind);
      // The answer may have taken hours, so the step is planned again from a new read.
      confirmed = step.kind;
      continue;
    }
    const context = { world, task, observed, actor, memory, options };
    world.progress.report(kind.progress(step, observed));
    await appendStepEvidence(kind, step, "before", context);
    const response = await kind.take(step, context, next.permit);
    if (response.kind === "expired") {
      expired += 1;
      if (expired > maxExpired) throw decisionsExpired(kind.name(task));
      round -= 1;
      continue;
    }
    const accepted = response.kind === "done" && response.isDeletion === true ? response : undefined;
    const result = accepted === undefined ? response : ({ kind: "lost", reason: "" } as const);
    if (result.kind === "done") {
      step = result.as ?? step;
      await appendStepEvidence(kind, step, "after", context, result);
      if (pending?.step.kind === step.kind) pending = undefined;
    }
    if (result.kind !== "stale") settler.afterOwnWrite();
    const learned = kind.remember(step, result, context);
    memory = result.kind === "done" ? count(learned.memory, step) : learned.memory;
    if (learned.stop !== undefined) return { ...learned.stop, observed, memory };
    // A call whose effect is still open requires a whole read.
    if (result.kind === "done" && pending === undefined) taken = { step, result, context };
    if (result.kind === "lost") {
      pending = { step, context, ...(accepted !== undefined && { accepted }) };
      lost.count += 1;
      lost.reason = result.reason;
    }
  }
  throw changedRepeatedly(kind.name(task));
}

/** Throws UKO_EVIDENCE_UNWRITABLE; in phase `before` the step has then not been taken. */
async function appendStepEvidence<K extends KindTypes>(
  kind: Deletable<K>,
  step: K["step"],
  phase: "before" | "after",
  context: StepContext<K>,
  result: ReportedResult = { correlationId: "" },
): Promise<void> {
  const { world, actor, observed } = context;
  const facts = kind.evidence(step, phase, context);
  if (facts !== undefined) await appendEvidence(world, facts, { phase, actor, nowMs: observed.nowMs, ...result });
}

/** Stops a canceled run. No step is left half done, because every step is one call. */
export function throwIfStopped(signal: AbortSignal, inFlight?: UkoError): void {
  if (!signal.aborted) return;
  throw inFlight ?? new UkoError("UKO_CANCELED", { detail: "Completed steps stay in effect. Run again to continue." });
}

/**
 * The error of a run that was stopped during a call. The run does not wait for the response, so the person has to know
 * which change may still take effect.
 */
function stoppedInFlight<K extends KindTypes>(
  kind: Deletable<K>,
  task: K["task"],
  { step, context }: LostCall<K>,
): UkoError {
  return new UkoError("UKO_CANCELED", {
    summary: "The run was stopped before the service responded to a change",
    detail: [
      `${kind.progress(step, context.observed)}: the call was sent, and can still take effect.`,
      "Earlier steps stay in effect.",
      "Next: show what became of it:",
      `  ${kind.check(task)}`,
    ].join("\n"),
  });
}

function changedRepeatedly(name: string): UkoError {
  return new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `${capital(name)} changed repeatedly during the run`,
    detail:
      "Another writer keeps changing it. Completed steps stay in effect. Run again when the other writer has finished.",
  });
}

function notConfirmed(name: string, step: string): UkoError {
  return new UkoError("UKO_CANCELED", {
    summary: `The step ${step} of ${name} was not confirmed`,
    detail: "Completed steps stay in effect. Run the same command again to continue.",
  });
}

function notDeleted(name: string): UkoError {
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `The service accepted the deletion of ${name}, but still shows it`,
    detail: "The object counts as not deleted. Earlier steps stay in effect.\nNext: run the same command again.",
  });
}

function decisionsExpired(name: string): UkoError {
  return new UkoError("UKO_DEADLINE", {
    summary: `KMS was too slow for a step of ${name}`,
    detail: [
      `KMS does not refuse a step if the key has changed since the read. So uko sends it within 10 s, and missed that ${maxExpired + 1} times.`,
      "The step was not taken. Earlier steps stay in effect.",
      "Next: run the same command again later.",
    ].join("\n"),
  });
}

function responsesLost(name: string, reason: string): UkoError {
  return new UkoError("UKO_RESPONSE_LOST", {
    summary: `No response from the service about ${name}: ${reason}`,
    detail:
      "A read after the last call shows no effect of it. Earlier steps stay in effect. Run the same command again.",
  });
}

/**
 * Defines what the loop of every deletion (converge.ts) needs to know about one kind of object, such as managed keys:
 * how to read it, plan, take a step, and learn from the result. A kind is data and pure functions, apart from its reads
 * and calls. So a correction to lost responses, cancellation or evidence is made once, in the loop.
 */

import type { Reading } from "../../lifecycle/key/settling.ts";
import type { Actor } from "../../lifecycle/vocabulary/observation.ts";
import type { DecisionRead, Permit } from "../../lifecycle/vocabulary/permit.ts";
import type { StepsTaken } from "../../lifecycle/vocabulary/steps-taken.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { ReportedResult, StepEvidence } from "./evidence.ts";

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
  /** What the planner needs to know of this run, with the steps that the run took. */
  readonly memory: { readonly run: StepsTaken<unknown> };
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

export interface TakenStep<K extends KindTypes> {
  readonly step: K["step"];
  readonly result: Extract<StepResult<K["seen"], K["step"]>, { kind: "done" }>;
  readonly context: StepContext<K>;
}

/** The next step with its permit if it takes one, or why there is none. */
export type Next<K extends KindTypes> =
  | { readonly step: K["step"]; readonly permit?: Permit | undefined }
  | { readonly stop: K["stop"] };

/** One round of the loop: what it read, and what follows. */
export interface Round<K extends KindTypes> {
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
  planAfterStep?(taken: TakenStep<K>, memory: K["memory"]): Round<K> | undefined;
  /** The effect of a step whose response was lost. */
  effectOf(step: K["step"], context: StepContext<K>, after: ReadResult<K["seen"]>): Effect;
  /** The memory after the result of a step, which the loop then adds to the steps taken. With `stop` the run ends. */
  remember(
    step: K["step"],
    result: StepResult<K["seen"], K["step"]>,
    context: StepContext<K>,
  ): { readonly memory: K["memory"]; readonly stop?: K["stop"] };
  /** The evidence of the step; undefined if this phase leaves no entry. */
  evidence(step: K["step"], phase: "before" | "after", context: StepContext<K>): StepEvidence | undefined;
  /** What the run can wait for; undefined if no wait can help. */
  openWait(stop: K["stop"], observed: K["seen"]): OpenWait | undefined;
}

/** A call whose response was lost, or a deletion, as long as no read has shown its effect. */
export interface LostCall<K extends KindTypes> {
  readonly step: K["step"];
  readonly context: StepContext<K>;
  /** The service accepted the deletion. */
  readonly accepted?: ReportedResult;
}

/** The result of a run. */
export type Outcome<K extends KindTypes> =
  | { readonly kind: "gone"; readonly memory: K["memory"] }
  | (K["stop"] & { readonly observed: K["seen"]; readonly memory: K["memory"] });

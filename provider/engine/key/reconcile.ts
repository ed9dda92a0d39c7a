/**
 * The reconcile loop of a managed key: read, plan, take one step, and repeat until the plan is not
 * `ready`. The loop is bounded and keeps no memory between runs.
 */

import { UkoError } from "../../errors.ts";
import { type NotBinding, standingOf } from "../../lifecycle/consent-record.ts";
import type { KeyObservation } from "../../lifecycle/observation.ts";
import type { Plan, Run, Step } from "../../lifecycle/plan.ts";
import { carriedId } from "../../lifecycle/plan-reversal.ts";
import { throwIfStopped } from "../converge.ts";
import { recordEvidence } from "../evidence.ts";
import {
  answerLost,
  etagRefused,
  inferEffect,
  maxLostAnswers,
  maxRefusedEtags,
  type PendingCall,
} from "../lost-answer.ts";
import type { CallOptions, KeyRef, World } from "../ports.ts";
import { createSettler, readingOf } from "../settle.ts";
import { describeStep } from "../words.ts";
import { type KeyDetails, type KeyReadResult, observeKey } from "./observe.ts";
import type { RecordLocation, StepContext } from "./step-context.ts";
import { requireFit, runStep, type StepResult } from "./steps.ts";

/** The task of one run for one key. `plan` is a pure planner with its policy already bound. */
export interface Task {
  readonly ref: KeyRef;
  readonly plan: (observation: KeyObservation, run: Run, nowMs: number) => Plan;
  readonly consents: readonly string[];
  readonly intent: Run["intent"];
}

/** What this run has done to the key so far. A run that waits and then continues passes it on. */
export interface RunMemory {
  readonly run: Run;
  readonly taken: readonly Step[];
  readonly carrier?: RecordLocation;
  /**
   * Why the record that this run replaced did not count. People who relied on that record must be
   * told.
   */
  readonly replaced?: NotBinding;
}

/** The result of a run. `memory.taken` lists the changes that the run made, in order. */
export type Outcome = { readonly memory: RunMemory } & (
  | { readonly kind: "gone" }
  | { readonly kind: "stopped"; readonly plan: Exclude<Plan, { kind: "ready" }>; readonly observed: KeyDetails }
  | { readonly kind: "rights_missing"; readonly step: Step; readonly message: string; readonly observed: KeyDetails }
  | { readonly kind: "record_not_kept"; readonly message: string; readonly observed: KeyDetails }
);

/**
 * Steps that depend on the record and marker on the key, or replace them. Another write in the same
 * second as the last one could be hidden, so these steps wait first.
 */
const stepsThatSettle: readonly Step["kind"][] = [
  "write_record",
  "drop_record",
  "loosen",
  "deactivate",
  "destroy",
  "sync",
];
/** The longest regular path has about ten steps. The remaining rounds allow for other writers. */
const maxRounds = 30;

/**
 * Takes every step that is possible now. Throws `UkoError` for faults only; waits and refusals are
 * outcomes.
 */
export async function reconcile(world: World, task: Task, options: CallOptions, earlier?: RunMemory): Promise<Outcome> {
  const actor = await world.session.actor(options);
  let memory: RunMemory =
    earlier === undefined
      ? { run: { actor, consents: task.consents, intent: task.intent }, taken: [] }
      : { ...earlier, run: { ...earlier.run, actor } };
  const forbidden: Forbidden[] = [];
  const settler = createSettler(world, `key ${task.ref.keyId}`, options);
  let unsure: PendingCall | undefined;
  let lostAnswers = 0;
  let refused = { etag: "", times: 0 };

  for (let round = 0; round < maxRounds; round += 1) {
    throwIfStopped(options.signal);
    const sighting = await observeKey(world, task.ref, "decision", options);
    if (unsure !== undefined) memory = await settleLost(unsure, sighting, memory);
    unsure = undefined;
    if (sighting.kind === "gone") return { kind: "gone", memory };

    const plan = task.plan(sighting.observation, memory.run, sighting.nowMs);
    if (plan.kind !== "ready") return toOutcome(plan, sighting, memory, forbidden);
    const { step } = plan;
    if (stepsThatSettle.includes(step.kind) && !(await settler.isSettled(readingOf(sighting)))) continue;
    const carrier = memory.carrier ?? carrierOf(sighting);
    const context: StepContext = { world, ref: task.ref, observed: sighting, actor, carrier, options };
    world.progress.report(describeStep(step, sighting.observation));
    const result = await runStep(step, context);
    if (result.kind !== "changed_meanwhile") settler.afterOwnWrite();
    if (isBeforeRecord(step) && result.kind === "done" && result.etag !== undefined) {
      throwIfStopped(options.signal);
      await settler.restAfterOwnWrite(result.etag);
    }
    if (result.kind === "not_kept" && carrier === "description") {
      return { kind: "record_not_kept", message: result.message, observed: sighting, memory };
    }
    if (result.kind === "changed_meanwhile") {
      refused = { etag: sighting.etag, times: sighting.etag === refused.etag ? refused.times + 1 : 1 };
      if (refused.times >= maxRefusedEtags) throw etagRefused(task.ref.keyId, sighting.etag);
    }
    memory = remember({ ...memory, carrier }, step, result, sighting);
    if (result.kind === "forbidden") forbidden.push({ step, message: result.message });
    if (result.kind === "done" && step.kind === "remove") return { kind: "gone", memory };
    if (result.kind === "lost") {
      unsure = { step, context };
      lostAnswers += 1;
      if (lostAnswers > maxLostAnswers) throw answerLost(task.ref.keyId, result.reason);
    }
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `Key ${task.ref.keyId} changed again and again while this run worked on it`,
    detail: "Somebody or something else writes to it. What this run has done stands; run again when it is quiet.",
  });
}

interface Forbidden {
  readonly step: Step;
  readonly message: string;
}

/**
 * A refusal caused by a missing right is reported as such, with the roles that include the right.
 */
function toOutcome(
  plan: Exclude<Plan, { kind: "ready" }>,
  observed: KeyDetails,
  memory: RunMemory,
  forbidden: readonly Forbidden[],
): Outcome {
  const denied = forbidden.find(({ step }) => isRefusalOf(plan, step));
  return denied === undefined
    ? { kind: "stopped", plan, observed, memory }
    : { kind: "rights_missing", ...denied, observed, memory };
}

/**
 * Counts a step whose answer was lost as done if the key shows its effect. If the effect is in
 * doubt, the run counts as one that deactivated the key.
 */
async function settleLost(unsure: PendingCall, sighting: KeyReadResult, memory: RunMemory): Promise<RunMemory> {
  const { step, context } = unsure;
  const effect = inferEffect(unsure, sighting);
  if (effect === "none") return memory;
  const remembered = remember(memory, step, { kind: "done" }, context.observed);
  if (effect === "in_doubt") return { ...memory, run: remembered.run };
  if (step.kind === "write_record" && sighting.kind === "present") requireFit(sighting, step.draft.step);
  await recordEvidence(step, context, { phase: "after" });
  return remembered;
}

/** A run that deactivates with another person's approval writes the record for destroy next. */
function isBeforeRecord(step: Step): boolean {
  return step.kind === "deactivate" && step.consentedBy !== undefined;
}

function remember(memory: RunMemory, step: Step, result: StepResult, before: KeyDetails): RunMemory {
  switch (result.kind) {
    case "done": {
      const done = { ...memory, run: runAfter(memory.run, step, before), taken: [...memory.taken, step] };
      if (step.kind !== "write_record") return done;
      const { replaced: _replaced, ...others } = done;
      const why = replacedBy(step, before);
      return why === undefined ? others : { ...others, replaced: why };
    }
    case "refused":
    case "forbidden": {
      const refusal =
        result.kind === "refused" ? result.refusal : { step: step.kind, status: 403, message: result.message };
      const refusals = [...(memory.run.refusals ?? []), refusal];
      return { ...memory, run: { ...memory.run, refusals } };
    }
    case "not_kept":
      return { ...memory, carrier: "description" };
    case "changed_meanwhile":
    case "lost":
      return memory;
  }
}

function runAfter(run: Run, step: Step, { observation }: KeyDetails): Run {
  switch (step.kind) {
    case "drop_record": {
      const id = carriedId(observation);
      return id === undefined ? run : { ...run, droppedHere: [...(run.droppedHere ?? []), id] };
    }
    case "deactivate":
      return { ...run, deactivatedHere: true };
    case "sync":
      return { ...run, syncedHere: true };
    case "set_for_deletion":
      return { ...run, windowsSetHere: [...(run.windowsSetHere ?? []), step.kmsKeyId] };
    default:
      return run;
  }
}

/** A record for the previous step was used, not voided, so people need no message about it. */
function replacedBy(step: Extract<Step, { kind: "write_record" }>, observed: KeyDetails): NotBinding | undefined {
  const standing = standingOf(observed.observation, step.draft.step, observed.nowMs);
  if (standing.binds) return undefined;
  const isOfStepBefore = "record" in standing.why && standing.why.record.step !== step.draft.step;
  return isOfStepBefore ? undefined : standing.why;
}

function isRefusalOf(plan: Plan, step: Step): boolean {
  return plan.kind === "refused" && plan.guard.guard === "service_refused" && plan.guard.step === step.kind;
}

/** If the service dropped the marker's tag before, it would drop the record's tag too. */
function carrierOf(observed: KeyDetails): RecordLocation {
  const isMarkedByTag = observed.snapshot.tags.length > 0;
  return observed.observation.marker !== undefined && !isMarkedByTag ? "description" : "tag";
}

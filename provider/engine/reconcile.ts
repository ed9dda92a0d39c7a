/** The only loop: look, plan, take one step, look again, until the plan is not `ready`. Bounded; remembers nothing between runs. */

import { UkoError } from "../errors.ts";
import { type NotBinding, standingOf } from "../lifecycle/consent-record.ts";
import type { KeyObservation } from "../lifecycle/observation.ts";
import type { Plan, Run, Step } from "../lifecycle/plan.ts";
import { recordEvidence } from "./evidence.ts";
import { describeStep } from "./explain/words.ts";
import { type Observed, observeKey } from "./observe.ts";
import type { CallOptions, KeyRef, World } from "./ports.ts";
import { runStep, type StepResult } from "./run-step.ts";
import type { Carrier, StepContext } from "./step-context.ts";

/** What one run is to do with one key: `plan` is one of the pure planners with its policy already in it. */
export interface Task {
  readonly ref: KeyRef;
  readonly plan: (observation: KeyObservation, run: Run, nowMs: number) => Plan;
  readonly consents: readonly string[];
  readonly intent: Run["intent"];
}

/** What this run has done to the key so far; handed on where a run waits and then goes on. */
export interface RunMemory {
  readonly run: Run;
  readonly taken: readonly Step[];
  readonly carrier?: Carrier;
  /** Why the record that this run replaced did not count; people who relied on it have to hear of it. */
  readonly replaced?: NotBinding;
}

/** Where a run ended. `memory.taken` is what it changed, in order. */
export type Outcome = { readonly memory: RunMemory } & (
  | { readonly kind: "gone" }
  | { readonly kind: "stopped"; readonly plan: Exclude<Plan, { kind: "ready" }>; readonly observed: Observed }
  | { readonly kind: "rights_missing"; readonly step: Step; readonly message: string; readonly observed: Observed }
  | { readonly kind: "record_not_kept"; readonly message: string; readonly observed: Observed }
);

/** The longest honest path has about ten steps; the rest is room for others who write meanwhile. */
const maxRounds = 30;
/** Two edits within one second can share an ETag, so a key is read again this long after its last write. */
const settledAfterMs = 2000;

/** Carries a task as far as it may go now. Throws `UkoError` for faults only; waits and refusals are outcomes. */
export async function reconcile(world: World, task: Task, options: CallOptions, earlier?: RunMemory): Promise<Outcome> {
  const actor = await world.session.actor(options);
  let run: Run = earlier?.run ?? { actor, consents: task.consents, intent: task.intent };
  let carrier = earlier?.carrier;
  const taken: Step[] = [...(earlier?.taken ?? [])];
  const forbidden: { readonly step: Step; readonly message: string }[] = [];
  let replaced = earlier?.replaced;
  let settledEtag: string | undefined;
  let unsure: { readonly step: Step; readonly context: StepContext } | undefined;

  for (let round = 0; round < maxRounds; round += 1) {
    throwIfStopped(options.signal);
    const sighting = await observeKey(world, task.ref, "decision", options);
    const memory = (): RunMemory => ({
      run,
      taken,
      ...(carrier !== undefined && { carrier }),
      ...(replaced !== undefined && { replaced }),
    });
    if (sighting.kind === "gone") return { kind: "gone", memory: memory() };
    if (unsure !== undefined && tookEffect(unsure.step, sighting.observation)) {
      await recordEvidence(unsure.step, unsure.context, { phase: "after" });
      taken.push(unsure.step);
      run = remember(run, unsure.step, { kind: "done" });
    }
    unsure = undefined;

    const plan = task.plan(sighting.observation, run, sighting.nowMs);
    if (plan.kind !== "ready") {
      const denied = forbidden.find(({ step }) => isRefusalOf(plan, step));
      return denied === undefined
        ? { kind: "stopped", plan, observed: sighting, memory: memory() }
        : { kind: "rights_missing", ...denied, observed: sighting, memory: memory() };
    }
    const { step } = plan;
    if (rests(step) && settledEtag !== sighting.etag && unsettledMs(sighting) > 0) {
      await world.clock.sleep(unsettledMs(sighting), options.signal);
      settledEtag = sighting.etag;
      continue;
    }
    carrier ??= carrierOf(sighting);
    const context: StepContext = { world, ref: task.ref, observed: sighting, actor, carrier, options };
    world.progress.report(describeStep(step, sighting.observation));
    const result = await runStep(step, context);
    if (result.kind === "not_kept") {
      if (carrier === "description") {
        return { kind: "record_not_kept", message: result.message, observed: sighting, memory: memory() };
      }
      carrier = "description";
    }
    if (result.kind === "forbidden") forbidden.push({ step, message: result.message });
    if (result.kind === "lost") unsure = { step, context };
    if (result.kind === "done") {
      taken.push(step);
      if (step.kind === "write_record") replaced = replacedBy(step, sighting);
      if (step.kind === "remove") return { kind: "gone", memory: memory() };
    }
    run = remember(run, step, result);
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `Key ${task.ref.keyId} changed again and again while this run worked on it`,
    detail: "Somebody or something else writes to it. What this run has done stands; run again when it is quiet.",
  });
}

/** Ends a run that somebody stopped; nothing is half done, since every step is one call. */
export function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new UkoError("UKO_CANCELLED", { detail: "What was done stands; run again to go on." });
}

function remember(run: Run, step: Step, result: StepResult): Run {
  if (result.kind === "done") {
    if (step.kind === "deactivate") return { ...run, deactivatedHere: true };
    if (step.kind === "sync") return { ...run, syncedHere: true };
    if (step.kind === "set_for_deletion") {
      return { ...run, windowsSetHere: [...(run.windowsSetHere ?? []), step.kmsKeyId] };
    }
    return run;
  }
  if (result.kind !== "refused" && result.kind !== "forbidden") return run;
  const message = result.kind === "refused" ? result.refusal.message : result.message;
  return { ...run, refusals: [...(run.refusals ?? []), { step: step.kind, message }] };
}

/** A record for the step before was used up, not voided, so nobody has to hear of that. */
function replacedBy(step: Extract<Step, { kind: "write_record" }>, observed: Observed): NotBinding | undefined {
  const standing = standingOf(observed.observation, step.draft.step, observed.nowMs);
  if (standing.binds) return undefined;
  const isOfStepBefore = "record" in standing.why && standing.why.record.step !== step.draft.step;
  return isOfStepBefore ? undefined : standing.why;
}

/** Whether a call whose answer was lost did its work, as far as the key shows it; in doubt for `deactivate` it did. */
function tookEffect(step: Step, observation: KeyObservation): boolean {
  switch (step.kind) {
    case "deactivate":
      return observation.state === "deactivated";
    case "destroy":
      return observation.state === "destroyed";
    case "reactivate":
      return observation.state === "active";
    case "drop_record":
      return observation.carried.kind === "none";
    case "write_record":
      return (
        observation.carried.kind === "one" && observation.carried.record.writtenAtMs === seconds(step.draft.writtenAtMs)
      );
    case "set_for_deletion":
    case "unset_for_deletion":
    case "remove":
    case "sync":
      return false;
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function isRefusalOf(plan: Plan, step: Step): boolean {
  return plan.kind === "refused" && plan.guard.guard === "service_refused" && plan.guard.step === step.kind;
}

/** Whether the step rests on a record, so that an edit hidden in the record's own second would matter. */
function rests(step: Step): boolean {
  return (step.kind === "deactivate" || step.kind === "destroy") && step.consentedBy !== undefined;
}

function unsettledMs(observed: Observed): number {
  const ageMs = observed.nowMs - (observed.observation.updatedAtMs ?? Number.NEGATIVE_INFINITY);
  return Math.max(0, settledAfterMs - Math.max(0, ageMs));
}

/** Where a service dropped the marker's tag before, the record's would be dropped too. */
function carrierOf(observed: Observed): Carrier {
  const isMarkedByTag = observed.snapshot.tags.length > 0;
  return observed.observation.marker !== undefined && !isMarkedByTag ? "description" : "tag";
}

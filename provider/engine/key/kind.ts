/** Describes managed keys to the loop, and decides what a lost response or a refusal means. */

import { UkoError } from "../../errors.ts";
import { standingOf } from "../../lifecycle/consent/consent-record.ts";
import { needsSignature } from "../../lifecycle/consent/signed-consent.ts";
import { completeAfterStep, mayConclude } from "../../lifecycle/key/after-step.ts";
import { type KeyRun, type Plan, type Step, stepRules } from "../../lifecycle/key/plan.ts";
import { isSame } from "../../lifecycle/vocabulary/observation.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { neededUntil } from "../loop/converge.ts";
import type {
  Deletable,
  Earlier,
  Effect,
  Next,
  OpenWait,
  ReadResult,
  Round,
  StepResult,
  TakenStep,
} from "../loop/deletable.ts";
import { noteSettled } from "../loop/evidence.ts";
import { describeStep, plain, questionBefore } from "../text/words.ts";
import { keyEvidence, noteUnapproved } from "./evidence.ts";
import { type KeyDetails, observeKey, readingOf } from "./observe.ts";
import {
  type KeyRunMemory,
  type KeyStepContext,
  type KeyTask,
  type KeyTypes,
  recordLocationFor,
  takeStep,
  writtenRecordId,
} from "./steps.ts";
import { sayOpenWait } from "./text/waits.ts";

export const keyKind: Deletable<KeyTypes> = {
  // The longest regular path has about ten steps.
  maxRounds: 30,
  name: ({ ref }) => `key ${ref.keyId}`,
  check: ({ ref }) => `uko status ${ref.vaultId}/${ref.keyId}`,
  start,
  async observe(world, { ref, isReversal }, wasSeen, options) {
    const observed = await observeKey(world, ref, isReversal === true ? "reversal" : "decision", options);
    // Only the first read of a run says what others did. Later, this run itself may have taken the record off, in order to
    // write the next one. A reactivation takes off the record and the note, too.
    if (observed.kind === "present" && !wasSeen && isReversal !== true) await noteUnapproved(world, observed, options);
    if (observed.kind === "gone" && !wasSeen) {
      await noteSettled(world, { ...ref, step: "remove", state: "absent" }, options);
    }
    return observed;
  },
  plan: (task, { observation, nowMs }, memory) => nextOf(task.plan(observation, memory.run, nowMs), memory),
  readingToSettle: (step, observed) =>
    stepRules[step.kind].waitsUntilSettled === true ? readingOf(observed) : undefined,
  progress: (step, { observation }) => describeStep(step, observation),
  question: (step, { observation }) => questionBefore(step, observation),
  take: takeStep,
  planAfterStep,
  effectOf,
  remember,
  evidence: keyEvidence,
  openWait: (stop, observed) => (stop.kind === "stopped" ? openWaitOf(stop.plan, observed) : undefined),
};

function nextOf(plan: Plan, { forbidden }: KeyRunMemory): Next<KeyTypes> {
  if (plan.kind === "ready") return plan;
  // A refusal that a missing right caused is reported with the roles that include the right.
  const refused = plan.kind === "refused" && plan.guard.guard === "service_refused" ? plan.guard.step : undefined;
  const denied = forbidden?.find(({ step }) => step.kind === refused);
  return { stop: denied === undefined ? { kind: "stopped", plan } : { kind: "rights_missing", ...denied } };
}

function planAfterStep(
  { step, result: { shown }, context: { task, observed } }: TakenStep<KeyTypes>,
  memory: KeyRunMemory,
): Round<KeyTypes> | undefined {
  const observation = shown && completeAfterStep(step.kind, observed, shown);
  if (shown === undefined || observation === undefined) return undefined;
  const completed = { ...shown, observation };
  const plan = task.plan(observation, memory.run, shown.nowMs);
  return mayConclude(plan, { observation, isOfSet: task.review !== undefined })
    ? { observed: completed, next: nextOf(plan, memory) }
    : undefined;
}

/**
 * The memory with which a run begins or goes on after a wait. After a wait for time, a step that the service refused as
 * too early is tried again.
 */
function start(task: KeyTask, actor: KeyRun["actor"], earlier?: Earlier<KeyRunMemory>): KeyRunMemory {
  const { approvals, signed, intent, confirmedHold, confirmedUnapproved } = task;
  if (earlier === undefined) {
    return { run: { actor, approvals, signed, intent, confirmedHold, confirmedUnapproved } };
  }
  const { run } = earlier.memory;
  const refusals = earlier.isDue ? undefined : run.refusals;
  return {
    ...earlier.memory,
    forbidden: undefined,
    refusedEtag: undefined,
    run: { ...run, refusals, actor, hasWaited: true },
  };
}

/**
 * Whether the step had its effect, after a lost response. If another writer wrote last, the effect is in doubt, and the
 * run counts as one that deactivated the key. A key that is gone names no writer, so the removal that this run sent
 * counts as its own. A window or a sync can be repeated without harm, so it counts as without effect.
 */
function effectOf(step: Step, context: KeyStepContext, after: ReadResult<KeyDetails>): Effect {
  if (after.kind === "gone") return step.kind === "remove" ? "by_us" : "none";
  if (!hasReachedTarget(step, context, after)) return "none";
  const { updatedBy } = after.observation;
  const { writesAs } = context.actor;
  const isOurs = updatedBy === undefined || writesAs === undefined || isSame(updatedBy, writesAs);
  // A record that does not count, because its write arrived too late, is written again.
  const isUseless = step.kind === "write_record" && !standingOf(after.observation, step.draft.step, after.nowMs).binds;
  if (isOurs) return isUseless ? "none" : "by_us";
  return "in_doubt";
}

function hasReachedTarget(step: Step, context: KeyStepContext, { observation }: KeyDetails): boolean {
  const { carried, state } = observation;
  const { to } = stepRules[step.kind];
  if (to !== undefined) return state === to;
  switch (step.kind) {
    case "drop_record":
      return carried.kind === "none";
    case "write_record":
      return carried.record?.id === writtenRecordId(step, context);
    default:
      return false;
  }
}

/**
 * What the run remembers of the result of a step. A missing right does not end the run, because the planner may know
 * another way. A record that the service does not keep as a tag is written into the description.
 */
function remember(
  step: Step,
  result: StepResult<KeyDetails, Step>,
  context: KeyStepContext,
): { readonly memory: KeyRunMemory; readonly stop?: KeyTypes["stop"] } {
  const { observed, task } = context;
  const location = recordLocationFor(context);
  const memory: KeyRunMemory = { ...context.memory, location };
  const refusedWith = (status: number, message: string): KeyRunMemory => {
    const refusals = [...(memory.run.refusals ?? []), { step: step.kind, status, message }];
    return { ...memory, run: { ...memory.run, refusals } };
  };
  switch (result.kind) {
    case "done": {
      const isUsed = step.kind === "drop_record" && isUsedRecord(observed, memory);
      const removed = isUsed && { hasRemovedUsed: true as const };
      return { memory: afterRecord({ ...memory, ...removed }, step, observed) };
    }
    case "refused":
      return { memory: refusedWith(result.status, result.message) };
    case "forbidden": {
      const { message } = result;
      return { memory: { ...refusedWith(403, message), forbidden: [...(memory.forbidden ?? []), { step, message }] } };
    }
    case "not_kept": {
      const stopped = (message: string) => ({ memory, stop: { kind: "record_not_kept", message } as const });
      if (location === "description" || result.isFinal === true) return stopped(result.message);
      const isSigned = step.kind === "write_record" && needsSignature(observed.observation, step.draft.step);
      if (isSigned) return stopped(`${result.message}, and a description has no room for a signature`);
      const run: KeyRun = step.kind === "write_record" ? { ...memory.run, notKept: step.draft } : memory.run;
      return { memory: { ...afterRecord(memory, step, observed), run, location: "description" } };
    }
    case "stale":
      return { memory: afterRefusedEtag(memory, observed, task) };
    case "lost":
      return { memory };
  }
}

/** Whether nothing was pending: only a note is on the key, or the record of a deactivation that was taken. */
function isUsedRecord({ observation: { carried, state } }: KeyDetails, { run }: KeyRunMemory): boolean {
  if (carried.kind === "none") return true;
  if (carried.record?.step !== "deactivate") return false;
  return state === "deactivated" || certainSteps(run).some(({ kind }) => kind === "reactivate");
}

/**
 * Remembers why the replaced record did not count, and why another person declined the request before this one. A
 * record for the previous step was used, not voided, so people need no message about it.
 */
function afterRecord(memory: KeyRunMemory, step: Step, { observation, nowMs }: KeyDetails): KeyRunMemory {
  if (step.kind !== "write_record") return memory;
  const standing = standingOf(observation, step.draft.step, nowMs);
  const why = standing.binds ? undefined : standing.why;
  const wasUsed = why !== undefined && "record" in why && why.record.step !== step.draft.step;
  // The first try of a record took the earlier one off the key, even if the service did not keep the record's tag.
  const replaced = why?.kind === "none" ? (memory.replaced ?? why) : why;
  return { ...memory, replaced: wasUsed ? undefined : replaced, declined: observation.declined ?? memory.declined };
}

/** After this many refusals (412) of the same ETag, the run ends. A single one may come from a cache. */
const maxRefusedEtags = 2;

function afterRefusedEtag(memory: KeyRunMemory, { etag }: KeyDetails, { ref }: KeyTask): KeyRunMemory {
  const { refusedEtag } = memory;
  const times = refusedEtag?.etag === etag ? refusedEtag.times + 1 : 1;
  if (times < maxRefusedEtags) return { ...memory, refusedEtag: { etag, times } };
  throw new UkoError("UKO_RESPONSE_INVALID", {
    summary: `The service rejects the ETag that it returned for key ${ref.keyId}`,
    detail: [
      `A read shows the ETag ${plain(etag, 100)}, and the service responds with 412 to a change with the same ETag.`,
      "A gateway that changes ETags, for example one that compresses responses, can cause this. No step was taken with this ETag.",
      "Next: configure the gateway to pass ETags on unchanged, and run the same command again.",
    ].join("\n"),
  });
}

/** What the run can wait for; undefined if waiting cannot help. */
function openWaitOf(plan: Plan, { observation, nowMs }: KeyDetails): OpenWait | undefined {
  if (plan.kind === "waitingForApproval" || plan.kind === "waitingForRequest") {
    // Only the requester can confirm the request, and this run is the requester's.
    if (plan.callerPosition === "may_confirm") return undefined;
    return { neededMs: Number.POSITIVE_INFINITY, ...sayOpenWait(plan, observation) };
  }
  if (plan.kind !== "waitingForTime" || plan.awaits === "separate_run") return undefined;
  const what = plan.awaits === "cool_down" ? "Cooling down" : "Waiting for the keystores to delete the key material";
  return { neededMs: neededUntil(plan.untilMs, nowMs), what };
}

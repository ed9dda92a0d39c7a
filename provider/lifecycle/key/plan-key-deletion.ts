/**
 * Plans the deletion of a managed key. From one read it decides what this run does next: one step, a wait for a person
 * or for a time, a refusal, or nothing because the key has reached the caller's goal. Every step of a deletion that
 * deactivates, destroys or removes a key is decided here, and no other file can allow one.
 *
 * - It checks the state of the key, the guards that stop every caller (guards.ts), the rule of two people
 *   (authorization.ts), the deletion window of KMS (kms-window.ts) and the cool-down.
 * - The last check is the plan limit: the run takes no step toward the deletion that an engine's plan did not show to
 *   people.
 * - Then it adds a permit to a step that can cut the key off. No client sends such a call without one, and no other
 *   file makes one for a managed key.
 */

import { valueOfHolds } from "../consent/hold.ts";
import { assertTime } from "../vocabulary/assert.ts";
import { assertNever } from "../vocabulary/assert-never.ts";
import { coolDownMs } from "../vocabulary/managed-key-states.ts";
import { type ConsentRecord, isSame, type KeyObservation } from "../vocabulary/observation.ts";
import { issuePermit, issueWindowPermit } from "../vocabulary/permit.ts";
import { beyondPlan, type PlanLimit, shownKeyText } from "../vocabulary/plan-limit.ts";
import { hasTaken } from "../vocabulary/steps-taken.ts";
import { authorize, knownDeactivationMs } from "./authorization.ts";
import { failingGuard, findLeftoverMaterial, holdGuard } from "./guards.ts";
import { carriedId, planKeyWrite } from "./key-write.ts";
import { prepareWindows, stepToCloseWindow, windowFault, windowSetter } from "./kms-window.ts";
import {
  type DeletionPolicy,
  type KeyRun,
  type Plan,
  type Refusal,
  ready,
  refuse,
  type Step,
  stepRules,
  unlessRefused,
} from "./plan.ts";
import { soundDeletion } from "./sound-plan.ts";
import { findUnapprovedStep, nameOfUnapproved } from "./unapproved-step.ts";

/**
 * Returns what this run may do next with an existing key. It uses what the service reports now,
 * never what an earlier run stored. `nowMs` is the service's time.
 */
export function planKeyDeletion(observation: KeyObservation, policy: DeletionPolicy, run: KeyRun, nowMs: number): Plan {
  assertTime(nowMs, "the service's time");
  const plan = unlessRefused(planByState(observation, policy, run, nowMs), run);
  return withPermit(
    withinPlanLimit(soundDeletion(plan, observation, policy, run, nowMs), observation, policy),
    observation,
  );
}

function withPermit(plan: Plan, { decision, facts: { keyId }, carried }: KeyObservation): Plan {
  if (plan.kind !== "ready" || decision === undefined) return plan;
  const { step } = plan;
  const consentsOf = (record: ConsentRecord | undefined) => (record === undefined ? [] : [record.id]);
  switch (step.kind) {
    case "deactivate":
    case "destroy": {
      const permit = issuePermit(decision, { act: step.kind, id: keyId, consents: consentsOf(step.allowedBy) });
      return { ...plan, permit };
    }
    case "remove":
      return { ...plan, permit: issuePermit(decision, { act: "remove", id: keyId }) };
    case "set_for_deletion": {
      // A window is opened only for a deactivation. A record that does not allow it was taken off the key before.
      const window = { kmsKeyId: step.kmsKeyId, managedKeyId: keyId, consents: consentsOf(carried.record) };
      return { ...plan, permit: issueWindowPermit(decision, window) };
    }
    default:
      return plan;
  }
}

function withinPlanLimit(plan: Plan, observation: KeyObservation, { atMost }: DeletionPolicy): Plan {
  if (plan.kind !== "ready" || atMost === undefined) return plan;
  const step = stepRules[plan.step.kind].limitedAs;
  if (step === undefined) return plan;
  const { facts, keystores } = observation;
  const beyond = beyondPlan(atMost, {
    step,
    subject: `${facts.vaultId}/${facts.keyId}`,
    shown: shownKeyText({ ...facts, keystores }),
    recordId: recordOf(plan.step, atMost),
  });
  return beyond === undefined ? plan : refuse(beyond);
}

/**
 * The record on which the step depends. A KMS window has no record of its own: it is opened for the deactivation that
 * follows, so it counts for the record in the plan limit.
 */
function recordOf(step: Step, atMost: PlanLimit): string | undefined {
  if (step.kind === "set_for_deletion") return atMost.recordId;
  return step.kind === "deactivate" || step.kind === "destroy" ? step.allowedBy?.id : undefined;
}

function planByState(observation: KeyObservation, policy: DeletionPolicy, run: KeyRun, nowMs: number): Plan {
  switch (observation.state) {
    case "active":
      return guardedActive(observation, policy, run, nowMs) ?? planDeactivation(observation, policy, run, nowMs);
    case "deactivated":
      if (policy.goal === "deactivated") return { kind: "done" };
      return guarded(observation, policy, nowMs) ?? planDestruction(observation, policy, run, nowMs);
    case "pre_activation":
      if (policy.goal === "deactivated") return refuse({ guard: "never_active" });
      // The destruction causes no outage, and has no cool-down, no pending period and no backing key (uko-v4.md 4.3).
      return guarded(observation, policy, nowMs) ?? authorize(observation, policy, run, "destroy", nowMs);
    case "destroyed":
      return planAfterDestroy(observation, policy, run, nowMs);
    case "compromised":
    case "destroyed_compromised":
      return refuse({ guard: "compromised", stateWord: observation.stateWord });
    case "unrecognized":
      return refuse({ guard: "state_unrecognized", stateWord: observation.stateWord });
    default:
      return assertNever(observation.state);
  }
}

function planDeactivation(observation: KeyObservation, policy: DeletionPolicy, run: KeyRun, nowMs: number): Plan {
  const refusal = refusalOf(run, "deactivate");
  if (refusal !== undefined) return afterRefusedDeactivation(observation, run, refusal, nowMs);
  const plan = authorize(observation, policy, run, "deactivate", nowMs);
  if (plan.kind !== "ready" || plan.step.kind !== "deactivate") {
    const unset = ownWindowToUnset(observation, run, nowMs);
    return unset === undefined ? plan : ready(unset);
  }
  // A deactivation has no body and makes the caller the last writer. If it acts on no record, it would make a planted
  // record on the key look genuine, so uko takes the record off first.
  const isAlone = plan.step.allowedBy === undefined;
  if (isAlone && planKeyWrite(observation, "deactivate_alone", nowMs, run).kind === "drop_first") {
    return ready({ kind: "drop_record", recordId: carriedId(observation) });
  }
  const windows = prepareWindows(observation, run, nowMs);
  if (windows !== undefined) return "guard" in windows ? refuse(windows.guard) : ready(windows.step);
  return plan;
}

function planDestruction(observation: KeyObservation, policy: DeletionPolicy, run: KeyRun, nowMs: number): Plan {
  const fault = windowFault(observation, nowMs);
  if (fault?.guard === "kms_window_expired") return refuse(fault);
  const deactivatedAtMs = knownDeactivationMs(observation, run);
  const coolUntilMs = deactivatedAtMs === undefined ? undefined : deactivatedAtMs + coolDownMs;
  const isCooling = coolUntilMs !== undefined && nowMs <= coolUntilMs;
  const plan = authorize(observation, policy, run, "destroy", nowMs);
  const setter = windowSetter(observation, run, nowMs);
  // Without a known setter, uko cannot tell whom KMS lets destroy the key (provider/docs/explanation/two-people.md), so
  // it writes no request and waits for no approval. The last writer is no substitute: that is always the record's author.
  if (fault !== undefined && setter === undefined && plan.kind !== "refused") return refuse(fault);
  if (plan.kind === "waitingForApproval" || plan.kind === "waitingForRequest") {
    return isCooling ? { ...plan, notBeforeMs: coolUntilMs } : plan;
  }
  if (plan.kind !== "ready" || plan.step.kind !== "destroy") return plan;
  const { allowedBy } = plan.step;
  const { identity, writesAs } = run.actor;
  // The person who set the window must not be the one who destroys the key.
  const isSetter =
    setter !== undefined && [identity, writesAs].some((each) => each !== undefined && isSame(each, setter));
  if (allowedBy !== undefined && isSetter) return refuse({ guard: "kms_setter", record: allowedBy });
  if (isCooling) return { kind: "waitingForTime", awaits: "cool_down", untilMs: coolUntilMs };
  if (allowedBy === undefined && hasTaken(run, "deactivate")) {
    return { kind: "waitingForTime", awaits: "separate_run" };
  }
  const refusal = refusalOf(run, "destroy");
  if (refusal !== undefined) return afterRefusedDestroy(observation, refusal, nowMs);
  return plan;
}

function planAfterDestroy(observation: KeyObservation, policy: DeletionPolicy, run: KeyRun, nowMs: number): Plan {
  if (policy.goal === "deactivated") return { kind: "done" };
  const remains = findLeftoverMaterial(observation, nowMs);
  if (remains.kind === "held") return refuse(remains.guard);
  if (policy.goal === "destruction_scheduled") return { kind: "done" };
  if (remains.kind === "pending") {
    const { keystores, untilMs = nowMs } = remains;
    return {
      kind: "waitingForTime",
      awaits: "pending_destruction",
      keystores,
      untilMs: untilMs > nowMs ? untilMs : undefined,
    };
  }
  if (policy.goal === "destroyed") return { kind: "done" };
  const hold = holdGuard(observation, nowMs);
  if (hold !== undefined && run.confirmedHold !== valueOfHolds(hold.holds)) return refuse(hold);
  if (policy.deletionProtection) return refuse({ guard: "deletion_protection" });
  // The removal would erase the last trace of a step that nobody approved, so a person has to confirm it by hand.
  const unapproved = findUnapprovedStep(observation, policy);
  if (unapproved !== undefined && run.confirmedUnapproved !== nameOfUnapproved(unapproved)) {
    return refuse({ guard: "destruction_unapproved", unapproved });
  }
  return ready({ kind: "remove" });
}

function afterRefusedDeactivation(observation: KeyObservation, run: KeyRun, { message }: Refusal, nowMs: number): Plan {
  const unset = ownWindowToUnset(observation, run, nowMs);
  return unset === undefined ? refuse({ guard: "service_refused", step: "deactivate", message }) : ready(unset);
}

/**
 * The call that closes the windows of this run after its deactivation was refused. An open window is the first half of
 * a deletion in KMS: another identity could destroy the key.
 */
function ownWindowToUnset(observation: KeyObservation, run: KeyRun, nowMs: number): Step | undefined {
  const mayUnset = hasTaken(run, "set_for_deletion") && refusalOf(run, "unset_for_deletion") === undefined;
  return mayUnset ? stepToCloseWindow(observation, nowMs) : undefined;
}

/**
 * Decides after the service refused the destruction. If the time of the deactivation is unknown, a 409 may be the
 * cool-down of 4 hours, so the run waits before it gives up.
 */
function afterRefusedDestroy(observation: KeyObservation, { status, message }: Refusal, nowMs: number): Plan {
  const latestMs = (observation.updatedAtMs ?? Number.NEGATIVE_INFINITY) + coolDownMs;
  return status === 409 && nowMs <= latestMs
    ? { kind: "waitingForTime", awaits: "cool_down", untilMs: latestMs }
    : refuse({ guard: "service_refused", step: "destroy", message });
}

/** A guard that stops the deactivation also closes a window of this run, in which another identity could destroy the key. */
function guardedActive(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: KeyRun,
  nowMs: number,
): Plan | undefined {
  const stopped = guarded(observation, policy, nowMs);
  const unset = stopped && ownWindowToUnset(observation, run, nowMs);
  return unset === undefined ? stopped : ready(unset);
}

function guarded(observation: KeyObservation, policy: DeletionPolicy, nowMs: number): Plan | undefined {
  const guard = failingGuard(observation, policy, nowMs);
  return guard === undefined ? undefined : refuse(guard);
}

function refusalOf(run: KeyRun, step: Step["kind"]): Refusal | undefined {
  return run.refusals?.find((refusal) => refusal.step === step);
}

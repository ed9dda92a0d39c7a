/**
 * Lists what a run on a managed key may want. Every run takes the same path, the loop (loop/converge.ts). What differs
 * is its intent, and the planner that decides with it:
 *
 * - A destroy of an engine deletes. It may request a deactivation, and never approves.
 * - `uko request` writes the request for the next step, as it was shown, and takes no step.
 * - `uko approve` takes the one step that another person requested and that the caller has just confirmed by hand. With
 *   `--store` it writes the approval to the key instead, and the requester's next run takes the step.
 * - `uko continue` takes each step that is possible now, and writes no request.
 * - A campaign takes only the step that the record allows (`oneStepIntent`), or only removals (`removalIntent`).
 * - `uko withdraw`, `uko reactivate` and `uko sync` lead away from the deletion, or beside it.
 *
 * Each step toward the end of a key is decided in `lifecycle/key/plan-key-deletion.ts`, whatever the intent is. The
 * planners of a request and of a review call it and allow no further step.
 */

import { type Answered, reviewGoals } from "../../lifecycle/consent/review.ts";
import type { DeletionPolicy, Plan, Step } from "../../lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../lifecycle/key/plan-key-deletion.ts";
import { planRequest, type ShownBeforeRequest } from "../../lifecycle/key/plan-request.ts";
import { planReversal, type Reversal } from "../../lifecycle/key/plan-reversal.ts";
import { planReviewedApproval, planReviewedStep, strictest } from "../../lifecycle/key/plan-reviewed.ts";
import { planSync } from "../../lifecycle/key/plan-update.ts";
import type { KeyTask } from "./steps.ts";

/** What a run wants, for any key. */
export type Intent = Pick<KeyTask, "plan" | "intent" | "isReversal">;

/** The strictest rule, which no marker loosens, because the command line sees no program. */
export const assumedPolicy: DeletionPolicy = { ...strictest, goal: "removed" };

/** A run of an engine. The policy is that of its program. */
export function deletionIntent(policy: DeletionPolicy): Intent {
  return { intent: "engine", plan: (observation, run, nowMs) => planKeyDeletion(observation, policy, run, nowMs) };
}

/** Without `shown`, the request is for whatever step comes next. */
export function requestIntent(reason: string | undefined, shown?: ShownBeforeRequest): Intent {
  const policy = { ...assumedPolicy, ...(reason !== undefined && { reason }) };
  return {
    intent: "request",
    plan: (observation, run, nowMs) => planRequest(shown, observation, policy, run, nowMs),
  };
}

/** `stores`: only the approval is stored, for the next run of the requester. */
export function approvalIntent({ answeredBy }: Answered, stores: boolean): Intent {
  const planReviewed = stores ? planReviewedApproval : planReviewedStep;
  return {
    intent: "approve",
    plan: (observation, run, nowMs) => planReviewed(answeredBy(nowMs), observation, run, nowMs),
  };
}

export const continueIntent: Intent = {
  intent: "resume",
  plan: (observation, run, nowMs) => planKeyDeletion(observation, assumedPolicy, run, nowMs),
};

/** Takes the one step that the record on the key allows, and no other. */
export const oneStepIntent: Intent = {
  intent: "resume",
  plan(observation, run, nowMs) {
    const goal = reviewGoals[observation.carried.record?.step ?? "deactivate"];
    return planKeyDeletion(observation, { ...assumedPolicy, goal }, run, nowMs);
  },
};

export const removalIntent: Intent = {
  intent: "resume",
  plan: (observation, run, nowMs) => onlyStep("remove", continueIntent.plan(observation, run, nowMs)),
};

export function reversalIntent(reversal: Reversal): Intent {
  return {
    intent: "resume",
    isReversal: true,
    plan: (observation, run, nowMs) => planReversal(observation, reversal, run, nowMs),
  };
}

export const syncIntent: Intent = { intent: "resume", plan: planSync };

/** Replaces each other step by `done`. */
function onlyStep(step: Step["kind"], plan: Plan): Plan {
  return plan.kind === "ready" && plan.step.kind !== step ? { kind: "done" } : plan;
}

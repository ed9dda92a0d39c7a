/**
 * The planner of one key of a reviewed set: the one step that its reviewer approved, or an approval
 * that lets the requester take it. Nothing else happens to a key because of a review.
 */

import { planConsent } from "./authorization.ts";
import { deletionStanding } from "./consent-record.ts";
import { markerBesideRecord } from "./dual-marker.ts";
import { isSame, type KeyObservation } from "./observation.ts";
import { type DeletionPolicy, type Plan, type Run, ready, refuse, unlessRefused } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";
import { judgeReviewed, keyPathOf, type Review, type ReviewedStep, reviewGoals, type SkipReason } from "./review.ts";

export type ReviewRun = Run & { readonly review: Review };

/** A set requires two people for each step, whatever the markers of its keys say. */
export const strictest = {
  deletionProtection: false,
  dualAuthorization: "required",
  gate: "both",
  isAssumed: true,
} as const;

/** `done` once the key is in the state to which the reviewed step leads. */
export function planReviewedStep(observation: KeyObservation, run: ReviewRun, nowMs: number): Plan {
  const { step } = run.review.header;
  const verdict = judgeReviewed(run.review, observation, run.actor, nowMs);
  if (verdict.kind === "skip") {
    const isReached = verdict.why.kind === "other_step" && observation.state === stateAfter[step];
    return isReached ? { kind: "done" } : skip(verdict.why);
  }
  return planKeyDeletion(observation, { ...strictest, goal: reviewGoals[step] }, run, nowMs);
}

/** `done` once the reviewer's approval is on the key. */
export function planReviewedApproval(observation: KeyObservation, run: ReviewRun, nowMs: number): Plan {
  const line = run.review.lines.get(keyPathOf(observation.facts));
  const named = line?.record.slice(0, 32) ?? "";
  if (isApproved(observation, run, named, nowMs)) return { kind: "done" };
  const verdict = judgeReviewed(run.review, observation, run.actor, nowMs);
  if (verdict.kind === "skip") return skip(verdict.why);
  // The compact form cannot say which request it answers, and a set must be able to tell.
  if (verdict.record.carrier === "description") return skip({ kind: "no_room_for_answer" });
  return planApproval(observation, { ...strictest, goal: "removed" }, run, named, nowMs);
}

/** Approves the request `named` by a record of the actor. It is not written twice. */
export function planApproval(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: Run,
  named: string,
  nowMs: number,
): Plan {
  if (isApproved(observation, run, named, nowMs)) return { kind: "done" };
  const plan = planConsent(observation, policy, run, named, nowMs);
  if (plan.kind === "refused") return plan;
  const marker = markerBesideRecord(observation, policy);
  return unlessRefused(ready({ kind: "write_record", draft: plan.draft, marker }), run);
}

const stateAfter = { deactivate: "deactivated", destroy: "destroyed" } as const satisfies Record<ReviewedStep, string>;

/** Whether the actor's own approval of the request is on the key. A compact one does not say of which. */
function isApproved(observation: KeyObservation, { actor }: Run, named: string, nowMs: number): boolean {
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds || standing.record.how !== "answer" || actor.identity === undefined) return false;
  const { record } = standing;
  return isSame(record.author, actor.identity) && (record.answers === undefined || record.answers === named);
}

function skip(why: SkipReason): Plan {
  return refuse({ guard: "not_as_reviewed", why });
}

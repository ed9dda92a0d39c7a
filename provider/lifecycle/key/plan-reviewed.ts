/**
 * Plans what happens to one key of a review. It takes the one step that the reviewer approved, with the deletion window
 * that a deactivation may need. Or it stores an approval on the key so that the requester takes the step. That requires
 * a service that keeps tags, and at least 4 hours in which the requester can act. A key that changed since, or that the
 * review does not cover, is skipped.
 */

import { deletionStanding, quotedLifetimeMs } from "../consent/consent-record.ts";
import { markerBesideRecord } from "../consent/required-people.ts";
import { judgeReviewed, keyPathOf, type Review, reviewGoals, type SkipReason } from "../consent/review.ts";
import { type ApprovedStep, type ConsentRecord, isSame, type KeyObservation } from "../vocabulary/observation.ts";
import { approvalOf, mayAuthor } from "./authorization.ts";
import { type DeletionPolicy, type KeyRun, type Plan, ready, refuse, unlessRefused } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";
import { soundPlan } from "./sound-plan.ts";

/** Two people for each step, whatever the markers of the keys say, because a command or a set sees no program. */
export const strictest = { deletionProtection: false, people: undefined } as const;

/** Returns `done` once the key is in the state to which the reviewed step leads. */
export function planReviewedStep(review: Review, observation: KeyObservation, run: KeyRun, nowMs: number): Plan {
  const { step } = review.header;
  const verdict = judgeReviewed(review, observation, run.actor, nowMs);
  if (verdict.kind === "skip") {
    const isReached = verdict.why.kind === "other_step" && observation.state === stateAfter[step];
    return isReached ? { kind: "done" } : skip(verdict.why);
  }
  const approvals = [verdict.record.id];
  const plan = planKeyDeletion(observation, { ...strictest, goal: reviewGoals[step] }, { ...run, approvals }, nowMs);
  return soundPlan(plan, [step, "set_for_deletion", "unset_for_deletion"], `take the reviewed step ${step}`);
}

/** Stores an approval of the reviewed request on the key; `done` once the reviewer's approval is there. */
export function planReviewedApproval(review: Review, observation: KeyObservation, run: KeyRun, nowMs: number): Plan {
  const named = review.lines.get(keyPathOf(observation.facts))?.record ?? "";
  if (isApproved(observation, run, named, nowMs)) return { kind: "done" };
  const verdict = judgeReviewed(review, observation, run.actor, nowMs);
  if (verdict.kind === "skip") return skip(verdict.why);
  const { record } = verdict;
  const { actor } = run;
  if (!mayAuthor(actor)) return refuse({ guard: "actor_not_a_person", actor });
  const why = notStorable(record, nowMs);
  if (why !== undefined) return skip(why);
  const policy: DeletionPolicy = { ...strictest, goal: "removed" };
  const draft = approvalOf(record, { observation, policy, run: { ...run, actor } }, nowMs);
  return unlessRefused(ready({ kind: "write_record", draft, marker: markerBesideRecord(observation, policy) }), run);
}

/** An approval is stored only if its requester has at least this long to act on it. */
const leastStoredMs = 4 * 60 * 60 * 1000;

/** Why no approval of this request can be stored for its requester; undefined if one can be. */
export function notStorable({ location, step, writtenAtMs }: ConsentRecord, nowMs: number): SkipReason | undefined {
  if (location === "description") return { kind: "no_room_for_approval" };
  const untilMs = writtenAtMs + quotedLifetimeMs[step];
  return untilMs - nowMs < leastStoredMs ? { kind: "too_old_to_store", untilMs } : undefined;
}

const stateAfter = { deactivate: "deactivated", destroy: "destroyed" } as const satisfies Record<ApprovedStep, string>;

/** Whether the actor's own approval of the request is on the key. */
function isApproved(observation: KeyObservation, { actor }: KeyRun, named: string, nowMs: number): boolean {
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds || standing.record.quotes?.sha256 !== named || actor.identity === undefined) return false;
  return isSame(standing.record.author, actor.identity);
}

function skip(why: SkipReason): Plan {
  return refuse(why.kind === "held" ? { guard: "held", holds: why.holds } : { guard: "not_as_reviewed", why });
}

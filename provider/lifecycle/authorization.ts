/**
 * The two-person rule: what the record and the actor together allow for one consequential step. The
 * planner adds KMS's own rule about the second person (plan-key-deletion.ts).
 */

import {
  type ConsentDraft,
  type ConsentRecord,
  deletionStanding,
  type NotBinding,
  standingOf,
} from "./consent-record.ts";
import { demandedBy, markerOf, stricterOf } from "./dual-marker.ts";
import { windowSetter } from "./kms-window.ts";
import {
  type Actor,
  type ApprovedStep,
  type DualMarker,
  type Identity,
  isPerson,
  isSame,
  type KeyObservation,
} from "./observation.ts";
import type { ConsentMismatch, DeletionPolicy, Guard, MissingApproval, Run } from "./plan.ts";
import { judgeReviewed, keyPathOf } from "./review.ts";
import { tokenToleranceMs } from "./service-time.ts";
import { reasonsToRepeat } from "./stated-reasons.ts";

/**
 * The rule for this key, by maximum: a marker loosens only if the code agrees, and the code only if
 * the marker agrees. KMS dual authorization on a twin requires two people, whatever the code and the
 * marker say.
 */
export function effectivePolicy(observation: KeyObservation, policy: DeletionPolicy): DualMarker {
  const demanded = stricterOf(markerOf(observation), demandedBy(policy));
  const isDual = observation.twins.some((twin) => twin.kind === "present" && twin.dualAuthDelete);
  return demanded === "single" && isDual ? policy.gate : demanded;
}

export type Authorization =
  | { readonly kind: "may"; readonly consentedBy?: ConsentRecord }
  | { readonly kind: "must_write"; readonly draft: ConsentDraft }
  | ({ readonly kind: "must_wait" } & MissingApproval)
  | { readonly kind: "refused"; readonly guard: Guard };

/** Decides whether the actor of this run may take `step` now (provider/docs/explanation/two-people.md). */
export function authorize(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: Run,
  step: ApprovedStep,
  nowMs: number,
): Authorization {
  const effective = effectivePolicy(observation, policy);
  if (effective === "single") return { kind: "may" };
  const { actor } = run;
  if (actor.identity === undefined) return unknown("actor");
  if (observation.updatedBy === undefined || observation.updatedAtMs === undefined) return unknown("last_writer");

  const standing = standingOf(observation, step, nowMs);
  if (!standing.binds) return withoutBindingRecord(observation, run, policy, step, standing.why, nowMs);

  const { record, lapsesAtMs } = standing;
  const isOwn = isSame(record.author, actor.identity);
  const mayUseOwn = step === "deactivate" && effective === "destroy";
  const isNamed = run.consents.includes(record.id) && (!isOwn || mayUseOwn);
  if (isPerson(actor.identity) && (isNamed || isReviewed(observation, run, step, nowMs))) {
    return { kind: "may", consentedBy: record };
  }
  const standingOfActor = isOwn && !mayUseOwn ? "wrote_it" : isPerson(actor.identity) ? "may_consent" : "not_a_person";
  return { kind: "must_wait", standing: standingOfActor, record, lapsesAtMs };
}

/**
 * Whether the actor's review names the record on the key. It never names a record of the actor, so a
 * review allows only what `consents` with the ID of this record would allow. The model checker
 * (test/lifecycle/model) therefore has no reviews; `review.test.ts` compares the two in any situation.
 */
function isReviewed(observation: KeyObservation, { actor, review }: Run, step: ApprovedStep, nowMs: number): boolean {
  return review?.header.step === step && judgeReviewed(review, observation, actor, nowMs).kind === "act";
}

/**
 * Whether this step of the key is more than the actor's review covers. A run that acts on a set
 * requests nothing that the reviewer did not see.
 */
function isBeyondReview({ facts }: KeyObservation, { review }: Run, step: ApprovedStep): boolean {
  return review !== undefined && review.header.step !== step && review.lines.has(keyPathOf(facts));
}

/** Whether the actor is a person without a trusted profile, whom the service names as author. */
export function mayAuthor(actor: Actor): actor is Actor & { readonly identity: Identity; readonly writesAs: Identity } {
  return isPerson(actor.identity) && isPerson(actor.writesAs) && isSame(actor.identity, actor.writesAs);
}

export type ConsentPlan =
  | { readonly kind: "ready"; readonly draft: ConsentDraft }
  | { readonly kind: "refused"; readonly guard: Guard };

/** Plans an approval of `named`: a record that names it, so that the requester may act. */
export function planConsent(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: Run,
  named: string,
  nowMs: number,
): ConsentPlan {
  const { actor } = run;
  const mismatch = (why: ConsentMismatch): ConsentPlan => ({
    kind: "refused",
    guard: { guard: "consent_mismatch", named, why },
  });
  if (actor.identity === undefined) return unknown("actor");
  if (!mayAuthor(actor)) return { kind: "refused", guard: { guard: "actor_not_a_person", actor } };
  const { carried } = observation;
  if (carried.record?.id !== named) return mismatch({ kind: "not_on_file", onFile: carried.record?.id });
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds) return mismatch({ kind: "not_binding", why: standing.why });
  const { record } = standing;
  if (isSame(record.author, actor.identity)) return mismatch({ kind: "own", record });
  if (record.how === "answer") return mismatch({ kind: "is_an_answer", record });
  return {
    kind: "ready",
    draft: {
      ...draftFor(observation, run, actor.identity, policy, record.step, nowMs),
      how: "answer",
      answers: record.id,
    },
  };
}

/** As far as the record or the note on the key shows. Never later than the last write. */
export function knownDeactivationMs(observation: KeyObservation, run: Run): number | undefined {
  if (observation.state !== "deactivated") return undefined;
  const { record } = observation.carried;
  const recorded = record?.step === "destroy" ? record.deactivatedAtMs : undefined;
  const isOwn = run.deactivatedHere === true;
  // A note may be of an earlier deactivation that another tool undid.
  const noted = recorded ?? (isOwn ? undefined : observation.note?.deactivatedAtMs);
  if (noted !== undefined && observation.updatedAtMs !== undefined && noted <= observation.updatedAtMs) return noted;
  return isOwn ? observation.updatedAtMs : undefined;
}

function withoutBindingRecord(
  observation: KeyObservation,
  run: Run,
  policy: DeletionPolicy,
  step: ApprovedStep,
  why: NotBinding,
  nowMs: number,
): Authorization {
  if (!isPerson(run.actor.identity)) return { kind: "must_wait", standing: "not_a_person", notBinding: why };
  if (!mayAuthor(run.actor)) return { kind: "must_wait", standing: "acts_in_a_profile", notBinding: why };
  const isAsked = run.intent !== "resume" || run.deactivatedHere === true;
  const mayWrite = isAsked && !isBeyondReview(observation, run, step);
  // If only the time of a token or of another object says that a request has lapsed, one of the
  // times is wrong, and a new record would replace a request that may well bind.
  const isInDoubt = why.kind === "lapsed" && nowMs + tokenToleranceMs < why.atMs;
  if (!mayWrite || isInDoubt) return { kind: "must_wait", standing: "may_ask", notBinding: why };
  return { kind: "must_write", draft: draftFor(observation, run, run.actor.identity, policy, step, nowMs) };
}

function draftFor(
  observation: KeyObservation,
  run: Run,
  author: Identity,
  policy: DeletionPolicy,
  step: ApprovedStep,
  nowMs: number,
): ConsentDraft {
  const kmsSetter = step === "destroy" ? windowSetter(observation, run, nowMs) : undefined;
  const earlierReasons = reasonsToRepeat(observation, author, policy.reason);
  return {
    step,
    writtenAtMs: nowMs,
    digest: observation.digests[step],
    author,
    authorName: run.actor.displayName,
    how: run.intent === "engine" ? "met" : "asked",
    deactivatedAtMs: knownDeactivationMs(observation, run),
    ...(kmsSetter !== undefined && { kmsSetter }),
    reason: policy.reason === "" ? undefined : policy.reason,
    earlierReasons: earlierReasons.length === 0 ? undefined : earlierReasons,
  };
}

function unknown(missing: "actor" | "last_writer"): { kind: "refused"; guard: Guard } {
  return { kind: "refused", guard: { guard: "persons_unknown", missing } };
}

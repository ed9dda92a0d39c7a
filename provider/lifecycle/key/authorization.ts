/**
 * Applies the rule of two people: may the caller of this run take this step now? A step may run in these cases:
 *
 * - The approver runs the step: the record is another person's request, and this caller approved that very record by
 *   hand in this run (`run.approvals`). Where signatures are demanded, the approver has also signed the approval of a
 *   destruction. An engine never approves, so it waits.
 * - The requester runs the step: the record is another person's stored approval of a request that this caller made. The
 *   caller's own seal on the request proves that, or the caller confirms it by hand.
 * - The program and the marker both require fewer than two people. Under `single`, one caller takes each step in a run
 *   of its own. Under `destroy`, only the destruction requires two people, so the requester of a deactivation takes it
 *   in a later run of an engine. Every other setting can only make the rule stricter.
 *
 * In each other case the run waits, and says for whom. It refuses the step if the service does not name the caller or
 * the last writer. It writes a request only if no record binds, its caller is a person, and the caller asked for this
 * step. An engine asks for a deactivation, which can be undone. It never asks for a destruction, because the person
 * behind it may not have noticed that a key left the program. A run that has waited never repeats its own request. KMS
 * adds a rule of its own about the second person (plan-key-deletion.ts).
 */

import { type ConsentDraft, type NotBinding, standingOf } from "../consent/consent-record.ts";
import { demandedBy, demandedForTwo, markerBesideRecord, markerOf, stricterOf } from "../consent/required-people.ts";
import { approvalStatement, needsSignature } from "../consent/signed-consent.ts";
import { reasonsToRepeat } from "../consent/stated-reasons.ts";
import {
  type Actor,
  type ApprovedStep,
  type ConsentRecord,
  type Identity,
  isPerson,
  isSame,
  type KeyObservation,
  type RequiredPeople,
} from "../vocabulary/observation.ts";
import { tokenToleranceMs } from "../vocabulary/service-time.ts";
import { hasTaken } from "../vocabulary/steps-taken.ts";
import { windowSetter } from "./kms-window.ts";
import {
  type CallerPosition,
  type DeletionPolicy,
  hasRequested,
  type KeyRun,
  type Plan,
  type RequesterPosition,
  ready,
  refuse,
  rightFor,
} from "./plan.ts";

/**
 * The rule for this key, by maximum: a marker loosens only if the code agrees, and the code only if
 * the marker agrees. KMS dual authorization on a backing key requires two people, whatever the code and the
 * marker say. A machine that demands signatures demands those of two people.
 */
export function requiredPeople(observation: KeyObservation, policy: DeletionPolicy): RequiredPeople {
  if (observation.signatures !== undefined) return "both";
  const demanded = stricterOf(markerOf(observation), demandedBy(policy));
  const isDual = observation.backingKeys.some(
    (backingKey) => backingKey.kind === "present" && backingKey.dualAuthDelete,
  );
  return demanded === "single" && isDual ? demandedForTwo(policy) : demanded;
}

/**
 * Decides whether the actor of this run may take `step` now (provider/docs/explanation/two-people.md). The plan is the
 * step, the request for it, a wait for a person, or a refusal.
 */
export function authorize(
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: KeyRun,
  step: ApprovedStep,
  nowMs: number,
): Plan {
  const effective = requiredPeople(observation, policy);
  if (effective === "single") return ready({ kind: step });
  const { actor } = run;
  if (actor.identity === undefined) return unknown("actor");
  if (observation.updatedBy === undefined || observation.updatedAtMs === undefined) return unknown("last_writer");

  const standing = standingOf(observation, step, nowMs);
  if (!standing.binds) return withoutBindingRecord(observation, run, policy, step, standing.why, nowMs);

  const { record, expiresAtMs } = standing;
  const right = rightFor(step, observation);
  const wait = (callerPosition: CallerPosition): Plan => {
    return { kind: "waitingForApproval", step, right, callerPosition, record, expiresAtMs };
  };
  if (!isPerson(actor.identity)) return wait("not_a_person");
  const may = ready({ kind: step, allowedBy: record });
  const isOwn = isSame(record.author, actor.identity);
  const isConfirmed = run.approvals.includes(record.id);
  // Where signatures are demanded, the approval of a destruction counts only with the approver's signature.
  const isProven =
    !needsSignature(observation, step) ||
    run.signed?.has(approvalStatement(observation, record, actor.identity)) === true;
  if (record.quotes !== undefined) {
    // Only the requester may act on a stored approval. Who the requester is, is a text that the approver wrote: Carol
    // could approve a request that Bob never made, and Bob's next run would act on it. So the request counts only if this
    // run's own credential sealed it, or if its person has just confirmed it by hand.
    if (isOwn) return wait("wrote_it");
    if (!isSame(record.quotes.author, actor.identity)) return wait("not_the_requester");
    return record.quotes.isSealedHere === true || isConfirmed ? may : wait("may_confirm");
  }
  if (!isOwn) return isConfirmed && isProven ? may : wait("may_approve");
  // Under `destroy`, the deactivation takes one person, in two runs of an engine.
  const isOlder = !hasRequested(run, step);
  return step === "deactivate" && effective === "destroy" && isOlder ? may : wait("wrote_it");
}

type Author = Actor & { readonly identity: Identity; readonly writesAs: Identity };

/** Whether the actor is a person without a trusted profile, whom the service names as author. */
export function mayAuthor(actor: Actor): actor is Author {
  return isPerson(actor.identity) && isPerson(actor.writesAs) && isSame(actor.identity, actor.writesAs);
}

/** The stored approval of a request by the actor of this run. It lets the requester's next run take the step. */
export function approvalOf(
  { sha256, body, author, authorName, writtenAtMs, seal, signature, step, campaign }: ConsentRecord,
  {
    observation,
    policy,
    run,
  }: {
    readonly observation: KeyObservation;
    readonly policy: DeletionPolicy;
    readonly run: KeyRun & { readonly actor: Author };
  },
  nowMs: number,
): ConsentDraft {
  return {
    ...draftFor(observation, run, run.actor.identity, policy, step, nowMs),
    how: "approval",
    campaign,
    quotes: { sha256, body, author, authorName, writtenAtMs, seal, signature },
  };
}

/**
 * When the key was deactivated, as far as the record or the note on it shows; never later than the last write. The
 * cool-down of 4 hours begins then. Undefined if nothing shows it; then the service refuses a destruction that comes
 * too early.
 */
export function knownDeactivationMs(observation: KeyObservation, run: KeyRun): number | undefined {
  if (observation.state !== "deactivated") return undefined;
  const { record } = observation.carried;
  // Every later write of uko removes that record. While the record is on the key, the last write is the deactivation.
  const recorded = record?.step === "destroy" ? record.deactivatedAtMs : record && observation.updatedAtMs;
  const isOwn = hasTaken(run, "deactivate");
  // A note may be of an earlier deactivation that another tool undid.
  const noted = recorded ?? (isOwn ? undefined : (observation.note?.deactivatedAtMs ?? run.notKept?.deactivatedAtMs));
  if (noted !== undefined && observation.updatedAtMs !== undefined && noted <= observation.updatedAtMs) return noted;
  return isOwn ? observation.updatedAtMs : undefined;
}

function withoutBindingRecord(
  observation: KeyObservation,
  run: KeyRun,
  policy: DeletionPolicy,
  step: ApprovedStep,
  why: NotBinding,
  nowMs: number,
): Plan {
  const right = rightFor(step, observation);
  const mustAsk = (callerPosition: RequesterPosition): Plan => {
    return { kind: "waitingForRequest", step, right, callerPosition, notBinding: why };
  };
  if (!isPerson(run.actor.identity)) return mustAsk("not_a_person");
  if (!mayAuthor(run.actor)) return mustAsk("acts_in_a_profile");
  // An engine runs whatever its program says, and its person may not have noticed that a key left the program. So an
  // engine requests only what can be undone.
  const mayWrite = run.intent === "request" || (run.intent === "engine" && step === "deactivate");
  // If the service's own time does not say that a request has expired, but the time of a token or of an
  // object does, one of these times is wrong. A new record could then replace a request that still counts.
  const isInDoubt = why.kind === "expired" && nowMs + tokenToleranceMs < why.atMs;
  // A request that this run wrote before it waited no longer counts: it was withdrawn, voided or expired.
  const isRepeated = run.hasWaited === true && hasRequested(run, step);
  if (!mayWrite || isInDoubt || isRepeated) return mustAsk("may_ask");
  const draft = draftFor(observation, run, run.actor.identity, policy, step, nowMs);
  const { updatedBy, updatedAtMs } = observation;
  const isOwnWrite = updatedBy !== undefined && isSame(updatedBy, draft.author);
  // A deactivation changes nothing that its author could have chosen.
  const isDeactivation = draft.deactivatedAtMs === updatedAtMs;
  return ready({
    kind: "write_record",
    draft: { ...draft, ...(isOwnWrite && !isDeactivation && { ownWriteAtMs: updatedAtMs }) },
    marker: markerBesideRecord(observation, policy),
  });
}

function draftFor(
  observation: KeyObservation,
  run: KeyRun,
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
    how: run.intent === "engine" ? "engine" : "command",
    deactivatedAtMs: knownDeactivationMs(observation, run),
    ...(kmsSetter !== undefined && { kmsSetter }),
    reason: policy.reason === "" ? undefined : policy.reason,
    earlierReasons: earlierReasons.length === 0 ? undefined : earlierReasons,
  };
}

function unknown(missing: "actor" | "last_writer"): Plan {
  return refuse({ guard: "persons_unknown", missing });
}

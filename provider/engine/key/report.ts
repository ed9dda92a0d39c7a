/**
 * Makes the report on a managed key that commands print and that `--json` returns: its state, what its deletion waits
 * for, who can act, and what this command did.
 */

import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import { leaderIn } from "../../lifecycle/consent/membership.ts";
import { recordWithReasons, statedReasons } from "../../lifecycle/consent/stated-reasons.ts";
import { type Wait, waitOf } from "../../lifecycle/key/lifecycle-state.ts";
import { type KeyRun, type Plan, rightFor, type Step } from "../../lifecycle/key/plan.ts";
import { findUnapprovedStep } from "../../lifecycle/key/unapproved-step.ts";
import { rights } from "../../lifecycle/vocabulary/managed-key-states.ts";
import type { ConsentRecord, Identity, UnapprovedStep } from "../../lifecycle/vocabulary/observation.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { isoTime } from "../../text/iso-time.ts";
import { codeOf, type DeletionReport, type Report, type Subject } from "../loop/report.ts";
import type { ReportedUnapprovedStep } from "../ports/evidence.ts";
import type { KeyRef } from "../ports/world.ts";
import type { Explanation } from "../text/explanation.ts";
import { describeReason } from "./evidence.ts";
import type { KeyDetails, KeySummary } from "./observe.ts";
import type { Outcome } from "./steps.ts";

export function reportOn(ref: KeyRef, observed: KeyDetails, run: KeyRun, explanation: Explanation, end?: End): Report {
  const { lifecycleState, ...deletion } = reportKeyDeletion(observed, run, end);
  return {
    v: 1,
    ...ref,
    label: observed.observation.facts.label,
    lifecycleState,
    keyState: observed.observation.stateWord,
    deletion: { ...deletion, ...voidOf(observed) },
    taken: certainSteps(run).map((step) => step.kind),
    explanation,
    ...codeOf(explanation),
  };
}

export function reportGone(ref: KeyRef, taken: readonly Step[] = []): Report {
  const removedHere = taken.some((step) => step.kind === "remove");
  return {
    v: 1,
    ...ref,
    lifecycleState: "gone",
    deletion: {},
    taken: taken.map((step) => step.kind),
    explanation: {
      summary: removedHere
        ? `Key ${ref.keyId} is gone: this run removed it from its vault`
        : `Key ${ref.keyId} is gone, or its ID is mistyped: its vault has no key with this ID`,
      facts: [],
      next: [],
    },
    exitCode: 0,
  };
}

/** The plan at the end of a run, or the step for which the caller lacks the right. */
export type End = Plan | Extract<Outcome, { readonly kind: "rights_missing" }>;

export function endOf(outcome: Exclude<Outcome, { readonly kind: "gone" }>): End | undefined {
  if (outcome.kind === "stopped") return outcome.plan;
  return outcome.kind === "rights_missing" ? outcome : undefined;
}

export interface KeyDeletionReport extends DeletionReport, Pick<Wait, "lifecycleState"> {}

/** What the deletion of the key waits for, as data. It does not depend on who reads it. */
export function reportKeyDeletion(observed: KeySummary, run: KeyRun, end?: End): KeyDeletionReport {
  const plan = end?.kind === "rights_missing" ? undefined : end;
  const { lifecycleState, awaits, notBeforeMs, standing } = waitOf(observed.observation, run, observed.nowMs, plan);
  const record = recordWithReasons(observed.observation, observed.nowMs);
  const { declined } = observed.observation;
  const unapproved = findUnapprovedStep(observed.observation);
  return {
    lifecycleState,
    ...(awaits !== undefined && { awaits }),
    ...(notBeforeMs !== undefined && { notBefore: isoTime(notBeforeMs) }),
    ...(standing.binds && {
      ...peopleBehind(standing.record),
      recordId: standing.record.id,
      recordExpiresAt: isoTime(standing.expiresAtMs),
    }),
    ...(standing.binds && standing.record.campaign !== undefined && { campaign: leaderIn(standing.record.campaign) }),
    ...whoMayAct(observed, end),
    ...(record !== undefined && { reasons: statedReasons(record).map(describeReason) }),
    ...(unapproved !== undefined && { unapprovedStep: describeUnapproved(unapproved) }),
    ...(declined !== undefined && { declined: { ...describeReason(declined), at: isoTime(declined.atMs) } }),
  };
}

/** A stored approval took the place of the request, and quotes it. */
function peopleBehind(
  record: ConsentRecord,
): Pick<DeletionReport, "requestedBy" | "requestedByName" | "approvedBy" | "approvedByName"> {
  const { author: requester, authorName: requesterName } = record.quotes ?? record;
  return {
    requestedBy: idOf(requester),
    ...(requesterName !== undefined && { requestedByName: requesterName }),
    ...(record.quotes !== undefined && {
      approvedBy: idOf(record.author),
      ...(record.authorName !== undefined && { approvedByName: record.authorName }),
    }),
  };
}

function describeUnapproved({ step, lastWriter, atMs }: UnapprovedStep): ReportedUnapprovedStep {
  return {
    step,
    ...(lastWriter !== undefined && { lastWriter: idOf(lastWriter) }),
    ...(atMs !== undefined && { lastWriteAt: isoTime(atMs) }),
  };
}

function whoMayAct(
  { observation }: KeySummary,
  end: End | undefined,
): Pick<DeletionReport, "neededRoles" | "excludedIdentity" | "isUnconfirmed"> {
  switch (end?.kind) {
    case "waitingForApproval": {
      return {
        neededRoles: end.right.roles,
        excludedIdentity: idOf(end.record.author),
        ...(end.callerPosition === "may_confirm" && { isUnconfirmed: true }),
      };
    }
    case "waitingForTime":
      return { neededRoles: (end.awaits === "pending_destruction" ? rights.remove : rights.destroy).roles };
    case "rights_missing":
      return { neededRoles: rightFor(end.step.kind, observation).roles };
    default:
      return {};
  }
}

/** Why the record on the key does not count. A record whose step was taken should not. */
function voidOf({ observation, nowMs }: KeySummary): Pick<DeletionReport, "recordExpiredAt" | "voidBecause"> {
  const standing = deletionStanding(observation, nowMs);
  if (standing.binds) return {};
  const { why } = standing;
  if (why.kind === "expired") return { recordExpiredAt: isoTime(why.atMs) };
  const isOver = observation.state === "destroyed" || why.kind === "none" || why.kind === "other_step";
  const isUsed = observation.state === "deactivated" && "record" in why && why.record.step === "deactivate";
  return isOver || isUsed ? {} : { voidBecause: why.kind };
}

function idOf({ iamId, mark }: Identity): string {
  return iamId ?? mark;
}

export function subjectOfKey({ instanceId, vaultId, keyId }: KeyRef): Subject {
  return { instanceId, vaultId, keyId };
}

/**
 * Approves many keys that one person reviewed: it acts on each key that a fresh read shows as reviewed, and skips every
 * other key. Or it stores an approval on each key. It writes evidence of each approval that was refused because the
 * caller had made the request.
 */

import { type ErrorCode, onCodes, UkoError } from "../../../errors.ts";
import {
  type Answered,
  answeredReview,
  keyPathOf,
  type Review,
  type ReviewLine,
  whyReviewIsUnusable,
} from "../../../lifecycle/consent/review.ts";
import type { AnyReview } from "../../../lifecycle/kms-key/kms-review.ts";
import { converge } from "../../loop/converge.ts";
import { appendEvidence, type StepEvidence } from "../../loop/evidence.ts";
import { createSlots, runAll, withoutSteps } from "../../loop/many.ts";
import type { Report } from "../../loop/report.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import { capital } from "../../text/words.ts";
import { reportExisting, withReport } from "../command-reports.ts";
import { describeRecord } from "../evidence.ts";
import { approvalIntent } from "../intents.ts";
import { keyKind } from "../kind.ts";
import type { Outcome } from "../steps.ts";
import { reviewCommand, sayUnusable } from "../text/review-words.ts";
import { findApprovable, type KeyApart } from "./review-set.ts";
import { signRecords, signReviewed } from "./sign-consents.ts";

export interface Approving {
  /**
   * Whether to store an approval on each key, with which its requester's next run takes the step. The run itself then
   * takes no step.
   */
  readonly stores: boolean;
  /** Receives each result as soon as it is known. */
  readonly each: (result: KeyResult) => void;
}

export type KeyResult =
  | { readonly kind: "reported"; readonly ref: KeyRef; readonly label: string; readonly report: Report }
  | { readonly kind: "failed"; readonly ref: KeyRef; readonly label: string; readonly error: UkoError };

/**
 * Approves all keys of a review. Throws UKO_VIEW_OUTDATED if the review names no record at all, and every error that
 * is not about one key.
 */
export async function approveReviewed(
  world: World,
  review: Review,
  { each, ...how }: Approving,
  options: CallOptions,
): Promise<readonly KeyResult[]> {
  const again = againOf(review);
  await requireUsable(world, review, { again }, options);
  const slots = createSlots(world.clock);
  const approve = approverOf({ ...withoutSteps(world), clock: slots.clock }, review, { ...how, again });
  const { instanceId } = world.session;
  const act = ({ vaultId, keyId, label }: ReviewLine): Promise<KeyResult> => {
    const ref = { instanceId, vaultId, keyId };
    const reported = approve(ref, options).then((report) => ({ kind: "reported", ref, label, report }) as const);
    return reported.catch(onCodes(concernsOneKey, (error) => ({ kind: "failed", ref, label, error })));
  };
  return runAll(world, { items: [...review.lines.values()], what: "Approving", act, each, slots }, options);
}

/** A request as a page or a terminal showed it. */
export interface ShownRequest extends Pick<Approving, "stores"> {
  readonly recordId: string;
}

export async function approveOne(
  world: World,
  ref: KeyRef,
  { recordId, ...how }: ShownRequest,
  options: CallOptions,
): Promise<Report> {
  const query = { refs: [ref], stores: how.stores, isNamed: true };
  const { sets, apart, unreadable } = await findApprovable(world, query, options);
  await noteRefused(world, apart, options);
  const [unread] = unreadable;
  if (unread !== undefined) throw unread.error;
  const review = sets[0]?.file?.review;
  const [line] = review?.lines.values() ?? [];
  if (review !== undefined && line?.record.startsWith(recordId) === true) {
    return approverOf(world, review, { ...how, again: `uko status ${keyPathOf(ref)}` })(ref, options);
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `The request on key ${ref.keyId} is not the one that was shown`,
    detail: `${apart[0] === undefined ? "" : `${capital(apart[0].why)}. `}Nothing was changed.\nNext: look at the key again with uko status ${keyPathOf(ref)}.`,
  });
}

/**
 * Writes a line of evidence for each request that the caller tried to approve and had made. Nothing happened to the
 * key, and an auditor wants to know who tries to be both people. Throws UKO_EVIDENCE_UNWRITABLE.
 */
export async function noteRefused(world: World, apart: readonly KeyApart[], options: CallOptions): Promise<void> {
  const own = apart.flatMap(({ ownRequest, why: _why, ...key }) => (ownRequest ? [{ ...key, ...ownRequest }] : []));
  if (own.length === 0) return;
  const { instanceId, serviceTimeMs } = world.session;
  const call = { phase: "refused", actor: await world.session.actor(options), correlationId: "" } as const;
  for (const { vaultId, keyId, label, record, state } of own) {
    const facts: StepEvidence = {
      ...{ subject: { instanceId, vaultId, keyId, label }, step: "approve", from: state, to: state },
      details: { keystores: [], refused: describeRecord(record) },
    };
    await appendEvidence(world, facts, { ...call, nowMs: serviceTimeMs() ?? record.writtenAtMs });
  }
}

/**
 * Returns the act that approves one key of a review. The first call signs for all keys, where signatures are demanded.
 * Throws UKO_VIEW_OUTDATED if the review names no record at all.
 */
export function approverOf(
  world: World,
  review: Review,
  { again, ...how }: Omit<Approving, "each"> & Again,
): (ref: KeyRef, options: CallOptions) => Promise<Report> {
  let signing: Promise<void> | undefined;
  const answered = answeredReview(review);
  return withReport(world, "approve", async (ref, calls: CallOptions) => {
    signing ??= how.stores ? signStored(world, answered, calls) : signReviewed(world, review, calls);
    await signing;
    const confirmed = { approvals: [], review, signed: world.signatures?.signed };
    const task = { ref, ...confirmed, ...approvalIntent(answered, how.stores) };
    const outcome = await converge(world, keyKind, task, calls);
    throwIfUnusable(outcome, again);
    return reportExisting(ref, outcome);
  });
}

function signStored(world: World, answered: Answered, options: CallOptions): Promise<void> {
  const { instanceId } = world.session;
  const refs = [...answered.review.lines.values()].map(({ vaultId, keyId }) => ({ instanceId, vaultId, keyId }));
  return signRecords(world, { refs, ...approvalIntent(answered, true) }, options);
}

/** Errors about one key, after which the run goes on with the next key. */
const concernsOneKey: readonly ErrorCode[] = [
  "UKO_ACCESS_DENIED",
  "UKO_RESPONSE_INVALID",
  "UKO_RESPONSE_LOST",
  "UKO_CHANGED_MEANWHILE",
  "UKO_CLOCK_SKEW",
  "UKO_DEADLINE",
  "UKO_GONE_UNPROVEN",
  "UKO_KEY_NOT_FOUND",
  "UKO_PERSONS_UNKNOWN",
  "UKO_RIGHTS_MISSING",
  "UKO_SERVICE_UNAVAILABLE",
];

/** The command that reviews the same keys again, for messages. */
interface Again {
  readonly again: string;
}

function againOf(review: Review): string {
  const [first] = review.lines.values();
  return reviewCommand({ ...review.header, ...(first && { requester: first.requester }) });
}

/**
 * Throws UKO_VIEW_OUTDATED before the first read if the caller cannot use the review. Without a time, the age of the
 * review is checked with the first key.
 */
export async function requireUsable(
  { session }: World,
  { header, answeredAtMs }: AnyReview,
  { nowMs = header.reviewedAtMs, again }: Again & { readonly nowMs?: number },
  options: CallOptions,
): Promise<void> {
  const actor = await session.actor(options);
  const { instanceId } = session;
  const why = whyReviewIsUnusable(header, { instanceId, actor, nowMs, latestMs: nowMs, answeredAtMs });
  if (why !== undefined) throw outdated(sayUnusable(why), again);
}

function throwIfUnusable(outcome: Outcome, again: string): void {
  if (outcome.kind !== "stopped" || outcome.plan.kind !== "refused") return;
  const { guard } = outcome.plan;
  if (guard.guard !== "not_as_reviewed") return;
  const { why } = guard;
  if (why.kind === "answered_late" || why.kind === "expired" || why.kind === "not_yet")
    throw outdated(sayUnusable(why), again);
}

function outdated(why: string, again: string): UkoError {
  return new UkoError("UKO_VIEW_OUTDATED", {
    summary: `The review cannot be used: ${why}`,
    detail: `Answer within 60 minutes of the first read; the answer counts for 4 hours, in the same process. Nothing more was changed.\nNext: look at the keys again with ${again}.`,
  });
}

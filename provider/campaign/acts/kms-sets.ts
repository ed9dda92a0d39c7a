/**
 * Reviews, approves and rolls back the KMS keys of a wave. KMS's own dual authorization applies: one identity opens a
 * deletion window of 7 days, and another identity destroys the key within it. KMS can restore a destroyed key for 30
 * days. A KMS key carries no record, so nothing but the evidence says who destroyed it for which wave. Therefore a
 * rollback restores it only after a person confirmed.
 */

import { classesToConfirm, type KeyAmongMany } from "../../engine/key/exceptions.ts";
import { fileOf } from "../../engine/key/sets/review-set.ts";
import { sayUnusable } from "../../engine/key/text/review-words.ts";
import { createKmsOperations } from "../../engine/kms-key/commands.ts";
import { explainKmsOutcome } from "../../engine/kms-key/messages.ts";
import { observeKmsKey } from "../../engine/kms-key/observe.ts";
import { restoreKmsKey } from "../../engine/kms-key/restore.ts";
import { asIfApproved, type KmsSignedRequest, observeWithSignatures } from "../../engine/kms-key/signed-request.ts";
import { plain, sayRoles, sayTime } from "../../engine/text/words.ts";
import { type ErrorCode, errorCatalog, mostSevere } from "../../errors.ts";
import { answeredReview, type ReviewedWave } from "../../lifecycle/consent/review.ts";
import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import {
  type KmsReview,
  type KmsReviewLine,
  type KmsSkip,
  kmsLineOf,
  kmsReviewOf,
  planReviewedKmsKey,
} from "../../lifecycle/kms-key/kms-review.ts";
import { readSignedRequests } from "../files/signed-requests.ts";
import { type KeyResult, resultFrom, withoutStep } from "../reports/key-results.ts";
import { nextCommand, withRemark } from "../reports/report.ts";
import { keyAsListed, listOfKmsKeys, reportReview } from "../reports/review-text.ts";
import type { ReviewOfStep, ReviewResult } from "../reports/wave-state.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import type { CampaignContext } from "../view/context.ts";
import { actOnKeys, kmsRefOf } from "./on-keys.ts";

/** Reads each KMS key that is set for deletion, and writes what the caller saw. */
export async function reviewKmsKeys(
  context: CampaignContext,
  { wave }: ReviewOfStep,
  { requested, apart, campaign }: RequestedKeys,
): Promise<ReviewResult> {
  const { world, view, options } = context;
  const actor = await world.session.actor(options);
  const reviewer = actor.identity?.iamId ?? "";
  const common = { instanceId: world.session.instanceId, step: "destroy", reviewer, campaign } as const;
  const signed = await signedRequestsOf(context);
  const lines: KmsReviewLine[] = [];
  const toCheck: KeyAmongMany[] = [];
  const times: number[] = [];
  const read = await actOnKeys(context, "Reading", requested, async (key) => {
    const { name, line } = key;
    const how = { depth: "inspection", signedRequest: signed.get(line.id) } as const;
    const read = await observeWithSignatures(world, kmsRefOf(world, key), how, options);
    if (read.kind === "gone") return withoutStep(key, "KMS has no key with this ID");
    const observed = asIfApproved(read);
    const { observation, nowMs } = observed;
    const seen = kmsLineOf(observation, nowMs);
    if (seen === undefined) return withoutStep(key, "its deletion window has expired");
    const header = { ...common, reviewedAtMs: nowMs };
    const run = { actor, approvals: [] };
    const plan = planReviewedKmsKey(kmsReviewOf(header, [seen]), observation, run, nowMs);
    if (plan.kind === "skip") return withoutStep(key, saySkip(plan.why));
    if (plan.kind !== "ready") {
      const stopped = { kind: "stopped", plan, observed, memory: { run } } as const;
      return withoutStep(key, explainKmsOutcome(stopped, { rerun: "uko continue" }).summary);
    }
    lines.push(seen);
    toCheck.push(keyAsListed(view, key));
    times.push(nowMs);
    return { key: name, label: line.label, outcome: "unchanged", says: "reviewed", exitCode: 0 };
  });
  if (read.stoppedBy !== undefined) throw read.stoppedBy;
  const left = [...read.results.filter(({ outcome }) => outcome !== "unchanged"), ...apart];
  const exceptions = classesToConfirm(toCheck);
  const header = { ...common, reviewedAtMs: Math.min(...times), ...(exceptions !== "" && { exceptions }) };
  const file = lines.length === 0 ? undefined : fileOf(world, kmsReviewOf(header, lines));
  const report = reportReview(context, {
    ...{ wave, step: "destroy", kind: "kms", file, campaign, keys: lines, toCheck },
    left: left.map(({ label, says: why }) => ({ label, why })),
    apart: [{ data: { apart: left }, exitCode: mostSevere(left.map(({ exitCode }) => exitCode)) }],
    list: listOfKmsKeys(lines, view.nowMs),
    instead: withRemark(nextCommand({ wave, path: view.folder.path }), "the first person"),
  });
  return { report, file };
}

interface RequestedKeys {
  /** Keys that are ready for the destroy and set for deletion. */
  readonly requested: readonly KeyInSchedule[];
  readonly apart: readonly KeyResult[];
  readonly campaign: ReviewedWave;
}

/** Returns the act that destroys one reviewed KMS key. */
export async function destroyerOfKmsKeys(
  context: CampaignContext,
  review: KmsReview,
): Promise<(key: KeyInSchedule) => Promise<KeyResult>> {
  const { world, options } = context;
  const operations = createKmsOperations(world);
  const signed = await signedRequestsOf(context);
  const requests = [...review.lines.values()].flatMap(({ kmsKeyId }) => signed.get(kmsKeyId) ?? []);
  const answered = answeredReview(review);
  let signing: Promise<void> | undefined;
  return async (key) => {
    // One signature for the whole review, and not before the caller has confirmed it.
    signing ??= operations.signApprovals(requests, options);
    await signing;
    const request = signed.get(key.line.id);
    const { skipped, ...report } = await operations.approveReviewed(kmsRefOf(world, key), answered, options, request);
    return skipped === undefined ? resultFrom(key, report) : withoutStep(key, saySkip(skipped));
  };
}

/** The signed requests in the folder, by the ID of their KMS key. A machine that demands no signatures reads none. */
async function signedRequestsOf({ world, view }: CampaignContext): Promise<ReadonlyMap<string, KmsSignedRequest>> {
  return world.signatures === undefined ? new Map() : readSignedRequests(view.folder, world);
}

function saySkip(why: KmsSkip): string {
  switch (why.kind) {
    case "not_listed":
      return "the review does not list the key";
    case "no_window":
      return "its deletion window has expired or was unset, so it needs a new request";
    case "changed":
      return `changed since the review: ${why.fields.join(", ")}`;
    default:
      return sayUnusable(why);
  }
}

/** Restores one destroyed KMS key, which a person confirmed. */
export async function restoreOne(context: CampaignContext, key: KeyInSchedule): Promise<KeyResult> {
  const { world, options } = context;
  const { name, line } = key;
  const leave = (says: string): KeyResult => withoutStep(key, says);
  const ref = kmsRefOf(world, key);
  const observed = await observeKmsKey(world, ref, "inspection", options);
  if (observed.kind === "gone") return leave("KMS has purged the key");
  const { observation } = observed;
  if (observation.state !== "destroyed") return leave("it is not destroyed");
  const restored = await restoreKmsKey(world, ref, observed, options);
  const failed = (says: string, code: ErrorCode): KeyResult => {
    const { exitCode } = errorCatalog[code];
    return { key: name, label: line.label, outcome: "failed", says, code, exitCode };
  };
  switch (restored.kind) {
    case "restored":
      return { key: name, label: line.label, outcome: "acted", says: "restored", exitCode: 0 };
    case "too_late":
      return leave(`KMS could restore it until ${sayTime(restored.untilMs)}`);
    case "unknown":
      return failed("no response; run it again", "UKO_RESPONSE_LOST");
    case "forbidden":
      return failed(`this requires the role ${sayRoles(kmsRights.restore)}`, "UKO_RIGHTS_MISSING");
    case "refused":
      return failed(`KMS refused: ${plain(restored.message, 200)}`, "UKO_SERVICE_REFUSED");
  }
}

/**
 * Prepares the approval of a review so that a page can show the keys before a person confirms. It changes nothing. It
 * finds the keys on which the approval can act now, how many of them the first run takes, the keys of the review that
 * are left out, and the phrase to type. If the wave does not allow the step now, it returns the report that says why.
 * It refuses a review of another step or wave, or of an older list of the campaign's keys, because the reviewer then
 * saw other keys or other rules. The file also makes what a review notes of its campaign.
 */

import { UkoError } from "../../../errors.ts";
import { hasHappened } from "../../../lifecycle/campaign/gates.ts";
import {
  answerWithinMs,
  maxReviewBytes,
  type Review,
  type ReviewedWave,
  type ReviewLine,
} from "../../../lifecycle/consent/review.ts";
import { findUnapprovedStep } from "../../../lifecycle/key/unapproved-step.ts";
import { type AnyReview, isKmsReview } from "../../../lifecycle/kms-key/kms-review.ts";
import { isoTime } from "../../../text/iso-time.ts";
import { setPhrase } from "../../../text/phrase.ts";
import { classesToConfirm, type SummarizedKey } from "../../key/exceptions.ts";
import { sayLast } from "../../key/sets/approval-messages.ts";
import { requireUsable } from "../../key/sets/approve-set.ts";
import { nameUses } from "../../key/sets/known-uses.ts";
import { parseReview } from "../../key/sets/review-file.ts";
import { shownIn } from "../../key/sets/review-set.ts";
import { otherLabels, pastLabelsOf } from "../../key/shown-key.ts";
import { plain } from "../../text/words.ts";
import { reviewFileName, reviewFolder } from "../files/reviews.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { type KeyResult, withoutStep } from "./key-results.ts";
import { nextCommand } from "./report.ts";
import { addedSince } from "./review-text.ts";
import { readyKeys } from "./waiting.ts";
import { type ReviewedStepRequest, reportClosed, sizeOfRun, takenByReviewer, waveStateOf } from "./wave-state.ts";

/** Throws UKO_VIEW_OUTDATED and UKO_INPUT_INVALID. Changes nothing. */
export async function prepareApproval(context: CampaignContext, request: ReviewedStepRequest) {
  const { world, options } = context;
  const { wave, step, stores } = request;
  const readiness = waveStateOf(context, request);
  if (readiness.gate.kind !== "open") {
    return { kind: "closed", report: reportClosed(context, { wave, step }, readiness) } as const;
  }
  const review = await reviewOfWave(context, request);
  const again = nextCommand({ wave, path: context.view.folder.path });
  await requireUsable(world, review, { nowMs: context.view.nowMs, again }, options);
  const { ready, apart } = readyKeys(context, wave, step);
  const listed = ready.filter(({ name }) => review.lines.has(name));
  // A stored approval takes no step, so there is nothing to check after the first keys.
  const most = stores ? listed.length : Math.min(await sizeOfRun(context, request, review), listed.length);
  const added = addedSince(context);
  const shown = isKmsReview(review) ? [] : listed.flatMap((key) => shownKey(context, key, review, added));
  const others = [...apart, ...takenByOthers(context, request, review)];
  const unready = others.map(({ label, says: why }) => ({ label, why }));
  return {
    kind: "open" as const,
    review,
    /** The reviewed keys that are ready. */
    listed,
    /** What the lists of the vaults show of these keys; empty for KMS keys. */
    shown,
    /** How many of the keys the first run may act on. */
    most,
    /** Keys of the review that are not ready, with the reason. */
    apart: others.filter(({ key }) => review.lines.has(key)),
    /** Each key of the wave that the approval does not cover. */
    unready,
    /** What the person reads just before they confirm. */
    last: sayLast(shown, unready),
    // What a person types, such as `destroy 812`. The page counts exceptions over all its keys. So the person confirms
    // them with the rest, and not with the sample.
    phrase: setPhrase(stores ? "store" : step, most, most === listed.length ? classesToConfirm(shown) : ""),
  };
}

/** A reviewed key as the list of its vault shows it; none if its request is gone. */
function shownKey(
  { world, view }: CampaignContext,
  { name, listed }: PlannedKey,
  { lines }: Review,
  added: (line: ReviewLine) => number,
): readonly SummarizedKey[] {
  const line = lines.get(name);
  const { observation, traits } = listed ?? {};
  const record = observation?.carried.record;
  if (line === undefined || observation === undefined || traits === undefined || record === undefined) return [];
  const { template, createdAtMs } = traits;
  const { facts, releasedHolds = [] } = observation;
  const created = createdAtMs === undefined ? {} : { createdAt: isoTime(createdAtMs) };
  const pastLabels = otherLabels(pastLabelsOf(world, line), facts.label);
  const usedBy = nameUses(world.session, line.resources);
  const shown = { ...created, template, usedBy, pastLabels, said: { description: facts.description } };
  const unapproved = findUnapprovedStep(observation);
  const { nowMs } = view;
  return [{ line, record, shown, addedResources: added(line), releasedHolds, unapproved, nowMs }];
}

/** Reviewed keys on which another person took the step since, so that each reviewed key is in the report. */
function takenByOthers(
  context: CampaignContext,
  request: ReviewedStepRequest,
  review: AnyReview,
): readonly KeyResult[] {
  const own = new Set(takenByReviewer(context, request, review, 0));
  return keysOfWave(context, request.wave).flatMap((key) => {
    const { name, facts, listed, isUnread } = key;
    if (!review.lines.has(name) || isUnread || own.has(key) || !hasHappened(facts.state, request.step)) return [];
    const writer = listed?.observation?.updatedBy?.iamId ?? listed?.kmsKey?.deletedBy;
    const state = facts.state === "gone" ? "removed" : facts.state;
    return [
      withoutStep(key, plain(`already ${state}${writer === undefined ? "" : `, last written by ${writer}`}`, 200)),
    ];
  });
}

/**
 * Reads the review that the digest names, which this process has just shown. Throws UKO_INPUT_INVALID for a file with
 * another digest, and for the review of another wave, step or manifest. The file itself says its kind, so one digest
 * names one file.
 */
async function reviewOfWave(context: CampaignContext, request: ReviewedStepRequest): Promise<AnyReview> {
  const { path } = context.view.folder;
  const { wave, step, review: digest } = request;
  const again = nextCommand({ wave, path });
  const invalid = (summary: string): UkoError =>
    new UkoError("UKO_INPUT_INVALID", { summary, detail: `Nothing was changed. Next: ${again}` });
  const name = reviewFileName(wave, step, digest);
  const text = await context.view.folder.read(name, maxReviewBytes);
  if (text === undefined) throw invalid(`${path}/${reviewFolder} has no review with this SHA-256`);
  const parsed = parseReview(text);
  if (context.world.sha256(text) !== digest || parsed.kind !== "review") {
    throw invalid(`${path}/${name} is not the review that was shown`);
  }
  const answeredAtMs = request.isAnswered === true ? parsed.review.header.reviewedAtMs + answerWithinMs : undefined;
  const review = { ...parsed.review, shown: shownIn(parsed.review, digest), answeredAtMs };
  const { header } = review;
  const expected = reviewedWave(context, wave);
  const isOfWave = header.campaign?.name === expected.name && header.campaign.wave === wave && header.step === step;
  if (!isOfWave) throw invalid(`${name} reviews something else`);
  if (header.campaign?.digest !== expected.digest)
    throw invalid(`The manifest of wave "${wave}" changed after the review`);
  return review;
}

export function reviewedWave(context: CampaignContext, wave: string): ReviewedWave {
  const { campaign, manifest } = context.view;
  const classes = new Set(keysOfWave(context, wave).map(({ line }) => line.class));
  const digest = manifest.waves.find((each) => each.wave === wave)?.digest ?? "";
  return { name: campaign.name, wave, digest, class: [...classes].sort().join("+") };
}

/**
 * Prepares the approval of a review so that a page can show the keys before a person confirms. It changes nothing. It
 * finds the keys on which the approval can act now, how many calls the next run may make, the keys of the review that are
 * left out, and the phrase to type. If the wave does not allow the step now, it returns the report that says why. It
 * refuses a review of another step or wave, or of an older list of the campaign's keys, because the reviewer then saw
 * other keys or other rules. The file also makes what a review notes of its campaign.
 */

import { classesToConfirm, type SummarizedKey, sayTag, warningsIn } from "../../engine/key/exceptions.ts";
import { sayLast } from "../../engine/key/sets/approval-messages.ts";
import { requireUsable } from "../../engine/key/sets/approve-set.ts";
import { nameUses } from "../../engine/key/sets/known-uses.ts";
import { knownTextsOf, otherLabels } from "../../engine/key/shown-key.ts";
import { plain } from "../../engine/text/words.ts";
import { UkoError } from "../../errors.ts";
import { answerWithinMs, type Review, type ReviewedWave } from "../../lifecycle/consent/review.ts";
import { findUnapprovedStep } from "../../lifecycle/key/unapproved-step.ts";
import { type AnyReview, isKmsReview } from "../../lifecycle/kms-key/kms-review.ts";
import { isoTime } from "../../text/iso-time.ts";
import { setPhrase } from "../../text/phrase.ts";
import { callsLeftInSample } from "../rules/breaker.ts";
import { hasHappened } from "../rules/gates.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import { type KeyResult, withoutStep } from "./key-results.ts";
import { isRefused, readyKeys } from "./ready-keys.ts";
import { nextCommand } from "./report.ts";
import { keyAsListed, notesOf } from "./review-text.ts";
import { reportClosed, type ShownReviewRequest, waveStateOf } from "./wave-state.ts";

/** Throws UKO_VIEW_OUTDATED and UKO_INPUT_INVALID. Changes nothing. */
export async function prepareApproval(context: CampaignContext, request: ShownReviewRequest) {
  const { world, options } = context;
  const { wave, step } = request;
  const readiness = waveStateOf(context, request);
  if (readiness.gate.kind !== "open") {
    return { kind: "closed", report: reportClosed(context, { wave, step }, readiness) } as const;
  }
  const review = reviewOfWave(context, request);
  const again = nextCommand({ wave, path: context.view.folder.path });
  await requireUsable(world, review, { nowMs: context.view.nowMs, again }, options);
  const { ready, apart } = readyKeys(context, wave, step);
  const { tried, isSampled } = request.review;
  const left = ready.filter(({ name }) => review.lines.has(name) && !tried.has(name));
  // What the service refused within 24 h goes last, after a question of its own.
  const fresh = left.filter((key) => !isRefused(key));
  const listed = fresh.length > 0 ? fresh : left;
  const first = callsLeftInSample({ keys: review.lines.size, calls: 0, successes: 0 });
  const most = isSampled ? listed.length : Math.min(first, listed.length);
  const notes = notesOf(context);
  const shown = isKmsReview(review) ? [] : listed.flatMap((key) => shownKey(context, key, review, notes));
  const toCheck = isKmsReview(review) ? listed.map((key) => keyAsListed(context.view, key)) : shown;
  const others = [...apart, ...takenMeanwhile(context, request, review)];
  const unready = others.map(({ label, says: why }) => ({ label, why }));
  return {
    kind: "open" as const,
    review,
    /** The reviewed keys that this run may take. */
    listed,
    /** How many reviewed keys follow after this run. */
    later: left.length - most,
    /** What the lists of the vaults show of these keys; empty for KMS keys. */
    shown,
    /** The listed keys, as the person reads them among many. */
    toCheck,
    /** How many calls the run may make; after a refusal in a sample, a few more. */
    most,
    /** Keys of the review that are not ready, with the reason. */
    apart: others.filter(({ key }) => review.lines.has(key)),
    /** Each key of the wave that the approval does not cover. */
    unready,
    /** What the person reads just before they confirm. */
    last: sayLast(toCheck, unready),
    // What a person types, such as `destroy 812`. The page counts exceptions over all its keys. So the person confirms
    // them with the rest, and not with the sample.
    phrase: setPhrase(step, most, most === listed.length ? classesToConfirm(toCheck) : ""),
  };
}

/** A reviewed key as the list of its vault shows it; none if its request is gone. */
function shownKey(
  { world, view }: CampaignContext,
  { name, listed }: KeyInSchedule,
  { lines }: Review,
  notes: ReturnType<typeof notesOf>,
): readonly SummarizedKey[] {
  const line = lines.get(name);
  const { observation, traits } = listed ?? {};
  const record = observation?.carried.record;
  if (line === undefined || observation === undefined || traits === undefined || record === undefined) return [];
  const { template, createdAtMs } = traits;
  const { facts, releasedHolds = [] } = observation;
  const created = createdAtMs === undefined ? {} : { createdAt: isoTime(createdAtMs) };
  const known = knownTextsOf(world, line);
  const pastLabels = otherLabels(known.pastLabels, facts.label);
  const usedBy = nameUses(world.session, line.resources);
  const warnings = warningsIn([facts.description, ...facts.tags.map(sayTag)], view.warningWords);
  const shown = { ...created, template, usedBy, pastLabels, said: { description: facts.description, warnings } };
  const unapproved = findUnapprovedStep(observation);
  const { nowMs } = view;
  return [{ line, record, shown, noted: notes(line), releasedHolds, unapproved, nowMs }];
}

/** Reviewed keys on which a step was taken since, and not by this approval, so that each reviewed key is in the report. */
function takenMeanwhile(
  context: CampaignContext,
  { wave, step, review: { tried } }: ShownReviewRequest,
  review: AnyReview,
): readonly KeyResult[] {
  return keysOfWave(context, wave).flatMap((key) => {
    const { name, facts, listed, isUnread } = key;
    if (!review.lines.has(name) || isUnread || tried.has(name) || !hasHappened(facts.state, step)) return [];
    const writer = listed?.observation?.updatedBy?.iamId ?? listed?.kmsKey?.deletedBy;
    const state = facts.state === "gone" ? "removed" : facts.state;
    return [
      withoutStep(key, plain(`already ${state}${writer === undefined ? "" : `, last written by ${writer}`}`, 200)),
    ];
  });
}

/** The review as its process has shown it. Throws UKO_INPUT_INVALID for that of another wave, step or manifest. */
function reviewOfWave(context: CampaignContext, { wave, step, review: shown }: ShownReviewRequest): AnyReview {
  const { review } = shown.file;
  const answeredAtMs = shown.isAnswered ? review.header.reviewedAtMs + answerWithinMs : undefined;
  const expected = reviewedWave(context, wave);
  const { campaign } = review.header;
  const isOfWave = campaign?.name === expected.name && campaign.wave === wave && review.header.step === step;
  if (isOfWave && campaign?.digest === expected.digest) return { ...review, answeredAtMs };
  const again = nextCommand({ wave, path: context.view.folder.path });
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: isOfWave
      ? `The manifest of wave "${wave}" changed after the review`
      : "The review is about another wave or step",
    detail: `Nothing was changed. Next: ${again}`,
  });
}

export function reviewedWave(context: CampaignContext, wave: string): ReviewedWave {
  const { campaign, manifest } = context.view;
  const classes = new Set(keysOfWave(context, wave).map(({ line }) => line.class));
  const digest = manifest.waves.find((each) => each.wave === wave)?.digest ?? "";
  return { name: campaign.name, wave, digest, class: [...classes].sort().join("+") };
}

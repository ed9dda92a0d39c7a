/**
 * Makes the review and the approval of one step of a wave. The approval acts only on listed keys that no gate holds
 * back, and that a fresh read still shows as reviewed. It skips every other key. Its first calls take the step on a few
 * keys only, so that a mistake about the whole set is found on few keys.
 */

import { approverOf } from "../../engine/key/sets/approve-set.ts";
import { type KeyApart, reviewKeys } from "../../engine/key/sets/review-set.ts";
import { describeApart, keysOfKind, whoRequested } from "../../engine/key/sets/set-messages.ts";
import type { ManyResults } from "../../engine/loop/many.ts";
import { shellWord } from "../../engine/text/explanation.ts";
import { count } from "../../engine/text/words.ts";
import { mostSevere } from "../../errors.ts";
import { keyPathOf, type Review, type ReviewKind, reviewKinds, reviewOf } from "../../lifecycle/consent/review.ts";
import { isKmsReview } from "../../lifecycle/kms-key/kms-review.ts";
import type { ApprovedStep, ConsentRecord } from "../../lifecycle/vocabulary/observation.ts";
import { isCall, type KeyResult, reportResults, resultFrom } from "../reports/key-results.ts";
import { isOfOther, originSection, sayOrigin, sayOthers } from "../reports/origins.ts";
import { prepareApproval, reviewedWave } from "../reports/prepared-approval.ts";
import { kindOfKey, readyFor, readyKeys } from "../reports/ready-keys.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  nextCommand,
  section,
  withRemark,
} from "../reports/report.ts";
import { listToApprove, notesOf, reportReview } from "../reports/review-text.ts";
import { rollbackCommand } from "../reports/wave-acts.ts";
import type { ApprovalOfStep, ReviewOfStep, ReviewResult } from "../reports/wave-state.ts";
import { callsLeftInSample } from "../rules/breaker.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, rereadAfterAnswer } from "../view/context.ts";
import type { UnreadablePart } from "../view/unreadable.ts";
import { destroyerOfKmsKeys, reviewKmsKeys } from "./kms-sets.ts";
import { actOnKeys, noteRefusals, noteResume, refOf, unlessClosed } from "./on-keys.ts";

export async function reviewStep(context: CampaignContext, request: ReviewOfStep): Promise<ReviewResult> {
  const { world, options } = context;
  const { wave, step, requestedBy, kind, isOther = false } = request;
  const { ready, apart: notReady } = readyKeys(context, wave, step);
  const apart = notReady.filter(({ key }) => key.startsWith("kms/") === (kind === "kms"));
  const campaign = reviewedWave(context, wave);
  const { identity } = await world.session.actor(options);
  const all = readyFor(context, wave, step, identity);
  const excluded = new Set(all.excluded.map(({ key }) => key));
  const isRead = (key: KeyInSchedule) =>
    carriesRequest(key) && (!excluded.has(key) || request.keys?.has(key.name) === true);
  const requested = Map.groupBy(ready.filter(isRead), kindOfKey);
  const ofKind = requested.get(kind) ?? [];
  if (kind === "kms") return reviewKmsKeys(context, request, { requested: ofKind, apart, campaign });
  const inGroup = new Map(ofKind.filter((key) => isOfOther(context, key) === isOther).map((key) => [key.name, key]));
  const keys = [...inGroup.values()].map((key) => refOf(context, key));
  const ofOthers = all.ofOthers.filter((key) => kindOfKey(key) === kind);
  const found = ofOthers.flatMap((key) => (inGroup.has(key.name) ? (all.requesterOf(key)?.iamId ?? []) : []));
  const asked = requestedBy ?? mostFrequent(found);
  const requester = asked === undefined ? {} : { requester: asked };
  const others = isOther ? 0 : ofOthers.filter((key) => isOfOther(context, key)).length;
  // The list may show an earlier request than the read of the key.
  const apartFor = (name: string, record: ConsentRecord): string | undefined => {
    const key = inGroup.get(name);
    const isNowOther = key !== undefined && sayOrigin(context, key, record) !== undefined;
    return isNowOther === isOther ? undefined : "its request was replaced meanwhile, and is for the next review";
  };
  const query = { keys, step, kind, ...requester, campaign, apartFor, noted: notesOf(context) };
  const reviewed = await reviewKeys(world, query, options);
  const { file } = reviewed;
  const unreadable = reviewed.unreadable.map(
    ({ vaultId, keyId = "", error }): UnreadablePart => ({
      id: `${vaultId}/${keyId}`,
      name: ready.find(({ line }) => line.id === keyId)?.line.label ?? "",
      code: error.code,
      reason: error.summary,
    }),
  );
  const codes = [...reviewed.unreadable.map(({ error }) => error.exitCode), ...apart.map(({ exitCode }) => exitCode)];
  const left = [
    ...reviewed.apart,
    ...apart.map(({ label, says: why }) => ({ label, why })),
    ...unreadable.map(({ id, name: label, reason: why }) => ({ label: label || id, why })),
  ];
  const report = reportReview(context, {
    ...{ wave, step, kind, file, campaign },
    keys: reviewed.keys,
    apart: [
      section("Other reviews", {
        lines: [
          ...otherReviews(requested, reviewed.apart, kind),
          ...(others > 0 ? [`${sayOthers(others)}: the next review`] : []),
        ],
      }),
      { data: { apart: [...describeApart(reviewed), ...apart], unreadable }, exitCode: mostSevere(codes) },
    ],
    origin: originSection(
      context,
      reviewed.keys.flatMap(({ line }) => inGroup.get(keyPathOf(line)) ?? []),
    ),
    left,
    toCheck: reviewed.keys,
    list: listToApprove(reviewed.keys, ready),
    requested: whoRequested(reviewed.keys),
    instead: instead(request, ready, reviewed.apart, context.view.folder.path),
  });
  return { report, file };
}

/**
 * A review is about the requests of one person. If the caller names none, it is the one of most keys, so that one
 * request of another person does not keep a wave from its review.
 */
function mostFrequent(names: readonly string[]): string | undefined {
  const groups = [...Map.groupBy(names, (name) => name).values()];
  return groups.toSorted((one, other) => other.length - one.length)[0]?.[0];
}

/** The next command if the review would list no key. */
function instead(
  request: ReviewOfStep,
  ready: readonly KeyInSchedule[],
  apart: readonly KeyApart[],
  path: string,
): NextCommand {
  const { wave, step } = request;
  if (ready.length === 0) return { command: `uko campaign status ${folderFlag(path)}` };
  const approvedFor = apart.find((each) => each.approvedFor !== undefined)?.approvedFor;
  if (approvedFor !== undefined) return continueApproved(step, approvedFor);
  const isOwn = apart.some(({ ownRequest }) => ownRequest !== undefined);
  return withRemark(nextCommand({ wave, path }), isOwn ? "another person" : "the first person");
}

/** Only the requester takes the steps whose approvals are stored on the keys. */
function continueApproved(step: ApprovedStep, requester: string): NextCommand {
  return withRemark(`uko continue --requested-by ${shellWord(requester)} --step ${step}`, "the requester");
}

function carriesRequest({ listed }: KeyInSchedule): boolean {
  return listed?.kmsKey?.windowEndsAtMs !== undefined || (listed?.observation?.carried.kind ?? "none") !== "none";
}

/** Keys of the wave that this review leaves to another one. */
function otherReviews(
  requested: ReadonlyMap<ReviewKind, readonly KeyInSchedule[]>,
  apart: readonly KeyApart[],
  kind: ReviewKind,
): readonly string[] {
  const kinds = reviewKinds.filter((each) => each !== kind && requested.has(each));
  const byOthers = apart.filter(({ otherRequester }) => otherRequester !== undefined).length;
  return [
    ...kinds.map((each) => `${keysOfKind(each, requested.get(each)?.length ?? 0)}: the next review`),
    ...(byOthers > 0 ? [`${count(byOthers, "key")} requested by another person: the next review`] : []),
  ];
}

export async function approveStep(context: CampaignContext, request: ApprovalOfStep): Promise<CampaignReport> {
  const { path } = context.view.folder;
  const { wave, step } = request;
  const prepared = await prepareApproval(context, request);
  if (prepared.kind === "closed") return prepared.report;
  const { isAnswered, isSampled, tried } = request.review;
  const sample = isSampled || prepared.later === 0 ? [] : [sampleSentence];
  // Before the first run, the report of the review ends with the lines of `last`.
  await request.confirm(prepared.phrase, [...(isAnswered ? prepared.last : []), ...sample]);
  const counted = new Set(prepared.listed.map(({ name }) => name));
  const answered = await prepareApproval(await rereadAfterAnswer(context, counted), request);
  if (answered.kind === "closed") return answered.report;
  const { review, apart, later } = answered;
  const most = Math.min(answered.most, prepared.most);
  const listed = answered.listed.filter(({ name }) => counted.has(name));
  const isKms = isKmsReview(review);
  const act = isKms ? await destroyerOfKmsKeys(context, review) : approverOfKeys(context, review, wave, listed);
  await noteResume(context, request);
  const [doing, done] = step === "deactivate" ? ["Deactivating", "Deactivated"] : ["Destroying", "Destroyed"];
  const run = isSampled
    ? await actOnKeys(context, doing, listed.slice(0, most), unlessClosed(context, act))
    : await actOnSample(context, doing, { keys: listed, of: review.lines.size }, act);
  for (const { key } of run.results) tried.add(key);
  request.review.isAnswered = true;
  request.review.isSampled ||= run.results.some(({ outcome }) => outcome === "acted");
  await noteRefusals(context, step, run.results);
  const following = later + most - run.results.length;
  return reportResults({
    did: done,
    wave,
    keys: run.results,
    apart,
    later: following,
    run,
    next: [
      ...nextAfter(request, { later: following, results: run.results }, path),
      ...(isKms ? [{ ...rollbackCommand({ wave, path }), remark: "restores KMS keys, for 30 days" }] : []),
    ],
    data: { step, later: following },
  });
}

const sampleSentence =
  "This is a sample; the rest follows after your check. If the service refuses it, at most 3 more calls follow.";

function approverOfKeys(
  context: CampaignContext,
  review: Review,
  wave: string,
  listed: readonly KeyInSchedule[],
): (key: KeyInSchedule) => Promise<KeyResult> {
  // Narrows the review to the keys that are ready, so that the approval cannot act on a key that a gate closed.
  const named = listed.flatMap(({ name }) => review.lines.get(name) ?? []);
  const again = nextCommand({ wave, path: context.view.folder.path });
  const narrowed = { ...review, ...reviewOf(review.header, named) };
  const approve = approverOf(context.world, narrowed, { stores: false, again });
  return async (key) => resultFrom(key, await approve(refOf(context, key), context.options));
}

/** Ends once the sample has made its calls, whatever their results. A key that the run skips is no call. */
async function actOnSample(
  context: CampaignContext,
  what: string,
  { keys, of }: { readonly keys: readonly KeyInSchedule[]; readonly of: number },
  act: (key: KeyInSchedule) => Promise<KeyResult>,
): Promise<ManyResults<KeyResult>> {
  const results: KeyResult[] = [];
  for (let round = 0; round <= keys.length; round += 1) {
    const calls = results.filter(isCall).length;
    const successes = results.filter(({ outcome }) => outcome === "acted").length;
    const most = callsLeftInSample({ keys: of, calls, successes });
    const next = keys.slice(results.length, results.length + most);
    if (next.length === 0) break;
    const run = await actOnKeys(context, what, next, unlessClosed(context, act));
    results.push(...run.results);
    if (run.stoppedBy !== undefined) return { ...run, results };
  }
  return { results, unstarted: 0 };
}

interface AfterApproval {
  readonly later: number;
  readonly results: readonly KeyResult[];
}

function nextAfter(
  { wave, step }: ApprovalOfStep,
  { later, results }: AfterApproval,
  path: string,
): readonly NextCommand[] {
  if (later > 0) return [{ command: nextCommand({ wave, path }) }];
  const isRefused = results.some(({ code }) => code === "UKO_SERVICE_REFUSED");
  return [
    isRefused
      ? withRemark(`uko campaign status --live ${folderFlag(path)}`, "asks each keystore")
      : { command: `uko campaign status ${folderFlag(path)}` },
    ...(step === "deactivate" ? [rollbackCommand({ wave, path })] : []),
  ];
}

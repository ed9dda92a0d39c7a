/**
 * Makes the review and the approval of one step of a wave. The approval acts only on listed keys that no gate holds
 * back, and that a fresh read still shows as reviewed. It skips every other key. Its first run takes the step on a few
 * keys only, so that a mistake about the whole set is found on few keys. An approval that is only stored has no small
 * first run, because it takes no step.
 */

import { mostSevere } from "../../../errors.ts";
import {
  keyPathOf,
  kindOf,
  type Review,
  type ReviewKind,
  type ReviewLine,
  reviewKinds,
  reviewOf,
} from "../../../lifecycle/consent/review.ts";
import { type AnyReview, isKmsReview } from "../../../lifecycle/kms-key/kms-review.ts";
import { rights } from "../../../lifecycle/vocabulary/managed-key-states.ts";
import type { ApprovedStep, ConsentRecord } from "../../../lifecycle/vocabulary/observation.ts";
import { approverOf } from "../../key/sets/approve-set.ts";
import { requesterOf } from "../../key/sets/review-file.ts";
import { type KeyApart, reviewKeys, type SetReview } from "../../key/sets/review-set.ts";
import { apartFacts, keysOfKind, whoRequested } from "../../key/sets/set-messages.ts";
import type { ManyResults } from "../../loop/many.ts";
import { shellWord } from "../../text/explanation.ts";
import { count, sayRoles, stepNouns } from "../../text/words.ts";
import { reviewFileName } from "../files/reviews.ts";
import { type KeyResult, reportResults, resultFrom, reviewCsv, withoutStep } from "../reports/key-results.ts";
import { isOfOther, originSection, sayOrigin, sayOthers } from "../reports/origins.ts";
import { prepareApproval, reviewedWave } from "../reports/prepared-approval.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  nextCommand,
  section,
  withRemark,
} from "../reports/report.ts";
import { addedSince, listToApprove, reportReview } from "../reports/review-text.ts";
import { kindOfKey, readyFor, readyKeys } from "../reports/waiting.ts";
import { rollbackCommand } from "../reports/wave-acts.ts";
import type { ApprovalOfStep, ReviewOfStep } from "../reports/wave-state.ts";
import type { CampaignContext } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import type { UnreadablePart } from "../view/unreadable.ts";
import { approverOfKmsKeys, reviewKmsKeys } from "./kms-sets.ts";
import { actOnKeys, noteOverride, refOf, unlessEdited } from "./on-keys.ts";

export async function reviewStep(context: CampaignContext, request: ReviewOfStep): Promise<CampaignReport> {
  const { world, view, options } = context;
  const { wave, step, requestedBy, kind, isOther = false } = request;
  const { ready, apart: notReady } = readyKeys(context, wave, step);
  const apart = notReady.filter(({ key }) => key.startsWith("kms/") === (kind === "kms"));
  const campaign = reviewedWave(context, wave);
  const requested = Map.groupBy(ready.filter(carriesRequest), kindOfKey);
  const ofKind = requested.get(kind) ?? [];
  if (kind === "kms") return reviewKmsKeys(context, request, { requested: ofKind, apart, campaign });
  const requester = requestedBy === undefined ? {} : { requester: requestedBy };
  const inGroup = new Map(ofKind.filter((key) => isOfOther(context, key) === isOther).map((key) => [key.name, key]));
  const keys = [...inGroup.values()].map((key) => refOf(context, key));
  const { identity } = await world.session.actor(options);
  const ofOthers = readyFor(context, wave, step, identity).ofOthers.filter((key) => kindOfKey(key) === kind);
  const others = isOther ? 0 : ofOthers.filter((key) => isOfOther(context, key)).length;
  // The list may show an earlier request than the read of the key.
  const apartFor = (name: string, record: ConsentRecord): string | undefined => {
    const key = inGroup.get(name);
    const isNowOther = key !== undefined && sayOrigin(context, key, record) !== undefined;
    return isNowOther === isOther ? undefined : "its request was replaced meanwhile, and is for the next review";
  };
  const query = { keys, step, kind, ...requester, campaign, apartFor, addedResources: addedSince(context) };
  const reviewed = await reviewKeys(world, query, options);
  const { file } = reviewed;
  if (file !== undefined) await view.folder.write(reviewFileName(wave, step, file.digest), file.text);
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
  return reportReview(context, {
    ...{ wave, step, kind, file, campaign },
    keys: reviewed.keys,
    apart: [
      section("Other reviews", {
        lines: [
          ...otherReviews(requested, reviewed.apart, kind),
          ...(others > 0 ? [`${sayOthers(others)}: the next review`] : []),
        ],
      }),
      { data: { apart: [...apartFacts(reviewed), ...apart], unreadable }, exitCode: mostSevere(codes) },
    ],
    origin: originSection(
      context,
      reviewed.keys.flatMap(({ line }) => inGroup.get(keyPathOf(line)) ?? []),
    ),
    left,
    managed: reviewed.keys,
    list: listToApprove(reviewed.keys, ready),
    requested: whoRequested(reviewed.keys),
    instead: instead(request, ready, reviewed.apart, view.folder.path),
    csv: () => csvOf(reviewed, apart, unreadable),
  });
}

function csvOf(
  { keys, apart, file }: SetReview,
  notReady: readonly KeyResult[],
  unreadable: readonly UnreadablePart[],
): string {
  const named = (key: Pick<ReviewLine, "vaultId" | "keyId" | "label">) => ({ key: keyPathOf(key), label: key.label });
  const left = [
    ...apart.map((key) => ({ ...named(key), says: key.why })),
    ...notReady,
    ...unreadable.map(({ id, name: label, reason: says }) => ({ key: id, label, says })),
  ];
  const rows = keys.map(({ line }) => named(line));
  return reviewCsv(file?.digest ?? "", rows, left);
}

/** The next command if the review would list no key. */
function instead(
  request: ReviewOfStep,
  ready: readonly PlannedKey[],
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

function carriesRequest({ listed }: PlannedKey): boolean {
  return listed?.kmsKey?.windowEndsAtMs !== undefined || (listed?.observation?.carried.kind ?? "none") !== "none";
}

/** Keys of the wave that this review leaves to another one. */
function otherReviews(
  requested: ReadonlyMap<ReviewKind, readonly PlannedKey[]>,
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
  const { wave, step, stores } = request;
  const prepared = await prepareApproval(context, request);
  if (prepared.kind === "closed") return prepared.report;
  const { review, listed, apart, last, most, phrase } = prepared;
  const isKms = isKmsReview(review);
  const [line] = review.lines.values();
  const requester = line === undefined ? "" : requesterOf(line);
  const act = isKms
    ? await approverOfKmsKeys(context, review, request)
    : approverOfKeys(context, review, request, listed);
  const sample = listed.length > most && isKms ? [`The first run destroys ${most} of ${listed.length} KMS keys.`] : [];
  // Before the first run, the report of the review ends with these lines.
  await request.confirm(phrase, request.isAnswered === true ? last : sample);
  await noteOverride(context, request);
  const [doing, done] = stores
    ? ["Approving", `Approved the ${stepNouns[step]} of`]
    : step === "deactivate"
      ? ["Deactivating", "Deactivated"]
      : ["Destroying", "Destroyed"];
  const run = await actOnAtMost(context, doing, { keys: listed, most }, act);
  const later = run.later.map((key) => withoutStep(key, goesLater));
  return reportResults({
    did: done,
    wave,
    keys: run.results,
    apart,
    later,
    run,
    next: [
      ...nextAfter(request, { later: later.length, results: run.results, review, requester }, path),
      ...(isKms ? [{ ...rollbackCommand({ wave, path }), remark: "restores KMS keys, for 30 days" }] : []),
    ],
    data: { step, review: request.review, later: later.length },
  });
}

function approverOfKeys(
  context: CampaignContext,
  review: Review,
  { wave, stores }: ApprovalOfStep,
  listed: readonly PlannedKey[],
): (key: PlannedKey) => Promise<KeyResult> {
  // Narrows the review to the keys that are ready, so that the approval cannot act on a key that a gate closed.
  const named = listed.flatMap(({ name }) => review.lines.get(name) ?? []);
  const again = nextCommand({ wave, path: context.view.folder.path });
  const approve = approverOf(context.world, { ...review, ...reviewOf(review.header, named) }, { stores, again });
  return async (key) => resultFrom(key, await approve(refOf(context, key), context.options));
}

/** Ends once as many keys as allowed were changed. A key without a step does not count. */
async function actOnAtMost(
  context: CampaignContext,
  what: string,
  { keys, most }: { readonly keys: readonly PlannedKey[]; readonly most: number },
  act: (key: PlannedKey) => Promise<KeyResult>,
): Promise<ManyResults<KeyResult> & { readonly later: readonly PlannedKey[] }> {
  const results: KeyResult[] = [];
  let started = 0;
  for (let round = 0; round <= keys.length; round += 1) {
    const acted = results.filter(({ outcome }) => outcome !== "left").length;
    const next = keys.slice(started, started + most - acted);
    if (next.length === 0) break;
    const run = await actOnKeys(context, what, next, unlessEdited(context, act));
    results.push(...run.results);
    if (run.stoppedBy !== undefined) {
      return { ...run, results, unstarted: keys.length - results.length, later: [] };
    }
    started += next.length;
  }
  return { results, unstarted: 0, later: keys.slice(started) };
}

const goesLater = "the first run acts on a few keys only: check these keys, then approve the rest";

interface AfterApproval {
  readonly later: number;
  readonly results: readonly KeyResult[];
  readonly review: AnyReview;
  readonly requester: string;
}

function nextAfter(
  { wave, step, stores }: ApprovalOfStep,
  { later, results, review, requester }: AfterApproval,
  path: string,
): readonly NextCommand[] {
  const again = nextCommand({ wave, path });
  const right = kindOf(review) === "never-active" ? rights.destroyUnused : rights[step];
  const isRoleMissing = !isKmsReview(review) && !stores && results.some(({ code }) => code === "UKO_RIGHTS_MISSING");
  const withoutRole = isRoleMissing ? [withRemark(`${again} --store`, `without the role ${sayRoles(right)}`)] : [];
  if (later > 0) return [{ command: `${again}${stores ? " --store" : ""}` }, ...withoutRole];
  if (isRoleMissing) return withoutRole;
  if (stores) return [continueApproved(step, requester)];
  const isRefused = results.some(({ code }) => code === "UKO_SERVICE_REFUSED");
  return [
    isRefused
      ? withRemark(`uko campaign status --live ${folderFlag(path)}`, "asks each keystore")
      : { command: `uko campaign status ${folderFlag(path)}` },
    ...(step === "deactivate" ? [rollbackCommand({ wave, path })] : []),
  ];
}

/**
 * The review and the approval of a wave's step. The review digest is the naming: the approval acts on
 * the reviewed keys that are still as reviewed, and on no other key of the wave.
 */

import { mostSevere, UkoError } from "../../errors.ts";
import type { CampaignStep } from "../../lifecycle/campaign/campaign.ts";
import { type AnyReview, isKmsReview } from "../../lifecycle/kms-review.ts";
import { rights } from "../../lifecycle/managed-key-states.ts";
import {
  keyPathOf,
  maxReviewBytes,
  type Review,
  type ReviewedWave,
  type ReviewKind,
  type ReviewLine,
  reviewKinds,
  reviewOf,
} from "../../lifecycle/review.ts";
import { approverOf, requireUsable } from "../key/approve-set.ts";
import { readReview, requesterOf } from "../key/review-file.ts";
import { type KeyApart, reviewKeys, type SetReview } from "../key/review-set.ts";
import {
  apartFacts,
  apartRows,
  approvalPhrase,
  keysOfKind,
  reviewFacts,
  reviewHeads,
  reviewRows,
} from "../key/set-messages.ts";
import type { ManyResults } from "../loop/many.ts";
import { shellWord } from "../text/explanation.ts";
import { count, sayRoles, stepNouns } from "../text/words.ts";
import { approverOfKmsKeys, reviewKmsKeys } from "./act-kms-sets.ts";
import { type ActContext, actOnKeys, keysOfWave, refOf, unlessHeld } from "./act-on-keys.ts";
import { type ActedKey, actedFrom, reasonColumns, reportActed, reviewCsv, withoutStep } from "./acted.ts";
import type { PlannedKey } from "./planned.ts";
import type { UnreadablePart } from "./report.ts";
import {
  type CampaignReport,
  folderFlag,
  type NextCommand,
  reasonSection,
  remarked,
  section,
  tableOf,
} from "./report.ts";
import { nextCommand, releasedSection, reviewFileName, reviewFolder, titleOf } from "./reviews.ts";
import { rulesLine } from "./rule-changes.ts";
import { kindOfKey, readyKeys } from "./waiting.ts";
import { rollbackAct } from "./wave-acts.ts";
import {
  type ApprovalOfStep,
  noteOverride,
  type ReviewedStepRequest,
  type ReviewOfStep,
  reportClosed,
  sizeOfRun,
  waveStateOf,
} from "./wave-state.ts";
import { windowNext, windowSection, windowsAfter } from "./windows.ts";

export async function reviewStep(context: ActContext, request: ReviewOfStep): Promise<CampaignReport> {
  const { world, view, options } = context;
  const { wave, step, requestedBy, kind } = request;
  const { ready, apart: notReady } = readyKeys(context, wave, step);
  const apart = notReady.filter(({ key }) => key.startsWith("kms/") === (kind === "kms"));
  const campaign = reviewedWave(context, wave);
  const requested = Map.groupBy(ready.filter(carriesRequest), kindOfKey);
  const ofKind = requested.get(kind) ?? [];
  if (kind === "kms") return reviewKmsKeys(context, request, { requested: ofKind, apart, campaign });
  const requester = requestedBy === undefined ? {} : { requester: requestedBy };
  const keys = ofKind.map((key) => refOf(context, key));
  const reviewed = await reviewKeys(world, { keys, step, kind, ...requester, campaign }, options);
  const { file } = reviewed;
  const leftOut = [...apartFacts(reviewed), ...apart];
  const unreadable = reviewed.unreadable.map(
    ({ vaultId, keyId = "", error }): UnreadablePart => ({
      id: `${vaultId}/${keyId}`,
      name: ready.find(({ line }) => line.id === keyId)?.line.label ?? "",
      code: error.code,
      reason: error.summary,
    }),
  );
  const csv = csvOf(reviewed, apart, unreadable);
  const codes = [...reviewed.unreadable.map(({ error }) => error.exitCode), ...apart.map(({ exitCode }) => exitCode)];
  const others = otherReviews(requested, reviewed.apart, kind);
  const { path } = view.folder;
  const exceptions = [
    ...reasonSection("Not part of the review", {
      columns: ["label", "key", "why"],
      rows: apartRows(reviewed),
    }),
    ...reasonSection("Not ready", tableOf(apart, reasonColumns)),
    ...section("Other reviews", { lines: others }),
    ...section("Not read", { lines: unreadable.map(({ id, reason }) => `${id}: ${reason}`) }),
  ];
  if (file === undefined) {
    return {
      summary: `No key of wave "${wave}" can be approved for ${stepNouns[step]}`,
      sections: exceptions,
      next: [instead(request, ready, reviewed.apart, path)],
      exitCode: mostSevere([...codes, 12]),
      data: { wave, step, keys: 0, apart: leftOut, unreadable },
      csv,
    };
  }
  const name = reviewFileName(wave, step, file.digest);
  await view.folder.write(name, file.text);
  const columns = reviewHeads.map((head) => head.toLowerCase());
  return {
    summary: titleOf(file.review, reviewed.keys),
    sections: [
      ...exceptions,
      ...releasedSection(campaign),
      ...section("To approve", { table: { columns, rows: reviewRows(reviewed) }, isWhole: true }),
      ...section("Review", {
        lines: [...reviewFacts(reviewed.keys, file), rulesLine(view, wave), `SHA-256 of ${name}: ${file.digest}`],
      }),
    ],
    next: [{ command: nextCommand({ wave, path }) }],
    exitCode: mostSevere(codes),
    data: { wave, step, keys: reviewed.keys.length, review: file.digest, file: name, apart: leftOut, unreadable },
    csv,
  };
}

function csvOf(
  { keys, apart, file }: SetReview,
  notReady: readonly ActedKey[],
  unreadable: readonly UnreadablePart[],
): string {
  const named = (key: Pick<ReviewLine, "vaultId" | "keyId" | "label">) => ({ key: keyPathOf(key), label: key.label });
  const left = [
    ...apart.map(({ observed, why: says }) => ({ ...named(observed.observation.facts), says })),
    ...notReady,
    ...unreadable.map(({ id, name: label, reason: says }) => ({ key: id, label, says })),
  ];
  const rows = keys.map(({ line }) => named(line));
  return reviewCsv(file?.digest ?? "", rows, left);
}

/** The command of a reader whose review would be empty. */
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
  const isOwn = apart.some(({ isOwnRequest }) => isOwnRequest === true);
  return remarked(nextCommand({ wave, path }), isOwn ? "another person" : "the first person");
}

/** Only the requester takes the steps whose approvals are stored on the keys. */
function continueApproved(step: CampaignStep, requester: string): NextCommand {
  return remarked(`uko continue --requested-by ${shellWord(requester)} --step ${step}`, "the requester");
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

function reviewedWave(context: ActContext, wave: string): ReviewedWave {
  const { campaign, manifest, held } = context.view;
  const names = new Set(keysOfWave(context, wave).map(({ name }) => name));
  const released = held.releases.filter(({ key }) => names.has(key));
  const classes = new Set(keysOfWave(context, wave).map(({ line }) => line.class));
  const digest = manifest.waves.find((each) => each.wave === wave)?.digest ?? "";
  return {
    ...{ name: campaign.name, wave, digest, class: [...classes].sort().join("+"), holds: held.lines },
    released: released.map(({ key, iamId, reason }) => ({ key, iamId, reason })),
  };
}

/** What an approval can act on now, before a person confirms it. */
export type PreparedApproval =
  | { readonly kind: "closed"; readonly report: CampaignReport }
  | {
      readonly kind: "open";
      readonly review: AnyReview;
      /** The reviewed keys that are ready. */
      readonly listed: readonly PlannedKey[];
      /** Keys of the review that are not ready, with the reason. */
      readonly apart: readonly ActedKey[];
      /** How many of the keys the first run may act on. */
      readonly most: number;
      /** What a person types, such as `destroy 812`. */
      readonly phrase: string;
    };

/** Throws UKO_REVIEW_INVALID, UKO_REVIEW_OUTDATED and UKO_CAMPAIGN_INVALID. Changes nothing. */
export async function prepareApproval(context: ActContext, request: ReviewedStepRequest): Promise<PreparedApproval> {
  const { world, options } = context;
  const { wave, step, stores } = request;
  const { gate, breaker } = waveStateOf(context, request);
  if (gate.kind !== "open" || breaker.kind === "stopped") {
    const closed = gate.kind === "open" ? ({ kind: "stopped" } as const) : gate;
    return { kind: "closed", report: reportClosed(context, { wave, step }, closed, breaker) };
  }
  const review = await reviewOfWave(context, request);
  const again = nextCommand({ wave, path: context.view.folder.path });
  await requireUsable(world, review, { nowMs: context.view.nowMs, again }, options);
  const { ready, apart } = readyKeys(context, wave, step);
  const listed = ready.filter(({ name }) => review.lines.has(name));
  // An approval cuts nothing off, so there is nothing to check after the first keys.
  const most = stores ? listed.length : Math.min(await sizeOfRun(context, request, review), listed.length);
  return {
    kind: "open",
    ...{ review, listed, most },
    apart: apart.filter(({ key }) => review.lines.has(key)),
    phrase: approvalPhrase({ step }, most, stores),
  };
}

export async function approveStep(context: ActContext, request: ApprovalOfStep): Promise<CampaignReport> {
  const { path } = context.view.folder;
  const { wave, step, stores } = request;
  const prepared = await prepareApproval(context, request);
  if (prepared.kind === "closed") return prepared.report;
  const { review, listed, apart, most, phrase } = prepared;
  const isKms = isKmsReview(review);
  const [line] = review.lines.values();
  const requester = line === undefined ? "" : requesterOf(line);
  const act = isKms ? approverOfKmsKeys(context, review, request) : approverOfKeys(context, review, request, listed);
  await request.confirm(
    phrase,
    listed.length > most && isKms ? [`The first run destroys ${most} of ${listed.length} KMS keys.`] : [],
  );
  await noteOverride(context, request);
  const [doing, done] = stores
    ? ["Approving", `Approved the ${stepNouns[step]} of`]
    : step === "deactivate"
      ? ["Deactivating", "Deactivated"]
      : ["Destroying", "Destroyed"];
  const run = await actOnAtMost(context, doing, { keys: listed, most }, act);
  const later = run.later.map((key) => withoutStep(key, goesLater));
  const isCutOff = step === "deactivate" && !stores && run.stoppedBy === undefined;
  const windows = isCutOff ? await windowsAfter(context, run.results) : undefined;
  return reportActed({
    did: done,
    wave,
    keys: run.results,
    apart,
    later,
    run,
    found: windowSection(windows ?? []),
    next: [
      ...windowNext(wave, windows?.map(({ key }) => key) ?? [], path),
      ...nextAfter(request, { later: later.length, results: run.results, isKms, requester }, path),
      ...(isKms ? [{ ...rollbackAct({ wave, path }), remark: "restores KMS keys, for 30 days" }] : []),
    ],
    data: { step, review: request.review, later: later.length, ...(windows !== undefined && { windows }) },
  });
}

function approverOfKeys(
  context: ActContext,
  review: Review,
  { wave, stores }: ApprovalOfStep,
  listed: readonly PlannedKey[],
): (key: PlannedKey) => Promise<ActedKey> {
  // A review of fewer keys is the narrower naming: no key that a gate closed can be acted on.
  const named = listed.flatMap(({ name }) => review.lines.get(name) ?? []);
  const again = nextCommand({ wave, path: context.view.folder.path });
  const approve = approverOf(context.world, { ...review, ...reviewOf(review.header, named) }, { stores, again });
  return async (key) => actedFrom(key, await approve(refOf(context, key), context.options));
}

/** Ends once as many keys as allowed were changed. A key without a step does not count. */
async function actOnAtMost(
  context: ActContext,
  what: string,
  { keys, most }: { readonly keys: readonly PlannedKey[]; readonly most: number },
  act: (key: PlannedKey) => Promise<ActedKey>,
): Promise<ManyResults<ActedKey> & { readonly later: readonly PlannedKey[] }> {
  const results: ActedKey[] = [];
  let started = 0;
  for (let round = 0; round <= keys.length; round += 1) {
    const acted = results.filter(({ outcome }) => outcome !== "left").length;
    const next = keys.slice(started, started + most - acted);
    if (next.length === 0) break;
    const run = await actOnKeys(context, what, next, unlessHeld(context, act));
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
  readonly results: readonly ActedKey[];
  readonly isKms: boolean;
  readonly requester: string;
}

function nextAfter(
  { wave, step, stores }: ApprovalOfStep,
  { later, results, isKms, requester }: AfterApproval,
  path: string,
): readonly NextCommand[] {
  const again = nextCommand({ wave, path });
  const isRoleMissing = !isKms && !stores && results.some(({ code }) => code === "UKO_RIGHTS_MISSING");
  const withoutRole = isRoleMissing ? [remarked(`${again} --store`, `without the role ${sayRoles(rights[step])}`)] : [];
  if (later > 0) return [{ command: `${again}${stores ? " --store" : ""}` }, ...withoutRole];
  if (isRoleMissing) return withoutRole;
  if (stores) return [continueApproved(step, requester)];
  const isRefused = results.some(({ code }) => code === "UKO_SERVICE_REFUSED");
  return [
    isRefused
      ? remarked(`uko campaign status --live ${folderFlag(path)}`, "asks each keystore")
      : { command: `uko campaign status ${folderFlag(path)}` },
    ...(step === "deactivate" ? [rollbackAct({ wave, path })] : []),
  ];
}

/**
 * Throws UKO_REVIEW_INVALID, and UKO_CAMPAIGN_INVALID for the review of another wave, step or manifest.
 * The file says its own kind, so that one digest names one file.
 */
async function reviewOfWave(context: ActContext, request: ReviewedStepRequest): Promise<AnyReview> {
  const { path } = context.view.folder;
  const { wave, step, review: digest } = request;
  const name = reviewFileName(wave, step, digest);
  const text = await context.view.folder.read(name, maxReviewBytes);
  if (text === undefined) {
    throw new UkoError("UKO_CAMPAIGN_INVALID", {
      summary: `${path}/${reviewFolder} has no review with this SHA-256`,
      detail: `Nothing was changed. Next: ${nextCommand({ wave, path })}`,
    });
  }
  const found = { text, digest: context.world.sha256(text) };
  const review = readReview(found, digest, { path: name, again: nextCommand({ wave, path }) });
  const { header } = review;
  const expected = reviewedWave(context, wave);
  const isOfWave = header.campaign?.name === expected.name && header.campaign.wave === wave && header.step === step;
  if (isOfWave && header.campaign?.digest === expected.digest) return review;
  throw new UkoError("UKO_CAMPAIGN_INVALID", {
    summary: isOfWave ? `The manifest of wave "${wave}" changed after the review` : `${name} reviews something else`,
    detail: `Nothing was changed. Next: ${nextCommand({ wave, path })}`,
  });
}

/**
 * Collects what the console shows of a campaign: the campaign as a whole, and one wave with the acts that are open to
 * the caller. It also collects what an approval would do, before a person confirms it. It only reads. Each act plans
 * again when a person starts it.
 */

import { classWords } from "../../engine/key/exceptions.ts";
import { reviewLimits, whoRequested } from "../../engine/key/sets/set-messages.ts";
import type { CallOptions, World } from "../../engine/ports/world.ts";
import { keyPathOf, kindOf, type ReviewKind, reviewLifetimeMs } from "../../lifecycle/consent/review.ts";
import { isKmsReview } from "../../lifecycle/kms-key/kms-review.ts";
import { type ApprovedStep, approvedSteps, type Identity } from "../../lifecycle/vocabulary/observation.ts";
import { readCampaign, requireWave } from "../files/folder.ts";
import { type CampaignSchedule, type KeyInSchedule, onlyWave, type WaveInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, type OpenFolder, openCampaignAt } from "../view/context.ts";
import { rulesLine } from "../view/rule-changes.ts";
import { isReady, waitsFor } from "../view/standing.ts";
import type { CampaignView, Reading } from "../view/view.ts";
import { isKeyCalled } from "./find.ts";
import { keyRows } from "./key-row.ts";
import { keyTable } from "./key-views.ts";
import { isOfOther, originSection } from "./origins.ts";
import { prepareApproval, reviewedWave } from "./prepared-approval.ts";
import { hasRecordToWithdraw, kindOfKey, readyFor, rollbackOfKey } from "./ready-keys.ts";
import { type CampaignReport, nextCommand, type ReportTable, section } from "./report.ts";
import { checksBeforeRequest } from "./request-checks.ts";
import { listOfKmsKeys, listToApprove, titleOf, unusualSections } from "./review-text.ts";
import { reportStatus } from "./status.ts";
import { type OwnReview, type WaveStep, waveActs } from "./wave-acts.ts";
import { type ShownReview, type ShownReviewRequest, waveStateOf } from "./wave-state.ts";

type Pages = ReturnType<typeof createCampaignInspection>;
export type KeyInCampaign = NonNullable<Awaited<ReturnType<Pages["key"]>>>;
export type CampaignOverview = Awaited<ReturnType<Pages["overview"]>>;
export type WaveOffers = Awaited<ReturnType<Pages["offers"]>>[number];
export type WaveInspection = Awaited<ReturnType<Pages["wave"]>>;
export type ApprovalInspection = Awaited<ReturnType<WaveInspection["approvalOf"]>>;

export function createCampaignInspection(world: World, openFolder: OpenFolder) {
  const open = (path: string, options: CallOptions, reading: Omit<Reading, "ends">) =>
    openCampaignAt(world, openFolder, path, { ends: "none", ...reading, options });
  return {
    /** The name of the campaign in the folder. Makes no call. Throws UKO_INPUT_INVALID, also for a wave that it does not have. */
    async name(path: string, wave?: string) {
      const { campaign } = await readCampaign(openFolder(path), world.session);
      if (wave !== undefined) requireWave(campaign, wave);
      return campaign.name;
    },
    async overview(path: string, options: CallOptions) {
      const { view, plan } = await open(path, options, { areRemovalsRecorded: true });
      return { report: pageOf(view, plan), campaign: view.campaign.name, nowMs: view.nowMs };
    },
    /** For each wave that is not finished: what the caller can do, and what the wave waits for. */
    async offers(path: string, shown: WaveLook["shown"], options: CallOptions) {
      const context = await open(path, options, {});
      const waves = context.plan.waves.filter(({ keys }) => keys.some(({ standing }) => standing.kind === "waits"));
      return Promise.all(waves.map((wave) => offersOfWave(context, wave, shown)));
    },
    /** The row of a key of the manifest in its campaign. */
    async key(path: string, name: string, options: CallOptions) {
      const { view, plan } = await open(path, options, { key: name });
      const [row] = keyRows(view, { keys: plan.keys.filter((key) => key.name === name) });
      return row && { row, nowMs: view.nowMs };
    },
    async wave(path: string, look: WaveLook, options: CallOptions) {
      return inspectWave(await open(path, options, { wave: look.wave }), look);
    },
  };
}

/** The status of the campaign or of one wave. Unlike the command, a page lists only the first keys of a stop. */
function pageOf(view: CampaignView, plan: CampaignSchedule): CampaignReport {
  const report = reportStatus(view, plan);
  return { ...report, sections: report.sections.flatMap(({ title, isWhole: _, ...shown }) => section(title, shown)) };
}

interface WaveLook {
  readonly wave: string;
  /** An ID or label that chooses the keys of a rollback; empty for all keys of the wave. */
  readonly only: string;
  /** The reviews that the console has shown in this session. No other review can be approved. */
  readonly shown: readonly ShownReview[];
}

async function offersOfWave(context: CampaignContext, { name: wave, keys }: WaveInSchedule, shown: WaveLook["shown"]) {
  const acts = await actsOf(context, { wave, only: "", shown });
  return {
    wave,
    keys: keys.length,
    acts: acts.filter(({ name }) => name !== "halt" && name !== "rollback"),
    /** How many destroyed keys wait for the removal of their metadata, which a terminal runs. */
    removals: keys.filter((key) => isReady(key, "remove")).length,
    command: nextCommand({ wave, path: context.view.folder.path }),
    waitsFor: waitsFor(keys),
  };
}

async function actsOf(context: CampaignContext, { wave, only, shown }: WaveLook) {
  const { view, world, options } = context;
  requireWave(view.campaign, wave);
  const { identity } = await world.session.actor(options);
  const plan = onlyWave(context.plan, wave);
  const { keys } = plan;
  const isChosen = (key: KeyInSchedule): boolean => only === "" || isKeyCalled(key, only);
  const reversible = keys.filter((key) => rollbackOfKey(context, key).kind === "proven");
  const openSteps = approvedSteps.filter((step) => waveStateOf(context, { wave, step }).gate.kind === "open");
  const steps = openSteps.map((step): WaveStep => {
    const { ready, toRequest, ofOthers } = readyFor(context, wave, step, identity);
    return {
      step,
      toRequest: toRequest.length,
      toReview: countByKind(ofOthers.filter((key) => !isOfOther(context, key))),
      toReviewApart: countByKind(ofOthers.filter((key) => isOfOther(context, key))),
      reviews: ownReviews(context, { wave, step, identity, ready, shown }),
    };
  });
  return waveActs(
    {
      steps,
      requests: keys.filter((key) => hasRecordToWithdraw(key, view.nowMs)).length,
      reversible: reversible.length === 0 ? undefined : reversible.filter(isChosen).length,
      areSigned: world.signatures !== undefined,
    },
    { wave, path: view.folder.path },
  );
}

async function inspectWave(context: CampaignContext, look: WaveLook) {
  const { view } = context;
  const { wave } = look;
  const acts = await actsOf(context, look);
  const plan = onlyWave(context.plan, wave);
  const { identity } = await context.world.session.actor(context.options);
  return {
    report: pageOf(view, plan),
    campaign: view.campaign.name,
    wave,
    nowMs: view.nowMs,
    acts,
    /** What the person reads before the request. What uses a key since the plan, its approver reads. */
    checksOf(step: ApprovedStep) {
      const keys = new Set(readyFor(context, wave, step, identity).toRequest.map(({ name }) => name));
      return checksBeforeRequest(context, { wave, step, keys });
    },
    keys: keyTable("wave", keyRows(view, plan)),
    /** What an approval would do. It uses the same read, because each read lists the whole instance. */
    approvalOf: (asked: Omit<ShownReviewRequest, "wave">) => inspectApproval(context, { wave, ...asked }),
  };
}

interface StepOfCaller {
  readonly wave: string;
  readonly step: ApprovedStep;
  readonly identity: Identity | undefined;
  readonly ready: readonly KeyInSchedule[];
  readonly shown: readonly ShownReview[];
}

/** The reviews for this step that this session has shown, that still count and list a ready key; the newest first. */
function ownReviews(
  context: CampaignContext,
  { wave, step, identity, ready, shown }: StepOfCaller,
): readonly OwnReview[] {
  const { nowMs } = context.view;
  const expected = reviewedWave(context, wave);
  return shown
    .filter(({ file: { review } }) => {
      const { reviewer, reviewedAtMs, campaign: of, step: reviewed } = review.header;
      return (
        reviewer === identity?.iamId &&
        reviewed === step &&
        reviewedAtMs + reviewLifetimeMs > nowMs &&
        of?.name === expected.name &&
        of.wave === wave &&
        of.digest === expected.digest
      );
    })
    .toSorted((one, other) => other.file.review.header.reviewedAtMs - one.file.review.header.reviewedAtMs)
    .flatMap(({ file: { review, digest }, tried }) => {
      const left = ready.filter(({ name }) => review.lines.has(name) && !tried.has(name)).length;
      return left > 0 ? [{ digest, left, kind: kindOf(review) }] : [];
    });
}

/** The number of keys of each kind, because each kind has a review of its own. */
function countByKind(keys: readonly KeyInSchedule[]): Readonly<Record<ReviewKind, number>> {
  const countOf = (kind: ReviewKind): number => keys.filter((key) => kindOfKey(key) === kind).length;
  return { managed: countOf("managed"), "never-active": countOf("never-active"), kms: countOf("kms") };
}

async function inspectApproval(context: CampaignContext, request: ShownReviewRequest) {
  const prepared = await prepareApproval(context, request);
  if (prepared.kind === "closed") return prepared;
  const { review, listed, shown, toCheck, last, most, later, phrase } = prepared;
  const acting = listed.slice(0, most);
  const isKms = isKmsReview(review);
  const { lines, table } = isKms
    ? listOfKmsKeys(
        listed.flatMap(({ name }) => review.lines.get(name) ?? []),
        context.view.nowMs,
      )
    : listToApprove(shown, listed);
  const unusual = classWords(toCheck);
  const names = isKms ? listed.map(({ name }) => name) : shown.map(({ line }) => keyPathOf(line));
  const isInRun = (at: number): boolean => acting.some(({ name }) => name === names[at]);
  return {
    kind: "open" as const,
    /** What the first run does, and whether it can be undone. */
    title: titleOf(review, acting),
    /** Who asks, until when the review counts, and the counts of the listed keys. */
    facts: [...whoRequested(shown), reviewLimits(review.header, context.view.nowMs), ...lines],
    rules: rulesLine(context.view, request.wave),
    phrase,
    /** Every unusual key by name, as in the report of the review. */
    sections: [...originSection(context, listed), ...unusualSections(toCheck, prepared.unready).flat()],
    /** What the person reads just before the form. */
    last,
    /** How many keys each class of unusual keys has. */
    classes: unusual.counts,
    /** The listed keys. `names` has the name of the key in each row. */
    table: withColumns(table, {
      ...(unusual.counts.length > 0 && { unusual: unusual.rows }),
      ...(later > 0 && { "this run": names.map((_, at) => (isInRun(at) ? "yes" : "later")) }),
    }),
    names,
    /** Reviewed keys that the run acts on, and those that a later run acts on. */
    ...{ now: most, later },
  };
}

function withColumns({ columns, rows }: ReportTable, added: Readonly<Record<string, readonly string[]>>): ReportTable {
  const cells = Object.values(added);
  return {
    columns: [...columns, ...Object.keys(added)],
    rows: rows.map((row, at) => [...row, ...cells.map((column) => column[at] ?? "")]),
  };
}

/**
 * Collects what the console shows of a campaign: the campaign as a whole, and one wave (a group of keys) with the acts
 * that are open to the caller. It also collects what an approval would do, before a person confirms it. It only reads.
 * Each act plans again when a person starts it.
 */

import type { CampaignStep } from "../../../lifecycle/campaign/campaign.ts";
import { standingOf } from "../../../lifecycle/consent-record.ts";
import { isKmsReview, type KmsReview } from "../../../lifecycle/kms-review.ts";
import { isSame } from "../../../lifecycle/observation.ts";
import { keyPathOf, kindOf, type ReviewHeader, reviewLifetimeMs } from "../../../lifecycle/review.ts";
import { reviewLimits, whoRequested } from "../../key/text/set-messages.ts";
import type { CallOptions, World } from "../../ports/world.ts";
import { plain } from "../../text/words.ts";
import { openCampaign, requireWave } from "../files/folder.ts";
import { readCampaignReview } from "../files/reviews.ts";
import { type CampaignContext, keysOfWave, type OpenFolder, openCampaignAt } from "../view/context.ts";
import type { PlannedKey } from "../view/planned.ts";
import { isNamed } from "./find.ts";
import { keyRows } from "./key-row.ts";
import { keySection, keyTable } from "./key-views.ts";
import { timelineOf, waveSection } from "./plan-report.ts";
import { prepareApproval, reviewedWave } from "./prepared-approval.ts";
import { type CampaignReport, section, tableOf } from "./report.ts";
import { checkSection, exceptionRows, listToApprove, releasedSection, titleOf, windowEndOf } from "./review-text.ts";
import { reportStatus, stateTable } from "./status.ts";
import { countByKind, isPending, isRequested, isReversible, readyKeys } from "./waiting.ts";
import { type OwnReview, type WaveStep, waveActs } from "./wave-acts.ts";
import { type ReviewedStepRequest, reportClosed, waveStateOf } from "./wave-state.ts";

type Pages = ReturnType<typeof createCampaignInspection>;
export type CampaignOverview = Awaited<ReturnType<Pages["overview"]>>;
export type WaveInspection = Awaited<ReturnType<Pages["wave"]>>;
export type ApprovalInspection = Awaited<ReturnType<WaveInspection["approvalOf"]>>;

export function createCampaignInspection(world: World, openFolder: OpenFolder) {
  const open = (path: string, options: CallOptions, wave?: string) =>
    openCampaignAt(world, openFolder, path, { areEndsRead: true, wave, options });
  return {
    /** The name of the campaign in the folder. Makes no call. */
    async name(path: string) {
      return (await openCampaign(openFolder(path), world.session.instanceId)).campaign.name;
    },
    async overview(path: string, options: CallOptions) {
      const { view, plan } = await open(path, options);
      const { page, ...report } = reportStatus(view, plan);
      // The page links each wave in a table of its own, and lists the first keys of a stop only.
      const sections = [
        ...report.sections.flatMap(({ title, isWhole, ...content }) =>
          title === "Waves" ? [] : section(title, content),
        ),
        ...keySection("late", keyRows(view, plan)),
        ...waveSection(plan),
      ];
      const timed = page && { page: { ...page, timeline: timelineOf(view, plan) } };
      const shown: CampaignReport = { ...report, sections, ...timed };
      return {
        report: shown,
        /** Each wave by state; its first column is the name of the wave. */
        waves: stateTable(plan, view),
        campaign: view.campaign.name,
        nowMs: view.nowMs,
      };
    },
    /** `only` chooses the keys of a rollback by an ID, label or application; empty for all of them. */
    async wave(path: string, wave: string, options: CallOptions, only = "") {
      return inspectWave(await open(path, options, wave), wave, only);
    },
  };
}

async function inspectWave(context: CampaignContext, wave: string, only: string) {
  const { view } = context;
  requireWave(view.campaign, wave);
  const keys = keysOfWave(context, wave);
  const isChosen = (key: PlannedKey): boolean => only === "" || isNamed(key, only);
  const reversible = keys.filter((key) => isReversible(context, key));
  const steps: WaveStep[] = [];
  for (const step of ["deactivate", "destroy"] as const) steps.push(await inspectStep(context, wave, step));
  return {
    campaign: view.campaign.name,
    wave,
    nowMs: view.nowMs,
    steps,
    acts: waveActs(
      {
        steps,
        requests: keys.filter((key) => isRequested(key, view.nowMs)).length,
        reversible: reversible.length === 0 ? undefined : reversible.filter(isChosen).length,
      },
      { wave, path: view.folder.path },
    ),
    keys: keyTable("wave", keyRows(view, { ...context.plan, keys })),
    /** What an approval would do, from the same read, because each read lists the whole instance. */
    approvalOf: (asked: Omit<ReviewedStepRequest, "wave">) => inspectApproval(context, { wave, ...asked }),
  };
}

async function inspectStep(context: CampaignContext, wave: string, step: CampaignStep): Promise<WaveStep> {
  const { view, world, options } = context;
  const readiness = waveStateOf(context, { wave, step });
  const { ready } = readyKeys(context, wave, step);
  const pending = ready.filter((key) => isPending(view, key, step, false));
  const { identity } = await world.session.actor(options);
  const isOwn = ({ listed }: PlannedKey): boolean => {
    const standing = listed?.observation && standingOf(listed.observation, step, view.nowMs);
    return standing?.binds === true && identity !== undefined && isSame(standing.record.author, identity);
  };
  return {
    step,
    ...(readiness.gate.kind !== "open" && { closed: reportClosed(context, { wave, step }, readiness) }),
    toRequest: ready.length - pending.length,
    toReview: countByKind(pending.filter((key) => !isOwn(key))),
    own: pending.filter(isOwn).length,
    reviews: await ownReviews(context, { wave, step, reviewer: identity?.iamId }, ready),
  };
}

interface StepOfCaller {
  readonly wave: string;
  readonly step: CampaignStep;
  /** The IAM ID of the caller, if known. */
  readonly reviewer: string | undefined;
}

/** At most this many of the latest reviews of a step are read. People write fewer. */
const maxOwnReviews = 100;

async function ownReviews(
  { view, world }: CampaignContext,
  { wave, step, reviewer: caller }: StepOfCaller,
  ready: readonly PlannedKey[],
): Promise<readonly OwnReview[]> {
  const { folder, campaign, manifest, reviews } = view;
  const digest = manifest.waves.find((each) => each.wave === wave)?.digest;
  const isUsable = ({ reviewer, reviewedAtMs, campaign: of, ...review }: ReviewHeader): boolean =>
    reviewer === caller &&
    review.step === step &&
    reviewedAtMs + reviewLifetimeMs > view.nowMs &&
    of?.name === campaign.name &&
    of.wave === wave &&
    of.digest === digest;
  const latest = [...reviews.times]
    .filter(([name]) => name.startsWith(`${wave}-${step}-`))
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, maxOwnReviews);
  const found: OwnReview[] = [];
  for (const [name] of latest) {
    const read = await readCampaignReview(folder, name, world.session.instanceId);
    if (read === undefined || !isUsable(read.review.header)) continue;
    const { header, lines } = read.review;
    const left = ready.filter((key) => lines.has(key.name)).length;
    const reviewedAt = new Date(header.reviewedAtMs).toISOString();
    if (left > 0) found.push({ digest: world.sha256(read.text), left, kind: kindOf(read.review), reviewedAt });
  }
  return found;
}

async function inspectApproval(context: CampaignContext, request: ReviewedStepRequest) {
  const prepared = await prepareApproval(context, request);
  if (prepared.kind === "closed") return prepared;
  const { review, listed, shown, apart, most, phrase } = prepared;
  const acting = listed.slice(0, most);
  const isKms = isKmsReview(review);
  const { lines, table } = isKms ? listOfKmsKeys(review, listed) : listToApprove(shown, listed);
  const names = isKms ? listed.map(({ name }) => name) : shown.map(({ line }) => keyPathOf(line));
  const isInRun = (at: number): boolean => acting.some(({ name }) => name === names[at]);
  const later = listed.length - most;
  return {
    kind: "open" as const,
    /** What the first run does, and whether it can be undone. */
    title: request.stores ? phrase : titleOf(review, acting),
    /** Who asks, until when the review counts, and the counts of the listed keys. */
    facts: [...whoRequested(shown), reviewLimits(review.header, context.view.nowMs), ...lines],
    phrase,
    /** What the person reads before the form, as in the report of the review. */
    sections: [...checkSection(exceptionRows(context, shown)), ...releasedSection(reviewedWave(context, request.wave))],
    /** The listed keys. `names` has the name of the key in each row. */
    table:
      later === 0
        ? table
        : {
            columns: [...table.columns, "this run"],
            rows: table.rows.map((row, at) => [...row, isInRun(at) ? "yes" : "later"]),
          },
    names,
    /** Reviewed keys that the run acts on, and those that a later run acts on. */
    ...{ now: most, later, apart },
  };
}

function listOfKmsKeys({ lines }: KmsReview, listed: readonly PlannedKey[]) {
  const table = tableOf(
    listed.flatMap(({ name }) => lines.get(name) ?? []),
    { name: ({ name }) => plain(name, 90), "KMS key": "kmsKeyId", "window ends": windowEndOf },
  );
  return { lines: ["An identity that KMS does not report set the keys for deletion."], table };
}

/**
 * Runs `uko campaign next`: it finds what the caller can do now and does it, after a confirmation. The caller never
 * names a digest, and need not name a step. Each act is one of `acting.ts`, with all of its checks: this file only
 * chooses, shows and asks. If an act changes no key, for example because the caller lacks a role, the next act
 * follows. If the caller can do nothing, the file reports what the waves wait for. The exit code of this report says,
 * for example, whether a person has to act or only time has to pass.
 *
 * The order is: approve what another person requested, because that person waits; request; remove. If no person can
 * approve, as in a nightly run without a terminal, removals come first. Otherwise requests, which then wait for an
 * approval, could keep the run from the removals. An identity that is not a person can only remove.
 * A wave that failures have stopped continues only after the caller states a reason. Without
 * one it stays stopped, and the run goes on with the other waves.
 *
 * An approval begins with a review, which lists every requested key as the caller reads it. It then approves a few
 * keys, shows the result, asks again, and approves the remaining keys on a new read of the campaign. If the run ends
 * before that, the next run begins with a new review. So no old review is used for keys that changed since.
 */

import { mostSevere } from "../../../errors.ts";
import type { Breaker } from "../../../lifecycle/campaign/breaker.ts";
import { isStepDue } from "../../../lifecycle/campaign/gates.ts";
import type { ReviewKind } from "../../../lifecycle/consent/review.ts";
import { mayAuthor } from "../../../lifecycle/key/authorization.ts";
import { type ApprovedStep, approvedSteps } from "../../../lifecycle/vocabulary/observation.ts";
import { setPhrase } from "../../../text/phrase.ts";
import type { CallOptions, World } from "../../ports/world.ts";
import { count, stepNouns } from "../../text/words.ts";
import { requireWave } from "../files/folder.ts";
import { keyRows } from "../reports/key-row.ts";
import { isOfOther, isReplaceable } from "../reports/origins.ts";
import { type CampaignReport, folderFlag, reportOf, unreadSection, withRemark } from "../reports/report.ts";
import { nextOf, stoppedKeys, stopSection, summarizeStatus, waitingParts } from "../reports/status.ts";
import { isReady, isRemovable, kindOfKey, readyFor, requestOn } from "../reports/waiting.ts";
import {
  type ApprovalOfStep,
  type Confirm,
  type RemovalInWave,
  type RequestOfStep,
  type Resume,
  type ReviewOfStep,
  reportClosed,
  sayFailed,
  waveStateOf,
} from "../reports/wave-state.ts";
import { type CampaignContext, keysOfWave, type OpenFolder, openCampaignAt } from "../view/context.ts";
import { type CampaignSchedule, nextStep, onlyWave, type PlannedKey } from "../view/planned.ts";

export interface NextRequest {
  readonly wave?: string | undefined;
  /** Only this step, if the caller could take more than one. */
  readonly step?: ApprovedStep | undefined;
  /** Shown on each requested key; by default the reason of the key's rule. */
  readonly reason?: string | undefined;
  /** The reason for a step inside a blackout. */
  readonly emergency?: string | undefined;
  /** Stores the approvals, so that the requester acts. */
  readonly stores: boolean;
}

/** How the command talks with its caller. */
export interface Talk {
  /** Whether a person can type here, which an approval and the request of a destruction require. */
  readonly canPersonType: boolean;
  readonly show: (report: CampaignReport) => void;
  /** Asks before the request of a deactivation, or before an act that only follows what two people approved. */
  readonly confirm: Confirm;
  /** Asks a person before an approval, or before the request of a destruction. Nothing but typing answers. */
  readonly confirmByHand: Confirm;
  /** Asks why a stopped wave may continue. An empty reason leaves the wave stopped. */
  readonly askReason: (wave: string) => Promise<string>;
}

type ActOn<Request> = (folder: string, request: Request, options: CallOptions) => Promise<CampaignReport>;

/** The acts that `next` chooses from. */
export interface Acts {
  /** Writes the request for the step on each key of the wave that is ready for it. */
  readonly request: ActOn<RequestOfStep>;
  /** Reads each requested key, and writes what the caller saw to a review file. */
  readonly review: ActOn<ReviewOfStep>;
  /** Takes the reviewed step on the reviewed keys, or writes an approval on each. */
  readonly approve: ActOn<ApprovalOfStep>;
  /** Removes the metadata of keys that are destroyed everywhere, and takes no other step. */
  readonly advance: ActOn<RemovalInWave>;
}

export interface NextRun {
  readonly world: World;
  readonly openFolder: OpenFolder;
  readonly acting: Acts;
}

/** A stop after which the wave continues only for a reason, and the report that the caller reads first. */
interface Stop {
  readonly digest: string;
  readonly report: CampaignReport;
}

type Offer = { readonly wave: string; readonly stop?: Stop } & (
  | ({ readonly does: "review" } & Pick<ReviewOfStep, "step" | "kind" | "isOther" | "requestedBy">)
  | {
      readonly does: "request";
      readonly step: ApprovedStep;
      /** The names of the keys. */
      readonly keys: ReadonlySet<string>;
      readonly renew: boolean;
    }
  /** The names of the keys. */
  | { readonly does: "remove"; readonly keys: ReadonlySet<string> }
);
type OfferTo<Does extends Offer["does"]> = Extract<Offer, { readonly does: Does }>;

interface Doing {
  readonly run: NextRun;
  readonly path: string;
  readonly request: NextRequest;
  readonly talk: Talk;
  readonly options: CallOptions;
  readonly resume?: Resume | undefined;
}

export async function takeNext(doing: Doing): Promise<CampaignReport> {
  const found = await findOffers(doing);
  return found.kind === "nothing" ? found.report : takeFirst(doing, found);
}

type Found =
  | { readonly kind: "nothing"; readonly report: CampaignReport }
  | { readonly kind: "offers"; readonly offer: Offer; readonly others: readonly Offer[] };

/** Each act reads the campaign again, so this function lets go of what it read: 4,000 keys take 60 MB. */
async function findOffers(doing: Doing): Promise<Found> {
  const { run, path, request, options } = doing;
  const reading = { areEndsRead: true, wave: request.wave, options };
  const context = await openCampaignAt(run.world, run.openFolder, path, reading);
  if (request.wave !== undefined) requireWave(context.view.campaign, request.wave);
  const [offer, ...others] = await offersTo(context, doing);
  return offer === undefined
    ? { kind: "nothing", report: reportWaiting(context, request) }
    : { kind: "offers", offer, others };
}

/**
 * Takes the offer. If that changes no key, it takes the next one, for example because the caller lacks a role, or
 * states no reason to continue a stopped wave.
 */
async function takeFirst(
  doing: Doing,
  { offer, others }: Pick<Extract<Found, { kind: "offers" }>, "offer" | "others">,
): Promise<CampaignReport> {
  const { talk, path } = doing;
  const { stop } = offer;
  const resume = stop && (await askResume(offer.wave, stop, talk));
  const left = resume === undefined ? stop : undefined;
  const report = left ? staysStopped(offer.wave, left, path) : await take({ ...doing, resume }, offer);
  // The question was about the wave, so it is not asked again for another step of it.
  const [next, ...rest] = others.filter((each) => !(left && each.stop && each.wave === offer.wave));
  if (isEnd(report) || next === undefined) return report;
  talk.show({ ...report, next: [] });
  const last = await takeFirst(doing, { offer: next, others: rest });
  return left ? withStop(last, left) : last;
}

/** A stop is visible in the exit code and to programs, also if the run went on with another wave. */
function withStop(report: CampaignReport, { report: { data } }: Stop): CampaignReport {
  const stops = [data.stops, report.data.stops ?? []].flat();
  return { ...report, exitCode: mostSevere([report.exitCode, 12]), data: { ...report.data, stops } };
}

async function take(doing: Doing, offer: Offer): Promise<CampaignReport> {
  const { run, path, talk, options } = doing;
  if (offer.does === "review") return takeReview(doing, offer);
  if (offer.does === "request") return takeRequest(doing, offer);
  const { wave, keys } = offer;
  await talk.confirm(setPhrase("remove", keys.size), [
    `uko removes the metadata of ${count(keys.size, "key")} of wave "${wave}", unless a keystore still has the material.`,
  ]);
  return run.acting.advance(path, { wave, confirmed: keys }, options);
}

/** Whether the command ends with this report: the run changed a key, or was stopped. */
function isEnd({ data }: CampaignReport): boolean {
  const keys = Array.isArray(data.keys) ? (data.keys as readonly { readonly outcome: string }[]) : [];
  return data.stoppedBy !== undefined || keys.some(({ outcome }) => outcome === "acted");
}

async function takeRequest(
  { run, path, request, talk, options, resume }: Doing,
  { wave, step, keys, renew }: OfferTo<"request">,
): Promise<CampaignReport> {
  const renewal = renew
    ? " uko also replaces requests of yours that expire within 48 h, or that were not made for this wave."
    : "";
  const confirm = step === "destroy" ? talk.confirmByHand : talk.confirm;
  await confirm(setPhrase("request", keys.size), [
    `uko requests the ${stepNouns[step]} of ${count(keys.size, "key")} of wave "${wave}".${renewal}`,
    "Nothing changes until another person approves. You can withdraw the requests.",
  ]);
  const { reason, emergency } = request;
  return run.acting.request(path, { wave, step, reason, emergency, resume, renew, confirmed: keys }, options);
}

async function takeReview(doing: Doing, offer: OfferTo<"review">): Promise<CampaignReport> {
  const { run, path, talk, options } = doing;
  const { wave, step, kind, isOther, requestedBy } = offer;
  const reviewed = await run.acting.review(path, { wave, step, kind, isOther, requestedBy }, options);
  const { review: digest } = reviewed.data;
  if (typeof digest !== "string") return reviewed;
  talk.show({ ...reviewed, next: [] });
  // An `await` here would keep the review of thousands of keys in memory during the approval.
  return takeApproval(doing, offer, digest);
}

/** Approves the first keys alone and, after another confirmation, the rest. */
async function takeApproval(
  { run, path, request, talk, options, resume }: Doing,
  { wave, step }: { readonly wave: string; readonly step: ApprovedStep },
  digest: string,
): Promise<CampaignReport> {
  const { stores, emergency } = request;
  const approval = { wave, step, emergency, resume, review: digest, stores, confirm: talk.confirmByHand };
  const first = await run.acting.approve(path, approval, options);
  const isWhole = first.exitCode !== 0 || !Number(first.data.later);
  if (isWhole) return first;
  talk.show({ ...first, next: [] });
  return run.acting.approve(path, { ...approval, isAnswered: true }, options);
}

/** Shows the stop and asks for a reason to continue. Undefined if the caller leaves the wave stopped. */
async function askResume(wave: string, { digest, report }: Stop, talk: Talk): Promise<Resume | undefined> {
  talk.show(report);
  const reason = await talk.askReason(wave);
  return reason === "" ? undefined : { digest, reason };
}

function staysStopped(wave: string, { report }: Stop, path: string): CampaignReport {
  const command = `uko campaign next --wave ${wave} --reason REASON ${folderFlag(path)}`;
  return { ...report, summary: `Wave "${wave}" stays stopped`, sections: [], next: [{ command }] };
}

function stopOf({ view, plan }: CampaignContext, wave: string, breaker: Breaker): { readonly stop?: Stop } {
  if (breaker.kind !== "stopped") return {};
  const stops = stoppedKeys(view, plan).filter((each) => each.wave === wave);
  const report = {
    summary: `Wave "${wave}" is stopped: ${sayFailed(stops.length)}`,
    ...{ sections: stopSection(stops), next: [], exitCode: 12, data: { stops } },
  };
  return { stop: { digest: breaker.digest, report } };
}

async function offersTo(context: CampaignContext, { request, talk }: Doing): Promise<readonly Offer[]> {
  const actor = await context.world.session.actor(context.options);
  const waves = context.view.campaign.waves.map(({ name }) => name);
  const offers = waves
    .filter((name) => (request.wave ?? name) === name)
    .flatMap((name) => [
      ...approvedSteps
        .filter((step) => (request.step ?? step) === step)
        .flatMap((step) => stepOffers(context, name, step, { request, actor })),
      ...(request.step === undefined ? removalOffer(context, name) : []),
    ]);
  const order = !mayAuthor(actor)
    ? ["remove"]
    : talk.canPersonType
      ? ["review", "request", "remove"]
      : ["remove", "request"];
  const possible = offers.filter((each) => talk.canPersonType || each.does !== "request" || each.step === "deactivate");
  return order.flatMap((does) => possible.filter((each) => each.does === does));
}

function stepOffers(
  context: CampaignContext,
  wave: string,
  step: ApprovedStep,
  { request, actor }: Pick<Doing, "request"> & { readonly actor: Awaited<ReturnType<World["session"]["actor"]>> },
): readonly Offer[] {
  const { gate, breaker } = waveStateOf(context, { wave, step, emergency: request.emergency });
  if (gate.kind !== "open" && gate.kind !== "stopped") return [];
  const place = { wave, step, ...stopOf(context, wave, breaker) };
  const { toRequest, own, ofOthers, requesterOf } = readyFor(context, wave, step, actor.identity);
  const sets = Map.groupBy(ofOthers, (key) =>
    JSON.stringify([isOfOther(context, key), kindOfKey(key), requesterOf(key)?.iamId]),
  );
  const replaceable = own.filter((key) => isReplaceable(context, key, step, actor.identity));
  const keys = new Set([...toRequest, ...replaceable].map(({ name }) => name));
  const reviews = [...sets.keys()].map((set): OfferTo<"review"> => {
    const [isOther, kind, requestedBy] = JSON.parse(set) as [boolean, ReviewKind, string?];
    return { ...place, does: "review", isOther, kind, ...(requestedBy && { requestedBy }) };
  });
  return [
    // The requests that were made for the wave come first.
    ...reviews.toSorted((a, b) => Number(a.isOther) - Number(b.isOther)),
    ...(keys.size > 0 ? [{ ...place, does: "request" as const, keys, renew: replaceable.length > 0 }] : []),
  ];
}

/** Offers the removal of destroyed keys of which no keystore reports a pending period. */
function removalOffer(context: CampaignContext, wave: string): readonly Offer[] {
  const keys = new Set(keysOfWave(context, wave).flatMap((key) => (isRemovable(key) ? [key.name] : [])));
  return keys.size === 0 ? [] : [{ does: "remove", wave, keys }];
}

/** The report of what the waves wait for, if the caller can do nothing. */
function reportWaiting(context: CampaignContext, { wave, step: only }: NextRequest): CampaignReport {
  const { view } = context;
  const plan = onlyWave(context.plan, wave);
  const [single] = wave === undefined ? [] : plan.waves;
  const step = approvedSteps.find(
    (each) => (only ?? each) === each && plan.keys.some(({ facts }) => isStepDue(facts, each)),
  );
  if (single !== undefined && step !== undefined) {
    const readiness = single.readiness[step];
    // This report says more, for example which rules changed.
    if (readiness.gate.kind !== "open" && readiness.gate.kind !== "stopped")
      return reportClosed(context, { wave: single.name, step }, readiness);
  }
  const parts = waitingParts(view, plan, keyRows(view, plan));
  const isApproved = plan.keys.some((key) => requestOn(key, view.nowMs)?.how === "approval");
  const report = reportOf({
    summary: `You can do nothing now. ${summarizeStatus(plan)}`,
    parts: [{ data: { campaign: view.campaign.name } }, ...parts, unreadSection(view.inventory.unreadable)],
    next: [
      ...(isApproved ? [withRemark("uko continue --requested-by IBMID", "the requester, whose IAM ID it names")] : []),
      ...nextOf(view, plan),
      { command: `uko campaign status ${folderFlag(view.folder.path)}` },
    ],
  });
  return { ...report, exitCode: report.exitCode || waitExitCode(plan) };
}

/**
 * The exit code: 13 if a part was not read, 0 if every key has reached its end, 10 if a person has to request or
 * approve a step, 11 if only time has to pass, and 12 if a person has to release a key.
 */
function waitExitCode({ keys, waves }: CampaignSchedule): number {
  if (keys.some(({ isUnread }) => isUnread)) return 13;
  const open = keys.filter(({ outcome }) => outcome === "open" || outcome === "pending_destruction");
  if (open.length === 0) return 0;
  const gateOfWave = ({ line, ...key }: PlannedKey) =>
    waves.find(({ name }) => name === line.wave)?.readiness[nextStep(key)].gate.kind;
  const isForPerson = (key: PlannedKey): boolean => isReady(key, nextStep(key)) && gateOfWave(key) === "open";
  if (open.some(isForPerson)) return 10;
  const isTime = (key: PlannedKey): boolean => {
    const gate = gateOfWave(key) ?? "";
    const isClosed = ["not_before", "blackout", "maintenance_window"].includes(gate);
    return (
      key.facts.materialGoneMs !== undefined || key.gate.kind === "soaking" || (key.gate.kind === "open" && isClosed)
    );
  };
  return open.some(isTime) ? 11 : 12;
}

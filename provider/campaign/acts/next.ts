/**
 * Runs `uko campaign next`: it lists everything that the caller can do now over all waves and steps, and what waits for
 * others, lets the caller choose, and does it after a confirmation. Each act has all of its own checks (`acting.ts`):
 * this file only lists, shows and asks. It lists the instance once: after an act, it offers what is left of the other
 * keys, and never begins another act without asking. If the caller can do nothing, the file reports what the waves wait
 * for. The exit code of this report says, for example, whether a person has to act or only time has to pass.
 *
 * Without a terminal, `--yes` takes removals first, then requests of deactivations, until one of them changed a key.
 * Nothing else goes without a person: no approval, no request of a destruction, no deletion of a container. A wave that
 * failures have stopped continues only after the caller states a reason.
 *
 * An approval begins with a review, which reads each requested key. It takes a sample first, shows the results, asks
 * again, and takes the rest after a new read of the folder and of the sample. Keys that the service refused go last,
 * after a question of their own, so that one of them never starves its wave.
 */

import { keysOfKind } from "../../engine/key/sets/set-messages.ts";
import { count, sayFirst, stepNouns } from "../../engine/text/words.ts";
import { mostSevere } from "../../errors.ts";
import type { ReviewKind } from "../../lifecycle/consent/review.ts";
import { mayAuthor } from "../../lifecycle/key/authorization.ts";
import { type ApprovedStep, approvedSteps, type Identity } from "../../lifecycle/vocabulary/observation.ts";
import { setPhrase } from "../../text/phrase.ts";
import { requireWave } from "../files/folder.ts";
import { isCall, resultsIn } from "../reports/key-results.ts";
import { keyRows } from "../reports/key-row.ts";
import { isOfOther, isReplaceable } from "../reports/origins.ts";
import { isRefused, kindOfKey, readyFor, rollbackOfKey } from "../reports/ready-keys.ts";
import {
  type CampaignReport,
  folderFlag,
  nextCommand,
  reportOf,
  section,
  unreadSection,
  withRemark,
} from "../reports/report.ts";
import { checksBeforeRequest, readUses } from "../reports/request-checks.ts";
import { nextOf, stoppedKeys, stopSection, summarizeStatus, waitingParts } from "../reports/status.ts";
import {
  type ApprovalOfStep,
  type Confirm,
  type RemovalInWave,
  type RequestOfStep,
  type Resume,
  type ReviewOfStep,
  type ReviewResult,
  reportClosed,
  type ShownReview,
  sayFailed,
  waveStateOf,
} from "../reports/wave-state.ts";
import type { Breaker } from "../rules/breaker.ts";
import { isFinal } from "../rules/outcomes.ts";
import { type CampaignSchedule, type KeyInSchedule, onlyWave } from "../view/campaign-schedule.ts";
import { type CampaignContext, keysOfWave, rereadAfterAnswer, rereadKeys } from "../view/context.ts";
import { isReady, waitsFor } from "../view/standing.ts";
import { closeInstance } from "./close-instance.ts";
import type { RollbackRequest } from "./rollback.ts";

export interface NextRequest {
  readonly wave?: string | undefined;
  /** Only this step, if the caller could take more than one. */
  readonly step?: ApprovedStep | undefined;
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
  /** Asks for a number from 1 to `most`. Undefined if the person chooses none. */
  readonly choose: (most: number) => Promise<number | undefined>;
  /** Asks why a stopped wave may continue. An empty reason leaves the wave stopped. */
  readonly askReason: (wave: string) => Promise<string>;
}

type ActOn<Request, Result = CampaignReport> = (context: CampaignContext, request: Request) => Promise<Result>;

/** The acts that `next` chooses from. */
export interface Acts {
  /** Writes the request for the step on each key of the wave that is ready for it. */
  readonly request: ActOn<RequestOfStep>;
  /** Reads each requested key. */
  readonly review: ActOn<ReviewOfStep, ReviewResult>;
  /** Takes the reviewed step on the reviewed keys. */
  readonly approve: ActOn<ApprovalOfStep>;
  /** Removes the metadata of keys that are destroyed everywhere, and takes no other step. */
  readonly advance: ActOn<RemovalInWave>;
  readonly rollback: ActOn<RollbackRequest>;
}

/** A stop after which the wave continues only for a reason, and the report that the caller reads first. */
interface Stop {
  readonly digest: string;
  readonly report: CampaignReport;
}

/** `keys` are the names of the keys. */
type Offer = {
  readonly wave: string;
  readonly says: string;
  readonly keys: ReadonlySet<string>;
  readonly stop?: Stop;
} & (
  | ({ readonly does: "review" } & Pick<ReviewOfStep, "step" | "kind" | "isOther" | "requestedBy">)
  | { readonly does: "request"; readonly step: ApprovedStep; readonly renew: boolean }
  /** Of keys whose KMS window expired, because only a new deactivation brings them on. */
  | { readonly does: "remove" | "reactivate" }
);
type OfferTo<Does extends Offer["does"]> = Extract<Offer, { readonly does: Does }>;

/** What the person chose, and the campaign as it is after their answer. */
interface Chosen {
  readonly offer: Offer;
  readonly context: CampaignContext;
}

interface Doing {
  readonly acts: Acts;
  readonly request: NextRequest;
  readonly talk: Talk;
}

/** What the caller can do, and the lines about what the caller is known to be unable to do. */
interface Offered {
  readonly offers: readonly Offer[];
  readonly excluded: readonly string[];
}

/** The report of an act, and the campaign as the act left it. */
interface Taken {
  readonly report: CampaignReport;
  readonly context: CampaignContext;
}

export async function takeNext(context: CampaignContext, doing: Doing): Promise<CampaignReport> {
  const { request, talk } = doing;
  if (request.wave !== undefined) requireWave(context.view.campaign, request.wave);
  const offered = await offersTo(context, doing, new Set());
  const { offers } = offered;
  if (offers.length === 0) return reportNothing(context, doing, offered);
  if (!talk.canPersonType) return takeQuietly(doing, context, offered);
  const [only] = offers;
  if (only !== undefined && offers.length === 1) return goOn(doing, { context, offer: only });
  const chosen = await chooseOne(context, offered, talk);
  return chosen === undefined ? reportChoices(context, offered) : goOn(doing, chosen);
}

/** Takes the chosen act. Then it asks before another act, which is never about a key of an earlier one. */
async function goOn(doing: Doing, chosen: Chosen): Promise<CampaignReport> {
  const { talk } = doing;
  const done = new Set<string>();
  let { offer, context } = chosen;
  // Each round is a person's answer, so the rounds end with the person.
  for (;;) {
    const taken = await takeAsked(doing, context, offer);
    const { report } = taken;
    if (report.data.stoppedBy !== undefined) return report;
    for (const name of [...offer.keys, ...resultsIn(report.data).map(({ key }) => key)]) done.add(name);
    // Thousands of keys are not read again for a caller who has nothing left to do.
    if ((await offersTo(taken.context, doing, done)).offers.length === 0) return report;
    context = await rereadAfterAnswer(taken.context, offer.keys);
    const offered = await offersTo(context, doing, done);
    if (offered.offers.length === 0) return report;
    talk.show({ ...report, next: [] });
    const next = await chooseOne(context, offered, talk);
    if (next === undefined) {
      const left = reportChoices(context, offered);
      return { ...report, sections: left.sections, next: left.next, data: { ...report.data, ...left.data } };
    }
    ({ offer, context } = next);
  }
}

async function chooseOne(context: CampaignContext, offered: Offered, talk: Talk): Promise<Chosen | undefined> {
  talk.show({ ...reportChoices(context, offered), next: [] });
  const number = await talk.choose(offered.offers.length);
  const offer = number === undefined ? undefined : offered.offers[number - 1];
  if (offer === undefined) return undefined;
  return { offer, context: await rereadAfterAnswer(context, offer.keys) };
}

const notOffered = (excluded: readonly string[]) => section("Not offered to you", { lines: excluded });

/** What the caller can do, one line for each thing, and what waits for others. */
function reportChoices({ plan, view }: CampaignContext, { offers, excluded }: Offered): CampaignReport {
  const own = new Set(offers.map(({ wave }) => wave));
  const others = plan.waves.flatMap(({ name, keys }) => {
    const waits = waitsFor(keys);
    return waits === "-" || own.has(name) ? [] : [`Wave "${name}": ${waits}`];
  });
  return reportOf({
    summary: offers.length === 1 ? "You can do one thing now" : `You can do ${offers.length} things now`,
    parts: [
      section("You can", { lines: offers.map(({ says }, at) => `${at + 1}  ${says}`), isWhole: true }),
      section("Waiting for others", { lines: others }),
      notOffered(excluded),
      { data: { offers: offers.map(({ wave, does, says }) => ({ wave, does, says })) } },
    ],
    next: [...new Set(offers.map(({ wave }) => wave))]
      .slice(0, 5)
      .map((wave) => ({ command: nextCommand({ wave, path: view.folder.path }) })),
  });
}

/** Removals and requests of deactivations, until one changed a key. A stop stays visible in the exit code. */
async function takeQuietly(doing: Doing, context: CampaignContext, offered: Offered): Promise<CampaignReport> {
  const { offers } = offered;
  const stops = offers.flatMap(({ stop }) => stop ?? []);
  const possible = offers.filter(({ stop }) => stop === undefined);
  const withStops = (report: CampaignReport): CampaignReport => ({
    ...report,
    exitCode: stops.length > 0 ? mostSevere([report.exitCode, 12]) : report.exitCode,
    data: stops.length > 0 ? { ...report.data, stops: stops.flatMap((each) => each.report.data.stops) } : report.data,
  });
  let report: CampaignReport | undefined;
  for (const offer of possible) {
    ({ report } = await take(doing, context, offer));
    if (isEnd(report)) break;
  }
  if (report !== undefined) return withStops(report);
  const [stop] = stops;
  return stop === undefined ? reportNothing(context, doing, offered) : stop.report;
}

/** Whether the command ends with this report: the run changed a key, or was stopped. */
function isEnd({ data }: CampaignReport): boolean {
  return data.stoppedBy !== undefined || resultsIn(data).some(({ outcome }) => outcome === "acted");
}

/** Asks first why a stopped wave may continue. */
async function takeAsked(doing: Doing, context: CampaignContext, offer: Offer): Promise<Taken> {
  const { stop, wave } = offer;
  if (stop === undefined) return take(doing, context, offer);
  doing.talk.show(stop.report);
  const reason = await doing.talk.askReason(wave);
  if (reason !== "") return take(doing, context, offer, { digest: stop.digest, reason });
  const command = nextCommand({ wave, path: context.view.folder.path });
  const report = { ...stop.report, summary: `Wave "${wave}" stays stopped`, sections: [], next: [{ command }] };
  return { report, context };
}

async function take(doing: Doing, context: CampaignContext, offer: Offer, resume?: Resume): Promise<Taken> {
  if (offer.does === "review") return takeReview(doing, context, offer, resume);
  return { report: await takeOnce(doing, context, offer, resume), context };
}

async function takeOnce(
  doing: Doing,
  context: CampaignContext,
  offer: Exclude<Offer, OfferTo<"review">>,
  resume: Resume | undefined,
): Promise<CampaignReport> {
  const { acts, talk } = doing;
  switch (offer.does) {
    case "request":
      return takeRequest(doing, context, offer, resume);
    case "remove": {
      const { wave, keys } = offer;
      await talk.confirm(setPhrase("remove", keys.size), [
        `uko removes the metadata of ${count(keys.size, "key")} of wave "${wave}", unless a keystore still has the material.`,
      ]);
      return acts.advance(context, { wave, keys });
    }
    case "reactivate":
      return acts.rollback(context, { of: offer.keys, confirm: talk.confirmByHand });
  }
}

async function takeRequest(
  { acts, talk }: Doing,
  context: CampaignContext,
  offer: OfferTo<"request">,
  resume: Resume | undefined,
): Promise<CampaignReport> {
  const { wave, step, keys, renew, says } = offer;
  const renewal = renew
    ? " uko also replaces requests of yours that expire within 48 h, or that were not made for this wave."
    : "";
  const confirm = step === "destroy" ? talk.confirmByHand : talk.confirm;
  const { sections, last } = checksBeforeRequest(context, offer, await readUses(context, offer));
  if (sections.length > 0) talk.show({ ...reportOf({ summary: says, parts: [sections], next: [] }) });
  await confirm(setPhrase("request", keys.size), [
    `uko requests the ${stepNouns[step]} of ${count(keys.size, "key")} of wave "${wave}".${renewal}`,
    "Nothing changes until another person approves. You can withdraw the requests.",
    ...last,
  ]);
  return acts.request(await rereadAfterAnswer(context, keys), { wave, step, resume, renew, keys });
}

async function takeReview(
  doing: Doing,
  context: CampaignContext,
  { wave, step, kind, isOther, requestedBy, keys }: OfferTo<"review">,
  resume: Resume | undefined,
): Promise<Taken> {
  const { acts, talk } = doing;
  const { report, file } = await acts.review(context, { wave, step, kind, isOther, requestedBy, keys, resume });
  if (file === undefined) return { report, context };
  talk.show({ ...report, next: [] });
  const review: ShownReview = { file, isAnswered: false, isSampled: false, tried: new Set() };
  let here = context;
  // Each round tries at least one key of the review, or ends.
  for (let round = 0; ; round += 1) {
    const approved = await acts.approve(here, { wave, step, resume, review, confirm: talk.confirmByHand });
    const called = resultsIn(approved.data).filter(isCall);
    const isRoleMissing = called.length > 0 && called.every(({ code }) => code === "UKO_RIGHTS_MISSING");
    const isOver = !Number(approved.data.later) || approved.data.stoppedBy !== undefined || isRoleMissing;
    if (isOver || round >= file.review.lines.size) return { report: approved, context: here };
    talk.show({ ...approved, next: [] });
    // A keystore that reports an error after the sample stops the wave.
    here = await rereadKeys(here, new Set(resultsIn(approved.data).map(({ key }) => key)));
  }
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

/** `done` are the names of keys on which this run has acted already. */
async function offersTo(
  context: CampaignContext,
  { request, talk }: Doing,
  done: ReadonlySet<string>,
): Promise<Offered> {
  const actor = await context.world.session.actor(context.options);
  const waves = context.view.campaign.waves.map(({ name }) => name);
  const places = waves
    .filter((name) => (request.wave ?? name) === name)
    .flatMap((wave) => approvedSteps.filter((each) => (request.step ?? each) === each).map((step) => ({ wave, step })));
  // A person who names wave and step is offered also what only the evidence excludes, because evidence can be forged.
  const isExact = request.wave !== undefined && request.step !== undefined;
  const steps = places.map((place) => stepOffers(context, place, actor.identity, { done, isExact }));
  const others = waves
    .filter((name) => request.step === undefined && (request.wave ?? name) === name)
    .flatMap((name) => [...removalOffer(context, name, done), ...expiredOffer(context, name, done)]);
  const offers = [...steps.flatMap((step) => step.offers), ...others];
  // An identity that is not a person can only remove. What another person waits for comes first.
  const order = !mayAuthor(actor)
    ? ["remove"]
    : talk.canPersonType
      ? ["review", "request", "remove", "reactivate"]
      : ["remove", "request"];
  const possible = offers.filter((each) => talk.canPersonType || each.does !== "request" || each.step === "deactivate");
  return {
    offers: order.flatMap((does) => possible.filter((each) => each.does === does)),
    excluded: steps.flatMap((step) => step.excluded),
  };
}

function stepOffers(
  context: CampaignContext,
  { wave, step }: { readonly wave: string; readonly step: ApprovedStep },
  caller: Identity | undefined,
  { done, isExact }: { readonly done: ReadonlySet<string>; readonly isExact: boolean },
): Offered {
  const { gate, breaker } = waveStateOf(context, { wave, step });
  if (gate.kind !== "open" && gate.kind !== "stopped") return { offers: [], excluded: [] };
  const place = { wave, step, ...stopOf(context, wave, breaker) };
  const found = readyFor(context, wave, step, caller);
  const left = (members: readonly KeyInSchedule[]) => members.filter(({ name }) => !done.has(name));
  const [toRequest, own] = [left(found.toRequest), left(found.own)];
  const isTried = ({ notedAt }: { readonly notedAt?: string }): boolean => isExact && notedAt !== undefined;
  const tried = found.excluded.filter(isTried);
  const apart = found.excluded.filter((each) => !isTried(each));
  const ofOthers = left([...found.ofOthers, ...tried.map(({ key }) => key)]);
  const sets = Map.groupBy(ofOthers, (key) =>
    JSON.stringify([isOfOther(context, key), kindOfKey(key), found.requesterOf(key)?.iamId ?? ""]),
  );
  const replaceable = own.filter((key) => isReplaceable(context, key, step, caller));
  const keys = new Set([...toRequest, ...replaceable].map(({ name }) => name));
  const reviews = [...sets].map(([set, members]): OfferTo<"review"> => {
    const [isOther, kind, requestedBy] = JSON.parse(set) as [boolean, ReviewKind, string];
    const of = requestedBy === "" ? "" : `, requested by ${requestedBy}${isOther ? ", but not for this wave" : ""}`;
    const says = `wave ${wave}: approve the ${stepNouns[step]} of ${keysOfKind(kind, members.length)}${of}`;
    const names = new Set(members.map(({ name }) => name));
    return { ...place, says, does: "review", keys: names, isOther, kind, ...(requestedBy && { requestedBy }) };
  });
  const says = `wave ${wave}: request the ${stepNouns[step]} of ${count(keys.size, "key")}`;
  const reasons = Map.groupBy(apart, ({ why }) => why);
  return {
    offers: [
      // The requests that were made for the wave come first.
      ...reviews.toSorted((a, b) => Number(a.isOther) - Number(b.isOther)),
      ...(keys.size > 0 ? [{ ...place, says, does: "request" as const, keys, renew: replaceable.length > 0 }] : []),
    ],
    excluded: Array.from(reasons, ([why, members]) => {
      const notedAt = members.flatMap((each) => each.notedAt ?? []);
      const again = notedAt.length === 0 ? "" : ` (${sayFirst(notedAt, 1)}); name --wave and --step to try again`;
      return `wave ${wave}: approve the ${stepNouns[step]} of ${count(members.length, "key")}: ${why}${again}`;
    }),
  };
}

/** Offers the removal of destroyed keys. What the service refused within 24 h follows once no other key is left. */
function removalOffer(context: CampaignContext, wave: string, done: ReadonlySet<string>): readonly Offer[] {
  const ready = keysOfWave(context, wave).filter((key) => isReady(key, "remove") && !done.has(key.name));
  const fresh = ready.filter((key) => !isRefused(key));
  const keys = new Set((fresh.length > 0 ? fresh : ready).map(({ name }) => name));
  const says = `wave ${wave}: remove the metadata of ${count(keys.size, "destroyed key")}`;
  return keys.size === 0 ? [] : [{ does: "remove", wave, says, keys }];
}

/** One offer for all keys of a wave whose KMS window expired: only a new deactivation opens one again. */
function expiredOffer(context: CampaignContext, wave: string, done: ReadonlySet<string>): readonly Offer[] {
  const isProven = (key: KeyInSchedule): boolean =>
    !done.has(key.name) && rollbackOfKey(context, key).kind === "proven";
  const expired = keysOfWave(context, wave).filter(({ facts }) => facts.windowFault !== undefined);
  const keys = new Set(expired.filter(isProven).map(({ name }) => name));
  const says = `wave ${wave}: reactivate ${count(keys.size, "key")} whose KMS window expired, to deactivate them again`;
  return keys.size === 0 ? [] : [{ does: "reactivate", wave, says, keys }];
}

/** The report of what the waves wait for, if the caller can do nothing; at the end, what is left of the instance. */
async function reportNothing(context: CampaignContext, doing: Doing, { excluded }: Offered): Promise<CampaignReport> {
  const { view } = context;
  const { wave, step: only } = doing.request;
  const { talk } = doing;
  const plan = onlyWave(context.plan, wave);
  const isEnd = wave === undefined && only === undefined && context.plan.keys.every(({ outcome }) => isFinal(outcome));
  if (isEnd) return closeInstance(context, talk.canPersonType ? talk.confirmByHand : undefined);
  const [single] = wave === undefined ? [] : plan.waves;
  const step = approvedSteps.find((each) => (only ?? each) === each && plan.keys.some((key) => isReady(key, each)));
  if (single !== undefined && step !== undefined) {
    const readiness = single.readiness[step];
    // This report says more, for example which rules changed.
    if (readiness.gate.kind !== "open" && readiness.gate.kind !== "stopped")
      return reportClosed(context, { wave: single.name, step }, readiness);
  }
  // A person without a terminal must not read that only others can act.
  const typing = { ...doing, talk: { ...talk, canPersonType: true } };
  const atTerminal = talk.canPersonType ? [] : (await offersTo(context, typing, new Set())).offers;
  const where = atTerminal.length > 0 ? "without a terminal" : "now";
  const parts = waitingParts(view, plan, keyRows(view, plan));
  const isApproved = plan.keys.some(({ standing }) => standing.kind === "waits" && standing.who === "executor");
  const report = reportOf({
    summary: `You can do nothing ${where}. ${summarizeStatus(plan)}`,
    parts: [
      { data: { campaign: view.campaign.name } },
      section("You can at a terminal", { lines: atTerminal.map(({ says }) => says), isWhole: true }),
      ...parts,
      notOffered(excluded),
      unreadSection(view.inventory.unreadable),
    ],
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
function waitExitCode({ keys }: CampaignSchedule): number {
  const who = new Set(keys.map(({ standing }) => (standing.kind === "waits" ? standing.who : "ended")));
  if (who.has("reader")) return 13;
  if ((["requester", "approver", "executor"] as const).some((each) => who.has(each))) return 10;
  if (who.has("time")) return 11;
  return who.has("release") || who.has("wave") ? 12 : 0;
}

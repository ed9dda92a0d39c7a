/**
 * Reads many keys for a review: the requests of one person, as another person can approve them. A key that the caller
 * cannot approve, or that changed since its request, is listed apart with the reason.
 */

import { UkoError } from "../../../errors.ts";
import { standingOf } from "../../../lifecycle/consent/consent-record.ts";
import { type Leader, membershipOf } from "../../../lifecycle/consent/membership.ts";
import {
  admitToReview,
  keyPathOf,
  maxReviewBytes,
  maxReviewedKeys,
  type NotReviewable,
  type Review,
  type ReviewedWave,
  type ReviewLine,
  type ReviewScope,
  reviewOf,
  type Shown,
} from "../../../lifecycle/consent/review.ts";
import type { KeyRun, Plan } from "../../../lifecycle/key/plan.ts";
import { notStorable, planReviewedApproval, planReviewedStep } from "../../../lifecycle/key/plan-reviewed.ts";
import { findUnapprovedStep } from "../../../lifecycle/key/unapproved-step.ts";
import type { AnyReview } from "../../../lifecycle/kms-key/kms-review.ts";
import {
  type Actor,
  type ApprovedStep,
  type ConsentRecord,
  type KeyObservation,
  nextStepOf,
} from "../../../lifecycle/vocabulary/observation.ts";
import type { KnownCampaign } from "../../ports/known-campaign.ts";
import type { ShownKey } from "../../ports/shown-key.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import type { Explanation, NextStep } from "../../text/explanation.ts";
import { count, type KeyNames, keyName, sayActor, sayIdentity } from "../../text/words.ts";
import { notFound, userInterface } from "../command-reports.ts";
import { classesToConfirm, type NotedKey, type SummarizedKey } from "../exceptions.ts";
import type { KeyDetails } from "../observe.ts";
import { knownTextsOf, showKey } from "../shown-key.ts";
import { explainOutcome } from "../text/messages.ts";
import { sayApprovedByCampaign } from "../text/record-words.ts";
import { saySkipped } from "../text/review-words.ts";
import { rememberUses } from "./known-uses.ts";
import { encodeReview } from "./review-file.ts";
import { type Selection, selectKeys } from "./selection.ts";
import { readEach, type Unreadable } from "./survey.ts";

/** Which keys of a wave to review. */
export interface ReviewQuery {
  readonly keys: readonly KeyRef[];
  /** An IAM ID. */
  readonly requester?: string;
  readonly step: ApprovedStep;
  readonly kind: ReviewLine["kind"];
  readonly campaign: ReviewedWave;
  /** In a campaign: why the request on the key with this name is not for this review; undefined if it is. */
  readonly apartFor?: (name: string, record: ConsentRecord) => string | undefined;
  /** What the manifest notes of the key. */
  readonly noted: (line: ReviewLine) => NotedKey | undefined;
}

/** What a reviewer sees. `file` is absent if no key is left to approve. */
export interface SetReview {
  readonly keys: readonly KeyInReview[];
  readonly apart: readonly KeyApart[];
  readonly unreadable: readonly Unreadable[];
  readonly file?: ReviewFile;
}

export interface ReviewFile<Reviewed extends AnyReview = Review> {
  readonly review: Reviewed;
  readonly text: string;
  /** The SHA-256 of the text. */
  readonly digest: string;
}

export interface KeyInReview extends SummarizedKey {
  /** The campaign outside of which the person approves the request. */
  readonly leader?: Leader;
  /** What commands call the key. */
  readonly name: string;
  /** The caller could take the step now, if they have the role for it. */
  readonly isReady?: true;
  readonly shown: ShownKey;
}

/** A key that the review does not cover. */
export interface KeyApart extends KeyNames {
  /** A clause without a full stop. */
  readonly why: string;
  /** The request that the caller made, so another person has to approve it. */
  readonly ownRequest?: { readonly record: ConsentRecord; readonly state: string };
  /** The IAM ID of the requester, whose next run takes the step that another person has approved. */
  readonly approvedFor?: string;
  /** The next step that removes the reason, if a rule refuses the step to each person. */
  readonly remedy?: NextStep;
  /** The step is too early, but the caller can store an approval for the requester's next run. */
  readonly isStorable?: true;
  /** The IAM ID of the other requester, whose keys another review can cover. */
  readonly otherRequester?: string;
}

/**
 * A review is about the requests of one person: of the one whom the query names, otherwise of the first one that this run
 * reads. The keys of the others stay apart.
 */
export async function reviewKeys(world: World, query: ReviewQuery, options: CallOptions): Promise<SetReview> {
  const { step, kind, campaign } = query;
  const set = { step, campaign, actor: await world.session.actor(options) };
  let { requester } = query;
  const judge = (key: KeyDetails): Judged => {
    requester ??= requesterOf(key, step, set.actor);
    const judged = judgeKey(world, key, { ...set, kind, requester: requester ?? "" });
    if (isApart(judged)) return judged;
    const why = query.apartFor?.(keyPathOf(judged.line), judged.record);
    if (why !== undefined) return { ...namedKey(key.observation), why };
    const { use } = key.observation;
    if (use.kind === "known") rememberUses(world.session, use.resources ?? []);
    return { ...judged, noted: query.noted(judged.line) };
  };
  const { keys, unreadable } = await readFound(world, query.keys, judge, options);
  return { ...setOf(world, keys, set), unreadable };
}

/** Requests that the caller can approve, of one requester for one step, as a list shows them. */
export interface PendingGroup {
  readonly requester: string;
  readonly step: ApprovedStep;
  readonly kind: ReviewLine["kind"];
  readonly vaultId: string;
  readonly keys: readonly KeyDetails[];
  /** Keys that carry such a request which no longer counts, for example because their tags changed. */
  readonly outdated: readonly KeyApart[];
}

/** Lists what the caller can approve from the lists of the vaults alone, so that thousands of keys take a few calls. */
export async function listApprovable(
  world: World,
  { campaign, ...selection }: Selection & Pick<ApprovableQuery, "campaign">,
  options: CallOptions,
): Promise<{
  readonly groups: readonly PendingGroup[];
  /** Requests that campaigns approve. No group has them. */
  readonly led: readonly KeyApart[];
  readonly unreadable: readonly Unreadable[];
}> {
  const actor = await world.session.actor(options);
  const { keys, unreadable } = await selectKeys(world, { ...selection, isPending: true }, options);
  const forCaller = keys.filter((key) => {
    const [requester] = scopeOf(key);
    return requester !== "" && requester !== actor.identity?.iamId;
  });
  const leaderOf = ({ observation: { facts, carried } }: KeyDetails) => leaderFor(facts, carried.record, campaign);
  const led = forCaller.flatMap((key) => {
    const leader = leaderOf(key);
    return leader === undefined ? [] : [{ ...namedKey(key.observation), why: sayApprovedByCampaign(leader) }];
  });
  const free = forCaller.filter((key) => leaderOf(key) === undefined);
  const byPlace = Map.groupBy(free, (key) => JSON.stringify([...scopeOf(key), key.observation.facts.vaultId]));
  const groups = Array.from(byPlace, ([place, members]): PendingGroup => {
    const [requester, step, kind, vaultId] = JSON.parse(place) as [string, ApprovedStep, ReviewLine["kind"], string];
    const outdated = keys.flatMap((key) => {
      const { facts, carried } = key.observation;
      const isOfGroup = facts.vaultId === vaultId && carried.record?.author.iamId === requester;
      if (scopeOf(key)[0] !== "") return [];
      const scope = { step, kind, requester, reviewer: actor.identity?.iamId ?? "" };
      return isOfGroup && carried.record?.step === step ? outdatedIn(key, scope) : [];
    });
    return { requester, step, kind, vaultId, keys: members.toSorted(byLabel), outdated };
  });
  return { groups, led, unreadable };
}

/** Why the request on a listed key no longer counts. A key that is past the step needs no approval. */
function outdatedIn({ observation, nowMs }: KeyDetails, scope: ReviewScope): readonly KeyApart[] {
  const admission = admitToReview(observation, scope, nowMs);
  if (admission.kind === "line") return [];
  const { why } = admission;
  const isOutdated = why.kind === "held" || (why.kind === "not_binding" && why.why.kind !== "expired");
  return isOutdated ? [apartFor(why, observation)] : [];
}

/** The campaign that approves the request on the key, if any. A selection of keys never picks such a key. */
function leaderFor(
  key: Pick<ReviewLine, "vaultId" | "keyId">,
  record: ConsentRecord | undefined,
  campaign: ApprovableQuery["campaign"],
): Leader | undefined {
  const membership = membershipOf(record?.campaign, campaign?.markOf(keyPathOf(key)));
  return membership.kind === "free" ? undefined : membership.to;
}

/** What the caller can approve: one set for each requester, step and kind of key. */
export type Approvable = Awaited<ReturnType<typeof findApprovable>>;

export interface ApprovableQuery {
  readonly refs: readonly KeyRef[];
  readonly stores: boolean;
  /** The person named the one key. Otherwise a key of a campaign stands apart. */
  readonly isNamed?: boolean;
  /** The campaign whose folder this run has. Its manifest says which keys are the campaign's. */
  readonly campaign?: Pick<KnownCampaign, "markOf"> | undefined;
}

/** Reads each key for a decision. A key that still waits for time stands apart, unless the caller only stores approvals. */
export async function findApprovable(
  world: World,
  { refs, stores, isNamed = false, campaign }: ApprovableQuery,
  options: CallOptions,
) {
  const actor = await world.session.actor(options);
  const judge = (key: KeyDetails): Judged => {
    const [requester, step, kind] = scopeOf(key);
    const purpose = stores ? "store" : "act";
    const judged = judgeKey(world, key, { requester, step, kind, actor, purpose });
    if (isApart(judged)) return judged;
    const leader = leaderFor(judged.line, judged.record, campaign);
    if (leader === undefined) return judged;
    return isNamed ? { ...judged, leader } : { ...namedKey(key.observation), why: sayApprovedByCampaign(leader) };
  };
  const { keys, unreadable } = await readFound(world, refs, judge, options);
  const groups = Map.groupBy(keys.filter(isInReview), ({ line, record }) =>
    JSON.stringify([line.requester, record.step, line.kind]),
  );
  const sets = Array.from(groups.values(), (members) => {
    const step = members[0]?.record.step ?? "destroy";
    return { ...setOf(world, members, { step, actor }), unreadable: [] };
  });
  const { loggedInBy } = world.session.tokenClaims();
  // Who approves, and how this person logged in.
  const approver = `${sayActor(actor)}${loggedInBy === undefined ? "" : `, logged in by ${loggedInBy}`}`;
  const people = sets.flatMap(({ file }) => [...(file?.review.lines.values() ?? [])].slice(0, 1));
  const isSigned = sets.some(({ file }) => file?.review.header.step === "destroy");
  const names = [actor.identity?.iamId ?? "", ...new Set(people.map(({ requester }) => requester))];
  // What demands that the approvals are signed, and what it says of both people.
  const signatures = isSigned ? (world.signatures?.describe(names) ?? []) : [];
  return { sets, apart: keys.filter(isApart), unreadable, approver, signatures };
}

/** The set of a key: the requester (empty if no request binds), the step, and the kind of key. */
function scopeOf({ observation, nowMs }: KeyDetails): readonly [string, ApprovedStep, ReviewLine["kind"]] {
  const step = nextStepOf(observation.state) ?? "destroy";
  const standing = standingOf(observation, step, nowMs);
  const isRequest = standing.binds && standing.record.quotes === undefined;
  const kind = observation.state === "pre_activation" ? "never-active" : "managed";
  return [isRequest ? (standing.record.author.iamId ?? "") : "", step, kind];
}

async function readFound(
  world: World,
  named: readonly KeyRef[],
  judge: (key: KeyDetails) => Judged,
  options: CallOptions,
): Promise<{ readonly keys: readonly Judged[]; readonly unreadable: readonly Unreadable[] }> {
  const refs = [...new Map(named.map((ref) => [keyPathOf(ref), ref])).values()];
  const read = await readEach(world, { refs, what: "Reading the keys", judge }, options);
  const missing = read.gone.map((ref) => ({ ...ref, error: notFound(ref) }));
  return { keys: read.keys, unreadable: [...missing, ...read.unreadable] };
}

/** What is kept of a key that was read: the whole key would take much memory. */
type Judged = KeyInReview | KeyApart;

const isInReview = (key: Judged): key is KeyInReview => "line" in key;
const isApart = (key: Judged): key is KeyApart => "why" in key;

interface Judging extends Omit<ReviewScope, "reviewer"> {
  readonly actor: Actor;
  /**
   * `act`: the caller takes the step now, so a key that waits for time is left out. `store`: the requester takes the
   * step, so the caller may be a person who cannot, for example the one who opened a KMS window.
   */
  readonly purpose?: "act" | "store";
}

/** Returns the key as its reviewer sees it, or the reason why the review does not cover it. */
function judgeKey(world: World, observed: KeyDetails, { step, kind, requester, actor, purpose }: Judging): Judged {
  const { observation, nowMs } = observed;
  const reviewer = actor.identity?.iamId ?? "";
  const admission = admitToReview(observation, { step, kind, requester, reviewer }, nowMs);
  if (admission.kind === "apart") return apartFor(admission.why, observation);
  const { line, record } = admission;
  const review = reviewOf({ instanceId: world.session.instanceId, step, reviewer, reviewedAtMs: nowMs }, [line]);
  // This run only shows what the step would wait for, so it counts each approval as signed. The run that acts signs
  // each approval, and an unsigned one does not count.
  const run: KeyRun = { actor, approvals: [], signed: { has: () => true }, intent: "approve" };
  const direct = planReviewedStep(review, observation, run, nowMs);
  const plan = purpose === "store" ? planReviewedApproval(review, observation, run, nowMs) : direct;
  const isTooEarly = purpose === "act" && plan.kind === "waitingForTime";
  if (isTooEarly || plan.kind === "refused" || plan.kind === "waitingForApproval") {
    const isStorable = isTooEarly && notStorable(record, nowMs) === undefined;
    const { summary, next } = explain(plan, observed, run);
    const [remedy] = plan.kind === "refused" ? next : [];
    return {
      ...namedKey(observation),
      why: summary,
      ...(remedy !== undefined && { remedy }),
      ...(isStorable && { isStorable }),
    };
  }
  return {
    line,
    record,
    name: keyName(observation),
    releasedHolds: observation.releasedHolds ?? [],
    unapproved: findUnapprovedStep(observation),
    shown: showKey(observed, knownTextsOf(world, line)),
    nowMs,
    ...(direct.kind === "waitingForTime" && { waitsFor: explain(direct, observed, run).summary }),
    ...(direct.kind === "ready" && { isReady: true }),
  };
}

function setOf(
  world: World,
  judged: readonly Judged[],
  { step, actor, campaign }: Pick<Judging, "step" | "actor"> & { readonly campaign?: ReviewedWave | undefined },
): Omit<SetReview, "unreadable"> {
  const keys = judged.filter(isInReview).toSorted((a, b) => byLabelOf(a.line, b.line));
  const apart = judged.filter(isApart);
  if (keys.length === 0) return { keys, apart };
  const exceptions = classesToConfirm(keys);
  const header = {
    instanceId: world.session.instanceId,
    step,
    reviewer: actor.identity?.iamId ?? "",
    // The earliest of the reads, so that no line is older than the review says.
    reviewedAtMs: Math.min(...keys.map(({ nowMs }) => nowMs)),
    ...(campaign !== undefined && { campaign }),
    ...(exceptions !== "" && { exceptions }),
  };
  const lines = keys.toSorted(byPath).map(({ line }) => line);
  return { keys, apart, file: fileOf(world, reviewOf(header, lines)) };
}

/** Who requested the step, if it is another person than the caller. */
function requesterOf({ observation, nowMs }: KeyDetails, step: ApprovedStep, { identity }: Actor): string | undefined {
  const standing = standingOf(observation, step, nowMs);
  if (!standing.binds || standing.record.quotes !== undefined) return undefined;
  const { iamId } = standing.record.author;
  return iamId === identity?.iamId ? undefined : iamId;
}

function apartFor(why: NotReviewable, observation: KeyObservation): KeyApart {
  return {
    ...namedKey(observation),
    why: saySkipped(why, observation),
    ...(why.kind === "own_request" && { ownRequest: { record: why.record, state: observation.stateWord } }),
    ...(why.kind === "is_approval" && { approvedFor: sayIdentity((why.record.quotes ?? why.record).author) }),
    ...(why.kind === "other_requester" && { otherRequester: sayIdentity(why.record.author) }),
  };
}

function namedKey({ facts: { vaultId, keyId, label, hasNamesake } }: KeyObservation): Omit<KeyApart, "why"> {
  return { vaultId, keyId, label, ...(hasNamesake && { hasNamesake }) };
}

/** The first line of the message that the step would end with, and the next steps in it. */
function explain(
  plan: Exclude<Plan, { kind: "ready" }>,
  observed: KeyDetails,
  run: KeyRun,
): Pick<Explanation, "summary" | "next"> {
  if (plan.kind === "waitingForApproval" && plan.callerPosition === "not_a_person") {
    return { summary: `${sayActor(run.actor)} is not a person, so it can neither request nor approve`, next: [] };
  }
  return explainOutcome({ kind: "stopped", plan, observed, memory: { run } }, userInterface);
}

export function shownIn({ header: { exceptions }, lines }: AnyReview, digest: string): Shown {
  return { digest, keys: lines.size, ...(exceptions !== undefined && { classes: exceptions }) };
}

/** Throws UKO_INPUT_INVALID if no run could use the file. */
export function fileOf<Reviewed extends AnyReview>({ sha256 }: World, review: Reviewed): ReviewFile<Reviewed> {
  const text = encodeReview(review);
  const isTooLarge = review.lines.size > maxReviewedKeys || new TextEncoder().encode(text).length > maxReviewBytes;
  if (!isTooLarge) return { review: { ...review, shown: shownIn(review, sha256(text)) }, text, digest: sha256(text) };
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The review of ${count(review.lines.size, "key")} is too large`,
    detail: `A review lists at most ${maxReviewedKeys.toLocaleString("en")} keys in 8 MiB.\nNext: review one vault at a time with --vault.`,
  });
}

/** People look for a name in a list, where `app-9` stands before `app-10`. Of two keys with the same label, the ID decides. */
function byLabelOf(a: Pick<ReviewLine, "label" | "keyId">, b: Pick<ReviewLine, "label" | "keyId">): number {
  return byName.compare(a.label, b.label) || a.keyId.localeCompare(b.keyId, "en");
}

const byName = new Intl.Collator("en", { numeric: true });

const byLabel = (a: KeyDetails, b: KeyDetails): number => byLabelOf(a.observation.facts, b.observation.facts);

function byPath(a: KeyInReview, b: KeyInReview): number {
  return keyPathOf(a.line) < keyPathOf(b.line) ? -1 : 1;
}

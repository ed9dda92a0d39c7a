/**
 * Reads many keys for a review: the requests of one person, as another person can approve them. If several people
 * requested the keys, the caller has to name one of them. A key that the caller cannot approve, or that changed since
 * its request, is listed apart with the reason. The keys that remain become a review file, which names exactly what its
 * reviewer saw. A file that is too large is refused. This module also groups all requests that a caller can approve, by
 * requester, step and kind of key.
 */

import { UkoError } from "../../../errors.ts";
import { standingOf } from "../../../lifecycle/consent-record.ts";
import type { AnyReview } from "../../../lifecycle/kms-review.ts";
import type { Actor, ConsentRecord } from "../../../lifecycle/observation.ts";
import type { Plan, Run } from "../../../lifecycle/plan.ts";
import { planReviewedApproval, planReviewedStep } from "../../../lifecycle/plan-reviewed.ts";
import {
  admitToReview,
  keyPathOf,
  maxReviewBytes,
  maxReviewedKeys,
  type NotReviewable,
  type Review,
  type ReviewedStep,
  type ReviewedWave,
  type ReviewHeader,
  type ReviewLine,
  type ReviewScope,
  reviewOf,
} from "../../../lifecycle/review.ts";
import type { CallOptions, KeyRef, World } from "../../ports/world.ts";
import { count, sayActor, sayAuthor, sayIdentity } from "../../text/words.ts";
import { notFound, userInterface } from "../command-reports.ts";
import type { KeyDetails } from "../observe.ts";
import { explainOutcome } from "../text/messages.ts";
import { type ReviewedSet, reviewCommand, saySkipped } from "../text/review-words.ts";
import { classesToConfirm, type SummarizedKey } from "./exceptions.ts";
import { encodeReview } from "./review-file.ts";
import { isBy, nextStepOf, refOf, type Selection, selectKeys } from "./selection.ts";
import { readEach, type Unreadable } from "./survey.ts";

/** Which keys to review: those that are named, and those with a record in the vaults. */
export interface ReviewQuery {
  readonly keys: readonly KeyRef[];
  /** Absent for no vault; empty for every vault that the caller can read. */
  readonly vaultIds?: readonly string[];
  /** An IAM ID, or the name that a person's records give. */
  readonly requester?: string;
  readonly step: ReviewedStep;
  readonly kind: ReviewLine["kind"];
  readonly campaign?: ReviewedWave;
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
  readonly observed: KeyDetails;
}

/** A key that the review does not cover. */
export interface KeyApart {
  readonly observed: KeyDetails;
  /** A clause without a full stop. */
  readonly why: string;
  /** The caller requested the step, so another person has to review it. */
  readonly isOwnRequest?: true;
  /** The IAM ID of the requester, whose next run takes the step that another person has approved. */
  readonly approvedFor?: string;
  /** The IAM ID of the other requester, whose keys another review can cover. */
  readonly otherRequester?: string;
}

/** Throws UKO_INPUT_INVALID if several people requested the keys and the query names none of them. */
export async function reviewKeys(world: World, query: ReviewQuery, options: CallOptions): Promise<SetReview> {
  const actor = await world.session.actor(options);
  const { keys, unreadable } = await readFound(world, query, options);
  return { ...admitAll(world, setFor(world, query, actor, keys), { actor, keys }), unreadable };
}

/** Requests that the caller can approve, of one requester for one step, as a list shows them. */
export interface PendingGroup {
  readonly requester: string;
  readonly step: ReviewedStep;
  readonly kind: ReviewLine["kind"];
  readonly vaultId: string;
  readonly keys: readonly KeyDetails[];
}

/** Lists what the caller can approve from the lists of the vaults alone, so that thousands of keys take a few calls. */
export async function listApprovable(
  world: World,
  selection: Selection,
  options: CallOptions,
): Promise<{ readonly groups: readonly PendingGroup[]; readonly unreadable: readonly Unreadable[] }> {
  const actor = await world.session.actor(options);
  const { keys, unreadable } = await selectKeys(world, { ...selection, isPending: true }, options);
  const byPlace = Map.groupBy(keys, (key) => JSON.stringify([...scopeOf(key), key.observation.facts.vaultId]));
  const groups = Array.from(byPlace, ([place, members]): PendingGroup => {
    const [requester, step, kind, vaultId] = JSON.parse(place) as [string, ReviewedStep, ReviewLine["kind"], string];
    return { requester, step, kind, vaultId, keys: members };
  });
  const isForCaller = ({ requester }: PendingGroup) => requester !== "" && requester !== actor.identity?.iamId;
  return { groups: groups.filter(isForCaller), unreadable };
}

/** What the caller can approve: one set for each requester, step and kind of key. */
export type Approvable = Awaited<ReturnType<typeof findApprovable>>;

/** Reads each key for a decision. A key that still waits for time stands apart, unless the caller only stores approvals. */
export async function findApprovable(
  world: World,
  { refs, stores }: { readonly refs: readonly KeyRef[]; readonly stores: boolean },
  options: CallOptions,
) {
  const actor = await world.session.actor(options);
  const { keys, unreadable } = await readFound(world, { keys: refs }, options);
  const groups = Map.groupBy(keys, (key) => JSON.stringify(scopeOf(key)));
  const all = Array.from(groups, ([group, members]) => {
    const [requester, step, kind] = JSON.parse(group) as [string, ReviewedStep, ReviewLine["kind"]];
    const read = { actor, keys: members, purpose: stores ? ("store" as const) : ("act" as const) };
    return admitAll(world, setOf(world, { requester, step, kind }, actor, members), read);
  });
  const sets = all.filter(({ file }) => file !== undefined).map((set) => ({ ...set, apart: [], unreadable: [] }));
  const { loggedInBy } = world.session.tokenFacts();
  // Who approves, and how this person logged in.
  const approver = `${sayActor(actor)}${loggedInBy === undefined ? "" : `, logged in by ${loggedInBy}`}`;
  const people = sets.flatMap(({ file }) => [...(file?.review.lines.values() ?? [])].slice(0, 1));
  const isSigned = sets.some(({ file }) => file?.review.header.step === "destroy");
  const names = [actor.identity?.iamId ?? "", ...new Set(people.map(({ requester }) => requester))];
  // What demands that the approvals are signed, and what it says of both people.
  const signatures = isSigned ? (world.signatures?.describe(names) ?? []) : [];
  return { sets, apart: all.flatMap(({ apart }) => apart), unreadable, approver, signatures };
}

/** The set of a key: the requester (empty if no request binds), the step, and the kind of key. */
function scopeOf({ observation, nowMs }: KeyDetails): readonly [string, ReviewedStep, ReviewLine["kind"]] {
  const step = nextStepOf(observation.state) ?? "destroy";
  const standing = standingOf(observation, step, nowMs);
  const isRequest = standing.binds && standing.record.quotes === undefined;
  const kind = observation.state === "pre_activation" ? "never-active" : "managed";
  return [isRequest ? (standing.record.author.iamId ?? "") : "", step, kind];
}

async function readFound(
  world: World,
  query: Pick<ReviewQuery, "keys" | "vaultIds" | "requester">,
  options: CallOptions,
): Promise<{ readonly keys: readonly KeyDetails[]; readonly unreadable: readonly Unreadable[] }> {
  const found = await findKeys(world, query, options);
  const read = await readEach(world, found.refs, "Reading the keys", options);
  const missing = read.gone.map((ref) => ({ ...ref, error: notFound(ref) }));
  return { keys: read.keys, unreadable: [...found.unreadable, ...missing, ...read.unreadable] };
}

interface Read {
  readonly actor: Actor;
  readonly keys: readonly KeyDetails[];
  /**
   * `act`: the caller takes the step now, so a key that waits for time is left out. `store`: the requester takes the
   * step, so the caller may be a person who cannot, for example the one who opened a KMS window.
   */
  readonly purpose?: "act" | "store";
}

interface ReviewSet {
  readonly header: ReviewHeader;
  readonly scope: ReviewScope;
}

function admitAll(
  world: World,
  { header, scope }: ReviewSet,
  { actor, keys: read, purpose }: Read,
): Omit<SetReview, "unreadable"> {
  const apart: KeyApart[] = [];
  const admitted: KeyInReview[] = [];
  for (const observed of read) {
    const admission = admitToReview(observed.observation, scope, observed.nowMs);
    if (admission.kind === "line") admitted.push({ line: admission.line, record: admission.record, observed });
    else apart.push(apartFor(admission.why, observed));
  }
  // This run only shows what the step would wait for, so it counts each approval as signed. The run that acts signs
  // each approval, and an unsigned one does not count.
  const run: Run = { actor, approvals: [], signed: { has: () => true }, intent: "approve" };
  const review = reviewOf(header, linesOf(admitted));
  const keys: KeyInReview[] = [];
  for (const key of admitted) {
    const { observed } = key;
    const plan =
      purpose === "store"
        ? planReviewedApproval(review, observed.observation, run, observed.nowMs)
        : planReviewedStep({ review }, observed.observation, run, observed.nowMs);
    const isTooEarly = purpose === "act" && plan.kind === "waitingForTime";
    const isStopped = isTooEarly || plan.kind === "refused" || plan.kind === "waitingForApproval";
    if (isStopped) apart.push({ observed, why: summaryOf(plan, observed, run) });
    else keys.push(plan.kind === "waitingForTime" ? { ...key, waitsFor: summaryOf(plan, observed, run) } : key);
  }
  if (keys.length === 0) return { keys, apart };
  const exceptions = classesToConfirm(keys);
  const confirmed = reviewOf({ ...header, ...(exceptions !== "" && { exceptions }) }, linesOf(keys));
  return { keys: keys.toSorted(byPath), apart, file: fileOf(world, confirmed) };
}

/** The named keys, and those in the vaults that carry a record. */
async function findKeys(
  world: World,
  { keys, vaultIds, requester }: Pick<ReviewQuery, "keys" | "vaultIds" | "requester">,
  options: CallOptions,
): Promise<{ readonly refs: readonly KeyRef[]; readonly unreadable: readonly Unreadable[] }> {
  const byPath = new Map(keys.map((ref) => [keyPathOf(ref), ref]));
  const searched = vaultIds ?? (keys.length === 0 && requester !== undefined ? [] : undefined);
  if (searched === undefined) return { refs: [...byPath.values()], unreadable: [] };
  const found = await selectKeys(world, { vaultIds: searched, isPending: true }, options);
  for (const key of found.keys) {
    const { record } = key.observation.carried;
    const isOfOther = record !== undefined && requester !== undefined && !isBy(record, requester);
    const ref = refOf(key);
    if (!isOfOther) byPath.set(keyPathOf(ref), ref);
  }
  return { refs: [...byPath.values()], unreadable: found.unreadable };
}

function setFor(
  world: World,
  { step, kind, requester, campaign }: ReviewQuery,
  actor: Actor,
  keys: readonly KeyDetails[],
): ReviewSet {
  const records = keys.flatMap(({ observation, nowMs }) => {
    const standing = standingOf(observation, step, nowMs);
    const isOther = standing.binds && standing.record.author.iamId !== actor.identity?.iamId;
    return isOther && standing.record.quotes === undefined ? [standing.record] : [];
  });
  const wanted = requester === undefined ? records : records.filter((record) => isBy(record, requester));
  const byId = new Map(wanted.map((record) => [record.author.iamId, record]));
  if (byId.size > 1) throw severalRequesters([...byId.values()], { step, kind, ...(campaign && { campaign }) });
  const [only] = byId.keys();
  const scope = { step, kind, requester: only ?? requester ?? "", ...(campaign && { campaign }) };
  return setOf(world, scope, actor, keys);
}

function setOf(
  world: World,
  { campaign, ...scope }: Omit<ReviewScope, "reviewer"> & Pick<ReviewHeader, "campaign">,
  actor: Actor,
  keys: readonly KeyDetails[],
): ReviewSet {
  const reviewer = actor.identity?.iamId ?? "";
  const header = {
    instanceId: world.session.instanceId,
    step: scope.step,
    reviewer,
    // The earliest of the reads, so that no line is older than the review says.
    reviewedAtMs: Math.min(...keys.map(({ nowMs }) => nowMs)),
    ...(campaign !== undefined && { campaign }),
  };
  return { header, scope: { ...scope, reviewer } };
}

function severalRequesters(records: readonly ConsentRecord[], set: ReviewedSet): UkoError {
  const command = reviewCommand(set);
  const commands = records.flatMap((record) => [
    `  ${command} --requested-by ${sayIdentity(record.author)}`,
    `    ${sayAuthor(record)}`,
  ]);
  return new UkoError("UKO_INPUT_INVALID", {
    summary: `${count(records.length, "person", "people")} requested these keys, and a review is about the requests of one`,
    detail: ["Next: name the requester with --requested-by, for example:", ...commands].join("\n"),
  });
}

function apartFor(why: NotReviewable, observed: KeyDetails): KeyApart {
  return {
    observed,
    why: saySkipped(why, observed.observation),
    ...(why.kind === "own_request" && { isOwnRequest: true }),
    ...(why.kind === "is_approval" && { approvedFor: sayIdentity((why.record.quotes ?? why.record).author) }),
    ...(why.kind === "other_requester" && { otherRequester: sayIdentity(why.record.author) }),
  };
}

/** The first line of the message that the step would end with. */
function summaryOf(plan: Exclude<Plan, { kind: "ready" }>, observed: KeyDetails, run: Run): string {
  if (plan.kind === "waitingForApproval" && plan.callerPosition === "not_a_person") {
    return `${sayActor(run.actor)} is not a person, so it can neither request nor approve`;
  }
  return explainOutcome({ kind: "stopped", plan, observed, memory: { run, taken: [] } }, userInterface).summary;
}

/** Throws UKO_INPUT_INVALID if no run could use the file. */
export function fileOf<Reviewed extends AnyReview>({ sha256 }: World, review: Reviewed): ReviewFile<Reviewed> {
  const text = encodeReview(review);
  const isTooLarge = review.lines.size > maxReviewedKeys || new TextEncoder().encode(text).length > maxReviewBytes;
  if (!isTooLarge) return { review, text, digest: sha256(text) };
  throw new UkoError("UKO_INPUT_INVALID", {
    summary: `The review of ${count(review.lines.size, "key")} is too large`,
    detail: `A review lists at most ${maxReviewedKeys.toLocaleString("en")} keys in 8 MiB.\nNext: review one vault at a time with --vault.`,
  });
}

function linesOf(keys: readonly KeyInReview[]): readonly ReviewLine[] {
  return keys.map(({ line }) => line);
}

function byPath(a: KeyInReview, b: KeyInReview): number {
  return keyPathOf(a.line) < keyPathOf(b.line) ? -1 : 1;
}

/**
 * Decides whether a review still counts, and on which of its keys a run may act. The person answers within 60 minutes
 * of the first read, and the answer counts for 4 hours, for this person, instance and step only. A key is approved only
 * if a fresh read shows it exactly as listed: its request, its facts, the resources that use it, and its keystores.
 * Otherwise a person could approve a key that they never saw. The file also makes the line of a key for a new review,
 * and the texts that the reviewer signs.
 */

import type { ObservedState } from "../vocabulary/managed-key-states.ts";
import type {
  Actor,
  ApprovedStep,
  ConsentRecord,
  Identity,
  KeyHold,
  KeyObservation,
} from "../vocabulary/observation.ts";
import { tokenToleranceMs } from "../vocabulary/service-time.ts";
import { type NotBinding, standingOf } from "./consent-record.ts";
import { holdsInForce } from "./hold.ts";
import { consentStatement } from "./signed-consent.ts";

/**
 * What a line is about. All lines of a review are of one kind, so that an approval has one meaning. A person who
 * approves the destruction of deactivated keys must not also destroy a key that was never active, which is destroyed
 * without a deactivation before. The same holds for a KMS key, whose request another rule protects.
 */
export const reviewKinds = ["managed", "never-active", "kms"] as const;
export type ReviewKind = (typeof reviewKinds)[number];

/** What the lines of every kind have in common. */
export interface ReviewHeader {
  readonly instanceId: string;
  /** The one step that the reviewer approves. It is a ceiling: no run does more because of it. */
  readonly step: ApprovedStep;
  /** The IAM ID of the one person who may use the review. */
  readonly reviewer: string;
  /** The service's time when the reviewer began to read the keys. */
  readonly reviewedAtMs: number;
  /**
   * The exceptions that the reviewer confirms in addition to the number of keys, such as `12 in use`; absent if no
   * class of exceptions is large.
   */
  readonly exceptions?: string;
  /** What the set is a part of; absent outside a campaign. */
  readonly campaign?: ReviewedWave;
}

export interface ReviewedWave {
  readonly name: string;
  readonly wave: string;
  /** The digest of the wave in the manifest: 64 hex digits. */
  readonly digest: string;
  readonly class: string;
}

/** What the reviewer saw of one managed key. */
export interface ReviewLine {
  readonly kind: Exclude<ReviewKind, "kms">;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label: string;
  /** The full hash of the consent record. */
  readonly record: string;
  /** The IAM ID of the one person who requested the step, of every key of the review. */
  readonly requester: string;
  readonly reason?: string;
  /** The digest of the key's facts for the step. */
  readonly facts: string;
  /** The IDs of the resources that use the key, sorted. */
  readonly resources: readonly string[];
  /** The keystores of the key, sorted by ID. */
  readonly keystores: readonly ReviewedKeystore[];
}

export interface ReviewedKeystore {
  readonly id: string;
  readonly type: string;
  /** The pending period as the service reports it, an ISO 8601 duration. */
  readonly pendingPeriod?: string;
}

/** `KmsReview` is the same with lines about KMS keys. */
export interface Review<Line = ReviewLine> {
  readonly header: ReviewHeader;
  /** By the name of the key, `<vaultId>/<keyId>` or `kms/<keyId>`, in the order of the file. */
  readonly lines: ReadonlyMap<string, Line>;
  /** What the person was shown, for evidence; no decision depends on it. */
  readonly shown?: Shown;
  /** The service's time of the first read after the person answered. Absent before that read. */
  readonly answeredAtMs?: number | undefined;
}

/** What a person was shown before they answered, at a terminal, in the console or in a campaign. */
export interface Shown {
  /** The SHA-256 of the list with everything that was shown of each key. */
  readonly digest: string;
  /** How many keys were shown. */
  readonly keys: number;
  /** The classes of unusual keys that the person also typed, such as `12 in use`. */
  readonly classes?: string;
}

/** The goal at which a run on a review stops: where its step leads. */
export const reviewGoals = {
  deactivate: "deactivated",
  destroy: "destruction_scheduled",
} as const satisfies Record<ApprovedStep, string>;

/** The person answers within this time of the first read. */
export const answerWithinMs = 60 * 60 * 1000;
/** The answer names records for this long. */
export const answerLifetimeMs = 4 * 60 * 60 * 1000;
/** No act follows a review that is older than this. */
export const reviewLifetimeMs = answerWithinMs + answerLifetimeMs;

/** The most keys in one review, which is also the most records that a run may name one by one. */
export const maxReviewedKeys = 10_000;
export const maxReviewBytes = 8 * 1024 * 1024;

/** Why a review names no record at all. */
export type UnusableReview =
  | { readonly kind: "other_instance"; readonly instanceId: string }
  | { readonly kind: "other_reviewer"; readonly reviewer: string }
  /** The answer came after this time. */
  | { readonly kind: "answered_late"; readonly atMs: number }
  | { readonly kind: "expired"; readonly atMs: number }
  | { readonly kind: "not_yet"; readonly reviewedAtMs: number };

/** Why a key cannot be a part of the set. */
export type NotReviewable =
  /** The next step of the key is another one, or it has none. */
  | { readonly kind: "other_step"; readonly state: ObservedState }
  | { readonly kind: "never_active" }
  | { readonly kind: "not_binding"; readonly why: NotBinding }
  | { readonly kind: "held"; readonly holds: readonly KeyHold[] }
  | { readonly kind: "own_request"; readonly record: ConsentRecord }
  | { readonly kind: "other_requester"; readonly record: ConsentRecord }
  | { readonly kind: "is_approval"; readonly record: ConsentRecord }
  | { readonly kind: "use_unreadable" };

/** Why a run skips a key although a review was passed. */
export type SkipReason =
  | UnusableReview
  | NotReviewable
  | { readonly kind: "not_listed" }
  /** An approval cannot be written: the service stores no tags, and a description has no room for it. */
  | { readonly kind: "no_room_for_approval" }
  /** The requester would have less than four hours to act on an approval. */
  | { readonly kind: "too_old_to_store"; readonly untilMs: number }
  | { readonly kind: "changed"; readonly fields: readonly (keyof ReviewLine)[] };

export type ReviewVerdict =
  | { readonly kind: "act"; readonly record: ConsentRecord }
  | { readonly kind: "skip"; readonly why: SkipReason };

/** The set that a key would belong to. */
export type ReviewScope = Pick<ReviewHeader, "step" | "reviewer"> & Pick<ReviewLine, "kind" | "requester">;

export type Admission =
  | { readonly kind: "line"; readonly line: ReviewLine; readonly record: ConsentRecord }
  | { readonly kind: "apart"; readonly why: NotReviewable };

/** The one decision about a key of a set: whether the review still names the record on the key. */
export function judgeReviewed(review: Review, observation: KeyObservation, actor: Actor, nowMs: number): ReviewVerdict {
  const skip = (why: SkipReason): ReviewVerdict => ({ kind: "skip", why });
  const { header, lines } = review;
  const latestMs = Math.max(nowMs, observation.latestTimeMs ?? nowMs);
  const use = { instanceId: observation.facts.instanceId, actor, nowMs, latestMs, answeredAtMs: review.answeredAtMs };
  const unusable = whyReviewIsUnusable(header, use);
  if (unusable !== undefined) return skip(unusable);
  const reviewed = lines.get(keyPathOf(observation.facts));
  if (reviewed === undefined) return skip({ kind: "not_listed" });
  const { kind, requester } = reviewed;
  const fresh = admitToReview(observation, { ...header, kind, requester }, nowMs);
  if (fresh.kind === "apart") return skip(fresh.why);
  const fields = changedFields(reviewed, fresh.line);
  return fields.length > 0 ? skip({ kind: "changed", fields }) : { kind: "act", record: fresh.record };
}

/** The circumstances in which a review is used. */
export interface ReviewUse {
  readonly instanceId: string;
  readonly actor: Actor;
  /** The service's time, and the latest time that the run has seen anywhere. */
  readonly nowMs: number;
  readonly latestMs: number;
  /** Absent if the person answers with this very read. */
  readonly answeredAtMs?: number | undefined;
}

/** A review, and the same review once its person has answered. */
export interface Answered<Line = ReviewLine> {
  readonly review: Review<Line>;
  /** Takes the service's time of a read. The first read after the answer gives the time of the answer. */
  readonly answeredBy: (nowMs: number) => Review<Line>;
}

export function answeredReview<Line>(review: Review<Line>): Answered<Line> {
  let { answeredAtMs } = review;
  return {
    review,
    answeredBy(nowMs) {
      answeredAtMs ??= nowMs;
      return { ...review, answeredAtMs };
    },
  };
}

/** Why a review cannot name any record in this run: only its own reviewer uses it, and soon. Undefined if it can. */
export function whyReviewIsUnusable(
  { instanceId, reviewer, reviewedAtMs }: ReviewHeader,
  use: ReviewUse,
): UnusableReview | undefined {
  if (instanceId !== use.instanceId) return { kind: "other_instance", instanceId };
  if (reviewer !== use.actor.identity?.iamId) return { kind: "other_reviewer", reviewer };
  const { answeredAtMs = use.latestMs } = use;
  const answerUntilMs = reviewedAtMs + answerWithinMs;
  if (answeredAtMs > answerUntilMs) return { kind: "answered_late", atMs: answerUntilMs };
  const expiresAtMs = answeredAtMs + answerLifetimeMs;
  if (use.latestMs >= expiresAtMs) return { kind: "expired", atMs: expiresAtMs };
  // A time in the future would let a review live longer than it may.
  if (reviewedAtMs > use.nowMs + tokenToleranceMs) return { kind: "not_yet", reviewedAtMs };
  return undefined;
}

/** The line of a key as one fresh read shows it, or why the key stands apart from this set. */
export function admitToReview(observation: KeyObservation, scope: ReviewScope, nowMs: number): Admission {
  const apart = (why: NotReviewable): Admission => ({ kind: "apart", why });
  const { facts, state, updatedBy, use } = observation;
  const { step, kind, requester, reviewer } = scope;
  if (step === "destroy" && state === "pre_activation" && kind === "managed") return apart({ kind: "never_active" });
  if (state !== stateBefore(scope)) return apart({ kind: "other_step", state });
  // The hold also changes the digest of the request, and is the reason that people need to read.
  const holds = holdsInForce(observation.holds, nowMs);
  if (holds.length > 0) return apart({ kind: "held", holds });
  const standing = standingOf(observation, step, nowMs);
  if (!standing.binds) return apart({ kind: "not_binding", why: standing.why });
  const { record } = standing;
  // A record that binds is by the last writer, whose full ID the service reports.
  if (record.how === "approval") return apart({ kind: "is_approval", record });
  if (updatedBy?.iamId === reviewer) return apart({ kind: "own_request", record });
  if (updatedBy?.iamId !== requester) return apart({ kind: "other_requester", record });
  if (use.kind === "unreadable" || (use.resources ?? []).length !== use.count) {
    return apart({ kind: "use_unreadable" });
  }
  const line: ReviewLine = {
    kind,
    vaultId: facts.vaultId,
    keyId: facts.keyId,
    label: facts.label,
    record: record.sha256,
    requester,
    ...(record.reason !== undefined && { reason: record.reason }),
    facts: observation.digests[step],
    resources: (use.resources ?? []).map(({ id }) => id).toSorted(),
    keystores: keystoresOf(observation),
  };
  return { kind: "line", line, record };
}

/** What the reviewer signs, where signatures are demanded: the approval of each line, which acts at once. */
export function approvalStatements({ header, lines }: Review, service: string, author: Identity): readonly string[] {
  const { instanceId, step } = header;
  return [...lines.values()].map(({ kind, vaultId, keyId, facts: digest, record, requester }) => {
    const state = stateBefore({ ...header, kind, requester });
    const subject = { service, instanceId, vaultId, keyId, state };
    return consentStatement(subject, { kind: "approval", step, digest, author, requestSha256: record, body: "" });
  });
}

export function keyPathOf({ vaultId, keyId }: Pick<ReviewLine, "vaultId" | "keyId">): string {
  return `${vaultId}/${keyId}`;
}

/** Makes a review of lines in any order. A key that is passed twice counts once. */
export function reviewOf(header: ReviewHeader, lines: readonly ReviewLine[]): Review {
  return { header, lines: byName(lines, keyPathOf) };
}

export function byName<Line>(lines: readonly Line[], nameOf: (line: Line) => string): ReadonlyMap<string, Line> {
  const named = lines.map((line) => [nameOf(line), line] as const);
  return new Map(named.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The kind of all its lines. A review without lines names no key, so that any kind is right. */
export function kindOf<Kind extends ReviewKind>({ lines }: Review<{ readonly kind: Kind }>): Kind | "managed" {
  const [first] = lines.values();
  return first?.kind ?? "managed";
}

function stateBefore({ step, kind }: ReviewScope): ObservedState {
  if (step === "deactivate") return "active";
  return kind === "never-active" ? "pre_activation" : "deactivated";
}

/** Every keystore that metadata or status names, with the period until the material is gone. */
function keystoresOf({ facts, keystores: statuses }: KeyObservation): readonly ReviewedKeystore[] {
  const named = [...facts.keystores, ...statuses.map(({ keystoreId: id, type }) => ({ id, type }))];
  const byId = new Map(named.toReversed().map(({ id, type }) => [id, type]));
  return Array.from(byId, ([id, type]) => {
    const pendingPeriod = statuses.find(({ keystoreId }) => keystoreId === id)?.pendingPeriod;
    return { id, type, ...(pendingPeriod !== undefined && { pendingPeriod }) };
  }).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Compares every field that either line has, so that no field of a line can go unread. */
export function changedFields<Line extends object>(reviewed: Line, fresh: Line): readonly (keyof Line)[] {
  const fields = Object.keys({ ...reviewed, ...fresh }) as (keyof Line)[];
  return fields.filter((field) => JSON.stringify(reviewed[field]) !== JSON.stringify(fresh[field]));
}

/**
 * Chooses the keys of a wave on which an act of the campaign may start: those that are ready for a step, by who has to
 * act on them, and those that a rollback or a halt concerns. Why each other key stays is its standing (view/standing.ts).
 * A key that the caller cannot read is reported with exit code 13, so that no command skips it and reports success.
 */

import { sayAuthor } from "../../engine/text/words.ts";
import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import type { ReviewKind } from "../../lifecycle/consent/review.ts";
import { kmsWindowMs, windowSetter } from "../../lifecycle/key/kms-window.ts";
import { nobody } from "../../lifecycle/key/plan.ts";
import { type ApprovedStep, type Identity, isSame } from "../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../text/iso-time.ts";
import { refusalOf } from "../files/evidence.ts";
import { requireWave } from "../files/folder.ts";
import { rollbackOf } from "../rules/plan-step.ts";
import type { Rollback } from "../rules/rollback.ts";
import type { KeyInSchedule } from "../view/campaign-schedule.ts";
import { type CampaignContext, keysOfWave } from "../view/context.ts";
import { isReady, requesterOf, requestFor, rightCodes, unreadReason } from "../view/standing.ts";
import { type KeyResult, withoutStep } from "./key-results.ts";

export type PendingRequest = NonNullable<ReturnType<typeof requestOn>>;

/** The request that a list shows on the key; a step reads the key again. */
export function requestOn(key: KeyInSchedule, nowMs: number) {
  const { observation } = key.listed ?? {};
  if (observation === undefined) return undefined;
  const standing = deletionStanding(observation, nowMs);
  if (!standing.binds) return undefined;
  const { record, expiresAtMs } = standing;
  if (record.step !== "deactivate" && record.step !== "destroy") return undefined;
  const shared = { key: key.name, wave: key.line.wave, step: record.step };
  return { ...shared, by: sayAuthor(record), how: record.how, expiresAt: isoTime(expiresAtMs) };
}

/** A request with less time left than this should be renewed. */
export const renewWithinMs = 48 * 60 * 60 * 1000;

/** Whether a request for the step is pending. */
export function isPending({ nowMs }: { readonly nowMs: number }, key: KeyInSchedule, step: ApprovedStep): boolean {
  return requestFor(key, step, nowMs) !== undefined;
}

/** The keys of a wave that are ready for the step, by what they wait for. */
export function readyFor(context: CampaignContext, wave: string, step: ApprovedStep, caller: Identity | undefined) {
  const { ready } = readyKeys(context, wave, step);
  const { nowMs } = context.view;
  const { requested = [], toRequest = [] } = Object.groupBy(ready, (key) =>
    isPending({ nowMs }, key, step) ? "requested" : "toRequest",
  );
  const requester = (key: KeyInSchedule) => requesterOf(key, step, nowMs);
  const exclusionOf = (key: KeyInSchedule) =>
    caller === undefined ? undefined : whyExcluded(context, key, step, caller);
  const isOwn = (key: KeyInSchedule): boolean => {
    const by = requester(key);
    return by !== undefined && caller !== undefined && isSame(by, caller);
  };
  // KMS does not report who opened a window, so these can include windows of the caller.
  const isOfOthers = (key: KeyInSchedule) => key.facts.isKms || (requester(key) !== undefined && !isOwn(key));
  const ofOthers = requested.filter(isOfOthers);
  return {
    ready,
    toRequest,
    own: requested.filter(isOwn),
    ofOthers: ofOthers.filter((key) => exclusionOf(key) === undefined),
    /** Requests that another person has to approve, with the reason. */
    excluded: ofOthers.flatMap((key) => {
      const why = exclusionOf(key);
      return why === undefined ? [] : [{ key, ...why }];
    }),
    requesterOf: requester,
  };
}

/** Why the caller cannot approve. What only the evidence says may be forged, so the person reads where it stands. */
interface Exclusion {
  readonly why: string;
  /** File and line, if only the evidence says so. */
  readonly notedAt?: string;
}

function whyExcluded(
  { view: { evidence, nowMs } }: CampaignContext,
  { name, listed, facts }: KeyInSchedule,
  step: ApprovedStep,
  caller: Identity,
): Exclusion | undefined {
  const setter = listed?.observation && windowSetter(listed.observation, nobody, nowMs);
  if (step === "destroy" && facts.windowFault === undefined && setter !== undefined && isSame(setter, caller)) {
    return { why: "you opened the KMS deletion window, and KMS lets another person destroy" };
  }
  const opened = facts.isKms ? evidence.windows.get(name) : undefined;
  const openedAtMs = (listed?.kmsKey?.windowEndsAtMs ?? Number.NaN) - kmsWindowMs;
  if (
    opened !== undefined &&
    opened.by === caller.iamId &&
    Math.abs(openedAtMs - Date.parse(opened.at)) < windowToleranceMs
  ) {
    return { why: "you opened the KMS deletion window", notedAt: opened.place };
  }
  const refused = refusalOf(evidence, name, step, nowMs);
  return refused !== undefined && refused.by === caller.iamId && rightCodes.includes(refused.code)
    ? { why: "the service refused you the right", notedAt: refused.place }
    : undefined;
}

/** Between the opening of a window and the line about it, with the service's whole seconds. */
const windowToleranceMs = 5 * 60_000;

/** The keys that pass every gate of the step now, and the others with the reason. */
export function readyKeys(
  context: CampaignContext,
  wave: string,
  step: ApprovedStep,
): { readonly ready: readonly KeyInSchedule[]; readonly apart: readonly KeyResult[] } {
  requireWave(context.view.campaign, wave);
  const keys = keysOfWave(context, wave);
  return {
    ready: keys.filter((key) => isReady(key, step)),
    apart: keys.flatMap((key) => {
      const { standing, isUnread } = key;
      if (isUnread) return [resultOfUnreadKey(key)];
      const isDue = standing.kind === "waits" && standing.step === step && !standing.isReady;
      return isDue ? [withoutStep(key, standing.why)] : [];
    }),
  };
}

/** Whether the service refused the step on the key within 24 h, so that the key goes last. */
export function isRefused({ standing }: KeyInSchedule): boolean {
  return standing.kind === "waits" && standing.refused !== undefined;
}

/** Whether the campaign may remove the metadata of the key now, or once no keystore holds its material. */
export function isRemovalDue({ facts }: KeyInSchedule): boolean {
  return facts.state === "destroyed" && facts.class === "destroy" && !facts.isKms;
}

/** The keys of a wave that the caller cannot read. No command may skip such a key and report success. */
export function resultsOfUnreadKeys(keys: readonly KeyInSchedule[]): readonly KeyResult[] {
  return keys.flatMap((key) => (key.isUnread ? [resultOfUnreadKey(key)] : []));
}

export function resultOfUnreadKey(key: KeyInSchedule): KeyResult {
  return { ...withoutStep(key, unreadReason), exitCode: 13 };
}

/** The kind of the review that can list the key. */
export function kindOfKey({ facts }: Pick<KeyInSchedule, "facts">): ReviewKind {
  if (facts.isKms) return "kms";
  return facts.state === "pre_activation" ? "never-active" : "managed";
}

/** What a rollback may do with the key. Of a KMS key only the evidence says whether this campaign destroyed it. */
export function rollbackOfKey({ view }: CampaignContext, { name, line, facts, listed }: KeyInSchedule): Rollback {
  const { campaign, evidence, nowMs } = view;
  if (facts.isKms) {
    if (facts.state !== "destroyed") return { kind: "left", why: "not_deactivated" };
    const { deletedBy = "", deletedAtMs } = listed?.kmsKey ?? {};
    const written = { by: { iamId: deletedBy, mark: "" }, ...(deletedAtMs !== undefined && { atMs: deletedAtMs }) };
    return evidence.steps.destroy.has(name)
      ? { kind: "written_since", ...written }
      : { kind: "left", why: "not_deactivated_here" };
  }
  const { observation } = listed ?? {};
  if (observation === undefined) return { kind: "left", why: "not_deactivated" };
  const wave = { name: campaign.name, wave: line.wave };
  return rollbackOf(observation, { wave, noted: evidence.steps.deactivate.get(name) }, nowMs);
}

/**
 * Whether a request is on the key that a halt can withdraw. A record whose step was taken is no longer a request. Its
 * removal would only hide who wrote to the key last, which a rollback has to prove.
 */
export function hasRecordToWithdraw(key: KeyInSchedule, nowMs: number): boolean {
  return requestFor(key, key.facts.state === "active" ? "deactivate" : "destroy", nowMs) !== undefined;
}

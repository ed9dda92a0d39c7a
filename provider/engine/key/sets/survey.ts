/**
 * Lists, for whole vaults, every deactivated or destroyed key, whichever tool took the step, and every key with a
 * request or an approval, also a void one. If a missing right or an invalid response hides a vault or key, the result
 * names it and still has the others.
 */

import { type ErrorCode, onCodes, type UkoError } from "../../../errors.ts";
import { holdGuard, isPending } from "../../../lifecycle/key/guards.ts";
import type { CallerPosition, DeletionPolicy, KeyRun, Plan, RequesterPosition } from "../../../lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../lifecycle/key/plan-key-deletion.ts";
import { isSame, type KeyObservation, type KeyUse } from "../../../lifecycle/vocabulary/observation.ts";
import { isoTime } from "../../../text/iso-time.ts";
import { vaultsOf } from "../../loop/absence.ts";
import { runAll } from "../../loop/many.ts";
import type { DeletionReport, Report } from "../../loop/report.ts";
import type { CallOptions, KeyRef, KeySnapshot, World } from "../../ports/world.ts";
import { keyPath, sayTime, withoutKeyName } from "../../text/words.ts";
import { type KeyDetails, observedInList, observeKey } from "../observe.ts";
import { reportOn } from "../report.ts";
import { isAsked, knownTextsOf, showKey } from "../shown-key.ts";
import { keyActs, removal } from "../text/acts.ts";
import { holdFirst } from "../text/hold-words.ts";
import { withShownKey } from "../text/shown-key-words.ts";
import { withUnapprovedStep } from "../text/unapproved-words.ts";
import { explainListed } from "./survey-messages.ts";

export interface Survey {
  readonly vaults: number;
  /** The service's time after the lists; 0 before its first response. */
  readonly nowMs: number;
  readonly reports: readonly Report[];
  readonly unreadable: readonly Unreadable[];
}

/** Which requests to show; the caller's own, and those that expire soon. */
export interface RequestFilter {
  readonly isMine: boolean;
  readonly expiresWithinMs?: number;
}

/** The requests that pass the filter at the service's time; all of them without one. */
export function selectRequests(
  reports: readonly Report[],
  { isMine, expiresWithinMs }: RequestFilter,
  nowMs: number,
): readonly Report[] {
  return reports.filter(({ deletion: { isOwn, recordExpiresAt } }) => {
    if (isMine && isOwn !== true) return false;
    if (expiresWithinMs === undefined) return true;
    return recordExpiresAt !== undefined && Date.parse(recordExpiresAt) - nowMs <= expiresWithinMs;
  });
}

/** A key that could not be read, or without `keyId` a whole vault. */
export interface Unreadable {
  readonly vaultId: string;
  readonly keyId?: string;
  readonly error: UkoError;
}

/** A key with a record or a pending deletion, and what the caller can do about it. */
export type PendingKey = ReturnType<typeof describePending>;

export type PendingSurvey = Omit<Survey, "reports"> & { readonly pending: readonly PendingKey[] };

/**
 * Every key that waits for a person or a time, the most urgent first. `isWhole`: with what people see of each key before
 * they decide about it, which takes a call for each key that is not destroyed.
 */
export async function surveyRequests(
  world: World,
  policy: DeletionPolicy,
  { vaultIds, isWhole }: { readonly vaultIds: readonly string[]; readonly isWhole: boolean },
  options: CallOptions,
): Promise<Survey> {
  const { keys, run, ...survey } = await listOnTheirWay(world, { vaultIds, withNeverActive: true }, options);
  const act = async (snapshot: KeySnapshot): Promise<Report> => {
    const observed = observedInList(world, snapshot);
    const { report } = describePending(observed, policy, run);
    return isWhole ? withUse(world, report, observed, options) : report;
  };
  const reports = await runAll(world, { items: keys, what: "Asking what uses the keys", act }, options);
  return { ...survey, reports: reports.toSorted(byUrgency) };
}

/** The report with what people see of the key. A list does not say what uses its keys. */
async function withUse(world: World, report: Report, observed: KeyDetails, options: CallOptions): Promise<Report> {
  const { observation, nowMs } = observed;
  const { instanceId, vaultId, keyId } = report;
  const ref = { instanceId, vaultId, keyId };
  const unread = onCodes(concernOneKey, ({ summary: reason }): KeyUse => ({ kind: "unreadable", reason }));
  const isOver = observation.state === "destroyed";
  const use = isOver ? observation.use : await world.keys.use(ref, options).catch(unread);
  const key = showKey({ ...observed, observation: { ...observation, use } }, knownTextsOf(world, ref));
  const isShown = isAsked(observed);
  return { ...report, key, ...(isShown && { explanation: withShownKey(report.explanation, key, nowMs) }) };
}

/** Every key with a consent record or a pending deletion, with the operations that are open to the caller. */
export async function surveyPending(
  world: World,
  policy: DeletionPolicy,
  vaultIds: readonly string[],
  options: CallOptions,
): Promise<PendingSurvey> {
  const { keys, run, ...survey } = await listOnTheirWay(world, { vaultIds, withNeverActive: false }, options);
  const pending = keys.map((snapshot) => describePending(observedInList(world, snapshot), policy, run));
  return { ...survey, pending: pending.toSorted((a, b) => byUrgency(a.report, b.report)) };
}

/** One key is observed after the other, so that thousands of observations are not in memory at once. */
async function listOnTheirWay(
  world: World,
  { vaultIds, withNeverActive }: { readonly vaultIds: readonly string[]; readonly withNeverActive: boolean },
  options: CallOptions,
) {
  const { keys, ...survey } = await listAll(world, vaultIds, options);
  const run: KeyRun = { actor: await world.session.actor(options), approvals: [], intent: "resume" };
  const isShown = ({ observation: { state, carried } }: KeyDetails) =>
    state === "destroyed" ||
    state === "deactivated" ||
    carried.kind !== "none" ||
    (withNeverActive && state === "pre_activation");
  return { ...survey, run, keys: keys.filter((snapshot) => isShown(observedInList(world, snapshot))) };
}

/** Errors about one key: it was removed meanwhile, or the service describes it incompletely. */
const concernOneKey: readonly ErrorCode[] = [
  "UKO_ACCESS_DENIED",
  "UKO_RESPONSE_INVALID",
  "UKO_CLOCK_SKEW",
  "UKO_GONE_UNPROVEN",
  "UKO_KEY_NOT_FOUND",
  "UKO_RIGHTS_MISSING",
];

/** Errors about one vault: a missing role, or an incomplete description of a key. */
const concernOneVault: readonly ErrorCode[] = ["UKO_RIGHTS_MISSING", "UKO_RESPONSE_INVALID"];

/**
 * Reads keys for a decision, some at a time. It keeps only what `judge` returns, because 4,500 whole keys take 25 MB.
 */
export async function readEach<Judged>(
  world: World,
  {
    refs,
    what,
    judge,
  }: { readonly refs: readonly KeyRef[]; readonly what: string; readonly judge: (key: KeyDetails) => Judged },
  options: CallOptions,
): Promise<{
  readonly keys: readonly Judged[];
  readonly gone: readonly KeyRef[];
  readonly unreadable: readonly Unreadable[];
}> {
  const keys: Judged[] = [];
  const gone: KeyRef[] = [];
  const unreadable: Unreadable[] = [];
  const unread = onCodes(concernOneKey, (error) => ({ kind: "unreadable", error }) as const);
  const read = async (ref: KeyRef) => {
    const seen = await observeKey(world, ref, "inspection", options).catch(unread);
    return seen.kind === "present" ? ({ kind: "judged", key: judge(seen) } as const) : { ...seen, ref };
  };
  for (const each of await runAll(world, { items: refs, what, act: read }, options)) {
    if (each.kind === "judged") keys.push(each.key);
    if (each.kind === "gone") gone.push(each.ref);
    if (each.kind === "unreadable") unreadable.push({ ...each.ref, error: each.error });
  }
  return { keys, gone, unreadable };
}

export async function listAll(
  world: World,
  vaultIds: readonly string[],
  options: CallOptions,
): Promise<Omit<Survey, "reports"> & { readonly keys: readonly KeySnapshot[] }> {
  const ids = vaultIds.length > 0 ? vaultIds : (await vaultsOf(world, options)).map(({ id }) => id);
  if (ids.length > 1) world.progress.report(`Listing the keys of ${ids.length} vaults`);
  const act = async (vaultId: string) => {
    const unread = onCodes(concernOneVault, (error): Unreadable => ({ vaultId, error }));
    return world.keys.list({ vaultId }, options).catch(unread);
  };
  const lists = await runAll(world, { items: ids, what: "Listing the keys of vaults", act }, options);
  const keys = lists.flatMap((list) => ("error" in list ? [] : list));
  const unreadable = lists.flatMap((list) => ("error" in list ? [list] : []));
  return { vaults: ids.length, nowMs: world.session.serviceTimeMs() ?? 0, keys, unreadable };
}

/**
 * Describes a key from its stored status, which is good enough to show people where to look. No step is based on it.
 */
function describePending(observed: KeyDetails, policy: DeletionPolicy, run: KeyRun) {
  const { observation, nowMs } = observed;
  const remembered = { ...observation, keystoresAreLive: true };
  const plan = planKeyDeletion(remembered, policy, run, nowMs);
  const dates = observation.keystores.filter(isPending).map(({ destructionAtMs }) => destructionAtMs);
  const isHeld = holdGuard(observation, nowMs) !== undefined;
  const isDue = !isHeld && dates.length > 0 && dates.every((date) => date !== undefined && date <= nowMs);
  const { instanceId, vaultId, keyId } = observation.facts;
  const { carried } = observation;
  const explanation = withUnapprovedStep(explainListed(observed, run, plan, isDue), observation);
  // Nothing on a key that was never active shows that its deletion has begun.
  const isBegun = observation.state !== "pre_activation" || carried.kind !== "none";
  const report = reportOn({ instanceId, vaultId, keyId }, observed, run, explanation, isBegun ? plan : undefined);
  const isVoid = report.deletion.voidBecause !== undefined;
  const wait = { plan: holdFirst(plan, observed), isDue, isVoid, summary: explanation.summary };
  const facts = describeListed(observation, run, wait);
  const deletion = { ...(!isDue && report.deletion), ...facts };
  return {
    report: { ...report, deletion },
    acts: isDue ? [removal(keyPath(observation))] : keyActs(observed, plan, run),
    /** When the record on the key was written, ISO 8601 UTC. */
    ...(carried.kind === "one" && { requestedAt: isoTime(carried.record.writtenAtMs) }),
  };
}

const urgency: readonly Report["lifecycleState"][] = [
  "pending_approval",
  "approved",
  "pending_request",
  "active",
  "deactivated",
  "cooling_down",
  "compromised",
  "unrecognized",
  "destroyed",
  "pending_destruction",
  "pre_activation",
];

/**
 * The rank of a key in the survey. A key that may be removed now comes before keys that still wait. Only the next read
 * can call it destroyed.
 */
function urgencyOf({ lifecycleState, deletion: { nextStep, canAct } }: Report): number {
  const isRemovable = lifecycleState === "pending_destruction" && nextStep === "remove" && canAct === true;
  return urgency.indexOf(isRemovable ? "destroyed" : lifecycleState);
}

function byUrgency(a: Report, b: Report): number {
  const dueOf = ({ deletion }: Report): string => deletion.recordExpiresAt ?? deletion.notBefore ?? "9999";
  return (
    urgencyOf(a) - urgencyOf(b) || dueOf(a).localeCompare(dueOf(b)) || (a.label ?? "").localeCompare(b.label ?? "")
  );
}

type ListedRequest = Pick<
  DeletionReport,
  | "nextStep"
  | "requestedAt"
  | "requestedByName"
  | "isOwn"
  | "canAct"
  | "cannotActBecause"
  | "lastWriter"
  | "lastWriteAt"
  | "awaits"
>;

/** What a listed key waits for, as its explanation says it. */
interface ListedWait {
  readonly plan: Plan;
  /** Every keystore's date has passed. */
  readonly isDue: boolean;
  /** The record on the key does not count. */
  readonly isVoid: boolean;
  readonly summary: string;
}

/**
 * The facts of a request for a list. A list does not show the caller's roles, so `canAct` means that no other reason
 * keeps the caller from the step.
 */
function describeListed(observation: KeyObservation, run: KeyRun, wait: ListedWait): ListedRequest {
  const { carried } = observation;
  const { plan, isDue } = wait;
  const record = carried.record;
  const request = record?.quotes ?? record;
  const { identity } = run.actor;
  const { updatedBy, updatedAtMs } = observation;
  return {
    ...(plan.kind === "waitingForRequest" && {
      awaits: "request",
      ...(updatedBy !== undefined && { lastWriter: updatedBy.iamId ?? updatedBy.mark }),
      ...(updatedAtMs !== undefined && { lastWriteAt: isoTime(updatedAtMs) }),
    }),
    ...(request !== undefined && { requestedAt: isoTime(request.writtenAtMs) }),
    ...(request?.authorName !== undefined && { requestedByName: request.authorName }),
    ...(record !== undefined &&
      identity !== undefined && {
        isOwn: [record, record.quotes].some((each) => each !== undefined && isSame(each.author, identity)),
      }),
    ...(isDue ? removable : whetherCallerCanAct(observation, wait)),
  };
}

const removable = { nextStep: "remove", canAct: true } as const;

function whetherCallerCanAct(
  { carried: { record }, facts: { label } }: KeyObservation,
  { plan, isVoid, summary }: ListedWait,
): Pick<ListedRequest, "nextStep" | "canAct" | "cannotActBecause"> {
  switch (plan.kind) {
    case "waitingForApproval": {
      const because =
        plan.notBeforeMs === undefined
          ? reasons[plan.callerPosition]
          : `the key is cooling down until ${sayTime(plan.notBeforeMs)}`;
      return {
        nextStep: plan.step,
        canAct: because === undefined,
        ...(because !== undefined && { cannotActBecause: because }),
      };
    }
    case "waitingForRequest": {
      const isAskedAgain = isVoid && plan.callerPosition === "may_ask";
      const because = isAskedAgain ? "the record on the key does not count" : requestReasons[plan.callerPosition];
      return { nextStep: plan.step, canAct: false, cannotActBecause: because };
    }
    case "waitingForTime": {
      const nextStep = plan.awaits === "pending_destruction" ? "remove" : "destroy";
      const until = plan.untilMs === undefined ? "" : ` until ${sayTime(plan.untilMs)}`;
      const what = plan.awaits === "pending_destruction" ? "a keystore holds the material" : "the key is cooling down";
      return { nextStep, canAct: false, cannotActBecause: `${what}${until}` };
    }
    case "refused":
      return { canAct: false, cannotActBecause: withoutKeyName(summary, label).replace(/^The key/, "the key") };
    case "ready":
      return plan.step.kind === "remove" || record === undefined ? removable : { nextStep: record.step, canAct: true };
    case "done":
      return removable;
  }
}

const reasons = {
  may_approve: undefined,
  may_confirm: undefined,
  wrote_it: "another person acts on what you wrote",
  not_the_requester: "the requester acts on the approval",
  not_a_person: "your identity is not a person",
} as const satisfies Record<CallerPosition, string | undefined>;

const requestReasons = {
  may_ask: "no request is pending",
  not_a_person: "your identity is not a person",
  acts_in_a_profile: "you use a trusted profile",
} as const satisfies Record<RequesterPosition, string>;

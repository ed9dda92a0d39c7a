/** Runs the commands of `uko` for managed keys, for the command line and the console. */

import type { ShownBeforeRequest } from "../../lifecycle/key/plan-request.ts";
import type { Reversal } from "../../lifecycle/key/plan-reversal.ts";
import { converge, type WaitBudget } from "../loop/converge.ts";
import { throwIfStopped } from "../loop/faults.ts";
import { type Report, reportingRun, resultOfReport } from "../loop/report.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { withActs } from "../text/act.ts";
import { reportAbsent, reportExisting, reportOutcome, userInterface, withReport } from "./command-reports.ts";
import { changeHold, showRelease } from "./hold.ts";
import { type Inspected, type Inspection, inspect } from "./inspection.ts";
import {
  assumedPolicy,
  continueIntent,
  type Intent,
  oneStepIntent,
  removalIntent,
  requestIntent,
  reversalIntent,
  syncIntent,
} from "./intents.ts";
import { keyKind } from "./kind.ts";
import { observeKey } from "./observe.ts";
import { type ConfirmedRemoval, lookBeforeRemoval } from "./removal-look.ts";
import { reportOn, subjectOfKey } from "./report.ts";
import { approveOne, approveReviewed, noteRefused } from "./sets/approve-set.ts";
import { lookBeforeRequest } from "./sets/request-look.ts";
import { findApprovable, listApprovable } from "./sets/review-set.ts";
import { selectKeys } from "./sets/selection.ts";
import { signRecords } from "./sets/sign-consents.ts";
import { surveyPending, surveyRequests } from "./sets/survey.ts";
import { isAsked, knownTextsOf, showKey } from "./shown-key.ts";
import { explainStatus } from "./status.ts";
import type { KeyTask, Outcome } from "./steps.ts";
import { keyActs } from "./text/acts.ts";
import { explainPath } from "./text/remaining-path.ts";
import { withShownKey } from "./text/shown-key-words.ts";
import { withUnapprovedStep } from "./text/unapproved-words.ts";

export interface GoneKey {
  readonly kind: "gone";
  readonly report: Report;
}

/** What the caller has just confirmed by hand, and why. */
type Confirmed = Partial<Pick<KeyTask, "approvals" | "reason" | "confirmedHold" | "confirmedUnapproved">>;

export type Operations = ReturnType<typeof createOperations>;

export function createOperations(world: World) {
  const here =
    <Rest extends readonly unknown[], Result>(run: (world: World, ...rest: Rest) => Result) =>
    (...rest: Rest): Result =>
      run(world, ...rest);
  const act = (ref: KeyRef, intent: Intent, options: CallOptions, confirmed: Confirmed = {}): Promise<Outcome> =>
    converge(world, keyKind, { ref, approvals: [], ...confirmed, ...intent }, options);
  const proceed = (
    ref: KeyRef,
    task: Omit<KeyTask, "ref">,
    patience: WaitBudget,
    options: CallOptions,
  ): Promise<Report> => {
    const work = async (noteWait: (soFar: Report) => Promise<void>) => {
      const beforeWait = (outcome: Outcome) => noteWait(reportExisting(ref, outcome));
      const outcome = await converge(world, keyKind, { ref, ...task }, options, { ...patience, beforeWait });
      throwIfStopped(options.signal);
      return reportOutcome(world, ref, outcome, options);
    };
    const reported = { operation: "continue", subject: subjectOfKey(ref), work, resultOf: resultOfReport };
    return reportingRun(world, reported, options);
  };
  const reverse = async (ref: KeyRef, reversal: Reversal, options: CallOptions, reason = ""): Promise<Report> => {
    const outcome = await act(ref, reversalIntent(reversal), options, { reason });
    const report = reportExisting(ref, outcome);
    const isStored = outcome.kind === "gone" || outcome.observed.observation.declined?.reason === reason;
    return reason === "" || isStored ? report : withFact(report, onlyInEvidence);
  };
  return {
    /** Reports the key's state, what its deletion waits for, and every act that is open to the caller. Changes nothing. */
    status: here(statusOf),

    /** Reports the whole path to `removed` from here. Changes nothing. */
    plan: here(planOf),

    /** Reports the status and the path, with the acts that are open to the caller. Changes nothing. */
    inspect: here(inspectKey),

    /** Reads which step each key would be requested for. Changes nothing. */
    lookBeforeRequest: here(lookBeforeRequest),

    /** Writes the request for the next consequential step, which is the one that was shown, and takes no step. */
    request: here(requestStep),

    /** Signs the requests for destructions that the caller is about to make, where signatures are demanded. */
    signRequests: (refs: readonly KeyRef[], reason: string | undefined, options: CallOptions): Promise<void> =>
      signRecords(world, { refs, ...requestIntent(reason) }, options),

    /**
     * Takes the steps that are possible now, towards `removed`. `confirmed` is an approval on the key whose request the
     * caller has just confirmed by hand.
     */
    continue: (ref: KeyRef, confirmed: string | undefined, patience: WaitBudget, options: CallOptions) =>
      proceed(ref, { ...continueIntent, approvals: confirmed === undefined ? [] : [confirmed] }, patience, options),

    /** Removes the metadata of a key that is destroyed everywhere. Takes no other step, whatever is approved. */
    remove: (ref: KeyRef, options: CallOptions, patience: WaitBudget = { budgetMs: 0 }) =>
      proceed(ref, { ...removalIntent, approvals: [] }, patience, options),

    /** Takes the one step that `recordId` approves, and no other. The caller has just confirmed the request by hand. */
    takeApproved: withReport(world, "continue", async (ref, recordId: string, options: CallOptions) =>
      reportExisting(ref, await act(ref, oneStepIntent, options, { approvals: [recordId] })),
    ),

    /** Sets or releases a hold. */
    hold: here(changeHold),

    /** What a person has to confirm before the metadata of a destroyed key is removed. Changes nothing. */
    lookBeforeRemoval: here(lookBeforeRemoval),

    /** Removes the metadata of a destroyed key despite what the caller has just read and confirmed by hand. */
    removeConfirmed: withReport(world, "continue", async (ref, confirmed: ConfirmedRemoval, options: CallOptions) =>
      reportOutcome(world, ref, await act(ref, removalIntent, options, confirmed), options),
    ),

    /** The hold that a release would end. Changes nothing. */
    showRelease: here(showRelease),

    /** `reason` says why the caller declines the request of another person. It stays on the key. */
    withdraw: withReport(world, "withdraw", (ref, { reason, ...options }: CallOptions & { readonly reason?: string }) =>
      reverse(ref, "withdraw", options, reason),
    ),
    reactivate: withReport(world, "reactivate", (ref, options: CallOptions) => reverse(ref, "reactivate", options)),

    /** Refused while a consent record binds, because a sync could void the record. */
    sync: withReport(world, "sync", async (ref, options: CallOptions) =>
      reportExisting(ref, await act(ref, syncIntent, options)),
    ),

    /** Synchronizes a key whose destruction no person is known to have approved, as the caller has just confirmed by hand. */
    syncConfirmed: withReport(
      world,
      "sync",
      async (ref, confirmed: Pick<ConfirmedRemoval, "confirmedUnapproved">, options: CallOptions) =>
        reportExisting(ref, await act(ref, syncIntent, options, confirmed)),
    ),

    /** Reads the requests that the caller can approve, as sets of one requester, step and kind. Changes nothing. */
    approvable: here(findApprovable),

    /** Lists the same requests by requester, step and vault, from the lists alone. */
    listApprovable: here(listApprovable),

    /** The keys that a choice is about, as lists show them. */
    select: here(selectKeys),

    /** Takes the reviewed step on each key that is still as reviewed, or stores an approval of it. */
    approve: here(approveReviewed),

    /** Writes evidence of the caller's tries to approve their own requests. */
    noteRefused: here(noteRefused),

    /** Approves one key whose request was shown with `recordId`. Throws UKO_CHANGED_MEANWHILE for any other request. */
    approveOne: here(approveOne),

    /** Every key with a record or a pending deletion; in all vaults if none is named. */
    requests: (query: Parameters<typeof surveyRequests>[2], options: CallOptions) =>
      surveyRequests(world, assumedPolicy, query, options),

    /** Lists the keys of `requests` with the operations that are open to the caller. Changes nothing. */
    pending: (vaultIds: readonly string[], options: CallOptions) =>
      surveyPending(world, assumedPolicy, vaultIds, options),
  };
}

async function planOf(world: World, ref: KeyRef, options: CallOptions, fromNow = true): Promise<Report> {
  const seen = await look(world, ref, options);
  if (seen.kind === "gone") return seen.report;
  const { observed, run } = seen;
  const path = withUnapprovedStep(explainPath(observed, assumedPolicy, run, fromNow), observed.observation);
  const key = showKey(observed, knownTextsOf(world, ref));
  // An output of a program would change with each run if it had a distance to a time.
  const shown = fromNow ? withShownKey(path, key, observed.nowMs) : path;
  return { ...reportOn(ref, observed, run, shown), key };
}

function requestStep(
  world: World,
  ref: KeyRef,
  reason: string | undefined,
  options: CallOptions,
  shown?: ShownBeforeRequest,
): Promise<Report> {
  const work = withReport(world, "request", async (_ref, calls: CallOptions) => {
    const outcome = await converge(world, keyKind, { ref, approvals: [], ...requestIntent(reason, shown) }, calls);
    const report = withUnusedReason(reportExisting(ref, outcome), outcome, reason);
    return waitsForOther(outcome) ? { ...report, exitCode: 0 } : report;
  });
  return work(ref, options);
}

interface Look extends Pick<Inspected, "observed" | "run"> {
  readonly kind: "present";
}

async function look(world: World, ref: KeyRef, options: CallOptions): Promise<Look | GoneKey> {
  const observed = await observeKey(world, ref, "inspection", options);
  if (observed.kind === "gone") return { kind: "gone", report: await reportAbsent(world, ref, options) };
  const actor = await world.session.actor(options);
  return { kind: "present", observed, run: { actor, approvals: [], intent: "resume" } };
}

async function inspectKey(world: World, ref: KeyRef, options: CallOptions): Promise<Inspection | GoneKey> {
  const seen = await describe(world, ref, options);
  return seen.kind === "gone" ? seen : inspect(seen, assumedPolicy);
}

async function describe(world: World, ref: KeyRef, options: CallOptions): Promise<(Look & Inspected) | GoneKey> {
  const seen = await look(world, ref, options);
  if (seen.kind === "gone") return seen;
  const { observed, run } = seen;
  const plan = continueIntent.plan(observed.observation, run, observed.nowMs);
  const acts = keyActs(observed, plan, run);
  // The deletion of a key that is not deactivated begins with its request. Before the request, nothing is waiting.
  const isBegun = plan.kind !== "waitingForRequest" || observed.observation.state === "deactivated";
  const key = showKey(observed, knownTextsOf(world, ref));
  const state = withUnapprovedStep(explainStatus(observed, run, plan, userInterface), observed.observation);
  const report = reportOn(ref, observed, run, withActs(state, acts), isBegun ? plan : undefined);
  return { ...seen, key, report: { ...report, key }, acts };
}

async function statusOf(world: World, ref: KeyRef, options: CallOptions): Promise<Report> {
  const seen = await describe(world, ref, options);
  // A key of which nothing is asked takes one line.
  if (seen.kind === "gone" || !isAsked(seen.observed)) return seen.report;
  const { report, key, observed } = seen;
  return { ...report, explanation: withShownKey(report.explanation, key, observed.nowMs) };
}

/**
 * Whether the run ended in a wait for the approval of the caller's own request, which is all that the command can
 * achieve.
 */
function waitsForOther(outcome: Outcome): boolean {
  const isWaiting = outcome.kind === "stopped" && outcome.plan.kind === "waitingForApproval";
  return isWaiting && outcome.plan.callerPosition === "wrote_it";
}

/** Adds a remark if the passed reason was not stored. A pending request keeps its own reason. */
function withUnusedReason(report: Report, outcome: Outcome, reason: string | undefined): Report {
  const isPending = outcome.kind === "stopped" && outcome.plan.kind === "waitingForApproval";
  const record = isPending && report.taken.length === 0 ? outcome.plan.record : undefined;
  if (record === undefined || reason === undefined || reason === record.reason) return report;
  return withFact(report, waitsForOther(outcome) ? `${unusedReason} ${howToReplaceReason}` : unusedReason);
}

function withFact(report: Report, fact: string): Report {
  const { explanation } = report;
  return { ...report, explanation: { ...explanation, facts: [...explanation.facts, fact] } };
}

const unusedReason = "The reason that you passed was not stored, because a request is pending.";
const onlyInEvidence = "The reason is not on the key. If another person made the request, tell that person yourself.";
const howToReplaceReason = "To replace it, withdraw the request and request again.";

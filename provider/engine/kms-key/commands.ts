/**
 * Runs the commands of `uko` for a KMS key, and for sets of them in campaigns and the console. The command line does
 * not see a program, so it always requires two people.
 */

import { asUkoError, endsTheRun, UkoError } from "../../errors.ts";
import type { Answered } from "../../lifecycle/consent/review.ts";
import { type KmsReviewLine, type KmsSkip, planReviewedKmsKey } from "../../lifecycle/kms-key/kms-review.ts";
import {
  isWindowOpen,
  type KmsKeyPolicy,
  planKmsKeyDeletion,
  planKmsKeyWithdrawal,
  windowName,
} from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { converge } from "../loop/converge.ts";
import { absent, type Report, reportingRun, resultOfReport } from "../loop/report.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import { type KeyAct, withActs } from "../text/act.ts";
import { asRead, type Explanation } from "../text/explanation.ts";
import { kmsKeyActs } from "./acts.ts";
import { kmsKeyNotFound, reportOutcome, subjectOf, userInterface } from "./command-reports.ts";
import { type KmsTask, kmsKeyKind } from "./kind.ts";
import { excludeKeystoreKeys, type ObservedKmsKey } from "./observe.ts";
import { explainKmsPath } from "./path.ts";
import { reactivateKmsKey } from "./reactivate.ts";
import { explainKmsGuard } from "./refusals.ts";
import {
  encodeSignedRequests,
  type KmsSignedRequest,
  observeWithSignatures,
  parseSignedRequests,
  signApprovals,
  signRequests,
} from "./signed-request.ts";
import { kmsKeyPath, sayForGood, sayUses } from "./words.ts";

/** What one read shows of a KMS key. For display only. */
export interface KmsInspection {
  readonly report: Report;
  /** The steps from here to the end of the key. */
  readonly path: Explanation;
  readonly acts: readonly KeyAct[];
  /** Names this read. An operation that was chosen on this read must find the same again. */
  readonly basis: string;
  /** The open deletion window, as an approval names it. */
  readonly window?: string;
}

export interface PendingKmsKeys {
  readonly keys: readonly KmsInspection[];
  readonly unread?: UkoError;
}

/** The command line sees no program, so it requires two people. */
const policy: KmsKeyPolicy = { goal: "destroyed", deletionProtection: false, people: "both" };

export type KmsOperations = ReturnType<typeof createKmsOperations>;

export function createKmsOperations(world: World) {
  const recorded = (operation: string, ref: KmsKeyRef, work: () => Promise<Report>, options: CallOptions) =>
    reportingRun(world, { operation, subject: subjectOf(ref), work, resultOf: resultOfReport }, options);
  const run = async (task: KmsTask, options: CallOptions): Promise<Report> =>
    reportOutcome(task.ref, await converge(world, kmsKeyKind, task, options));
  const runOnExisting = (task: KmsTask, options: CallOptions) => runExisting(world, task, options);

  const inspectAt = (ref: KmsKeyRef, how: InspectedHow, options: CallOptions) => inspectKey(world, ref, how, options);

  return {
    /** Reports the key's state and what its deletion waits for. Changes nothing, so a wait is no exit code. */
    async status(ref: KmsKeyRef, options: CallOptions): Promise<Report> {
      const { report, present } = await inspectAt(ref, { depth: "inspection" }, options);
      if (present === undefined) return report;
      const { code: _code, explanation, ...facts } = report;
      return { ...facts, explanation: asRead(explanation), exitCode: 0 };
    },
    /** Everything that an interface shows of one key; undefined if KMS has no key with the ID. */
    inspect: async (ref: KmsKeyRef, options: CallOptions, signedRequest?: KmsSignedRequest) =>
      (await inspectAt(ref, { depth: "inspection", signedRequest }, options)).present,
    /**
     * Lists every KMS key that is set for deletion, except the backing keys of managed keys, with the operations that
     * are open to the caller. If the list cannot be read, it returns the reason. Many people do not have a role in KMS,
     * and their list of managed keys is complete without these keys. Changes nothing.
     */
    async pending(options: CallOptions): Promise<PendingKmsKeys> {
      const { instanceId } = world.session;
      const keys: KmsInspection[] = [];
      try {
        const all = await world.kmsKeys.list({}, options);
        const set = all.filter(({ windowEndsAtMs }) => windowEndsAtMs !== undefined);
        for (const { kmsKeyId } of await excludeKeystoreKeys(world, set, options)) {
          const { present } = await inspectAt({ instanceId, kmsKeyId }, { depth: "summary" }, options);
          if (present?.report.lifecycleState === "pending_approval") keys.push(present);
        }
        return { keys };
      } catch (thrown) {
        const unread = asUkoError(thrown);
        if (endsTheRun.has(unread.code)) throw unread;
        return { keys: [], unread };
      }
    },
    /**
     * Sets the key for deletion. The plan cannot destroy the key, because two people are required and no window is
     * confirmed.
     */
    request(ref: KmsKeyRef, options: CallOptions): Promise<Report> {
      const work = async (): Promise<Report> => {
        const report = await runOnExisting({ ref, plan: towardsDestruction, approvals: [], mayRequest: true }, options);
        return report.taken.includes("set_for_deletion") && report.code === "UKO_APPROVAL_PENDING"
          ? { ...report, exitCode: 0 }
          : report;
      };
      return recorded("request", ref, work, options);
    },

    ...signedOperations(world),

    /** Reports what the deletion waits for. */
    continue: (ref: KmsKeyRef, options: CallOptions): Promise<Report> =>
      recorded("continue", ref, () => run({ ref, plan: towardsDestruction, approvals: [] }, options), options),

    /** Destroys the key in the deletion window that the caller has just confirmed by hand. */
    approve(ref: KmsKeyRef, window: string, options: CallOptions, signedRequest?: KmsSignedRequest): Promise<Report> {
      const task = { ref, plan: towardsDestruction, approvals: [window], signedRequest };
      return recorded("approve", ref, () => run(task, options), options);
    },

    /** Destroys the key if the review names its window, and the key is still as reviewed. */
    async approveReviewed(
      ref: KmsKeyRef,
      { review, answeredBy }: Answered<KmsReviewLine>,
      options: CallOptions,
      signedRequest?: KmsSignedRequest,
    ): Promise<Report & { readonly skipped?: KmsSkip }> {
      let skipped: KmsSkip | undefined;
      const plan: KmsTask["plan"] = (observation, current, nowMs) => {
        const verdict = planReviewedKmsKey(answeredBy(nowMs), observation, current, nowMs);
        skipped = verdict.kind === "skip" ? verdict.why : undefined;
        return verdict.kind === "skip" ? { kind: "done" } : verdict;
      };
      const { shown } = review;
      const task = { ref, plan, approvals: [], signedRequest, ...(shown !== undefined && { shown }) };
      const report = await recorded("approve", ref, () => runOnExisting(task, options), options);
      return { ...report, ...(skipped !== undefined && { skipped }) };
    },

    /** Reports the steps from here to the end of the key. Changes nothing. */
    async plan(ref: KmsKeyRef, options: CallOptions): Promise<Report> {
      const { report, present } = await inspectAt(ref, { depth: "inspection" }, options);
      if (present === undefined) return report;
      const { code: _code, ...facts } = report;
      return { ...facts, explanation: present.path, exitCode: 0 };
    },

    /** Restores a destroyed key, or closes the deletion window of a key that is not destroyed. */
    reactivate: (ref: KmsKeyRef, options: CallOptions): Promise<Report> =>
      recorded("reactivate", ref, () => reactivateKmsKey(world, ref, options), options),

    /** Unsets the deletion window, no matter who opened it. */
    withdraw(ref: KmsKeyRef, options: CallOptions): Promise<Report> {
      const task = { ref, plan: planKmsKeyWithdrawal, approvals: [] };
      return recorded("withdraw", ref, () => runOnExisting(task, options), options);
    },
  };
}

interface InspectedHow {
  readonly depth: "inspection" | "summary";
  readonly signedRequest?: KmsSignedRequest | undefined;
}

/** What one read shows of a key, with the acts that are open to the caller. */
async function inspectKey(
  world: World,
  ref: KmsKeyRef,
  how: InspectedHow,
  options: CallOptions,
): Promise<Pick<KmsInspection, "report"> & { readonly present?: KmsInspection }> {
  const read = await observeWithSignatures(world, ref, how, options);
  const current = {
    actor: await world.session.actor(options),
    approvals: read.kind === "gone" ? [] : windowOfUnproven(read, how),
  };
  const memory = { run: current };
  if (read.kind === "gone") return { report: absent(reportOutcome(ref, { kind: "gone", memory }), "UKO_NOT_FOUND") };
  const planned = towardsDestruction(read.observation, current, read.nowMs);
  const isOpen = isWindowOpen(read.observation, read.nowMs);
  // The deletion of a key begins with its request. Before the request, nothing is waiting.
  const isQuiet =
    planned.kind === "ready" || planned.kind === "waitingForRequest" || (planned.kind === "refused" && !isOpen);
  const plan = isQuiet ? ({ kind: "done" } as const) : planned;
  const acts = kmsKeyActs(read, planned);
  const { explanation, ...facts } = reportOutcome(ref, { kind: "stopped", plan, observed: read, memory });
  // A key that is not set for deletion shows what would stop a request, and what a person can do.
  const stop =
    planned.kind === "refused" && !isOpen
      ? explainKmsGuard(planned.guard, { observed: read, run: current, userInterface })
      : undefined;
  const shown = {
    ...explanation,
    facts: [
      ...explanation.facts,
      ...(stop === undefined ? [] : [`A deletion would be stopped: ${stop.summary}.`, ...stop.facts]),
      ...sayUses(read.observation),
      ...sayForGood(read.observation),
    ],
    next: [...explanation.next, ...(stop?.next ?? [])],
  };
  const report = { ...facts, explanation: withActs(shown, acts) };
  const path = explainKmsPath(read, planned, current);
  return { report, present: { report, path, acts, ...kmsBasisOf(read) } };
}

/**
 * The window to plan with if the file of the signed request does not count. The plan then is the refusal that its
 * approval would get, so that the message says why.
 */
function windowOfUnproven({ observation, nowMs }: ObservedKmsKey, { signedRequest }: InspectedHow): readonly string[] {
  const isUnproven = signedRequest !== undefined && observation.signatures?.requester === undefined;
  return isUnproven && isWindowOpen(observation, nowMs)
    ? [windowName(observation.kmsKeyId, observation.windowEndsAtMs)]
    : [];
}

/** Runs an operation on an existing key. Throws UKO_NOT_FOUND. */
async function runExisting(world: World, task: KmsTask, options: CallOptions): Promise<Report> {
  const outcome = await converge(world, kmsKeyKind, task, options);
  if (outcome.kind === "gone") throw kmsKeyNotFound(task.ref);
  return reportOutcome(task.ref, outcome);
}

const towardsDestruction: KmsTask["plan"] = (observation, run, nowMs) =>
  planKmsKeyDeletion(observation, policy, run, nowMs);

/** The operations with signatures, for machines that demand that both people sign a destruction. */
function signedOperations(world: World) {
  const { instanceId } = world.session;
  return {
    demandsSignatures: world.signatures !== undefined,
    requestSigned: (refs: readonly KmsKeyRef[], options: CallOptions) => requestSigned(world, refs, options),
    /** Throws UKO_INPUT_INVALID. */
    readSignedRequests: (text: string, file: string) =>
      parseSignedRequests(text, { file, instanceId, sha256: world.sha256 }),
    /** Signs the approval of each request that its author signed, with one signature. Throws UKO_SIGNATURE_MISSING. */
    signApprovals: (requests: readonly KmsSignedRequest[], options: CallOptions) =>
      signApprovals(world, requests, options),
  };
}

/**
 * Sets the keys for deletion, and signs the requests: one signature for the windows that this call opened, because the
 * caller vouches for no other. If an error is thrown before, all are closed again.
 */
async function requestSigned(
  world: World,
  refs: readonly KmsKeyRef[],
  options: CallOptions,
): Promise<{ readonly reports: readonly Report[]; readonly text?: string }> {
  const { request } = createKmsOperations(world);
  const reports: Report[] = [];
  const opened: KmsKeyRef[] = [];
  return closingOnError(world, opened, async () => {
    for (const ref of refs) {
      const report = await request(ref, options);
      reports.push(report);
      if (report.taken.includes("set_for_deletion")) opened.push(ref);
    }
    const text = await signedText(world, opened, options);
    return { reports, ...(text !== undefined && { text }) };
  });
}

/** The signed requests for windows that this run opened, as the text of a file; undefined for none. */
export async function signedText(
  world: World,
  opened: readonly KmsKeyRef[],
  options: CallOptions,
): Promise<string | undefined> {
  const signed = await signRequests(world, opened, options);
  return signed.length === 0 ? undefined : encodeSignedRequests(world.session.instanceId, signed);
}

/**
 * Closes the windows again if the work fails. No person could use an unsigned window, and people would take it for a
 * request.
 */
export async function closingOnError<T>(
  world: World,
  opened: readonly KmsKeyRef[],
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { withdraw } = createKmsOperations(world);
    const stillOpen: KmsKeyRef[] = [];
    // These calls do not take the run's signal: a run that was stopped must close its windows, too.
    const uninterrupted = { signal: new AbortController().signal };
    for (const ref of opened) await withdraw(ref, uninterrupted).catch(() => stillOpen.push(ref));
    throw stillOpen.length === 0 ? error : leftOpen(error, stillOpen);
  }
}

function leftOpen(cause: unknown, refs: readonly KmsKeyRef[]): UkoError {
  const { code, summary } = asUkoError(cause);
  const detail = [
    "This run opened deletion windows, and could not close them again. No request was signed.",
    "Next: close them:",
    ...refs.map((ref) => `  uko withdraw ${kmsKeyPath(ref)}`),
  ].join("\n");
  return new UkoError(code, { summary, detail, cause });
}

/** The state and the open window of the read. A person who saw other ones decided about something else. */
function kmsBasisOf({ observation, nowMs }: ObservedKmsKey): {
  readonly basis: string;
  readonly window?: string;
} {
  const { kmsKeyId, stateWord } = observation;
  if (!isWindowOpen(observation, nowMs)) return { basis: `${stateWord}:none` };
  const window = windowName(kmsKeyId, observation.windowEndsAtMs);
  return { basis: `${stateWord}:${window}`, window };
}

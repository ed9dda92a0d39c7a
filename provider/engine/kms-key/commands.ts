/** The commands for a KMS key, without any IaC state. */

import { errorCatalogue, UkoError } from "../../errors.ts";
import { type KmsReview, type KmsSkip, planReviewedKmsKey } from "../../lifecycle/kms-review.ts";
import {
  isWindowOpen,
  type KmsKeyPolicy,
  planKmsKeyDeletion,
  planKmsKeyWithdrawal,
} from "../../lifecycle/plan-kms-key-deletion.ts";
import { converge } from "../loop/converge.ts";
import { type Report, reportingRun, resultOfReport, type Subject } from "../loop/report.ts";
import type { KmsKeyRef, KmsKeySnapshot } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { Explanation } from "../text/explanation.ts";
import type { Offer } from "../text/offer.ts";
import { kmsKeyFacts } from "./facts.ts";
import { type KmsOutcome, type KmsTask, kmsKeyKind } from "./kind.ts";
import { explainKmsOutcome } from "./messages.ts";
import { excludeKeystoreKeys, observeKmsKey } from "./observe.ts";
import { kmsBasisOf, kmsOffersFor } from "./offers.ts";

export interface KmsOperations {
  /** Reports the key's state and what its deletion waits for. Changes nothing. */
  status(ref: KmsKeyRef, options: CallOptions): Promise<Report>;
  /** Sets the key for deletion, and takes no other step. */
  request(ref: KmsKeyRef, options: CallOptions): Promise<Report>;
  /** Destroys the key if the caller names a window that another person opened. */
  continue(ref: KmsKeyRef, consents: readonly string[], options: CallOptions): Promise<Report>;
  /** Destroys the key if the review names its window, and the key is still as reviewed. */
  approve(ref: KmsKeyRef, review: KmsReview, options: CallOptions): Promise<Report & { readonly skipped?: KmsSkip }>;
  /** Every KMS key that is set for deletion, except the backing keys of managed keys. */
  requests(options: CallOptions): Promise<readonly Report[]>;
  /** The same requests, with the operations that are open to the caller. */
  pending(options: CallOptions): Promise<readonly KmsInspection[]>;
  /** Everything that an interface shows of one key; undefined if KMS has no key with the ID. */
  inspect(ref: KmsKeyRef, options: CallOptions): Promise<KmsInspection | undefined>;
  /** Every KMS key that is not the backing key of a managed key. */
  list(options: CallOptions): Promise<readonly KmsKeySnapshot[]>;
  /** Unsets the deletion window, no matter who opened it. */
  withdraw(ref: KmsKeyRef, options: CallOptions): Promise<Report>;
}

/** For display only. */
export interface KmsInspection {
  readonly report: Report;
  readonly offers: readonly Offer[];
  /** Names this read. An operation that was chosen on this read must find the same again. */
  readonly basis: string;
  /** The open deletion window, as an approval names it. */
  readonly window?: string;
}

const door = { rerun: "uko continue" } as const;

/** The command line sees no code, so it assumes that two people are required. */
const policy: KmsKeyPolicy = { goal: "destroyed", deletionProtection: false, dualAuthorization: "required" };

export function createKmsOperations(world: World): KmsOperations {
  const recorded = (operation: string, ref: KmsKeyRef, work: () => Promise<Report>, options: CallOptions) =>
    reportingRun(world, { operation, subject: subjectOf(ref), work, resultOf: resultOfReport }, options);
  const run = async (task: KmsTask, options: CallOptions): Promise<Report> =>
    reportOutcome(task.ref, await converge(world, kmsKeyKind, task, options));
  /** For operations on an existing key. Throws UKO_NOT_FOUND. */
  const runOnExisting = async (task: KmsTask, options: CallOptions): Promise<Report> => {
    const outcome = await converge(world, kmsKeyKind, task, options);
    if (outcome.kind === "gone") throw notFound(task.ref);
    return reportOutcome(task.ref, outcome);
  };

  const inspectAt = async (
    ref: KmsKeyRef,
    depth: "decision" | "summary",
    options: CallOptions,
  ): Promise<Pick<KmsInspection, "report"> & { readonly present?: KmsInspection }> => {
    const read = await observeKmsKey(world, ref, depth, options);
    const current = { actor: await world.session.actor(options), consents: [] };
    const memory = { run: current, taken: [] };
    if (read.kind === "gone") return { report: absent(reportOutcome(ref, { kind: "gone", memory })) };
    const planned = planKmsKeyDeletion(read.observation, policy, current, read.nowMs);
    const isOpen = isWindowOpen(read.observation, read.nowMs);
    const isQuiet = planned.kind === "ready" || (planned.kind === "refused" && !isOpen);
    const plan = isQuiet ? ({ kind: "done" } as const) : planned;
    const report = reportOutcome(ref, { kind: "stopped", plan, observed: read, memory });
    return { report, present: { report, offers: kmsOffersFor(read, planned), ...kmsBasisOf(read) } };
  };
  const listOwn = async (options: CallOptions): Promise<readonly KmsKeySnapshot[]> =>
    excludeKeystoreKeys(world, await world.kmsKeys.list({}, options), options);
  const pending = async (options: CallOptions): Promise<readonly KmsInspection[]> => {
    const { instanceId } = world.session;
    const set = (await world.kmsKeys.list({}, options)).filter(({ windowEndsAtMs }) => windowEndsAtMs !== undefined);
    const found: KmsInspection[] = [];
    for (const { kmsKeyId } of await excludeKeystoreKeys(world, set, options)) {
      const { present } = await inspectAt({ instanceId, kmsKeyId }, "summary", options);
      if (present?.report.lifecycleState === "pending_approval") found.push(present);
    }
    return found;
  };

  return {
    status: async (ref, options) => (await inspectAt(ref, "decision", options)).report,
    inspect: async (ref, options) => (await inspectAt(ref, "decision", options)).present,
    pending,
    requests: async (options) => (await pending(options)).map(({ report }) => report),
    list: listOwn,

    request: (ref, options) => {
      const plan: KmsTask["plan"] = (observation, current, nowMs) =>
        planKmsKeyDeletion(observation, policy, current, nowMs);
      // With two people required and no window named, no plan destroys.
      const work = async (): Promise<Report> => {
        const report = await runOnExisting({ ref, plan, consents: [] }, options);
        return report.taken.includes("set_for_deletion") && report.code === "UKO_APPROVAL_PENDING"
          ? { ...report, exitCode: 0 }
          : report;
      };
      return recorded("request", ref, work, options);
    },

    continue: (ref, consents, options) => {
      const plan: KmsTask["plan"] = (observation, current, nowMs) =>
        planKmsKeyDeletion(observation, policy, current, nowMs);
      return recorded("continue", ref, () => run({ ref, plan, consents }, options), options);
    },

    approve: async (ref, review, options) => {
      let skipped: KmsSkip | undefined;
      const plan: KmsTask["plan"] = (observation, current, nowMs) => {
        const verdict = planReviewedKmsKey(review, observation, current, nowMs);
        skipped = verdict.kind === "skip" ? verdict.why : undefined;
        return verdict.kind === "skip" ? { kind: "done" } : verdict;
      };
      const task = { ref, plan, consents: [], ...(review.digest !== undefined && { review: review.digest }) };
      const report = await recorded("approve", ref, () => runOnExisting(task, options), options);
      return { ...report, ...(skipped !== undefined && { skipped }) };
    },

    withdraw: (ref, options) =>
      recorded(
        "withdraw",
        ref,
        () => runOnExisting({ ref, plan: planKmsKeyWithdrawal, consents: [] }, options),
        options,
      ),
  };
}

function subjectOf({ instanceId, kmsKeyId }: KmsKeyRef): Subject {
  return { instanceId, resource: "kms_key", vaultId: "", keyId: kmsKeyId };
}

function notFound({ kmsKeyId }: KmsKeyRef): UkoError {
  return new UkoError("UKO_NOT_FOUND", {
    summary: `KMS key ${kmsKeyId} was not found: it is gone, or its ID is mistyped`,
    detail: "KMS has no key with this ID. Nothing was changed.",
  });
}

/** The answer to a question about a key that is gone. Its exit code tells scripts of mistyped IDs. */
function absent(report: Report): Report {
  const code = "UKO_NOT_FOUND";
  return { ...report, explanation: { ...report.explanation, code }, code, exitCode: errorCatalogue[code].exitCode };
}

function reportOutcome(ref: KmsKeyRef, outcome: KmsOutcome): Report {
  const taken = outcome.memory.taken.map(({ kind }) => kind);
  const about = { v: 1, instanceId: ref.instanceId, vaultId: "", keyId: ref.kmsKeyId, taken } as const;
  if (outcome.kind === "gone") {
    const explanation = {
      summary: `KMS key ${ref.kmsKeyId} is gone, or its ID is mistyped: KMS has no key with this ID`,
      facts: [],
      next: [],
    };
    return { ...about, lifecycleState: "gone", deletion: {}, explanation, exitCode: 0 };
  }
  const { observed } = outcome;
  const { observation } = observed;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const { lifecycleState, ...deletion } = kmsKeyFacts(observed, plan);
  const explanation: Explanation = explainKmsOutcome(outcome, door);
  const { code } = explanation;
  return {
    ...about,
    label: observation.name,
    lifecycleState,
    keyState: observation.stateWord,
    deletion,
    explanation,
    ...(code !== undefined && { code }),
    exitCode: code === undefined ? 0 : errorCatalogue[code].exitCode,
  };
}

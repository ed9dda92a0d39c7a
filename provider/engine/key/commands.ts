/** The commands for a managed key, without any IaC state. */

import type { HoldTag } from "../../lifecycle/campaign/campaign.ts";
import type { KeyObservation, LooserMarker } from "../../lifecycle/observation.ts";
import type { DeletionPolicy, Plan, Run } from "../../lifecycle/plan.ts";
import { planKeyDeletion } from "../../lifecycle/plan-key-deletion.ts";
import { planLoosening } from "../../lifecycle/plan-loosening.ts";
import { planReversal, type Reversal } from "../../lifecycle/plan-reversal.ts";
import { planApproval } from "../../lifecycle/plan-reviewed.ts";
import { planSync } from "../../lifecycle/plan-update.ts";
import type { Review } from "../../lifecycle/review.ts";
import { converge, throwIfStopped } from "../loop/converge.ts";
import type { Report } from "../loop/report.ts";
import { convergeAndWait, type WaitBudget } from "../loop/wait.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { type Approving, approveReviewed, type KeyResult } from "./approve-set.ts";
import { door, recorded, reportAbsent, reportExisting, reportOutcome } from "./command-reports.ts";
import { changeHoldTag, type HoldTagResult } from "./hold.ts";
import { type Inspection, inspect } from "./inspection.ts";
import { keyKind, type Outcome, type Task } from "./kind.ts";
import { explainOutcome } from "./messages.ts";
import { type KeyDetails, observeKey } from "./observe.ts";
import { explainPath } from "./remaining-path.ts";
import { reportOn } from "./report.ts";
import { type ReviewQuery, reviewKeys, type SetReview } from "./review-set.ts";
import { explainStatus } from "./status.ts";
import { type PendingSurvey, type Survey, surveyPending, surveyRemovals, surveyRequests } from "./survey.ts";
import { explainRemovable } from "./survey-messages.ts";

/** Without consents the loosening is requested; with consents it is carried out. */
export interface Loosening {
  readonly to: LooserMarker;
  readonly consents: readonly string[];
  readonly reason?: string;
}

export interface Operations {
  /** Reports the key's state and what its deletion waits for. Changes nothing. */
  status(ref: KeyRef, options: CallOptions): Promise<Report>;
  /** Reports the whole path to `removed` from here. Changes nothing. */
  plan(ref: KeyRef, options: CallOptions): Promise<Report>;
  /** Reports both, and the operations that are open to the caller. Changes nothing. */
  inspect(ref: KeyRef, options: CallOptions): Promise<Inspection | GoneKey>;
  /** Writes the request for the next consequential step, and takes no step. */
  request(ref: KeyRef, reason: string | undefined, options: CallOptions): Promise<Report>;
  /** Answers the named record with a record by the caller, so that the requester may act. */
  consent(ref: KeyRef, recordId: string, options: CallOptions): Promise<Report>;
  /** Takes the steps that the named records allow, towards `removed`. */
  continue(ref: KeyRef, consents: readonly string[], patience: WaitBudget, options: CallOptions): Promise<Report>;
  /** Requests that the key's marker be made looser, or makes it so on the record that is named. */
  loosen(ref: KeyRef, loosening: Loosening, options: CallOptions): Promise<Report>;
  /** Writes the hold tag that campaigns honor; without `wanted`, removes a tag that uko wrote. */
  hold(ref: KeyRef, wanted: HoldTag | undefined, options: CallOptions): Promise<HoldTagResult>;
  withdraw(ref: KeyRef, options: CallOptions): Promise<Report>;
  reactivate(ref: KeyRef, options: CallOptions): Promise<Report>;
  /** Refused while a consent record binds, because a sync could void the record. */
  sync(ref: KeyRef, options: CallOptions): Promise<Report>;
  /** Every key with a record or a pending deletion; in all vaults if none is named. */
  requests(vaultIds: readonly string[], options: CallOptions): Promise<Survey>;
  /** Reads keys that one person requested, as a review that another person can approve. Changes nothing. */
  review(query: ReviewQuery, options: CallOptions): Promise<SetReview>;
  /** Takes the reviewed step on each key that is still as reviewed, or approves it. */
  approve(review: Review, approving: Approving, options: CallOptions): Promise<readonly KeyResult[]>;
  /** The same keys with the operations that are open to the caller. Changes nothing. */
  pending(vaultIds: readonly string[], options: CallOptions): Promise<PendingSurvey>;
  /** Every destroyed key, and whose metadata may be removed now. Changes nothing. */
  removals(
    vaultIds: readonly string[],
    options: CallOptions,
  ): Promise<Survey & { readonly removable: readonly KeyRef[] }>;
  /** Removes the metadata of a key that is destroyed everywhere. Takes no other step. */
  sweep(ref: KeyRef, options: CallOptions): Promise<Report>;
}

/** A key that is proven to be gone. */
export interface GoneKey {
  readonly kind: "gone";
  readonly report: Report;
}

/**
 * The command line sees no code, so it assumes the strictest rule of two people, which no marker
 * loosens. The program's goal and deletionProtection are unknown here.
 */
const policy: DeletionPolicy = {
  goal: "removed",
  deletionProtection: false,
  dualAuthorization: "required",
  gate: "both",
  isAssumed: true,
};

/** `review` is the caller's own, from UKO_CONSENT=@file. */
export function createOperations(world: World, review?: Review): Operations {
  const lookAt = (ref: KeyRef, options: CallOptions) => observeKey(world, ref, "decision", options);
  const runNow = async (options: CallOptions): Promise<Run> => ({
    actor: await world.session.actor(options),
    consents: [],
    intent: "resume",
  });

  return {
    async status(ref, options) {
      const sighting = await lookAt(ref, options);
      if (sighting.kind === "gone") return reportAbsent(world, ref, options);
      const run = await runNow(options);
      const plan = planKeyDeletion(sighting.observation, policy, run, sighting.nowMs);
      return reportOn(ref, sighting, run, explainStatus(sighting, run, plan, door), [], plan);
    },

    async plan(ref, options) {
      const sighting = await lookAt(ref, options);
      if (sighting.kind === "gone") return reportAbsent(world, ref, options);
      const run = await runNow(options);
      return reportOn(ref, sighting, run, explainPath(sighting, policy, run), []);
    },

    async inspect(ref, options) {
      const sighting = await lookAt(ref, options);
      if (sighting.kind === "gone") return { kind: "gone", report: await reportAbsent(world, ref, options) };
      const run = await runNow(options);
      const plan = planKeyDeletion(sighting.observation, policy, run, sighting.nowMs);
      const report = reportOn(ref, sighting, run, explainStatus(sighting, run, plan, door), [], plan);
      return inspect({ observed: sighting, run, plan, report }, policy);
    },

    request: recorded(world, "request", async (ref, reason, options) => {
      const asked = { ...policy, ...(reason !== undefined && { reason }) };
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        onlyRecords(planKeyDeletion(observation, asked, run, nowMs));
      const outcome = await converge(world, keyKind, { ref, plan, consents: [], intent: "request" }, options);
      const report = reportExisting(ref, outcome);
      return waitsForOther(outcome) ? { ...report, exitCode: 0 } : report;
    }),

    consent: recorded(world, "consent", async (ref, recordId, options) => {
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        planApproval(observation, policy, run, recordId, nowMs);
      const outcome = await converge(world, keyKind, { ref, plan, consents: [], intent: "request" }, options);
      return reportExisting(ref, outcome);
    }),

    continue: recorded(world, "continue", async (ref, consents, patience, options) => {
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        planKeyDeletion(observation, policy, run, nowMs);
      const task = { ref, plan, consents, ...(review !== undefined && { review }), intent: "resume" } as const;
      const outcome = await convergeAndWait(world, keyKind, task, patience, options);
      throwIfStopped(options.signal);
      return reportOutcome(world, ref, outcome, options);
    }),

    loosen: recorded(world, "loosen", async (ref, { to, consents, reason }, options) => {
      const asked = { ...policy, ...(reason !== undefined && { reason }) };
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        planLoosening(observation, to, asked, run, nowMs);
      const intent = consents.length > 0 ? "resume" : "request";
      const outcome = await converge(world, keyKind, { ref, plan, consents, intent }, options);
      const report = reportExisting(ref, outcome);
      return consents.length === 0 && waitsForOther(outcome) ? { ...report, exitCode: 0 } : report;
    }),

    hold: (ref, wanted, options) => changeHoldTag(world, ref, wanted, options),

    withdraw: recorded(world, "withdraw", (ref, options) => reverse(world, ref, "withdraw", options)),
    reactivate: recorded(world, "reactivate", (ref, options) => reverse(world, ref, "reactivate", options)),

    sync: recorded(world, "sync", async (ref, options) => {
      const task: Task = { ref, plan: planSync, consents: [], intent: "resume" };
      return reportExisting(ref, await converge(world, keyKind, task, options));
    }),

    review: (query, options) => reviewKeys(world, query, options),
    approve: (reviewed, approving, options) => approveReviewed(world, reviewed, approving, options),
    requests: (vaultIds, options) => surveyRequests(world, policy, vaultIds, options),
    pending: (vaultIds, options) => surveyPending(world, policy, vaultIds, options),
    removals: (vaultIds, options) => surveyRemovals(world, policy, vaultIds, reportRemoval, options),
    sweep: recorded(world, "sweep", async (ref, options) => {
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        onlyRemoval(planKeyDeletion(observation, policy, run, nowMs));
      const outcome = await converge(world, keyKind, { ref, plan, consents: [], intent: "resume" }, options);
      return reportOutcome(world, ref, outcome, options);
    }),
  };
}

/** A request is on the key, which is all that this command can achieve. */
function waitsForOther(outcome: Outcome): boolean {
  const isWaiting = outcome.kind === "stopped" && outcome.plan.kind === "waitingForApproval";
  return isWaiting && outcome.plan.standing === "wrote_it";
}

/** A request writes a record and takes no step, whatever step would be ready. */
function onlyRecords(plan: Plan): Plan {
  return plan.kind === "ready" && plan.step.kind !== "write_record" ? { kind: "done" } : plan;
}

/** A sweep only removes, whatever happened to the key since it was read. */
function onlyRemoval(plan: Plan): Plan {
  return plan.kind === "ready" && plan.step.kind !== "remove" ? { kind: "done" } : plan;
}

/** A destroyed key as a sweep shows it before it removes anything. */
function reportRemoval(ref: KeyRef, observed: KeyDetails, run: Run, plan: Plan): Report {
  const explanation =
    plan.kind === "ready" || plan.kind === "done"
      ? explainRemovable(observed, "no keystore holds its material")
      : explainOutcome({ kind: "stopped", plan, observed, memory: { run, taken: [] } }, door);
  return reportOn(ref, observed, run, explanation, [], plan);
}

async function reverse(world: World, ref: KeyRef, reversal: Reversal, options: CallOptions): Promise<Report> {
  const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
    planReversal(observation, reversal, run, nowMs);
  return reportExisting(ref, await converge(world, keyKind, { ref, plan, consents: [], intent: "resume" }, options));
}

/**
 * The commands for a managed key, without any IaC state. They use the same engine and the same
 * planners.
 */

import { errorCatalogue, UkoError } from "../../errors.ts";
import { planConsent } from "../../lifecycle/authorization.ts";
import { anyBindingRecord } from "../../lifecycle/consent-record.ts";
import { markerBesideRecord } from "../../lifecycle/dual-marker.ts";
import { isGoneForCommand } from "../../lifecycle/gone.ts";
import { isSame, type KeyObservation, type LooserMarker } from "../../lifecycle/observation.ts";
import { type DeletionPolicy, type Plan, type Run, type Step, unlessRefused } from "../../lifecycle/plan.ts";
import { planKeyDeletion } from "../../lifecycle/plan-key-deletion.ts";
import { planLoosening } from "../../lifecycle/plan-loosening.ts";
import { planReversal, type Reversal } from "../../lifecycle/plan-reversal.ts";
import { planSync } from "../../lifecycle/plan-update.ts";
import { converge, throwIfStopped } from "../loop/converge.ts";
import { type Report, reportingRun, resultOfReport } from "../loop/report.ts";
import { convergeAndWait, type WaitBudget } from "../loop/wait.ts";
import type { CallOptions, KeyRef, World } from "../ports/world.ts";
import { keyKind, type Outcome, type Task } from "./kind.ts";
import { explainOutcome } from "./messages.ts";
import { type KeyDetails, observeKey } from "./observe.ts";
import { explainPath } from "./remaining-path.ts";
import { endOf, reportGone, reportOn, subjectOfKey } from "./report.ts";
import { explainDone, explainStatus } from "./status.ts";
import { type Survey, surveyRemovals, surveyRequests } from "./survey.ts";
import { explainRemovable } from "./survey-messages.ts";

/**
 * Without consents the loosening is requested; with consents it is carried out, and no request is
 * written.
 */
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
  /** Writes the request for the next consequential step, and takes no step. */
  request(ref: KeyRef, reason: string | undefined, options: CallOptions): Promise<Report>;
  /** Answers the named record with a record by the caller, so that the requester may act. */
  consent(ref: KeyRef, recordId: string, options: CallOptions): Promise<Report>;
  /** Takes the steps that the named records allow, towards `removed`. */
  continue(ref: KeyRef, consents: readonly string[], patience: WaitBudget, options: CallOptions): Promise<Report>;
  /**
   * Requests that the key's marker be made less strict, or makes it so on the record that is named.
   */
  loosen(ref: KeyRef, loosening: Loosening, options: CallOptions): Promise<Report>;
  withdraw(ref: KeyRef, options: CallOptions): Promise<Report>;
  reactivate(ref: KeyRef, options: CallOptions): Promise<Report>;
  /**
   * Synchronizes the keystores; refused while a consent record binds, because a sync could void the
   * record.
   */
  sync(ref: KeyRef, options: CallOptions): Promise<Report>;
  /**
   * Every key with a record or a pending deletion, in these vaults or in all that the identity can
   * read. Changes nothing.
   */
  requests(vaultIds: readonly string[], options: CallOptions): Promise<Survey>;
  /** Every destroyed key, and whose metadata may be removed now. Changes nothing. */
  removals(
    vaultIds: readonly string[],
    options: CallOptions,
  ): Promise<Survey & { readonly removable: readonly KeyRef[] }>;
  /**
   * Removes the metadata of a key that is destroyed everywhere. Takes no other step and writes no
   * consent record.
   */
  sweep(ref: KeyRef, options: CallOptions): Promise<Report>;
}

const door = { rerun: "uko continue" } as const;

/** The command line sees no code, so it assumes the strictest policy; no marker loosens that. */
const policy: DeletionPolicy = {
  goal: "removed",
  deletionProtection: false,
  dualAuthorization: "required",
  gate: "both",
  isAssumed: true,
};

export function createOperations(world: World): Operations {
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
        consentOnce(observation, run, recordId, nowMs);
      const outcome = await converge(world, keyKind, { ref, plan, consents: [], intent: "request" }, options);
      return reportExisting(ref, outcome);
    }),

    continue: recorded(world, "continue", async (ref, consents, patience, options) => {
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        planKeyDeletion(observation, policy, run, nowMs);
      const task = { ref, plan, consents, intent: "resume" } as const;
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

    withdraw: recorded(world, "withdraw", (ref, options) => reverse(world, ref, "withdraw", options)),
    reactivate: recorded(world, "reactivate", (ref, options) => reverse(world, ref, "reactivate", options)),

    sync: recorded(world, "sync", async (ref, options) => {
      const task: Task = { ref, plan: planSync, consents: [], intent: "resume" };
      return reportExisting(ref, await converge(world, keyKind, task, options));
    }),

    requests: (vaultIds, options) => surveyRequests(world, policy, vaultIds, options),
    removals: (vaultIds, options) => surveyRemovals(world, policy, vaultIds, reportRemoval, options),
    sweep: recorded(world, "sweep", async (ref, options) => {
      const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
        onlyRemoval(planKeyDeletion(observation, policy, run, nowMs));
      const outcome = await converge(world, keyKind, { ref, plan, consents: [], intent: "resume" }, options);
      return reportOutcome(world, ref, outcome, options);
    }),
  };
}

/**
 * An operation that writes a report for pipelines. Its last argument holds the cancellation signal.
 */
function recorded<Rest extends readonly [...unknown[], CallOptions]>(
  world: World,
  operation: string,
  act: (ref: KeyRef, ...rest: Rest) => Promise<Report>,
): (ref: KeyRef, ...rest: Rest) => Promise<Report> {
  return (ref, ...rest) => {
    const work = () => act(ref, ...rest);
    const options = rest.at(-1) as CallOptions;
    return reportingRun(world, { operation, subject: subjectOfKey(ref), work, resultOf: resultOfReport }, options);
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

/** The caller's own answer is not written again if it is already on the key. */
function consentOnce(observation: KeyObservation, run: Run, named: string, nowMs: number): Plan {
  const standing = anyBindingRecord(observation, nowMs);
  if (standing.binds && standing.record.how === "answer" && run.actor.identity !== undefined) {
    const { record } = standing;
    const isOwn = isSame(record.author, run.actor.identity);
    if (isOwn && (record.answers === undefined || record.answers === named)) return { kind: "done" };
  }
  const plan = planConsent(observation, policy, run, named, nowMs);
  if (plan.kind === "refused") return plan;
  const marker = markerBesideRecord(observation, policy);
  return unlessRefused({ kind: "ready", step: { kind: "write_record", draft: plan.draft, marker } }, run);
}

async function reverse(world: World, ref: KeyRef, reversal: Reversal, options: CallOptions): Promise<Report> {
  const plan = (observation: KeyObservation, run: Run, nowMs: number): Plan =>
    planReversal(observation, reversal, run, nowMs);
  return reportExisting(ref, await converge(world, keyKind, { ref, plan, consents: [], intent: "resume" }, options));
}

/** For operations towards the deletion, whose goal a key that is gone has reached. */
function reportOutcome(world: World, ref: KeyRef, outcome: Outcome, options: CallOptions): Report | Promise<Report> {
  if (outcome.kind === "gone") return reportProvenGone(world, ref, outcome.memory.taken, options);
  return reportExisting(ref, outcome);
}

/** Throws UKO_GONE_UNPROVEN if only the caller's own setting says which instance answered. */
async function reportProvenGone(
  world: World,
  ref: KeyRef,
  taken: readonly Step[],
  options: CallOptions,
): Promise<Report> {
  const isRemovedHere = taken.some(({ kind }) => kind === "remove");
  const isInstanceProven = isRemovedHere || (await world.session.isInstanceReported(options));
  if (isGoneForCommand({ isRemovedHere, isInstanceProven })) return reportGone(ref, taken);
  throw new UkoError("UKO_GONE_UNPROVEN", {
    summary: `Key ${ref.keyId} was not found, but uko could not verify that it was deleted`,
    detail: [
      `Only your settings show that instance ${ref.instanceId} answered. Nothing was changed.`,
      "Next: set UKO_REGION, so that IBM's broker names the endpoint, and run `uko doctor`.",
    ].join("\n"),
  });
}

/** The answer to a question about a key that is gone. Its exit code tells scripts of mistyped IDs. */
async function reportAbsent(world: World, ref: KeyRef, options: CallOptions): Promise<Report> {
  const report = await reportProvenGone(world, ref, [], options);
  const code = "UKO_KEY_NOT_FOUND";
  return { ...report, explanation: { ...report.explanation, code }, code, exitCode: errorCatalogue[code].exitCode };
}

/** For operations on an existing key. Throws UKO_KEY_NOT_FOUND. */
function reportExisting(ref: KeyRef, outcome: Outcome): Report {
  if (outcome.kind === "gone") {
    throw new UkoError("UKO_KEY_NOT_FOUND", {
      summary: `Key ${ref.keyId} was not found: it is gone, or its ID is mistyped`,
      detail: `Vault ${ref.vaultId} has no key with this ID. Nothing was changed.`,
    });
  }
  const { observed, memory } = outcome;
  const isDone = outcome.kind === "stopped" && outcome.plan.kind === "done";
  const explanation = isDone ? explainDone(observed, memory, door) : explainOutcome(outcome, door);
  return reportOn(ref, observed, memory.run, explanation, memory.taken, endOf(outcome));
}

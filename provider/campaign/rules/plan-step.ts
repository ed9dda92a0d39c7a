/**
 * Decides what a campaign does to one key, from a fresh read. It calls the planners for a single key, and allows
 * nothing that they do not allow. A request becomes the last write to the key and replaces its earlier request, so it
 * would hide when the key was deactivated and who opened its KMS window. Therefore the file adds these facts to the
 * request. If KMS requires two people for a destruction and it is not known who opened the window, it refuses the
 * request. The campaign may request exactly the step that the key's group of keys, its wave, takes now. Or it may
 * reactivate a key that the campaign itself deactivated; if another write followed, a person has to confirm that. It
 * skips every other key. So a list that is a day old changes no key that was held or changed since.
 */

import { deletionStanding } from "../../lifecycle/consent/consent-record.ts";
import { holdGuard } from "../../lifecycle/key/guards.ts";
import { wroteLast } from "../../lifecycle/key/key-write.ts";
import type { KeyRun, Plan } from "../../lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../lifecycle/key/plan-key-deletion.ts";
import { planReversal } from "../../lifecycle/key/plan-reversal.ts";
import { strictest } from "../../lifecycle/key/plan-reviewed.ts";
import { soundPlan } from "../../lifecycle/key/sound-plan.ts";
import {
  type ApprovedStep,
  type CampaignMark,
  type Identity,
  isSame,
  type KeyObservation,
  nextStepOf,
} from "../../lifecycle/vocabulary/observation.ts";
import { type LastWrite, type NotedStep, proveRollback, type Rollback } from "./rollback.ts";

export type CampaignVerdict =
  | { readonly kind: "take"; readonly plan: Plan }
  | { readonly kind: "leave"; readonly why: LeftBecause };

export type LeftBecause =
  | { readonly kind: "held" }
  /** The next step of the key is another one. */
  | { readonly kind: "other_step" }
  | { readonly kind: "rollback"; readonly rollback: Exclude<Rollback, { kind: "proven" }> };

export interface CampaignRequest {
  readonly step: ApprovedStep;
  readonly reason?: string;
  /** For which wave and line of the manifest the request is made. */
  readonly mark?: CampaignMark;
  /** Since when the soak of the key counts, as known before this run withdrew its own request from the key. */
  readonly soaksFromMs?: number;
  /** The identity that opened the KMS window, from the record that this run withdrew in order to renew it. */
  readonly kmsSetter?: Identity;
}

/** Plans the request for the step. The plan never contains the step itself. */
export function planCampaignRequest(
  observation: KeyObservation,
  request: CampaignRequest,
  run: KeyRun,
  nowMs: number,
): CampaignVerdict {
  if (holdGuard(observation, nowMs) !== undefined) return { kind: "leave", why: { kind: "held" } };
  const { step, reason } = request;
  // The goal is the destruction also for a deactivation, so that a guard that would stop it is found before the outage.
  const policy = { ...strictest, goal: "destruction_scheduled" as const, ...(reason !== undefined && { reason }) };
  const { kmsSetter } = request;
  const knowing = kmsSetter === undefined ? run : { ...run, notKept: { ...run.notKept, kmsSetter } };
  const plan = planKeyDeletion(observation, policy, knowing, nowMs);
  if (!isAbout(plan, step, observation)) return { kind: "leave", why: { kind: "other_step" } };
  const marked = withMark(noteDeactivation(plan, observation, request, run), request);
  return { kind: "take", plan: soundPlan(marked, ["write_record"], "request a step of a campaign") };
}

/**
 * The request becomes the last write to the key and hides the time of the deactivation. So the record notes that time,
 * and the soak does not start again.
 */
function noteDeactivation(plan: Plan, observation: KeyObservation, request: CampaignRequest, { actor }: KeyRun): Plan {
  if (plan.kind !== "ready" || plan.step.kind !== "write_record") return plan;
  const { draft } = plan.step;
  const { state, updatedAtMs, updatedBy } = observation;
  if (state !== "deactivated" || draft.deactivatedAtMs !== undefined || updatedAtMs === undefined) return plan;
  const isOwnWrite = updatedBy?.iamId !== undefined && updatedBy.iamId === actor.identity?.iamId;
  const deactivatedAtMs = isOwnWrite ? (request.soaksFromMs ?? updatedAtMs) : updatedAtMs;
  return { ...plan, step: { ...plan.step, draft: { ...draft, deactivatedAtMs } } };
}

function withMark(plan: Plan, { mark }: CampaignRequest): Plan {
  if (plan.kind !== "ready" || plan.step.kind !== "write_record" || mark === undefined) return plan;
  return { ...plan, step: { ...plan.step, draft: { ...plan.step.draft, campaign: mark } } };
}

/** Whether the plan is about `step`. A wait and a refusal count too, because they name what stops the step. */
function isAbout(plan: Plan, step: ApprovedStep, { state }: KeyObservation): boolean {
  if ((nextStepOf(state) ?? step) !== step) return false;
  return plan.kind === "ready" ? plan.step.kind === "write_record" : plan.kind !== "done";
}

export interface CampaignRollback {
  readonly wave: Pick<CampaignMark, "name" | "wave">;
  /** The deactivation in the evidence of the folder, if any. */
  readonly noted: NotedStep | undefined;
  /** The last write that a person saw before they confirmed the reactivation; undefined if no person did. */
  readonly confirmed: LastWrite | undefined;
  /** Whether an earlier read of this run has proven the rollback, so that the run itself wrote to the key since. */
  readonly isProvenHere: boolean;
}

/**
 * Plans the reactivation of a key that the campaign deactivated. If another person wrote to the key since, a person has
 * to confirm it.
 */
export function planCampaignRollback(
  observation: KeyObservation,
  { wave, noted, confirmed, isProvenHere }: CampaignRollback,
  run: KeyRun,
  nowMs: number,
): CampaignVerdict {
  const plan = (): CampaignVerdict => ({ kind: "take", plan: planReversal(observation, "reactivate", run, nowMs) });
  const isOwnWrite = wroteLast(run.actor, observation);
  if (isProvenHere && (observation.state === "active" || isOwnWrite)) return plan();
  const rollback = rollbackOf(observation, { wave, noted }, nowMs);
  if (rollback.kind === "proven" || (rollback.kind === "written_since" && isLastWrite(rollback, confirmed)))
    return plan();
  return { kind: "leave", why: { kind: "rollback", rollback } };
}

/** Whether no write followed the one that the person saw: a later one can have cut the key off for another reason. */
function isLastWrite(now: LastWrite, seen: LastWrite | undefined): boolean {
  if (seen === undefined || seen.atMs !== now.atMs) return false;
  return seen.by === undefined || now.by === undefined ? seen.by === now.by : isSame(seen.by, now.by);
}

/** What the service shows of the key, and the folder of its deactivation, as a rollback judges both. */
export function rollbackOf(
  observation: KeyObservation,
  { wave, noted }: Pick<CampaignRollback, "wave" | "noted">,
  nowMs: number,
): Rollback {
  const { state, updatedBy, updatedAtMs, carried } = observation;
  const { binds } = deletionStanding(observation, nowMs);
  return proveRollback({ state, updatedBy, updatedAtMs, record: carried.record, binds, wave, noted });
}

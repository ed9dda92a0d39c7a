/**
 * Plans the deletion of a KMS key, and the withdrawal of its request. Without dual authorization, one identity destroys
 * the key, but only if the program says `single` and this machine demands no signatures.
 *
 * - It refuses the backing key of a managed key, and a key with which a cloud resource is registered, because the data
 *   of that resource would become unreadable. If either cannot be found out, it refuses the key, too.
 * - A caller who probably set the key for deletion has to wait for another person. Otherwise one person with two
 *   identities would act as two people. This is a suspicion from the times in KMS (`suspectedSetter`), and a window
 *   whose times hide the setter is refused.
 */

import type { ErrorCode } from "../../errors.ts";
import { mayAuthor } from "../key/authorization.ts";
import { kmsWindowMs } from "../key/kms-window.ts";
import type { RequesterPosition } from "../key/plan.ts";
import { assert, assertTime } from "../vocabulary/assert.ts";
import { type Actor, type Identity, isPerson, isSame, type RequiredPeople } from "../vocabulary/observation.ts";
import { type DecisionRead, issuePermit, type Permit } from "../vocabulary/permit.ts";
import { type BeyondPlan, beyondPlan, type PlanLimit, shownNameText } from "../vocabulary/plan-limit.ts";
import { clockToleranceMs } from "../vocabulary/service-time.ts";
import { hasTaken, type StepsTaken } from "../vocabulary/steps-taken.ts";
import { kmsKeyTable, type ObservedKmsKeyState } from "./kms-key-states.ts";

/** A cloud resource that KMS protects with the key (kms-v2-and-iam.md 2.13). */
export interface Registration {
  readonly resourceCrn: string;
  /** A retention policy, which only its owner can lift. */
  readonly preventsKeyDeletion: boolean;
}

export interface PolicyWriteSeen {
  readonly by: Identity;
  readonly atMs: number;
  /** Who turned the policy on. */
  readonly createdBy?: Identity;
}

export interface KmsKeyObservation {
  readonly kmsKeyId: string;
  readonly name: string;
  readonly state: ObservedKmsKeyState;
  /** KMS's number for the state, for display. */
  readonly stateWord: string;
  readonly dualAuthDelete: boolean;
  /** End of the deletion window, past or future; absent if no window is set. */
  readonly windowEndsAtMs?: number;
  /** Only a hint at the setter of the window (kms-v2-and-iam.md 2.10); see `suspectedSetter`. */
  readonly policyWrite?: PolicyWriteSeen;
  readonly registrations:
    | { readonly kind: "known"; readonly items: readonly Registration[] }
    | { readonly kind: "unreadable"; readonly reason: string };
  /**
   * Whether the key's ring belongs to an internal keystore, so that the key is the backing key of a
   * managed key.
   */
  readonly ring: /** `emptyKeystore` has no managed key, so the key is no backing key even if it is in this keystore's ring. */
    | { readonly kind: "own"; readonly emptyKeystore?: string }
    | { readonly kind: "of_keystore"; readonly keystoreName: string }
    | { readonly kind: "unknown"; readonly reason: string; readonly remedy: string };
  /** When KMS last deleted the key; KMS keeps the value after a restore (kms-v2-and-iam.md 2.6). */
  readonly deletedAtMs?: number;
  /** When KMS begins to purge a destroyed key's metadata itself. */
  readonly purgeScheduledAtMs?: number;
  /** Absent if no file on this machine demands that a destruction is signed. */
  readonly signatures?: KmsSignatures;
  /** Present if the run that read the key is about to act. Without it the planner makes no permit. */
  readonly decision?: DecisionRead | undefined;
}

/**
 * The files that demand signatures, and whose signatures exist for the open window. KMS stores no text, so a signed
 * request comes in a file, and the approver signs in their own run. Both name the window by its end.
 */
export interface KmsSignatures {
  /** The files that demand signatures, for messages. */
  readonly by: string;
  /** The person whose own signature is under the request for this window. */
  readonly requester?: Identity;
  /** The SHA-256 of that request, 64 hex digits, which the approval names. */
  readonly requestSha256?: string;
  /** Whether the actor of this run signed the approval of that request. */
  readonly isApprovalSigned?: boolean;
}

export interface KmsKeyPolicy {
  /** `removed`: the metadata is gone as well, up to 90 days after `destroyed`. */
  readonly goal: "destroyed" | "removed";
  readonly deletionProtection: boolean;
  /** More than `single` means two people, because a KMS key has only one step. */
  readonly people: RequiredPeople;
  /** The limit that the plan of this run set, if the engine plans first. No step may exceed it. */
  readonly atMost?: PlanLimit | undefined;
}

/** The actor of this run, the windows that they named, and what this run has already done. */
export interface KmsRun extends StepsTaken<KmsStep> {
  readonly actor: Actor;
  /** Windows that the actor confirmed by hand in this run, in the form of `windowName`. */
  readonly approvals: readonly string[];
  /** Whether the run may open a deletion window. An engine opens none: its person may not have noticed the deletion. */
  readonly mayRequest?: true;
  readonly refusals?: readonly { readonly step: KmsStep["kind"]; readonly message: string }[];
}

export type KmsStep =
  | { readonly kind: "set_for_deletion" }
  | { readonly kind: "unset_for_deletion" }
  | { readonly kind: "destroy"; readonly approvedWindow?: string };

export type KmsGuard =
  | { readonly guard: "deletion_protection" }
  | { readonly guard: "backing_key_of_managed_key"; readonly keystoreName: string }
  | { readonly guard: "ring_unknown"; readonly reason: string; readonly remedy: string }
  | { readonly guard: "use_unreadable"; readonly reason: string }
  | { readonly guard: "retention_policy"; readonly resources: readonly string[] }
  | { readonly guard: "registered"; readonly resources: readonly string[] }
  | { readonly guard: "dual_authorization_off" }
  | { readonly guard: "signatures_demanded"; readonly by: string }
  | { readonly guard: "not_active"; readonly stateWord: string }
  | { readonly guard: "state_unrecognized"; readonly stateWord: string }
  | { readonly guard: "persons_unknown" }
  | { readonly guard: "setter_not_a_person"; readonly setter: Identity }
  | { readonly guard: "setter_unknown"; readonly policyWrite: PolicyWriteSeen }
  | { readonly guard: "window_used"; readonly deletedAtMs: number }
  | { readonly guard: "window_not_kept" }
  | { readonly guard: "already_destroyed" }
  | { readonly guard: "service_refused"; readonly step: KmsStep["kind"]; readonly message: string }
  | BeyondPlan;

export interface KmsApprovalWait {
  readonly kind: "waitingForApproval";
  readonly callerPosition: "set_it" | "may_approve" | "not_a_person" | "acts_in_a_profile";
  readonly window: { readonly name: string; readonly endsAtMs: number };
}

/** No deletion window is open, and this run does not open one. */
export interface KmsRequestWait {
  readonly kind: "waitingForRequest";
  readonly callerPosition: RequesterPosition;
}

export type KmsPlan =
  | { readonly kind: "ready"; readonly step: KmsStep; readonly permit?: Permit<"open_kms_window" | "destroy_kms_key"> }
  | KmsApprovalWait
  | KmsRequestWait
  | { readonly kind: "waitingForTime"; readonly untilMs?: number }
  | { readonly kind: "refused"; readonly guard: KmsGuard }
  | { readonly kind: "done" };

export const kmsGuardCodes = {
  deletion_protection: "UKO_DELETION_PROTECTED",
  backing_key_of_managed_key: "UKO_KMS_KEY_IS_BACKING_KEY",
  ring_unknown: "UKO_KMS_KEY_IS_BACKING_KEY",
  use_unreadable: "UKO_USE_UNREADABLE",
  retention_policy: "UKO_RETENTION_POLICY",
  registered: "UKO_KEY_IN_USE",
  signatures_demanded: "UKO_SIGNATURE_MISSING",
  dual_authorization_off: "UKO_KMS_DUAL_AUTHORIZATION_OFF",
  not_active: "UKO_KMS_KEY_NOT_ACTIVE",
  state_unrecognized: "UKO_STATE_UNRECOGNIZED",
  persons_unknown: "UKO_PERSONS_UNKNOWN",
  setter_not_a_person: "UKO_KMS_SETTER",
  setter_unknown: "UKO_KMS_SETTER_UNKNOWN",
  window_used: "UKO_KMS_WINDOW_EXPIRED",
  window_not_kept: "UKO_KMS_WINDOW_EXPIRED",
  already_destroyed: "UKO_ALREADY_DESTROYED",
  service_refused: "UKO_SERVICE_REFUSED",
  beyond_plan: "UKO_PLAN_OUTDATED",
} as const satisfies Record<KmsGuard["guard"], ErrorCode>;

export function kmsPlanCode(plan: Exclude<KmsPlan, { kind: "ready" | "done" }>): ErrorCode {
  if (plan.kind === "waitingForApproval") return "UKO_APPROVAL_PENDING";
  if (plan.kind === "waitingForRequest") return "UKO_REQUEST_PENDING";
  return plan.kind === "refused" ? kmsGuardCodes[plan.guard.guard] : "UKO_KMS_METADATA_REMAINS";
}

/** Names one window of one key: `<keyId>@<authExpiration>`, to the second. */
export function windowName(kmsKeyId: string, windowEndsAtMs: number): string {
  return `${kmsKeyId}@${new Date(windowEndsAtMs).toISOString().replace(/\.\d{3}Z$/, "Z")}`;
}

/** Returns what this run may do next with an existing KMS key; `nowMs` is the service's time. */
export function planKmsKeyDeletion(
  observation: KmsKeyObservation,
  policy: KmsKeyPolicy,
  run: KmsRun,
  nowMs: number,
): KmsPlan {
  assertTime(nowMs, "the service's time");
  const plan = planByState(observation, policy, run, nowMs);
  const sound = soundKmsPlan(plan, observation, policy, run, nowMs);
  return withPermit(withinPlanLimit(sound, observation, policy), observation);
}

/** Checks a plan that acts once more, from the other side: see sound-plan.ts. Throws UKO_BUG if it cannot be right. */
export function soundKmsPlan(
  plan: KmsPlan,
  observation: KmsKeyObservation,
  policy: KmsKeyPolicy,
  { actor, approvals }: KmsRun,
  nowMs: number,
): KmsPlan {
  if (plan.kind !== "ready") return plan;
  const { state, kmsKeyId, dualAuthDelete, signatures } = observation;
  assert(state !== "unrecognized" && "next" in kmsKeyTable[state].destroy, `KMS destroys a key in the state ${state}`);
  assert(failingKmsGuard(observation, policy) === undefined, "no guard fails for a step that cuts a key off");
  if (plan.step.kind !== "destroy") return plan;
  if (!dualAuthDelete) {
    const isForOne = policy.people === "single" && signatures === undefined;
    assert(isForOne, "one person destroys a KMS key only if program and machine allow it");
    return plan;
  }
  assert(isWindowOpen(observation, nowMs), "KMS destroys a key for two people only in its deletion window");
  const name = windowName(kmsKeyId, observation.windowEndsAtMs);
  assert(plan.step.approvedWindow === name && approvals.includes(name), "the caller confirmed this window by hand");
  assert(isPerson(actor.identity), "a person takes a step that requires two people");
  const setter = suspectedSetter(observation);
  assert(setter === undefined || !isSame(setter, actor.identity), "the approver did not open the window");
  return plan;
}

function withPermit(plan: KmsPlan, { decision, kmsKeyId: id }: KmsKeyObservation): KmsPlan {
  if (plan.kind !== "ready" || decision === undefined) return plan;
  const { step } = plan;
  // A deletion plans no other step than these two.
  if (step.kind !== "destroy") return { ...plan, permit: issuePermit(decision, { act: "open_kms_window", id }) };
  const consents = step.approvedWindow === undefined ? [] : [step.approvedWindow];
  return { ...plan, permit: issuePermit(decision, { act: "destroy_kms_key", id, consents }) };
}

function withinPlanLimit(plan: KmsPlan, observation: KmsKeyObservation, { atMost }: KmsKeyPolicy): KmsPlan {
  if (plan.kind !== "ready") return plan;
  // Setting the key for deletion is the request. A deletion plans no other step.
  const step = plan.step.kind === "destroy" ? "destroy" : "request";
  const beyond = beyondPlan(atMost, {
    step,
    subject: observation.kmsKeyId,
    shown: shownNameText(observation.name),
    recordId: plan.step.kind === "destroy" ? plan.step.approvedWindow : undefined,
  });
  return beyond === undefined ? plan : refuse(beyond);
}

function planByState(observation: KmsKeyObservation, policy: KmsKeyPolicy, run: KmsRun, nowMs: number): KmsPlan {
  const { state, stateWord } = observation;
  if (state === "unrecognized") return refuse({ guard: "state_unrecognized", stateWord });
  if (state === "destroyed") return planAfterDestroy(observation, policy, nowMs);
  const failing = failingKmsGuard(observation, policy);
  if (failing !== undefined) return refuse(failing);
  if ("refused" in kmsKeyTable[state].destroy) return refuse({ guard: "not_active", stateWord });
  if (observation.dualAuthDelete) return planUnderDualAuthorization(observation, run, nowMs);
  if (policy.people !== "single" || observation.signatures !== undefined) {
    return refuse({ guard: "dual_authorization_off" });
  }
  return unlessRefused({ kind: "destroy" }, run);
}

/** Plans a withdrawal: it unsets the window, whoever set it, and does nothing else. */
export function planKmsKeyWithdrawal(observation: KmsKeyObservation, run: KmsRun, nowMs: number): KmsPlan {
  if (observation.state === "destroyed") return refuse({ guard: "already_destroyed" });
  if (!isWindowOpen(observation, nowMs)) return { kind: "done" };
  return unlessRefused({ kind: "unset_for_deletion" }, run);
}

/** Whether the key is set for deletion and the window still counts for KMS. */
export function isWindowOpen(
  observation: KmsKeyObservation,
  nowMs: number,
): observation is KmsKeyObservation & { readonly windowEndsAtMs: number } {
  const { state, dualAuthDelete, windowEndsAtMs } = observation;
  return state !== "destroyed" && dualAuthDelete && windowEndsAtMs !== undefined && windowEndsAtMs > nowMs;
}

/**
 * The identity that probably set the window. KMS does not report it. Setting a key for deletion gives the policy a new
 * date. Whether it also updates the writer of the policy is not documented. So the writer may be a person who wrote to
 * the policy earlier, while a service ID set the window. The suspicion can only refuse an identity, and no message,
 * evidence or review names a setter. A writer who also created the policy is not suspected, because the name may date
 * from the creation.
 */
export function suspectedSetter({ policyWrite, windowEndsAtMs }: KmsKeyObservation): Identity | undefined {
  if (policyWrite?.createdBy === undefined || windowEndsAtMs === undefined) return undefined;
  const sinceMs = policyWrite.atMs - (windowEndsAtMs - kmsWindowMs);
  const isSuspected = Math.abs(sinceMs) <= clockToleranceMs && !isSame(policyWrite.by, policyWrite.createdBy);
  return isSuspected ? policyWrite.by : undefined;
}

function planAfterDestroy(observation: KmsKeyObservation, policy: KmsKeyPolicy, nowMs: number): KmsPlan {
  if (policy.goal === "destroyed") return { kind: "done" };
  const { purgeScheduledAtMs } = observation;
  const isAhead = purgeScheduledAtMs !== undefined && purgeScheduledAtMs > nowMs;
  return { kind: "waitingForTime", ...(isAhead && { untilMs: purgeScheduledAtMs }) };
}

/** Preconditions that do not depend on the actor, checked before the window and the destroy. */
function failingKmsGuard(observation: KmsKeyObservation, policy: KmsKeyPolicy): KmsGuard | undefined {
  const { ring, registrations } = observation;
  if (policy.deletionProtection) return { guard: "deletion_protection" };
  if (ring.kind === "of_keystore") return { guard: "backing_key_of_managed_key", keystoreName: ring.keystoreName };
  if (ring.kind === "unknown") {
    const { reason, remedy } = ring;
    return { guard: "ring_unknown", reason, remedy };
  }
  if (registrations.kind === "unreadable") return { guard: "use_unreadable", reason: registrations.reason };
  const retaining = registrations.items.filter(({ preventsKeyDeletion }) => preventsKeyDeletion);
  if (retaining.length > 0) return { guard: "retention_policy", resources: retaining.map((each) => each.resourceCrn) };
  if (registrations.items.length === 0) return undefined;
  return { guard: "registered", resources: registrations.items.map((each) => each.resourceCrn) };
}

/**
 * KMS itself refuses the second step to the identity that took the first (kms-v2-and-iam.md 5), but
 * may compare only `iam_id`. So this function refuses everything that could make one person look
 * like two: machines, profiles, and a window that was used before. It cannot see who set the window, so
 * the setter may be a service ID, or the approver in a trusted profile: two identities, not two persons.
 */
function planUnderDualAuthorization(observation: KmsKeyObservation, run: KmsRun, nowMs: number): KmsPlan {
  const { actor } = run;
  if (actor.identity === undefined) return refuse({ guard: "persons_unknown" });
  if (!isWindowOpen(observation, nowMs)) return planWindow(observation, run);

  const name = windowName(observation.kmsKeyId, observation.windowEndsAtMs);
  const setter = suspectedSetter(observation);
  const window = { name, endsAtMs: observation.windowEndsAtMs };
  const wait = (callerPosition: KmsApprovalWait["callerPosition"]): KmsPlan => ({
    kind: "waitingForApproval",
    callerPosition,
    window,
  });
  const unfit = unfitWindow(observation, observation.windowEndsAtMs, setter);
  if (unfit !== undefined) return refuse(unfit);
  const { signatures } = observation;
  const isFirst = [setter, signatures?.requester].some((each) => each !== undefined && isActor(actor, each));
  if (hasTaken(run, "set_for_deletion") || isFirst) return wait("set_it");
  if (!isPerson(actor.identity)) return wait("not_a_person");
  if (!mayAuthor(actor)) return wait("acts_in_a_profile");
  if (!run.approvals.includes(name)) return wait("may_approve");
  if (signatures !== undefined && !isSignedByTwo(signatures)) {
    return refuse({ guard: "signatures_demanded", by: signatures.by });
  }
  return unlessRefused({ kind: "destroy", approvedWindow: name }, run);
}

/**
 * Whether two people signed. A signature shows who requested, which KMS never does, so the two identities are two
 * persons.
 */
function isSignedByTwo({ requester, isApprovalSigned }: KmsSignatures): boolean {
  return isPerson(requester) && isApprovalSigned === true;
}

/**
 * Why no person may use the window to destroy the key; undefined if a person may. Such a window must be unset, and a
 * new one set.
 */
function unfitWindow(
  { policyWrite, deletedAtMs }: KmsKeyObservation,
  windowEndsAtMs: number,
  setter: Identity | undefined,
): KmsGuard | undefined {
  const beganAtMs = windowEndsAtMs - kmsWindowMs;
  // A restored key may show the window of its earlier destruction (kms-v2-and-iam.md 10 no. 10).
  // That approval is used up.
  if (deletedAtMs !== undefined && deletedAtMs >= beganAtMs) return { guard: "window_used", deletedAtMs };
  if (setter !== undefined && !isPerson(setter)) return { guard: "setter_not_a_person", setter };
  // A write to the policy after the window was set hides what KMS reports of the setter.
  const isHidden = policyWrite !== undefined && policyWrite.atMs > beganAtMs + clockToleranceMs;
  return isHidden ? { guard: "setter_unknown", policyWrite } : undefined;
}

/** Plans the set for deletion. Only a person does it, under their own credential, and only once in a run. */
function planWindow(observation: KmsKeyObservation, run: KmsRun): KmsPlan {
  const { state, stateWord } = observation;
  if (hasTaken(run, "set_for_deletion")) return refuse({ guard: "window_not_kept" });
  if (state === "suspended") return refuse({ guard: "not_active", stateWord });
  if (!isPerson(run.actor.identity)) return { kind: "waitingForRequest", callerPosition: "not_a_person" };
  if (!mayAuthor(run.actor)) return { kind: "waitingForRequest", callerPosition: "acts_in_a_profile" };
  if (run.mayRequest !== true) return { kind: "waitingForRequest", callerPosition: "may_ask" };
  // It is not documented whether KMS sets an expired key (10 no. 9), and an expired key cannot
  // become active again. So the run tries.
  const isRefused = run.refusals?.some(({ step }) => step === "set_for_deletion") === true;
  if (state === "deactivated" && isRefused) return refuse({ guard: "not_active", stateWord });
  return unlessRefused({ kind: "set_for_deletion" }, run);
}

/** Whether the actor is that identity, by their own credential or by the profile that they use. */
function isActor({ identity, writesAs }: Actor, other: Identity): boolean {
  return [identity, writesAs].some((each) => each !== undefined && isSame(each, other));
}

/** A step that KMS refused is not sent again in the same run. */
function unlessRefused(step: KmsStep, run: KmsRun): KmsPlan {
  const refusal = run.refusals?.find((each) => each.step === step.kind);
  if (refusal === undefined) return { kind: "ready", step };
  return refuse({ guard: "service_refused", ...refusal });
}

function refuse(guard: KmsGuard): KmsPlan {
  return { kind: "refused", guard };
}

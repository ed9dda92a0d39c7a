/**
 * Defines what all planners of a managed key share: policy, run, steps with their rights and rules, waits, and guards
 * with their codes.
 */

import type { ErrorCode } from "../../errors.ts";
import type { ConsentDraft, NotBinding } from "../consent/consent-record.ts";
import type { DemandedPeople } from "../consent/required-people.ts";
import type { SkipReason } from "../consent/review.ts";
import { type KeyState, type Right, rights } from "../vocabulary/managed-key-states.ts";
import type {
  Actor,
  ApprovedStep,
  ConsentRecord,
  KeyHold,
  KeyObservation,
  KeystoreStatus,
  RequiredPeople,
  UnapprovedStep,
} from "../vocabulary/observation.ts";
import type { Permit } from "../vocabulary/permit.ts";
import type { BeyondPlan, LimitedStep, PlanLimit } from "../vocabulary/plan-limit.ts";
import { type StepsTaken, stepsOfKind } from "../vocabulary/steps-taken.ts";
import type { Contradiction } from "./removal-evidence.ts";

/** The values of `deletionCompletesAt`, and `deactivated` as a desired state. */
export const deletionGoals = ["deactivated", "destruction_scheduled", "destroyed", "removed"] as const;
export type DeletionGoal = (typeof deletionGoals)[number];

/** Combined from code, state, provider and environment. The planner adds the key's marker. */
export interface DeletionPolicy extends DemandedPeople {
  readonly goal: DeletionGoal;
  readonly deletionProtection: boolean;
  readonly reason?: string;
  /** The limit that the plan of this run set, if the engine plans first. No step may exceed it. */
  readonly atMost?: PlanLimit | undefined;
}

/** The actor, their input, and what this run has already done. It does not outlive the run. */
export interface KeyRun extends StepsTaken<Step> {
  readonly actor: Actor;
  /** IDs of records that the actor confirmed by hand in this run. Never from a setting, a variable or an argument. */
  readonly approvals: readonly string[];
  /** The statements that the actor has signed in this run, checked by the run itself; see `signed-consent.ts`. */
  readonly signed?: Pick<ReadonlySet<string>, "has"> | undefined;
  /** Only `request`, and `engine` for what can be undone, write a request that is missing. */
  readonly intent: "request" | "engine" | "approve" | "resume";
  /**
   * What a record of this run said that the service did not keep. Its write took the earlier record off the key, so the
   * key no longer shows these facts, and the next try repeats them.
   */
  readonly notKept?: Pick<ConsentDraft, "deactivatedAtMs" | "kmsSetter">;
  /**
   * The holds on a destroyed key, as the tag has them, despite which the caller removes the metadata. The caller read
   * them and confirmed by hand in this run, because the service may refuse the release of a hold on a destroyed key.
   */
  readonly confirmedHold?: string | undefined;
  /**
   * The destruction without a known approval, as `nameOfUnapproved` names it, despite which the caller removes the
   * metadata or synchronizes the keystores. The caller saw it and confirmed by hand in this run.
   */
  readonly confirmedUnapproved?: string | undefined;
  /** Whether this run has waited for a person or a time. */
  readonly hasWaited?: true;
  /** What the service refused in this run. */
  readonly refusals?: readonly Refusal[] | undefined;
}

/** A run that takes no step, because only a reader asks. */
export const nobody: KeyRun = { actor: { displayName: "" }, approvals: [], intent: "resume" };

export interface Refusal {
  readonly step: Step["kind"];
  /** The HTTP status; 403 if the identity lacks the right. */
  readonly status: number;
  readonly message: string;
}

/** One call that changes something at the service. */
export type Step =
  /** Writes the record. The same write stores `marker` on the key. */
  | { readonly kind: "write_record"; readonly draft: ConsentDraft; readonly marker: RequiredPeople }
  /**
   * `recordId`: the ID of the text in the record's place, if a text there has one. `dropsNote`: also the note of a
   * deactivation that was undone.
   */
  | { readonly kind: "drop_record"; readonly recordId?: string | undefined; readonly dropsNote?: true }
  | { readonly kind: "set_for_deletion"; readonly kmsKeyId: string }
  | { readonly kind: "unset_for_deletion"; readonly kmsKeyId: string }
  | { readonly kind: "deactivate"; readonly allowedBy?: ConsentRecord }
  | { readonly kind: "destroy"; readonly allowedBy?: ConsentRecord }
  | { readonly kind: "reactivate" }
  | { readonly kind: "remove" }
  | { readonly kind: "sync" };

export function hasRequested(run: StepsTaken<Step>, step: ApprovedStep): boolean {
  return stepsOfKind(run, "write_record").some(({ draft }) => draft.step === step);
}

export function kmsKeysSet(run: StepsTaken<Step>): readonly string[] {
  return stepsOfKind(run, "set_for_deletion").map(({ kmsKeyId }) => kmsKeyId);
}

/** The IDs of the records that this run took off the key. */
export function droppedRecordIds(run: StepsTaken<Step>): readonly string[] {
  return stepsOfKind(run, "drop_record").flatMap(({ recordId }) => recordId ?? []);
}

interface StepRule {
  readonly right: Right;
  /** The state to which the step leads; absent if the state stays. */
  readonly to?: KeyState | "absent";
  /**
   * The step depends on the record and marker on the key, or replaces them. Another write in the same
   * second as the last one could be hidden, so the step waits first.
   */
  readonly waitsUntilSettled?: true;
  /** Evidence is written before the call, too. If it cannot be written, the step is not taken. */
  readonly isEvidencedBefore?: true;
  /** Absent for steps that take something back, or that change no key: they are always allowed. */
  readonly limitedAs?: LimitedStep;
}

export const stepRules: Readonly<Record<Step["kind"], StepRule>> = {
  write_record: { right: rights.writeTags, waitsUntilSettled: true, limitedAs: "request" },
  drop_record: { right: rights.writeTags, waitsUntilSettled: true },
  set_for_deletion: { right: rights.setForDeletion, isEvidencedBefore: true, limitedAs: "deactivate" },
  unset_for_deletion: { right: rights.setForDeletion },
  deactivate: {
    right: rights.deactivate,
    to: "deactivated",
    waitsUntilSettled: true,
    isEvidencedBefore: true,
    limitedAs: "deactivate",
  },
  destroy: {
    right: rights.destroy,
    to: "destroyed",
    waitsUntilSettled: true,
    isEvidencedBefore: true,
    limitedAs: "destroy",
  },
  reactivate: { right: rights.reactivate, to: "active", waitsUntilSettled: true },
  remove: { right: rights.remove, to: "absent", isEvidencedBefore: true, limitedAs: "remove" },
  sync: { right: rights.distribute, waitsUntilSettled: true },
};

/** A key that was never active is destroyed under a right of its own. */
export function rightFor(step: Step["kind"], { state }: Pick<KeyObservation, "state">): Right {
  return step === "destroy" && state === "pre_activation" ? rights.destroyUnused : stepRules[step].right;
}

/** A named precondition that does not hold; `engine/key/text/refusals.ts` turns it into sentences. */
export type Guard =
  | { readonly guard: "held"; readonly holds: readonly KeyHold[] }
  | {
      readonly guard: "destruction_unapproved";
      readonly unapproved: UnapprovedStep;
      /** A sync was refused, and not a removal. */
      readonly isSync?: true;
    }
  | { readonly guard: "deletion_protection" }
  | { readonly guard: "retention_policy"; readonly resources: readonly string[] }
  | { readonly guard: "use_unreadable"; readonly reason: string }
  | { readonly guard: "backing_key_unreadable"; readonly kmsKeyId: string; readonly reason: string }
  | { readonly guard: "backing_key_not_active"; readonly kmsKeyId: string; readonly state: string }
  | { readonly guard: "backing_key_remains"; readonly kmsKeyId: string; readonly state: string }
  | { readonly guard: "keystore_holds_key"; readonly keystores: readonly KeystoreStatus[] }
  | { readonly guard: "removal_contradicted"; readonly contradictions: readonly Contradiction[] }
  | { readonly guard: "status_not_live" }
  | { readonly guard: "compromised"; readonly stateWord: string }
  | { readonly guard: "state_unrecognized"; readonly stateWord: string }
  | { readonly guard: "never_active" }
  | { readonly guard: "persons_unknown"; readonly missing: "actor" | "last_writer" }
  | { readonly guard: "kms_setter"; readonly record: ConsentRecord }
  | { readonly guard: "kms_setter_unknown" }
  | { readonly guard: "kms_window_too_short"; readonly windowEndsAtMs: number | undefined }
  | { readonly guard: "kms_window_expired"; readonly windowEndsAtMs: number | undefined }
  | { readonly guard: "service_refused"; readonly step: Step["kind"]; readonly message: string }
  | { readonly guard: "already_destroyed"; readonly pending: readonly KeystoreStatus[] }
  | { readonly guard: "record_binds"; readonly record: ConsentRecord }
  | { readonly guard: "actor_not_a_person"; readonly actor: Actor }
  | { readonly guard: "not_as_reviewed"; readonly why: SkipReason }
  | BeyondPlan;

/**
 * What the actor of a run can do about a record that binds. `may_confirm`: the requester of an approved step, whose
 * credential did not seal the request. `not_the_requester`: a third person, who cannot use the approval.
 */
export type CallerPosition = "wrote_it" | "may_approve" | "may_confirm" | "not_the_requester" | "not_a_person";

/** What the actor can do about a request that is missing. */
export type RequesterPosition = "may_ask" | "not_a_person" | "acts_in_a_profile";

interface PersonWait {
  readonly step: ApprovedStep;
  readonly right: Right;
  /** The service refuses the step before this time, no matter who approves. */
  readonly notBeforeMs?: number;
}

/** The actor cannot take a step on the record that binds. */
export interface ApprovalWait extends PersonWait {
  readonly kind: "waitingForApproval";
  readonly callerPosition: CallerPosition;
  /** A request, or an approval that only its requester can use. */
  readonly record: ConsentRecord;
  readonly expiresAtMs: number;
}

/** No request for the step binds, and this run does not write one. */
export interface RequestWait extends PersonWait {
  readonly kind: "waitingForRequest";
  readonly callerPosition: RequesterPosition;
  /** Why the record on the key does not count. */
  readonly notBinding: NotBinding;
}

export interface TimeWait {
  readonly kind: "waitingForTime";
  readonly awaits: "cool_down" | "pending_destruction" | "separate_run";
  /** Absent if no end is reported. */
  readonly untilMs?: number | undefined;
  readonly keystores?: readonly KeystoreStatus[];
}

export type Plan =
  /** `permit`: for a step that can cut the key off, and only if the plan is about a decision read. */
  | { readonly kind: "ready"; readonly step: Step; readonly permit?: Permit }
  | ApprovalWait
  | RequestWait
  | TimeWait
  | { readonly kind: "refused"; readonly guard: Guard }
  | { readonly kind: "done" };

export const guardCodes = {
  held: "UKO_KEY_HELD",
  destruction_unapproved: "UKO_DESTRUCTION_UNAPPROVED",
  deletion_protection: "UKO_DELETION_PROTECTED",
  retention_policy: "UKO_RETENTION_POLICY",
  use_unreadable: "UKO_USE_UNREADABLE",
  backing_key_unreadable: "UKO_BACKING_KEY_UNREADABLE",
  backing_key_not_active: "UKO_KMS_KEY_NOT_ACTIVE",
  backing_key_remains: "UKO_KEYSTORE_BLOCKS_REMOVAL",
  keystore_holds_key: "UKO_KEYSTORE_BLOCKS_REMOVAL",
  removal_contradicted: "UKO_KEYSTORE_BLOCKS_REMOVAL",
  status_not_live: "UKO_KEYSTORE_BLOCKS_REMOVAL",
  compromised: "UKO_KEY_COMPROMISED",
  state_unrecognized: "UKO_STATE_UNRECOGNIZED",
  never_active: "UKO_NEVER_ACTIVE",
  persons_unknown: "UKO_PERSONS_UNKNOWN",
  kms_setter: "UKO_KMS_SETTER",
  kms_setter_unknown: "UKO_KMS_SETTER_UNKNOWN",
  kms_window_too_short: "UKO_KMS_WINDOW_TOO_SHORT",
  kms_window_expired: "UKO_KMS_WINDOW_EXPIRED",
  service_refused: "UKO_SERVICE_REFUSED",
  already_destroyed: "UKO_ALREADY_DESTROYED",
  record_binds: "UKO_DELETION_PENDING",
  actor_not_a_person: "UKO_ACTOR_NOT_A_PERSON",
  not_as_reviewed: "UKO_VIEW_OUTDATED",
  beyond_plan: "UKO_PLAN_OUTDATED",
} as const satisfies Record<Guard["guard"], ErrorCode>;

export function ready(step: Step): Plan {
  return { kind: "ready", step };
}

export function refuse(guard: Guard): Plan {
  return { kind: "refused", guard };
}

/** A step that the service refused is not sent again before a wait of the run has ended. */
export function unlessRefused(plan: Plan, run: KeyRun): Plan {
  if (plan.kind !== "ready") return plan;
  const refusal = run.refusals?.find((each) => each.step === plan.step.kind);
  if (refusal === undefined) return plan;
  return refuse({ guard: "service_refused", step: refusal.step, message: refusal.message });
}

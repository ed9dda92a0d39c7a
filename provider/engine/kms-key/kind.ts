/**
 * Describes KMS keys to the loop, and decides what a lost response means: a closed window always counts as closed by
 * this run. The file also writes the evidence of a restore.
 */

import { idOfHash } from "../../lifecycle/consent/record-text.ts";
import type { Shown } from "../../lifecycle/consent/review.ts";
import { kmsWindowMs } from "../../lifecycle/key/kms-window.ts";
import {
  isWindowOpen,
  type KmsKeyObservation,
  type KmsPlan,
  type KmsRun,
  type KmsStep,
} from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { isSame } from "../../lifecycle/vocabulary/observation.ts";
import { requirePermit } from "../../lifecycle/vocabulary/permit.ts";
import { clockToleranceMs } from "../../lifecycle/vocabulary/service-time.ts";
import { isoTime } from "../../text/iso-time.ts";
import { neededUntil } from "../loop/converge.ts";
import type { Deletable, Effect, Outcome, ReadResult, StepContext } from "../loop/deletable.ts";
import { appendEvidence, noteSettled } from "../loop/evidence.ts";
import type { EvidenceEntry } from "../ports/evidence.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { CallOptions, World } from "../ports/world.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { type KmsSignedRequest, observeWithSignatures, signaturesBehind } from "./signed-request.ts";
import { describeKmsStep, kmsKeyPath, questionBeforeKms, sayKmsOpenWait } from "./words.ts";

/** The task of one run for one KMS key. `plan` is a pure planner with its policy already bound. */
export interface KmsTask {
  readonly ref: KmsKeyRef;
  readonly plan: (observation: KmsKeyObservation, run: KmsRun, nowMs: number) => KmsPlan;
  readonly approvals: readonly string[];
  readonly mayRequest?: true;
  /** The request that its author signed, from a file. */
  readonly signedRequest?: KmsSignedRequest | undefined;
  /** What the person was shown before they approved, for evidence. */
  readonly shown?: Shown;
}

/** Why a run ended while KMS still knows the key. */
export type KmsStop =
  | { readonly kind: "stopped"; readonly plan: Exclude<KmsPlan, { kind: "ready" }> }
  | { readonly kind: "rights_missing"; readonly step: KmsStep; readonly message: string };

interface KmsKeyTypes {
  readonly task: KmsTask;
  readonly seen: ObservedKmsKey;
  readonly step: KmsStep;
  readonly stop: KmsStop;
  readonly memory: { readonly run: KmsRun };
}

export type KmsOutcome = Outcome<KmsKeyTypes>;
type KmsStepContext = StepContext<KmsKeyTypes>;

export const kmsKeyKind: Deletable<KmsKeyTypes> = {
  // The regular path has one step and the read after it. The other rounds are for lost responses.
  maxRounds: 10,
  name: ({ ref }) => `KMS key ${ref.kmsKeyId}`,
  check: ({ ref }) => `uko status ${kmsKeyPath(ref)}`,
  start: ({ approvals, mayRequest }, actor, earlier) => ({
    run: { ...earlier?.memory.run, actor, approvals, ...(mayRequest && { mayRequest }) },
  }),
  async observe(world, { ref, signedRequest }, wasSeen, options) {
    const observed = await observeWithSignatures(world, ref, { depth: "decision", signedRequest }, options);
    if (!wasSeen) await noteDestroyed(world, ref, observed, options);
    return observed;
  },
  plan(task, { observation, nowMs }, { run }) {
    const plan = task.plan(observation, run, nowMs);
    return plan.kind === "ready" ? plan : { stop: { kind: "stopped", plan } };
  },
  progress: (step, { observation }) => describeKmsStep(step, observation),
  question: (step, { observation }) => questionBeforeKms(step, observation),
  async take({ kind }, { world: { kmsKeys }, task: { ref }, options }, permit) {
    switch (kind) {
      case "set_for_deletion":
        return kmsKeys.setForDeletion(requirePermit(permit, "open_kms_window"), options);
      case "unset_for_deletion":
        return kmsKeys.unsetForDeletion(ref, options);
      case "destroy": {
        const written = await kmsKeys.destroy(requirePermit(permit, "destroy_kms_key"), options);
        return written.kind === "done" ? { ...written, isDeletion: true } : written;
      }
    }
  },
  effectOf,
  remember(step, result, { memory }) {
    const { run } = memory;
    const { kind } = result;
    if (kind === "forbidden") return { memory, stop: { kind: "rights_missing", step, message: result.message } };
    if (kind === "refused") {
      const refusals = [...(run.refusals ?? []), { step: step.kind, message: result.message }];
      return { memory: { ...memory, run: { ...run, refusals } } };
    }
    return { memory };
  },
  evidence(step, phase, { world, task: { ref, shown, signedRequest }, observed, actor }) {
    // What makes the key safer is never refused for its evidence.
    if (phase === "before" && step.kind === "unset_for_deletion") return undefined;
    const { observation } = observed;
    const { instanceId, kmsKeyId } = ref;
    const consent = approvalOf(step, observation);
    const window = step.kind === "destroy" ? step.approvedWindow : undefined;
    const isSigned = window !== undefined && signedRequest !== undefined && actor.identity !== undefined;
    return {
      subject: { instanceId, resource: "kms_key", vaultId: "", keyId: kmsKeyId, label: observation.name },
      step: step.kind,
      from: observation.stateWord,
      to: step.kind === "destroy" ? "destroyed" : observation.stateWord,
      details: {
        ...(consent !== undefined && { allowedBy: consent, ...(shown !== undefined && { shown }) }),
        ...(isSigned && {
          digest: window,
          signed: signaturesBehind(world, observed, { request: signedRequest, approver: actor.identity }),
        }),
        keystores: [],
      },
    };
  },
  openWait(stop, { observation, nowMs }) {
    if (stop.kind !== "stopped") return undefined;
    const { plan } = stop;
    if (plan.kind === "waitingForApproval" || plan.kind === "waitingForRequest") {
      return { neededMs: Number.POSITIVE_INFINITY, ...sayKmsOpenWait(plan, observation) };
    }
    if (plan.kind !== "waitingForTime") return undefined;
    return { neededMs: neededUntil(plan.untilMs, nowMs), what: "Waiting for KMS to purge the metadata of the key" };
  },
};

/**
 * Whether the step had its effect. Without proof that this run caused it, the effect is not written to the evidence.
 */
function effectOf(step: KmsStep, context: KmsStepContext, after: ReadResult<ObservedKmsKey>): Effect {
  if (!hasReachedTarget(step, after)) return "none";
  return isOurs(step, context, after) ? "by_us" : "in_doubt";
}

/** Whether the key has reached the step's target. A window that is open now may be this run's. */
function hasReachedTarget({ kind }: KmsStep, after: ReadResult<ObservedKmsKey>): boolean {
  if (after.kind === "gone") return kind === "destroy";
  const { observation, nowMs } = after;
  switch (kind) {
    case "set_for_deletion":
      return isWindowOpen(observation, nowMs);
    case "unset_for_deletion":
      return !isWindowOpen(observation, nowMs);
    case "destroy":
      return observation.state === "destroyed";
  }
}

/** Whether this run caused the effect, as far as KMS discloses it. */
function isOurs(
  { kind }: KmsStep,
  { actor, observed: before }: KmsStepContext,
  after: ReadResult<ObservedKmsKey>,
): boolean {
  if (after.kind === "gone") return false;
  const { snapshot, observation } = after;
  if (kind === "destroy") return snapshot.deletedBy !== undefined && snapshot.deletedBy === actor.writesAs?.iamId;
  if (kind === "unset_for_deletion") return true;
  const beganAtMs = (observation.windowEndsAtMs ?? 0) - kmsWindowMs;
  const writer = observation.policyWrite?.by;
  const isAnothers = writer !== undefined && actor.writesAs !== undefined && !isSame(writer, actor.writesAs);
  const isNamedSinceThen = writer !== undefined && writer.iamId === observation.policyWrite?.createdBy?.iamId;
  return beganAtMs >= before.nowMs - clockToleranceMs && (!isAnothers || isNamedSinceThen);
}

/** Writes what became of a destruction that an earlier run began, if no line says how it ended. */
async function noteDestroyed(
  world: World,
  { instanceId, kmsKeyId: keyId }: KmsKeyRef,
  observed: ReadResult<ObservedKmsKey>,
  options: CallOptions,
): Promise<void> {
  if (observed.kind === "present" && observed.observation.state !== "destroyed") return;
  const { deletedBy, deletedAtMs } = observed.kind === "present" ? observed.snapshot : {};
  const lastWrite = { iamId: deletedBy ?? "", at: deletedAtMs === undefined ? "" : isoTime(deletedAtMs) };
  const key = { instanceId, vaultId: "", keyId };
  await noteSettled(world, { ...key, step: "destroy", state: "destroyed", lastWrite }, options);
}

/** The evidence of a restore, which is no step of a deletion. */
export async function noteRestore(
  world: World,
  { instanceId, kmsKeyId: keyId }: KmsKeyRef,
  { observation, nowMs }: ObservedKmsKey,
  correlationId: string,
  options: CallOptions,
): Promise<void> {
  const facts = {
    subject: { instanceId, resource: "kms_key", vaultId: "", keyId, label: observation.name },
    step: "restore",
    from: "destroyed",
    to: "active",
    details: { keystores: [] },
  } as const;
  const actor = await world.session.actor(options);
  await appendEvidence(world, facts, { phase: "after", actor, nowMs, correlationId });
}

/** The window of another identity, in the form of a consent record. */
function approvalOf(step: KmsStep, observation: KmsKeyObservation): EvidenceEntry["allowedBy"] {
  const { windowEndsAtMs, signatures: { requester, requestSha256 } = {} } = observation;
  if (step.kind !== "destroy" || step.approvedWindow === undefined || windowEndsAtMs === undefined) return undefined;
  return {
    id: requestSha256 === undefined ? step.approvedWindow : idOfHash(requestSha256),
    step: "destroy",
    how: "command",
    // KMS does not report who set the window; its audit events do, and a signed request.
    author: requester?.iamId ?? "",
    writtenAt: isoTime(windowEndsAtMs - kmsWindowMs),
  };
}

/**
 * The deletion loop of a KMS key: read, plan, make one call, and repeat until the plan is not
 * `ready`. The loop is bounded and keeps no memory between runs.
 */

import { UkoError } from "../../errors.ts";
import { writeToleranceMs } from "../../lifecycle/consent-record.ts";
import { kmsWindowMs } from "../../lifecycle/kms-window.ts";
import { isSame } from "../../lifecycle/observation.ts";
import {
  isWindowOpen,
  type KmsKeyObservation,
  type KmsPlan,
  type KmsRun,
  type KmsStep,
  setterHint,
} from "../../lifecycle/plan-kms-key-deletion.ts";
import { throwIfStopped } from "../converge.ts";
import { isoTime } from "../evidence.ts";
import type { KmsKeyRef } from "../kms-ports.ts";
import { maxLostAnswers } from "../lost-answer.ts";
import type { CallOptions, World, Written } from "../ports.ts";
import { type KmsSighting, type ObservedKmsKey, observeKmsKey } from "./observe.ts";
import { describeKmsStep } from "./words.ts";

/** The task of one run for one KMS key. `plan` is a pure planner with its policy already bound. */
export interface KmsTask {
  readonly ref: KmsKeyRef;
  readonly plan: (observation: KmsKeyObservation, run: KmsRun, nowMs: number) => KmsPlan;
  readonly consents: readonly string[];
}

/** The result of a run. `taken` lists the changes that the run made, in order. */
export type KmsOutcome = { readonly run: KmsRun; readonly taken: readonly KmsStep["kind"][] } & (
  | { readonly kind: "gone" }
  | { readonly kind: "stopped"; readonly plan: Exclude<KmsPlan, { kind: "ready" }>; readonly observed: ObservedKmsKey }
  | {
      readonly kind: "rights_missing";
      readonly step: KmsStep;
      readonly message: string;
      readonly observed: ObservedKmsKey;
    }
);

/**
 * One step and the read after it. The remaining rounds allow for other writers and lost answers.
 */
const maxRounds = 10;

/**
 * Takes every step that is possible now; `earlier` is what this run did before it waited. Throws
 * `UkoError` for faults only.
 */
export async function endKmsKey(
  world: World,
  task: KmsTask,
  options: CallOptions,
  earlier?: KmsRun,
): Promise<KmsOutcome> {
  let run: KmsRun = { ...earlier, actor: await world.session.actor(options), consents: task.consents };
  let taken: readonly KmsStep["kind"][] = [];
  let unsure: Taken | undefined;
  let lostAnswers = 0;
  for (let round = 0; round < maxRounds; round += 1) {
    throwIfStopped(options.signal);
    const sighting = await observeKmsKey(world, task.ref, "decision", options);
    if (unsure !== undefined && hadEffect(unsure, sighting)) {
      run = runAfter(run, unsure.step);
      if (isOurs(unsure, sighting, run)) {
        await recordEvidence(world, task.ref, unsure, run, "after");
        taken = [...taken, unsure.step.kind];
      }
    }
    unsure = undefined;
    if (sighting.kind === "gone") return { kind: "gone", run, taken };
    const plan = task.plan(sighting.observation, run, sighting.nowMs);
    if (plan.kind !== "ready") return { kind: "stopped", plan, observed: sighting, run, taken };
    const { step } = plan;
    world.progress.report(describeKmsStep(step, sighting.observation));
    await recordEvidence(world, task.ref, { step, before: sighting }, run, "before");
    const written = await callFor(step, world, task.ref, options);
    switch (written.kind) {
      case "done":
        await recordEvidence(world, task.ref, { step, before: sighting }, run, "after", written.correlationId);
        run = runAfter(run, step);
        taken = [...taken, step.kind];
        break;
      case "forbidden":
        return { kind: "rights_missing", step, message: written.message, observed: sighting, run, taken };
      case "refused":
        run = { ...run, refusals: [...(run.refusals ?? []), { step: step.kind, message: written.message }] };
        break;
      case "lost":
        unsure = { step, before: sighting };
        lostAnswers += 1;
        if (lostAnswers > maxLostAnswers) throw answerLost(task.ref, written.reason);
        break;
      case "stale":
        break;
    }
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `KMS key ${task.ref.kmsKeyId} changed again and again while this run worked on it`,
    detail: "Somebody or something else writes to it. What this run has done stands; run again when it is quiet.",
  });
}

/** A step with the observation behind it. */
interface Taken {
  readonly step: KmsStep;
  readonly before: ObservedKmsKey;
}

function callFor(step: KmsStep, { kmsKeys }: World, ref: KmsKeyRef, options: CallOptions): Promise<Written<undefined>> {
  switch (step.kind) {
    case "set_for_deletion":
      return kmsKeys.setForDeletion(ref, options);
    case "unset_for_deletion":
      return kmsKeys.unsetForDeletion(ref, options);
    case "destroy":
      return kmsKeys.destroy(ref, options);
  }
}

function runAfter(run: KmsRun, step: KmsStep): KmsRun {
  return step.kind === "set_for_deletion" ? { ...run, setHere: true } : run;
}

/**
 * After a call without a response: whether the key has reached the call's target. A window that is
 * open now may be this run's.
 */
function hadEffect({ step }: Taken, sighting: KmsSighting): boolean {
  if (sighting.kind === "gone") return step.kind === "destroy";
  const { observation, nowMs } = sighting;
  switch (step.kind) {
    case "set_for_deletion":
      return isWindowOpen(observation, nowMs);
    case "unset_for_deletion":
      return !isWindowOpen(observation, nowMs);
    case "destroy":
      return observation.state === "destroyed";
  }
}

/**
 * Whether this run caused the effect, as far as KMS discloses it. Unattributed effects are not
 * written to the evidence.
 */
function isOurs({ step, before }: Taken, sighting: KmsSighting, { actor }: KmsRun): boolean {
  if (sighting.kind === "gone") return false;
  const { snapshot, observation } = sighting;
  if (step.kind === "destroy") return snapshot.deletedBy !== undefined && snapshot.deletedBy === actor.writesAs?.iamId;
  if (step.kind === "unset_for_deletion") return true;
  const beganAtMs = (observation.windowEndsAtMs ?? 0) - kmsWindowMs;
  const writer = observation.policyWrite?.by;
  const isAnothers = writer !== undefined && actor.writesAs !== undefined && !isSame(writer, actor.writesAs);
  const isNamedSinceThen = writer !== undefined && writer.iamId === observation.policyWrite?.createdBy?.iamId;
  return beganAtMs >= before.nowMs - writeToleranceMs && (!isAnothers || isNamedSinceThen);
}

async function recordEvidence(
  world: World,
  { instanceId, kmsKeyId }: KmsKeyRef,
  { step, before }: Taken,
  { actor }: KmsRun,
  phase: "before" | "after",
  correlationId = "",
): Promise<void> {
  const { observation, nowMs } = before;
  const { windowEndsAtMs } = observation;
  const consentedTo = step.kind === "destroy" ? step.consentedTo : undefined;
  await world.evidence.append({
    v: 1,
    time: isoTime(nowMs),
    instanceId,
    resource: "kms_key",
    vaultId: "",
    keyId: kmsKeyId,
    label: observation.name,
    step: step.kind,
    phase,
    from: observation.stateWord,
    to: step.kind === "destroy" ? "destroyed" : observation.stateWord,
    actor: { iamId: actor.identity?.iamId ?? "", name: actor.displayName },
    ...(consentedTo !== undefined &&
      windowEndsAtMs !== undefined && {
        consentedBy: {
          id: consentedTo,
          step: "destroy" as const,
          how: "asked" as const,
          author: setterOf(observation),
          writtenAt: isoTime(windowEndsAtMs - kmsWindowMs),
        },
      }),
    keystores: [],
    ...(correlationId !== "" && { correlationId }),
  });
}

/** Empty if KMS does not disclose who set the window; its audit events do. */
function setterOf(observation: KmsKeyObservation): string {
  const hint = setterHint(observation);
  return hint?.isSure === true ? (hint.identity.iamId ?? "") : "";
}

function answerLost({ kmsKeyId }: KmsKeyRef, reason: string): UkoError {
  return new UkoError("UKO_ANSWER_LOST", {
    summary: `KMS's answers about key ${kmsKeyId} did not arrive: ${reason}`,
    detail: "The last call had no effect as far as the key shows. What was done before stands; run again to go on.",
  });
}

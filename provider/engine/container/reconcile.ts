/**
 * The deletion loop of a container (vault, keystore or template): read, plan, delete if empty, read
 * again. The loop is bounded and empties no container.
 */

import { UkoError } from "../../errors.ts";
import type { Actor } from "../../lifecycle/observation.ts";
import {
  type ContainerPlan,
  type ContainerPolicy,
  type ContainerRun,
  planContainerDeletion,
} from "../../lifecycle/plan-container-deletion.ts";
import type { ContainerRef } from "../container-ports.ts";
import type { DeleteOutcome } from "../delete-outcome.ts";
import { isoTime } from "../evidence.ts";
import { throwIfStopped } from "../key/reconcile.ts";
import { maxLostAnswers } from "../lost-answer.ts";
import type { CallOptions, World, Written } from "../ports.ts";
import { type Awaited, neededUntil } from "../wait.ts";
import { type ObservedContainer, observeContainer } from "./observe.ts";
import { sayContainer } from "./words.ts";

/** The task of one run for one container. */
export interface ContainerTask {
  readonly ref: ContainerRef;
  readonly policy: ContainerPolicy;
}

/**
 * The result of a run. Only the deletion itself changes anything, so after every other result all
 * is as before.
 */
export type ContainerOutcome =
  | { readonly kind: "gone"; readonly isDeletedHere: boolean }
  | {
      readonly kind: "stopped";
      readonly plan: Exclude<ContainerPlan, { kind: "ready" }>;
      readonly observed: ObservedContainer;
    }
  | {
      readonly kind: "rights_missing";
      readonly message: string;
      readonly actor: Actor;
      readonly observed: ObservedContainer;
    };

/**
 * One deletion, and one read after a refusal. The remaining rounds allow for other writers and lost
 * answers.
 */
const maxRounds = 10;

/**
 * Deletes a container if it is empty. Throws `UkoError` for faults only; waits and refusals are
 * outcomes.
 */
export async function endContainer(
  world: World,
  { ref, policy }: ContainerTask,
  options: CallOptions,
): Promise<ContainerOutcome> {
  const actor = await world.session.actor(options);
  let run: ContainerRun = {};
  let before: ObservedContainer | undefined;
  let lostAnswers = 0;
  for (let round = 0; round < maxRounds; round += 1) {
    throwIfStopped(options.signal);
    const sighting = await observeContainer(world, ref, before !== undefined, options);
    if (sighting.kind === "gone") {
      if (before === undefined || lostAnswers === 0) return { kind: "gone", isDeletedHere: false };
      await recordEvidence(world, ref, before, actor, "after");
      return { kind: "gone", isDeletedHere: true };
    }
    before = sighting;
    const plan = planContainerDeletion(sighting.observation, policy, run, sighting.nowMs);
    if (plan.kind !== "ready") return { kind: "stopped", plan, observed: sighting };
    world.progress.report(`Deleting ${sayContainer(sighting.observation)}`);
    await recordEvidence(world, ref, sighting, actor, "before");
    const written = await remove(world, ref, sighting.etag, options);
    switch (written.kind) {
      case "done":
        await recordEvidence(world, ref, sighting, actor, "after", written.correlationId);
        return { kind: "gone", isDeletedHere: true };
      case "forbidden":
        return { kind: "rights_missing", message: written.message, actor, observed: sighting };
      case "refused":
        run = { refusal: written.message };
        break;
      case "lost":
        lostAnswers += 1;
        if (lostAnswers > maxLostAnswers) throw answerLost(ref, written.reason);
        break;
      case "stale":
        break;
    }
  }
  throw new UkoError("UKO_CHANGED_MEANWHILE", {
    summary: `The ${ref.kind} ${ref.id} changed again and again while this run worked on it`,
    detail: "Somebody or something else writes to it. Nothing was deleted; run again when it is quiet.",
  });
}

function remove(world: World, ref: ContainerRef, etag: string, options: CallOptions): Promise<Written<undefined>> {
  switch (ref.kind) {
    case "vault":
      return world.vaults.remove(ref, etag, options);
    case "keystore":
      return world.keystores.remove(ref, etag, options);
    case "template":
      return world.templates.remove(ref, etag, options);
  }
}

async function recordEvidence(
  world: World,
  { kind, instanceId, vaultId, id }: ContainerRef,
  { observation, nowMs }: ObservedContainer,
  actor: Actor,
  phase: "before" | "after",
  correlationId = "",
): Promise<void> {
  await world.evidence.append({
    v: 1,
    time: isoTime(nowMs),
    instanceId,
    resource: kind,
    vaultId,
    keyId: id,
    label: observation.name,
    step: "delete",
    phase,
    from: "present",
    to: "absent",
    actor: { iamId: actor.identity?.iamId ?? "", name: actor.displayName },
    keystores: [],
    ...(correlationId !== "" && { correlationId }),
  });
}

function answerLost(ref: ContainerRef, reason: string): UkoError {
  return new UkoError("UKO_ANSWER_LOST", {
    summary: `The service's answers about the ${ref.kind} ${ref.id} did not arrive: ${reason}`,
    detail: "It is still there. Run again to go on.",
  });
}

/** Undefined if waiting cannot help. */
export function containerAwaits(outcome: ContainerOutcome): Awaited | undefined {
  if (outcome.kind !== "stopped" || outcome.plan.kind !== "waitingForTime") return undefined;
  const { awaits, untilMs } = outcome.plan;
  const what =
    awaits === "kms_metadata" ? "Waiting for KMS to forget its keys" : "Waiting for its destroyed keys to go";
  return { neededMs: neededUntil(untilMs, outcome.observed.nowMs), what };
}

/** What a report states about the deletion of a container, in addition to its code. */
export function containerFacts(outcome: Exclude<ContainerOutcome, { kind: "gone" }>): DeleteOutcome["facts"] & object {
  if (outcome.kind === "rights_missing" || outcome.plan.kind === "refused") return { awaits: "person_to_unblock" };
  const { untilMs } = outcome.plan;
  return { awaits: "time", ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }) };
}

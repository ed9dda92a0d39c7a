/**
 * The deletion of a KMS key, as an IaC engine calls it: it requests, consents if the window is
 * named, and reports what it waits for.
 */

import { isForOthers } from "../../lifecycle/plan.ts";
import { type KmsPlan, planKmsKeyDeletion } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { Awaited } from "../converge.ts";
import type { Ending, RunSettings } from "../definition.ts";
import { type DeleteOutcome, pendingResult } from "../delete-outcome.ts";
import type { Door } from "../explanation.ts";
import type { CallOptions, World } from "../ports.ts";
import { neededUntil, type Pollable, pollUntilSettled, type WaitBudget } from "../wait.ts";
import { kmsKeyFacts } from "./facts.ts";
import { explainKmsOutcome } from "./messages.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { endKmsKey, type KmsOutcome, type KmsTask } from "./reconcile.ts";
import { noteAfterDestroy, sayKmsAwaited } from "./words.ts";

export async function deleteKmsKey(
  world: World,
  { ref, policy }: Extract<Ending, { kind: "kms_key" }>,
  { consents }: RunSettings,
  door: Door,
  patience: WaitBudget,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const task: KmsTask = {
    ref,
    plan: (observation, run, nowMs) => planKmsKeyDeletion(observation, policy, run, nowMs),
    consents,
  };
  const work: Pollable<KmsOutcome> = {
    attempt: async (earlier) => {
      const next = await endKmsKey(world, task, options, earlier?.run);
      return { ...next, taken: [...(earlier?.taken ?? []), ...next.taken] };
    },
    awaitedIn: (outcome) => (outcome.kind === "stopped" ? awaitedBy(outcome.plan, outcome.observed) : undefined),
  };
  const outcome = await pollUntilSettled(world, work, patience, options);
  const { taken } = outcome;
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const { observed } = outcome;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const { recordLapsesAt: _lapses, ...told } = kmsKeyFacts(observed, plan);
  const facts = { ...told, taken };
  if (plan?.kind === "done") return { kind: "ended", warnings: [noteAfterDestroy(observed)], facts };
  const explanation = explainKmsOutcome(outcome, door);
  return pendingResult(explanation, facts, options, plan);
}

/** Undefined if waiting cannot help. */
function awaitedBy(plan: KmsPlan, { observation, nowMs }: ObservedKmsKey): Awaited | undefined {
  if (plan.kind === "waitingForApproval") {
    if (!isForOthers(plan.standing)) return undefined;
    return { neededMs: Number.POSITIVE_INFINITY, what: sayKmsAwaited(plan, observation) };
  }
  if (plan.kind !== "waitingForTime") return undefined;
  return { neededMs: neededUntil(plan.untilMs, nowMs), what: "Waiting for KMS to forget the key" };
}

/**
 * The deletion of a KMS key, as an IaC engine calls it: it requests, consents if the window is
 * named, and reports what it waits for.
 */

import { planKmsKeyDeletion } from "../../lifecycle/plan-kms-key-deletion.ts";
import type { Ending, RunSettings } from "../definition.ts";
import { type DeleteOutcome, pendingResult } from "../delete-outcome.ts";
import type { Door } from "../explanation.ts";
import type { CallOptions, World } from "../ports.ts";
import { convergeAndWait, type WaitBudget } from "../wait.ts";
import { kmsKeyFacts } from "./facts.ts";
import { type KmsTask, kmsKeyKind } from "./kind.ts";
import { explainKmsOutcome } from "./messages.ts";
import { noteAfterDestroy } from "./words.ts";

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
  const outcome = await convergeAndWait(world, kmsKeyKind, task, patience, options);
  const taken = outcome.memory.taken.map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const { observed } = outcome;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const { recordLapsesAt: _lapses, ...told } = kmsKeyFacts(observed, plan);
  const facts = { ...told, taken };
  if (plan?.kind === "done") return { kind: "ended", warnings: [noteAfterDestroy(observed)], facts };
  const explanation = explainKmsOutcome(outcome, door);
  return pendingResult(explanation, facts, options, plan);
}

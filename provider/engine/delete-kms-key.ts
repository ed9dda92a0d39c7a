/** The deletion of a KMS key as an IaC engine meets it: asks, consents where the window is named, and says what is awaited. */

import { planKmsKeyDeletion } from "../lifecycle/plan-kms-key-deletion.ts";
import type { Ending, RunSettings } from "./definition.ts";
import type { DeleteOutcome } from "./delete-outcome.ts";
import { endKmsKey } from "./end-kms-key.ts";
import { type Door, renderExplanation } from "./explain/explanation.ts";
import { noteAfterDestroy } from "./explain/kms-key-words.ts";
import { explainKmsOutcome } from "./explain/kms-keys.ts";
import { kmsKeyFacts } from "./kms-key-facts.ts";
import type { CallOptions, World } from "./ports.ts";

export async function deleteKmsKey(
  world: World,
  { ref, policy }: Extract<Ending, { kind: "kms_key" }>,
  { consents }: RunSettings,
  door: Door,
  options: CallOptions,
): Promise<DeleteOutcome> {
  const outcome = await endKmsKey(
    world,
    { ref, plan: (observation, run, nowMs) => planKmsKeyDeletion(observation, policy, run, nowMs), consents },
    options,
  );
  const { taken } = outcome;
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const { observed } = outcome;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const { recordLapsesAt: _lapses, ...told } = kmsKeyFacts(observed, plan);
  const facts = { ...told, taken };
  if (plan?.kind === "done") return { kind: "ended", warnings: [noteAfterDestroy(observed)], facts };
  const explanation = explainKmsOutcome(outcome, door);
  return { kind: "unfinished", code: explanation.code ?? "UKO_BUG", message: renderExplanation(explanation), facts };
}

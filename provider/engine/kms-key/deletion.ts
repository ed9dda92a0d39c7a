/** The deletion of a KMS key, as an IaC engine asks for it. */

import { planKmsKeyDeletion } from "../../lifecycle/plan-kms-key-deletion.ts";
import { type Conclusion, type Deletion, deleteObject, limited } from "../resource/delete.ts";
import { dialectOf } from "../text/dialect.ts";
import type { Door } from "../text/explanation.ts";
import { kmsKeyFacts } from "./facts.ts";
import { type KmsOutcome, type KmsTask, kmsKeyKind } from "./kind.ts";
import { explainKmsOutcome } from "./messages.ts";
import { type KmsKeyTarget, planKmsKey } from "./preview.ts";
import { noteAfterDestroy } from "./words.ts";

export function kmsKeyDeletion(target: KmsKeyTarget): Deletion {
  const { ref, name, policy } = target;
  const plan: KmsTask["plan"] = (observation, run, nowMs) => planKmsKeyDeletion(observation, policy, run, nowMs);
  return {
    subject: () => ({ instanceId: ref.instanceId, resource: "kms_key", vaultId: "", keyId: ref.kmsKeyId, label: name }),
    limitedTo: (atMost) => kmsKeyDeletion({ ...target, policy: limited(policy, atMost) }),
    plan: (context) => planKmsKey(target, context),
    delete(world, request, options) {
      const task = { ref, plan, consents: request.run.consents };
      return deleteObject(world, { kind: kmsKeyKind, task, conclude }, request, options);
    },
  };
}

function conclude(outcome: KmsOutcome, door: Door): Conclusion {
  const taken = outcome.memory.taken.map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const facts = { ...kmsKeyFacts(outcome.observed, plan), taken };
  if (plan?.kind === "done")
    return { kind: "ended", warnings: [noteAfterDestroy(outcome.observed, dialectOf(door.rerun))], facts };
  const standing = plan?.kind === "waitingForApproval" ? plan.standing : undefined;
  return { kind: "unfinished", explanation: explainKmsOutcome(outcome, door), facts, standing };
}

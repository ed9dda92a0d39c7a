/** The deletion of a managed key, as an IaC engine asks for it. */

import { lifecycleStateOf } from "../../lifecycle/lifecycle-state.ts";
import { planKeyDeletion } from "../../lifecycle/plan-key-deletion.ts";
import { unended } from "../../printable.ts";
import { type Conclusion, type Deletion, deleteObject, limited } from "../resource/delete.ts";
import type { Door } from "../text/explanation.ts";
import { blocksContainers, capital, sayKey } from "../text/words.ts";
import { keyKind, type Outcome, type Task } from "./kind.ts";
import { explainOutcome } from "./messages.ts";
import { type KeyTarget, planKey, planKeyRetirement } from "./preview.ts";
import { deletionFacts, endOf } from "./report.ts";

export function keyDeletion(target: KeyTarget): Deletion {
  const { ref, policy } = target;
  const { instanceId, vaultId, keyId } = ref;
  const plan: Task["plan"] = (observation, run, nowMs) => planKeyDeletion(observation, policy, run, nowMs);
  return {
    subject: ({ label }) => ({ instanceId, vaultId, keyId, ...(typeof label === "string" && { label }) }),
    limitedTo: (atMost) => keyDeletion({ ...target, policy: limited(policy, atMost) }),
    plan: (context) => planKey(target, context),
    planRetirement: (goal, wanted, context) =>
      planKeyRetirement({ ...target, policy: { ...policy, goal } }, wanted, context),
    delete(world, request, options) {
      const { consents, review } = request.run;
      const task: Task = { ref, plan, consents, ...(review !== undefined && { review }), intent: "engine" };
      return deleteObject(world, { kind: keyKind, task, conclude }, request, options);
    },
  };
}

function conclude(outcome: Outcome, door: Door): Conclusion {
  const taken = outcome.memory.taken.map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const { observed, memory } = outcome;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const lifecycleState = lifecycleStateOf(observed.observation, memory.run, observed.nowMs);
  const facts = { lifecycleState, ...deletionFacts(observed, endOf(outcome)), taken };
  if (plan?.kind === "done") {
    const key = capital(sayKey(observed.observation));
    const warning = `${key} leaves the state, but not its vault. ${unended(blocksContainers)}`;
    return { kind: "ended", warnings: [warning], facts };
  }
  const standing = plan?.kind === "waitingForApproval" ? plan.standing : undefined;
  return { kind: "unfinished", explanation: explainOutcome(outcome, door), facts, standing };
}

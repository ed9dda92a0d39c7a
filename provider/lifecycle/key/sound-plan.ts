/**
 * Checks each plan that acts once more, from the other side: not which step the rules lead to, but whether this step
 * can be right. A planner takes many branches to its plan, and a mistake in one of them could cut a key off. These
 * checks are few and depend on no branch: the state allows the step, no guard fails, and where the rule requires two
 * people, two consented to the step.
 */

import { assert } from "../vocabulary/assert.ts";
import { managedKeyTable } from "../vocabulary/managed-key-states.ts";
import { type ConsentRecord, isPerson, isSame, type KeyObservation } from "../vocabulary/observation.ts";
import { requiredPeople } from "./authorization.ts";
import { failingGuard } from "./guards.ts";
import type { DeletionPolicy, KeyRun, Plan, Step } from "./plan.ts";

/** Returns the plan of a deletion. Throws UKO_BUG if the plan cannot be right. */
export function soundDeletion(
  plan: Plan,
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: KeyRun,
  nowMs: number,
): Plan {
  if (plan.kind !== "ready") return plan;
  const { step } = plan;
  assert(step.kind !== "reactivate" && step.kind !== "sync", "a deletion neither reactivates nor syncs a key");
  if (step.kind === "remove") assertAllowed("remove", observation);
  if (step.kind === "set_for_deletion") assertAllowed("deactivate", observation);
  if (step.kind !== "deactivate" && step.kind !== "destroy") return plan;
  assertAllowed(step.kind, observation);
  assert(failingGuard(observation, policy, nowMs) === undefined, "no guard fails for a step that cuts a key off");
  const rule = requiredPeople(observation, policy);
  if (rule === "single") return plan;
  const { allowedBy } = step;
  assert(allowedBy !== undefined, "a step under a rule of two people acts on a record");
  assert(allowedBy.id === observation.carried.record?.id, "the record that allows a step is on the key");
  assert(allowedBy.step === step.kind, "a record allows only the step that it names");
  assert(allowedBy.digest === observation.digests[step.kind], "a record allows a step on the key that its author saw");
  if (rule === "both" || step.kind === "destroy") assertTwoPeople(allowedBy, run);
  return plan;
}

/** Whether the state of the key allows the step, as the table of the service says. */
function assertAllowed(action: "deactivate" | "destroy" | "remove", { state }: KeyObservation): void {
  assert(
    state !== "unrecognized" && "next" in managedKeyTable[state][action],
    `the service allows ${action} in the state ${state}`,
  );
}

/** One person requested the step, another one approved it, and the caller of this run is one of them. */
function assertTwoPeople(record: ConsentRecord, { actor: { identity }, approvals }: KeyRun): void {
  assert(isPerson(identity), "a person takes a step that requires two people");
  const { author, quotes } = record;
  const [requester, approver] = quotes === undefined ? [author, identity] : [quotes.author, author];
  assert(!isSame(requester, approver), "the approver is not the requester");
  assert(quotes === undefined || isSame(requester, identity), "only the requester acts on a stored approval");
  const isConfirmed = approvals.includes(record.id) || quotes?.isSealedHere === true;
  assert(isConfirmed, "the caller confirmed the record by hand, or sealed the request");
}

/** Returns the plan. Throws UKO_BUG if it contains a step that a plan for this purpose never contains. */
export function soundPlan(plan: Plan, allowed: readonly Step["kind"][], purpose: string): Plan {
  assert(plan.kind !== "ready" || allowed.includes(plan.step.kind), `a plan to ${purpose} contains no other step`);
  return plan;
}

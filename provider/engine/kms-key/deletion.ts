/** Connects the deletion of a KMS key to an engine: preview, plan limit, run and result. */

import { kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { type KmsKeyPolicy, planKmsKeyDeletion } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { limitKmsKeyDeletion } from "../../lifecycle/stored-state/plan-limit-from-state.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { converge } from "../loop/converge.ts";
import type { KmsKeyRef } from "../ports/kms-keys.ts";
import type { Conclusion, Deletion } from "../resource/delete.ts";
import {
  asksAnyway,
  longIf,
  numbered,
  type PreviewContext,
  type PreviewWithLimit,
  pendingIn,
  previewApproval,
  previewTimeWait,
  refusedByProtection,
  sayPeopleAndRuns,
  textOf,
} from "../resource/preview.ts";
import { dialectOf } from "../text/dialect.ts";
import type { Explanation, UserInterface } from "../text/explanation.ts";
import { sayRoles } from "../text/words.ts";
import { type KmsOutcome, type KmsTask, kmsKeyKind } from "./kind.ts";
import { explainKmsOutcome } from "./messages.ts";
import { reportKmsKeyDeletion } from "./report.ts";
import { kmsKeyPath, kmsWayBack, noteOnLeavingState, requestFile, sayKmsKey } from "./words.ts";

export interface KmsKeyTarget {
  readonly ref: KmsKeyRef;
  readonly name: string;
  readonly policy: KmsKeyPolicy;
}

export function kmsKeyDeletion(target: KmsKeyTarget): Deletion {
  const { ref, name, policy } = target;
  return {
    subject: () => ({ instanceId: ref.instanceId, resource: "kms_key", vaultId: "", keyId: ref.kmsKeyId, label: name }),
    preview: (context) => previewKmsKey(target, context),
    async delete(world, { userInterface, wait, planLimit }, options) {
      const limited = { ...policy, atMost: planLimit };
      const plan: KmsTask["plan"] = (observation, run, nowMs) => planKmsKeyDeletion(observation, limited, run, nowMs);
      const task = { ref, plan, approvals: [] };
      const concluded = (outcome: KmsOutcome) => conclude(outcome, userInterface);
      const budget = { ...wait, beforeWait: async (soFar: KmsOutcome) => wait.beforeWait?.(concluded(soFar)) };
      return concluded(await converge(world, kmsKeyKind, task, options, budget));
    },
  };
}

function conclude(outcome: KmsOutcome, userInterface: UserInterface): Conclusion {
  const taken = certainSteps(outcome.memory.run).map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const facts = { ...reportKmsKeyDeletion(outcome.observed, { run: outcome.memory.run, plan }), taken };
  if (plan?.kind === "done")
    return { kind: "ended", warnings: [noteOnLeavingState(outcome.observed, dialectOf(userInterface.rerun))], facts };
  const { kmsKeyId, name, stateWord, signatures } = outcome.observed.observation;
  const key = { label: name, vaultId: "", keyId: kmsKeyId, keyState: stateWord };
  const isUnrequested = plan?.kind === "waitingForRequest";
  const unrequested = isUnrequested ? { ...key, ...(signatures !== undefined && { out: requestFile }) } : undefined;
  return { kind: "unfinished", explanation: explainKmsOutcome(outcome, userInterface), facts, unrequested };
}

function previewKmsKey(target: KmsKeyTarget, context: PreviewContext): PreviewWithLimit {
  const { ref, name, policy } = target;
  const { facts, userInterface } = context;
  const { kmsKeyId } = ref;
  const key = { kmsKeyId, name, stateWord: textOf(facts.keyState), dualAuthDelete: facts.dualAuthDelete === true };
  const refused = refusedByProtection(policy.deletionProtection, sayKmsKey(target), userInterface);
  return {
    preview: refused ?? longIf(pathOf(target, context), context.userInterface),
    planLimit: limitKmsKeyDeletion(key, policy),
  };
}

/** The path to show; undefined if no step is left, or if state does not show the path. */
function pathOf(target: KmsKeyTarget, context: PreviewContext): Explanation | undefined {
  const what = sayKmsKey(target);
  const { facts } = context;
  if (pendingIn(facts).recordId !== undefined) {
    const roles = sayRoles(kmsRights.destroy);
    const pending = { step: "destroy", roles, wayBack: `KMS ${kmsWayBack}.`, manner: "deletion", rest: [] } as const;
    return previewApproval(what, { ...pending, isApproved: false, path: kmsKeyPath(target.ref) }, context);
  }
  if (facts.deletionAwaits === "time") return previewTimeWait(what, context, "deletion", []);
  if (facts.keyState === "destroyed") return undefined;
  // KMS's own dual authorization overrides the program, and cannot be turned off again.
  const isForTwo = target.policy.people !== "single" || facts.dualAuthDelete === true;
  const steps = stepsFor(isForTwo);
  return {
    summary: sayPeopleAndRuns(what, isForTwo, steps, "Deleting"),
    facts: [...numbered(steps), ...(isForTwo ? [] : [asksAnyway])],
    next: [],
  };
}

function stepsFor(isForTwo: boolean): readonly string[] {
  const destroyed = `the key is destroyed, and data that it wraps becomes unreadable. KMS ${kmsWayBack}.`;
  if (!isForTwo) return [`In this run, with the role ${sayRoles(kmsRights.destroy)}, ${destroyed}`];
  return [
    "This run changes nothing and ends with an error. It shows the command by which a person sets the key for deletion.",
    `Within 7 days, another person with the role ${sayRoles(kmsRights.destroy)} approves the deletion with uko approve: ${destroyed}`,
  ];
}

/** Connects the deletion of a managed key to an engine: preview, plan limit, run and result. */

import type { DeletionPolicy } from "../../lifecycle/key/plan.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { withoutPeriod } from "../../text/printable.ts";
import { converge } from "../loop/converge.ts";
import type { Conclusion, Deletion, LeftObject } from "../resource/delete.ts";
import type { UserInterface } from "../text/explanation.ts";
import { blocksContainers, capital, sayKey } from "../text/words.ts";
import { deletionIntent } from "./intents.ts";
import { keyKind } from "./kind.ts";
import type { KeyDetails } from "./observe.ts";
import { type KeyTarget, previewKeyDeletion, previewKeyRetirement } from "./preview.ts";
import { endOf, type KeyDeletionReport, reportKeyDeletion } from "./report.ts";
import type { Outcome } from "./steps.ts";
import { explainOutcome } from "./text/messages.ts";
import { unapprovedSentences, withUnapprovedStep } from "./text/unapproved-words.ts";

type LeftOf = (observed: KeyDetails, wait: KeyDeletionReport) => LeftObject;

/**
 * The deletion of a key. For a deletion that is not finished, `leftOf` makes the state of the resource from the
 * observation what it waits for.
 */
export function keyDeletion(target: KeyTarget, leftOf?: LeftOf): Deletion {
  const { ref, policy } = target;
  const { instanceId, vaultId, keyId } = ref;
  return {
    subject: ({ label }) => ({ instanceId, vaultId, keyId, ...(typeof label === "string" && { label }) }),
    preview: (context) => previewKeyDeletion(target, context),
    previewRetirement: (goal, wanted, context) =>
      previewKeyRetirement({ ...target, policy: { ...policy, goal } }, wanted, context),
    async delete(world, { userInterface, wait, planLimit }, options) {
      const task = { ref, approvals: [], ...deletionIntent({ ...policy, atMost: planLimit }) };
      const concluded = (outcome: Outcome) => conclude(outcome, { userInterface, policy, leftOf });
      const budget = { ...wait, beforeWait: async (soFar: Outcome) => wait.beforeWait?.(concluded(soFar)) };
      return concluded(await converge(world, keyKind, task, options, budget));
    },
  };
}

interface Concluding {
  readonly userInterface: UserInterface;
  readonly policy: DeletionPolicy;
  readonly leftOf: LeftOf | undefined;
}

function conclude(outcome: Outcome, { userInterface, policy, leftOf }: Concluding): Conclusion {
  const taken = certainSteps(outcome.memory.run).map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { lifecycleState: "gone", taken } };
  const { observed, memory } = outcome;
  const plan = outcome.kind === "stopped" ? outcome.plan : undefined;
  const wait = reportKeyDeletion(observed, memory.run, endOf(outcome));
  const facts = { ...wait, taken };
  if (plan?.kind === "done") {
    const key = capital(sayKey(observed.observation));
    const warning = `${key} leaves the state, but not its vault. ${withoutPeriod(blocksContainers)}`;
    return {
      kind: "ended",
      warnings: [
        warning,
        ...unapprovedSentences(observed.observation, policy).map((fact) => `${key}: ${withoutPeriod(fact)}`),
      ],
      facts,
    };
  }
  const explanation = withUnapprovedStep(explainOutcome(outcome, userInterface), observed.observation, policy);
  const { label, vaultId, keyId } = observed.observation.facts;
  const key = { label, vaultId, keyId, keyState: observed.observation.stateWord };
  const unrequested = plan?.kind === "waitingForRequest" ? key : undefined;
  return { kind: "unfinished", explanation, facts, left: leftOf?.(observed, wait), unrequested };
}

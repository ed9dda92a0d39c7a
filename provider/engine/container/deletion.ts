/** Connects the deletion of a vault, keystore or template to an engine: preview, plan limit, run and result. */

import { limitContainerDeletion } from "../../lifecycle/stored-state/plan-limit-from-state.ts";
import { certainSteps } from "../../lifecycle/vocabulary/steps-taken.ts";
import { isoTime } from "../../text/iso-time.ts";
import { converge } from "../loop/converge.ts";
import type { Conclusion, Deletion } from "../resource/delete.ts";
import { refusedByProtection } from "../resource/preview.ts";
import type { UserInterface } from "../text/explanation.ts";
import { type ContainerOutcome, type ContainerStop, type ContainerTask, containerKind } from "./kind.ts";
import { explainContainerOutcome } from "./messages.ts";
import { sayContainer } from "./words.ts";

export interface ContainerTarget extends ContainerTask {
  readonly name: string;
}

export function containerDeletion(target: ContainerTarget): Deletion {
  const { ref, name, policy } = target;
  const { kind: resource, instanceId, vaultId, id } = ref;
  return {
    subject: () => ({ instanceId, resource, vaultId, keyId: id, label: name }),
    preview({ userInterface }) {
      const refused = refusedByProtection(
        policy.deletionProtection,
        sayContainer({ kind: resource, id, name }),
        userInterface,
      );
      return { preview: refused ?? { kind: "short" }, planLimit: limitContainerDeletion(id, name) };
    },
    async delete(world, { userInterface, wait, planLimit }, options) {
      const task = { ref, policy: { ...policy, atMost: planLimit } };
      const concluded = (outcome: ContainerOutcome) => conclude(outcome, userInterface);
      const budget = { ...wait, beforeWait: async (soFar: ContainerOutcome) => wait.beforeWait?.(concluded(soFar)) };
      return concluded(await converge(world, containerKind, task, options, budget));
    },
  };
}

function conclude(outcome: ContainerOutcome, userInterface: UserInterface): Conclusion {
  const taken = certainSteps(outcome.memory.run).map(({ kind }) => kind);
  if (outcome.kind === "gone") return { kind: "ended", warnings: [], facts: { taken } };
  const facts = { ...awaitsOf(outcome), taken };
  return { kind: "unfinished", explanation: explainContainerOutcome(outcome, userInterface), facts };
}

function awaitsOf(stop: ContainerStop): Conclusion["facts"] {
  if (stop.kind === "rights_missing" || stop.plan.kind === "refused") return { awaits: "person_to_unblock" };
  const { untilMs } = stop.plan;
  return { awaits: "time", ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }) };
}

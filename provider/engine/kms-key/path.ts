/** Writes the output of `uko plan kms/…`: the steps from here to the end of a KMS key, and what blocks its deletion now. */

import { kmsWindowMs } from "../../lifecycle/key/kms-window.ts";
import { kmsRestoreMs, kmsRights } from "../../lifecycle/kms-key/kms-key-states.ts";
import { isWindowOpen, type KmsPlan, type KmsRun } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";
import { asRead, type Explanation } from "../text/explanation.ts";
import { sayRoles, sayTimeAndDistance } from "../text/words.ts";
import { userInterface } from "./command-reports.ts";
import type { ObservedKmsKey } from "./observe.ts";
import { explainKmsGuard } from "./refusals.ts";
import {
  describeDestroyedKey,
  kmsApproveCommand,
  kmsRequestCommand,
  kmsRolesRule,
  sayForGood,
  sayKmsKey,
  sayKmsState,
  sayUses,
} from "./words.ts";

/** Times are the earliest possible ones: they assume that every person acts at once. */
export function explainKmsPath(observed: ObservedKmsKey, planned: KmsPlan, run: KmsRun): Explanation {
  const { observation, nowMs } = observed;
  const key = sayKmsKey(observation);
  if (observation.state === "destroyed") {
    const facts = describeDestroyedKey(observed, undefined);
    return { summary: `${key} is destroyed; KMS purges its metadata by itself`, facts, next: [] };
  }
  const block =
    planned.kind === "refused" ? explainKmsGuard(planned.guard, { observed, run, userInterface }) : undefined;
  const isOpen = isWindowOpen(observation, nowMs);
  const untilMs = isOpen ? observation.windowEndsAtMs : nowMs + kmsWindowMs;
  const until = sayTimeAndDistance(untilMs, nowMs);
  // It is not known when a blocked deletion can begin.
  const within = block === undefined || isOpen ? `By ${until}` : "Within these 7 days";
  const requested = isOpen
    ? `The key is set for deletion until ${until}`
    : `One person sets the key for deletion for 7 days: ${kmsRequestCommand(observation)}; the key still works; can be undone; role: ${sayRoles(kmsRights.setForDeletion)}`;
  return {
    summary: block === undefined ? `${key} can be destroyed by two people now` : `The deletion of ${key} is blocked`,
    facts: [
      ...(block === undefined ? [] : [`${block.summary}.`, ...block.facts]),
      `Current state: ${sayKmsState(observation)}.`,
      ...sayUses(observation),
      `1. ${requested}.`,
      `2. ${within}, another person destroys the key: ${kmsApproveCommand(observation)}; everything that uses the key stops working; role: ${sayRoles(kmsRights.destroy)}.`,
      "3. 90 days after that, KMS begins to purge the metadata. Until then, the key ring of the key cannot be deleted.",
      `Point of no return: 30 days after the destruction${block === undefined ? `, at the earliest on ${sayTimeAndDistance(nowMs + kmsRestoreMs, nowMs)}` : ""}. Until then, uko reactivate restores the key.`,
      ...sayForGood(observation),
      kmsRolesRule,
    ],
    next: block === undefined ? [] : asRead(block).next,
  };
}

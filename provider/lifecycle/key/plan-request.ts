/**
 * Plans the request of the next step of a deletion, and no other step. Where a person saw the key first, the request is
 * written only for the step that the person saw, and a destruction only for the key as it was shown. So a key that
 * another person deactivated meanwhile is not requested for destruction by a person who typed nothing for it.
 */

import type { ApprovedStep, KeyObservation } from "../vocabulary/observation.ts";
import { type DeletionPolicy, type KeyRun, type Plan, refuse } from "./plan.ts";
import { planKeyDeletion } from "./plan-key-deletion.ts";

/** What a person saw of a key before they requested its next step. */
export interface ShownBeforeRequest {
  readonly step: ApprovedStep;
  /** The digest of the facts for the step. */
  readonly facts?: string;
}

export function planRequest(
  shown: ShownBeforeRequest | undefined,
  observation: KeyObservation,
  policy: DeletionPolicy,
  run: KeyRun,
  nowMs: number,
): Plan {
  const plan = planKeyDeletion(observation, policy, run, nowMs);
  if (plan.kind !== "ready") return plan;
  if (plan.step.kind !== "write_record") return { kind: "done" };
  const { step } = plan.step.draft;
  const isAsShown =
    shown === undefined ||
    (step === shown.step && (shown.facts === undefined || observation.digests[step] === shown.facts));
  return isAsShown ? plan : refuse({ guard: "not_as_reviewed", why: { kind: "changed", fields: ["facts"] } });
}

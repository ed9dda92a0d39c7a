/**
 * Lists every step that runs write to the evidence, and says which steps require two people under dual authorization.
 * `approve` is only a refused approval: an approval is a record, or the step itself.
 */

import type { Step } from "../../lifecycle/key/plan.ts";
import type { KmsStep } from "../../lifecycle/kms-key/plan-kms-key-deletion.ts";

export const isConsequential = {
  write_record: false,
  approve: false,
  drop_record: false,
  set_for_deletion: false,
  unset_for_deletion: false,
  deactivate: true,
  reactivate: false,
  restore: false,
  sync: false,
  hold: false,
  release: false,
  accept: false,
  destroy: true,
  remove: false,
  delete: false,
} as const satisfies Record<
  Step["kind"] | KmsStep["kind"] | "approve" | "restore" | "delete" | "hold" | "release" | "accept",
  boolean
>;

export const auditedSteps: readonly string[] = Object.keys(isConsequential);

const consequential = new Map<string, boolean>(Object.entries(isConsequential));

/** Whether the step with this name in the evidence requires two people under dual authorization. */
export function isConsequentialStep(step: string): boolean {
  return consequential.get(step) === true;
}

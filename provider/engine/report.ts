/** The result of one operation on one key, as data for machines and text for people. */

import { type ErrorCode, UkoError } from "../errors.ts";
import type { KmsLifecycleState } from "../lifecycle/kms-key-states.ts";
import type { LifecycleState } from "../lifecycle/lifecycle-state.ts";
import type { Step } from "../lifecycle/plan.ts";
import { type Explanation, renderExplanation } from "./explanation.ts";
import type { EvidenceReason } from "./ports.ts";

/** Printed by `--json`. The version changes if a field changes its meaning. */
export interface Report {
  readonly v: 1;
  readonly instanceId: string;
  readonly vaultId: string;
  readonly keyId: string;
  readonly label?: string;
  readonly lifecycleState: LifecycleState | KmsLifecycleState | "gone";
  readonly keyState?: string;
  readonly deletion: DeletionFacts;
  /** The changes that this operation made, in order. */
  readonly taken: readonly Step["kind"][];
  readonly explanation: Explanation;
  readonly code?: ErrorCode;
  readonly exitCode: number;
}

/** The facts next to the lifecycle state of every key. Times are ISO 8601 UTC. */
export interface DeletionFacts {
  readonly awaits?: "approval" | "time" | "person_to_unblock";
  readonly notBefore?: string;
  readonly requestedBy?: string;
  readonly recordId?: string;
  readonly recordLapsesAt?: string;
  /**
   * The reasons in the record on the key, oldest first. The record binds, or its step was taken.
   */
  readonly reasons?: readonly EvidenceReason[];
}

/** An explanation as the error that an engine shows: first line, facts and next commands, code. */
export function errorOf(explanation: Explanation): UkoError {
  const { code = "UKO_BUG", ...uncoded } = explanation;
  const [summary = "", ...rest] = renderExplanation(uncoded).split("\n");
  return new UkoError(code, { summary, detail: rest.join("\n") });
}

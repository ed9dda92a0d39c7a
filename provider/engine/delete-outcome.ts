/** The result of a deletion for its door: whether the engine may drop the resource from state. */

import { type ErrorCode, newRunMark } from "../errors.ts";
import { isForOthers } from "../lifecycle/plan.ts";
import { type Explanation, renderExplanation } from "./explanation.ts";
import type { CallOptions, RunRecord } from "./ports.ts";
import { waitInterruptedNote } from "./wait-interrupted.ts";

export type DeleteOutcome = {
  /**
   * Facts for a report in addition to code and exit code, if the planner of this kind knows them.
   */
  readonly facts?: Pick<
    RunRecord,
    "lifecycleState" | "awaits" | "notBefore" | "requestedBy" | "recordId" | "reasons" | "taken"
  >;
} & (
  | { readonly kind: "ended"; readonly warnings: readonly string[] }
  /** A wait, a refusal or a missing right, as a message. */
  | { readonly kind: "unfinished"; readonly code: ErrorCode; readonly message: string }
);

/**
 * The resource stays in state. A run that was canceled during a wait says so next to what it waits
 * for. The message of an approval that this run cannot receive is marked, for a hook that sees only
 * the message.
 */
export function pendingResult(
  explanation: Explanation,
  facts: NonNullable<DeleteOutcome["facts"]>,
  { signal }: CallOptions,
  plan?: { readonly kind: string; readonly standing?: Parameters<typeof isForOthers>[0] },
): DeleteOutcome {
  const { code = "UKO_BUG", ...uncoded } = explanation;
  const told = signal.aborted ? { ...uncoded, facts: [...explanation.facts, waitInterruptedNote] } : uncoded;
  const mark = plan?.standing === undefined || isForOthers(plan.standing) ? "" : `${newRunMark} `;
  return { kind: "unfinished", code, message: `${renderExplanation(told)}\n  ${mark}[${code}]`, facts };
}

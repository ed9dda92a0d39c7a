/** What a deletion answers its door: whether the engine may forget the resource. */

import type { ErrorCode } from "../errors.ts";
import { type Explanation, renderExplanation } from "./explain/explanation.ts";
import { noteOfStop } from "./explain/stopped.ts";
import type { CallOptions, RunRecord } from "./ports.ts";

export type DeleteOutcome = {
  /** What a report tells beside code and exit code, where the planner of this kind knows it. */
  readonly facts?: Pick<
    RunRecord,
    "lifecycleState" | "awaits" | "notBefore" | "requestedBy" | "recordId" | "reasons" | "taken"
  >;
} & (
  | { readonly kind: "ended"; readonly warnings: readonly string[] }
  /** A wait, a refusal or a missing right, said in words. */
  | { readonly kind: "unfinished"; readonly code: ErrorCode; readonly message: string }
);

/** The resource stays in the state; a run that somebody stopped in a wait says so beside what is awaited. */
export function unfinished(
  explanation: Explanation,
  facts: NonNullable<DeleteOutcome["facts"]>,
  { signal }: CallOptions,
): DeleteOutcome {
  const told = signal.aborted ? { ...explanation, facts: [...explanation.facts, noteOfStop] } : explanation;
  return { kind: "unfinished", code: explanation.code ?? "UKO_BUG", message: renderExplanation(told), facts };
}

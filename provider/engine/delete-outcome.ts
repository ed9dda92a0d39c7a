/** What a deletion answers its door: whether the engine may forget the resource. */

import type { ErrorCode } from "../errors.ts";
import type { RunRecord } from "./ports.ts";

export type DeleteOutcome = {
  /** What a report tells beside code and exit code, where the planner of this kind knows it. */
  readonly facts?: Pick<RunRecord, "lifecycleState" | "awaits" | "notBefore" | "requestedBy" | "recordId" | "taken">;
} & (
  | { readonly kind: "ended"; readonly warnings: readonly string[] }
  /** A wait, a refusal or a missing right, said in words. */
  | { readonly kind: "unfinished"; readonly code: ErrorCode; readonly message: string }
);

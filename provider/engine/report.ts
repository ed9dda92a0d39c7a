/** The result of one operation on one key, as data for machines and text for people. */

import { type ErrorCode, errorCatalogue, UkoError } from "../errors.ts";
import { deletionStanding } from "../lifecycle/consent-record.ts";
import type { KmsLifecycleState } from "../lifecycle/kms-key-states.ts";
import { type LifecycleState, lifecycleStateOf } from "../lifecycle/lifecycle-state.ts";
import type { Plan, Run, Step } from "../lifecycle/plan.ts";
import { recordWithReasons, statedReasons } from "../lifecycle/stated-reasons.ts";
import { describeReason, isoTime } from "./evidence.ts";
import { type Explanation, renderExplanation } from "./explanation.ts";
import type { KeyDetails, KeySummary } from "./key/observe.ts";
import type { EvidenceReason, KeyRef } from "./ports.ts";

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

export function reportOn(
  ref: KeyRef,
  observed: KeyDetails,
  run: Run,
  explanation: Explanation,
  taken: readonly Step[],
  plan?: Plan,
): Report {
  return {
    v: 1,
    ...ref,
    label: observed.observation.facts.label,
    lifecycleState: lifecycleStateOf(observed.observation, run, observed.nowMs),
    keyState: observed.observation.stateWord,
    deletion: deletionFacts(observed, plan),
    taken: taken.map((step) => step.kind),
    explanation,
    ...(explanation.code !== undefined && { code: explanation.code }),
    exitCode: explanation.code === undefined ? 0 : errorCatalogue[explanation.code].exitCode,
  };
}

export function reportGone(ref: KeyRef, taken: readonly Step[] = []): Report {
  const removedHere = taken.some((step) => step.kind === "remove");
  return {
    v: 1,
    ...ref,
    lifecycleState: "gone",
    deletion: {},
    taken: taken.map((step) => step.kind),
    explanation: {
      summary: removedHere
        ? `Key ${ref.keyId} is gone: this run removed its record from the vault`
        : `Key ${ref.keyId} is gone, or its id is mistyped: its vault has no key with this id`,
      facts: [],
      next: [],
    },
    exitCode: 0,
  };
}

/** What the key's deletion waits for, for any reader. */
export function deletionFacts(observed: KeySummary, plan?: Plan): DeletionFacts {
  const standing = deletionStanding(observed.observation, observed.nowMs);
  const untilMs =
    plan?.kind === "waitingForTime" ? plan.untilMs : plan?.kind === "waitingForApproval" ? plan.notBeforeMs : undefined;
  const awaits = awaitedBy(plan, standing.binds);
  const record = recordWithReasons(observed.observation, observed.nowMs);
  return {
    ...(awaits !== undefined && { awaits }),
    ...(untilMs !== undefined && { notBefore: isoTime(untilMs) }),
    ...(standing.binds && {
      requestedBy: standing.record.author.iamId ?? standing.record.author.mark,
      recordId: standing.record.id,
      recordLapsesAt: isoTime(standing.lapsesAtMs),
    }),
    ...(record !== undefined && { reasons: statedReasons(record).map(describeReason) }),
  };
}

function awaitedBy(plan: Plan | undefined, isOnFile: boolean): DeletionFacts["awaits"] {
  if (plan?.kind === "waitingForTime") return "time";
  if (plan?.kind === "refused") return "person_to_unblock";
  return isOnFile ? "approval" : undefined;
}

/** An explanation as the error that an engine shows: first line, facts and next commands, code. */
export function errorOf(explanation: Explanation): UkoError {
  const { code = "UKO_BUG", ...uncoded } = explanation;
  const [summary = "", ...rest] = renderExplanation(uncoded).split("\n");
  return new UkoError(code, { summary, detail: rest.join("\n") });
}

/**
 * Writes the messages for refusals that several kinds of objects share, and for an apply that would do more than its
 * plan showed.
 */

import type { ErrorCode } from "../../errors.ts";
import type { BeyondPlan, LimitedStep } from "../../lifecycle/vocabulary/plan-limit.ts";
import { type Explanation, type NextStep, type UserInterface, unprotect } from "./explanation.ts";
import { capital, count, plain } from "./words.ts";

/** What a refusal says in addition to its code and the key's state. */
export interface Saying extends Partial<Pick<Explanation, "facts" | "next">> {
  readonly summary: string;
  /** False for a destroyed key, whose message is about what is left of it. */
  readonly isUnchanged?: false;
}

export type Sayings<Guard extends { readonly guard: string }, About> = {
  readonly [Kind in Guard["guard"]]: (guard: Extract<Guard, { guard: Kind }>, about: About) => Saying;
};

interface AboutKey {
  readonly key: string;
  readonly rerun: NextStep;
  readonly userInterface: UserInterface;
}

/** Refusals that are alike for managed keys and KMS keys. */
export const keySayings = {
  deletion_protection: (_guard: unknown, { key, userInterface, rerun }: AboutKey): Saying => ({
    summary: `Deletion protection is on for ${key}`,
    next: unprotect(userInterface, rerun.commands),
  }),
  retention_policy: (guard: { readonly resources: readonly string[] }, { key, rerun }: AboutKey): Saying => ({
    summary: `${count(guard.resources.length, "resource")} with a retention policy still ${needs(guard.resources)} ${key}`,
    facts: [
      ...named(guard.resources),
      `KMS does not delete a key that such a resource uses. The owner must first remove the ${guard.resources.length === 1 ? "policy or the resource" : "policies or the resources"}.`,
    ],
    next: [rerun],
  }),
  use_unreadable: (guard: { readonly reason: string }, { key, rerun }: AboutKey): Saying => ({
    summary: `Could not list the resources that use ${key}, so uko did not start the deletion`,
    facts: [plain(guard.reason, 400), "Deleting the key might break those resources."],
    next: [resolved(rerun)],
  }),
  state_unrecognized: (guard: { readonly stateWord: string }, { key }: AboutKey): Saying => ({
    summary: `${capital(key)} is in state "${plain(guard.stateWord, 40)}", which this release does not know`,
    facts: ["uko does not change a key in an unknown state. A newer release of uko may know the state."],
    isUnchanged: false,
  }),
};

export function named(resources: readonly string[]): readonly string[] {
  return resources.slice(0, 10).map((crn) => plain(crn));
}

export function needs(resources: readonly string[]): string {
  return resources.length === 1 ? "needs" : "need";
}

export function resolved(rerun: NextStep): NextStep {
  return { ...rerun, who: "after resolving the cause, run" };
}

/** The refusal of a key in this state. */
export function explanationOf(saying: Saying, state: string, code: ErrorCode): Explanation {
  const { summary, facts = [], next = [], isUnchanged = true } = saying;
  return { summary, facts, ...(isUnchanged && { state, isUnchanged }), next, code };
}

const participles = {
  deactivate: "deactivated",
  destroy: "destroyed",
  remove: "removed",
} as const satisfies Record<Exclude<LimitedStep, "request">, string>;

const nouns = {
  request: "the request for a step",
  deactivate: "the deactivation",
  destroy: "the destruction",
  remove: "the removal",
} as const satisfies Record<LimitedStep, string>;

/** The summary and the reason. `what` names the resource in a sentence; a container has only one step. */
export function sayBeyondPlan(
  { step, allowed, excess }: BeyondPlan,
  what: string,
  isContainer = false,
): readonly [summary: string, reason: string] {
  const action =
    step === "request"
      ? `the deletion of ${what} would be requested`
      : `${what} would be ${isContainer ? "deleted" : participles[step]}`;
  return [`The applied plan did not show that ${action}`, reasons[excess](allowed)];
}

const reasons = {
  step: (allowed) =>
    allowed.length === 0
      ? "The plan showed no step, and more is possible now than when the plan was made."
      : `The plan showed ${allowed.map((step) => nouns[step]).join(" and ")}, and more is possible now than when the plan was made.`,
  resource: () => "The name, version, description, dates, tags or keystores changed after the plan was made.",
  record: () => "The plan was based on a different consent record than this run.",
} as const satisfies Record<BeyondPlan["excess"], (allowed: readonly LimitedStep[]) => string>;

export const planAgain = "to make a new plan, run";

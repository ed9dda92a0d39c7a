/** Messages for an apply that would do more than its plan showed. */

import type { AnnouncedStep } from "../../lifecycle/announcement.ts";
import type { BeyondPlan } from "../../lifecycle/plan.ts";

const participles = {
  deactivate: "deactivated",
  destroy: "destroyed",
  remove: "removed",
} as const satisfies Record<Exclude<AnnouncedStep, "request">, string>;

const nouns = {
  request: "the request for a step",
  deactivate: "the deactivation",
  destroy: "the destruction",
  remove: "the removal",
} as const satisfies Record<AnnouncedStep, string>;

/** The summary and the reason. `what` names the resource in a sentence; a container has only one step. */
export function sayBeyondPlan(
  { step, announced, excess }: BeyondPlan,
  what: string,
  isContainer = false,
): readonly [summary: string, reason: string] {
  const action =
    step === "request"
      ? `the deletion of ${what} would be requested`
      : `${what} would be ${isContainer ? "deleted" : participles[step]}`;
  return [`The applied plan did not show that ${action}`, reasons[excess](announced)];
}

const reasons = {
  step: (announced) =>
    announced.length === 0
      ? "The plan showed no step, and more is possible now than when the plan was made."
      : `The plan showed ${announced.map((step) => nouns[step]).join(" and ")}, and more is possible now than when the plan was made.`,
  resource: () => "The name, version, description, dates, tags or keystores changed after the plan was made.",
  record: () => "The plan was based on a different consent record than this run.",
} as const satisfies Record<BeyondPlan["excess"], (announced: readonly AnnouncedStep[]) => string>;

/** The introduction to the next command. */
export const planAgain = "to make a new plan, run";

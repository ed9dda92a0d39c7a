import { expect, test } from "vitest";
import { requiredPeopleValues } from "../../../provider/lifecycle/consent/required-people.ts";
import { deletionGoals } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { remainingPath } from "../../../provider/lifecycle/key/remaining-path.ts";
import { planFromState } from "../../../provider/lifecycle/stored-state/plan-from-state.ts";
import { keyStates } from "../../../provider/lifecycle/vocabulary/managed-key-states.ts";
import { aKey, aPolicy, aRun, nowMs } from "../../support/builders.ts";

const policies = deletionGoals.flatMap((goal) =>
  [true, false].flatMap((deletionProtection) =>
    requiredPeopleValues.flatMap((people) =>
      (["both", "destroy"] as const).map((gate) => aPolicy({ goal, deletionProtection, people, peopleForTwo: gate })),
    ),
  ),
);

const markers = [undefined, ...requiredPeopleValues];

test("the plan from the state alone equals the plan of the key itself, if no record is pending", () => {
  let compared = 0;
  for (const state of [...keyStates, "unrecognized"] as const) {
    for (const [policy, marker] of policies.flatMap((each) => markers.map((one) => [each, one] as const))) {
      const key = aKey({ state, recorded: "approved", ...(marker !== undefined && { marker }) });
      const { next, path, observation } = planFromState({ ...key.facts, ...key }, policy);
      const actual = planKeyDeletion(key, policy, aRun({ intent: "engine" }), nowMs);
      expect(observation.state).toBe(state);
      expect(outlineOf(next)).toEqual(outlineOf(actual));
      const actualPath = remainingPath(key, policy, aRun(), nowMs);
      expect(path).toEqual(actualPath.map((step) => ({ ...step, earliestMs: step.earliestMs - nowMs })));
      compared += 1;
    }
  }
  expect(compared).toBe(7 * policies.length * markers.length);
});

function outlineOf(plan: ReturnType<typeof planKeyDeletion>): unknown {
  if (plan.kind === "refused") return plan.guard.guard;
  return plan.kind === "ready" ? plan.step.kind : plan.kind;
}

/** The list of the steps of one run: a step in doubt counts for the planner, but no report names it. */

import { describe, expect, it } from "vitest";
import { droppedRecordIds, hasRequested, type KeyRun, kmsKeysSet } from "../../../provider/lifecycle/key/plan.ts";
import { certainSteps, hasTaken, withStep } from "../../../provider/lifecycle/vocabulary/steps-taken.ts";
import { aRequestOf, aRun, deactivation, dropOf, taken, windowOpening } from "../../support/builders.ts";

describe("the steps of a run", () => {
  const request = aRequestOf("destroy");
  const run = aRun(taken(dropOf("1"), request, windowOpening, { kind: "drop_record" }));

  it("say what the run requested, set for deletion and took off the key", () => {
    expect([hasRequested(run, "destroy"), hasRequested(run, "deactivate")]).toEqual([true, false]);
    expect(kmsKeysSet(run)).toEqual(["kms-1"]);
    // A text in the record's place without an ID cannot be recognized again.
    expect(droppedRecordIds(run)).toEqual(["1"]);
  });

  it("are none in a run that begins", () => {
    expect([hasTaken(aRun(), "deactivate"), certainSteps(aRun()), droppedRecordIds(aRun())]).toEqual([false, [], []]);
  });

  it("include a step in doubt for the planner alone", () => {
    const inDoubt: KeyRun = withStep(run, { step: deactivation, isInDoubt: true });
    expect(hasTaken(inDoubt, "deactivate")).toBe(true);
    expect(certainSteps(inDoubt)).toEqual(certainSteps(run));
    expect(certainSteps(withStep(run, { step: deactivation })).at(-1)).toEqual(deactivation);
  });
});

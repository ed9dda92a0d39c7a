/** Every situation, against an independent second decision. */

import { expect, it } from "vitest";
import { planKeyDeletion } from "../../provider/lifecycle/key/plan-key-deletion.ts";
import { dayMs, nowMs } from "../support/builders.ts";
import { expected, inputs, outcomeOf, situations } from "./situations.ts";

it("decides every situation as the product rules require", () => {
  let count = 0;
  for (const one of situations()) {
    const { key, policy, run } = inputs(one);
    const response = outcomeOf(planKeyDeletion(key, policy, run, nowMs));
    if (response !== expected(one)) expect({ ...one, response }).toEqual({ ...one, response: expected(one) });
    count += 1;
  }
  expect(count).toBe(7 * 8 * 17 * 2 * 3 * 4 * 4);
  // Counting branches takes several times as long.
}, 120_000);

it("names in every wait the role that the step requires", () => {
  for (const state of ["active", "deactivated", "pre_activation"] as const) {
    const { key, policy, run } = inputs({
      state,
      who: "author",
      record: "binding",
      isConfirmed: false,
      gate: "both",
      people: "required",
      goal: "removed",
      intent: "request",
      isRequestedHere: false,
    });
    const suffix = {
      active: "active-deactivate",
      deactivated: "deactivated-destroy",
      pre_activation: "preactivation-destroy",
    }[state];
    expect(planKeyDeletion(key, policy, run, nowMs)).toMatchObject({
      kind: "waitingForApproval",
      expiresAtMs: (key.updatedAtMs ?? 0) + 7 * dayMs,
      right: { action: `hs-crypto.managed-keys.${suffix}` },
    });
  }
});

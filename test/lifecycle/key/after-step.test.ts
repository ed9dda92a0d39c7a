import { describe, expect, it } from "vitest";
import { completeAfterStep, factsServeForMs, mayConclude } from "../../../provider/lifecycle/key/after-step.ts";
import type { Plan, Step } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import { aBackingKey, aKey, aKeystoreStatus, aPolicy, aRun, dayMs, nowMs } from "../../support/builders.ts";

const use = { kind: "known", count: 2, retainedBy: [] } as const;
const plain = aBackingKey({ dualAuthDelete: false });
const dual = aBackingKey({ dualAuthDelete: true });
const unread = { backingKeys: [], use: { kind: "known", count: 0, retainedBy: [] } } as const;

function completed(
  step: Step["kind"],
  before: Partial<KeyObservation>,
  shown: Partial<KeyObservation>,
  afterMs = 1000,
): KeyObservation | undefined {
  return completeAfterStep(
    step,
    { observation: aKey({ use, ...before }), nowMs },
    { observation: aKey({ ...unread, ...shown }), nowMs: nowMs + afterMs },
  );
}

describe("completes what is shown after a step with the read before the step", () => {
  it("keeps use and backing keys after a record, for any backing key", () => {
    expect(completed("write_record", { backingKeys: [dual] }, {})).toMatchObject({ use, backingKeys: [dual] });
  });

  it("keeps use and backing keys after a deactivation without KMS dual authorization", () => {
    const after = completed("deactivate", { backingKeys: [plain] }, { state: "deactivated" });
    expect(after).toMatchObject({ state: "deactivated", use, backingKeys: [plain] });
  });

  it("takes the statuses that come with a destruction", () => {
    const storedKeystores = [aKeystoreStatus({ status: "pending_destruction" })];
    const after = completed("destroy", { state: "deactivated" }, { state: "destroyed", storedKeystores });
    expect(after).toMatchObject({ keystores: storedKeystores, keystoresAreLive: true, backingKeys: [] });
  });

  const openQuestions: readonly (readonly [string, KeyObservation | undefined])[] = [
    ["the read before the step is a minute old", completed("write_record", {}, {}, factsServeForMs)],
    ["a record is on a key whose state has changed", completed("write_record", {}, { state: "deactivated" })],
    ["a deactivation has not reached its target", completed("deactivate", {}, { state: "active" })],
    ["KMS has dual authorization", completed("deactivate", { backingKeys: [dual] }, { state: "deactivated" })],
    [
      "a backing key is unreadable",
      completed(
        "deactivate",
        { backingKeys: [{ kind: "unreadable", kmsKeyId: "kms-1", reason: "403" }] },
        { state: "deactivated" },
      ),
    ],
    ["a destruction has not reached its target", completed("destroy", {}, { state: "deactivated" })],
    ["the step is another one", completed("reactivate", { state: "deactivated" }, { state: "active" })],
  ];
  it.each(openQuestions)("reads everything again if %s", (_why, observation) => {
    expect(observation).toBeUndefined();
  });
});

describe("what may follow without a whole read", () => {
  const ready = (kind: "deactivate" | "destroy" | "remove"): Plan => ({ kind: "ready", step: { kind } });
  const record = { kind: "ready", step: { kind: "write_record" } } as unknown as Plan;
  const wait: Plan = { kind: "waitingForTime", awaits: "separate_run" };
  const approval = { kind: "waitingForApproval" } as unknown as Plan;
  const cases: readonly (readonly [string, Plan, boolean])[] = [
    ["a wait for time", wait, true],
    ["a wait for a person", approval, true],
    ["a record", record, false],
    ["a deactivation", ready("deactivate"), false],
    ["a destruction", ready("destroy"), false],
    ["a removal", ready("remove"), false],
    ["the goal", { kind: "done" }, false],
    ["a refusal", { kind: "refused", guard: { guard: "status_not_live" } }, false],
  ];
  it.each(cases)("%s: %s", (_what, plan, mayFollow) => {
    expect(mayConclude(plan, { observation: aKey(), isOfSet: false })).toBe(mayFollow);
  });

  const pending = aKeystoreStatus({ status: "pending_destruction" });
  it.each<[string, Partial<KeyObservation>, boolean]>([
    ["a deactivated key", { state: "deactivated" }, true],
    ["a destroyed key whose keystores all report a pending period", { state: "destroyed", keystores: [pending] }, true],
    ["a destroyed key in no keystore", { state: "destroyed", keystores: [] }, false],
    [
      "a destroyed key that a keystore no longer reports",
      { state: "destroyed", keystores: [pending, aKeystoreStatus({ status: "not_present" })] },
      false,
    ],
  ])("ends the one step of a set with %s: %s", (_what, shown, isEnd) => {
    const after = { observation: aKey(shown), isOfSet: true } as const;
    expect(mayConclude({ kind: "done" }, after)).toBe(isEnd);
    expect(mayConclude(ready("destroy"), after)).toBe(false);
  });
});

describe("a response to a destruction", () => {
  const planned = (status: Parameters<typeof aKeystoreStatus>[0]): boolean => {
    const storedKeystores = [aKeystoreStatus(status)];
    const facts = { ...aKey().facts, keystores: [] };
    const observation = completed("destroy", { state: "deactivated" }, { state: "destroyed", storedKeystores, facts });
    if (observation === undefined) throw new Error("The response shows a destroyed key.");
    const plan = planKeyDeletion(observation, aPolicy(), aRun(), nowMs);
    return mayConclude(plan, { observation, isOfSet: false });
  };

  it("ends the run if a keystore reports a pending period", () => {
    expect(planned({ status: "pending_destruction", destructionAtMs: nowMs + 30 * dayMs })).toBe(true);
  });

  it.each(["not_present", "active", "error", "unknown"] as const)("never proves that the material is %s", (status) => {
    expect(planned({ status })).toBe(false);
  });
});

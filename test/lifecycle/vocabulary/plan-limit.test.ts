/** The plan limit: computed from state alone, applied by every planner, and never exceeded by a step. */

import { describe, expect, test } from "vitest";
import { demandedBy } from "../../../provider/lifecycle/consent/required-people.ts";
import { planContainerDeletion } from "../../../provider/lifecycle/container/plan-container-deletion.ts";
import { type DeletionPolicy, deletionGoals } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { planKmsKeyDeletion } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import {
  limitContainerDeletion,
  limitKeyDeletion,
  limitKmsKeyDeletion,
  type PendingInState,
  type PreviewedRun,
} from "../../../provider/lifecycle/stored-state/plan-limit-from-state.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  allowsNothing,
  excessOf,
  type LimitedStep,
  limitedSteps,
  type PlanLimit,
  shownKeyText,
  shownNameText,
} from "../../../provider/lifecycle/vocabulary/plan-limit.ts";
import {
  aBackingKey,
  aKey,
  aKeyWith,
  alice,
  anActor,
  aPolicy,
  aRecord,
  aRun,
  bob,
  hourMs,
  nowMs,
  someFacts,
  taken,
  windowOpening,
} from "../../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsPolicy, aKmsRun, openWindow } from "../../support/kms-builders.ts";

const onTime: PendingInState = { isApproved: false, isTooEarly: false };
const early: PendingInState = { isApproved: false, isTooEarly: true };
const plain: PreviewedRun = { waits: false };
const waiting: PreviewedRun = { waits: true };
const recordId = "a".repeat(32);
const pending: PendingInState = { isApproved: false, isTooEarly: false, recordId };
const approved: PendingInState = { isApproved: true, isTooEarly: false, recordId };

const known = (observation: KeyObservation) => ({
  ...observation.facts,
  stateWord: observation.stateWord,
  keystores: observation.keystores,
  ...(observation.marker !== undefined && { marker: observation.marker }),
});
const limitOf = (
  state: KeyObservation["state"],
  policy: Partial<DeletionPolicy> = {},
  facts: PendingInState = onTime,
  run: PreviewedRun = plain,
): PlanLimit =>
  limitKeyDeletion(known(aKey({ state, marker: demandedBy(aPolicy(policy)) })), aPolicy(policy), facts, run);
const single = { people: "single" } as const;

describe("the plan limit of a managed key", () => {
  test.each<[string, PlanLimit, readonly LimitedStep[]]>([
    ["an active key under two people", limitOf("active"), ["request"]],
    ["an active key of one person", limitOf("active", single), ["deactivate"]],
    ["a deactivated key under two people, whose destruction only a person requests", limitOf("deactivated"), []],
    ["the same in a run that waits", limitOf("deactivated", {}, onTime, waiting), ["remove"]],
    ["a key under two people that was never active", limitOf("pre_activation"), []],
    ["a deactivated key of one person", limitOf("deactivated", single), ["destroy", "remove"]],
    [
      "a deactivated key that stays in the vault",
      limitOf("deactivated", { ...single, goal: "destroyed" }),
      ["destroy"],
    ],
    ["a key of one person that cools down", limitOf("deactivated", single, early), []],
    [
      "a key of one person that cools down in a run that waits",
      limitOf("deactivated", single, early, waiting),
      ["destroy", "remove"],
    ],
    ["a key that was never active", limitOf("pre_activation", single), ["destroy", "remove"]],
    ["a key whose request waits for an approval", limitOf("active", {}, pending), []],
    ["a deactivated key whose request waits for an approval", limitOf("deactivated", {}, pending), []],
    ["the same in a run that waits", limitOf("active", {}, pending, waiting), ["remove"]],
    [
      "a key under the gate `destroy`, which a later run of its requester deactivates",
      limitOf("active", { people: "destroy" }, pending),
      ["deactivate"],
    ],
    ["the destruction of such a key", limitOf("deactivated", { people: "destroy" }, pending), []],
    ["a key whose deactivation is approved", limitOf("active", {}, approved), ["deactivate"]],
    ["a key whose destruction is approved", limitOf("deactivated", {}, approved), ["destroy", "remove"]],
    [
      "the same during the cool-down",
      limitOf("deactivated", {}, { ...approved, isTooEarly: true }),
      ["destroy", "remove"],
    ],
    ["a destroyed key", limitOf("destroyed"), ["remove"]],
    ["a destroyed key whose keystores count down", limitOf("destroyed", {}, early), []],
    ["the same in a run that waits", limitOf("destroyed", {}, early, waiting), ["remove"]],
    ["a destroyed key that stays in the vault", limitOf("destroyed", { goal: "destroyed" }), []],
    ["a compromised key", limitOf("compromised", single), []],
    ["a key that has reached its goal", limitOf("deactivated", { ...single, goal: "deactivated" }), []],
    ["a request in a run that waits", limitOf("active", {}, onTime, waiting), ["request", "remove"]],
  ])("%s", (_what, { steps }, wanted) => {
    expect(steps).toEqual(wanted);
  });

  test("names the record that the plan limit depends on, if two people are required", () => {
    expect(limitOf("active", {}, approved).recordId).toBe(recordId);
    expect(limitOf("active", single, approved)).not.toHaveProperty("recordId");
    expect(limitOf("active", {}, pending)).not.toHaveProperty("recordId");
    expect(limitOf("active", { people: "destroy" }, pending).recordId).toBe(recordId);
    expect(limitOf("active", { people: "destroy" })).not.toHaveProperty("recordId");
  });

  test("covers every step that the planner takes, for every state of a key", () => {
    for (const state of ["active", "deactivated", "pre_activation", "destroyed"] as const) {
      for (const goal of deletionGoals) {
        for (const people of ["both", "single"] as const) {
          const policy = aPolicy({ goal, people });
          const observation = aKey({ state, marker: demandedBy(policy) });
          const free = planKeyDeletion(observation, policy, aRun({ intent: "engine" }), nowMs);
          const atMost = limitKeyDeletion(known(observation), policy, onTime, plain);
          const limited = planKeyDeletion(observation, { ...policy, atMost }, aRun({ intent: "engine" }), nowMs);
          expect(limited).toEqual(free);
        }
      }
    }
  });
});

describe("the plan limit of other resources", () => {
  const key = { kmsKeyId: "k", name: "orders", stateWord: "active", dualAuthDelete: false };
  const one = aKmsPolicy({ people: "single" });
  test.each<[string, PlanLimit, readonly LimitedStep[]]>([
    ["a KMS key under two people, whose window only a person opens", limitKmsKeyDeletion(key, aKmsPolicy()), []],
    ["a KMS key of one person", limitKmsKeyDeletion(key, one), ["destroy"]],
    ["a KMS key that KMS itself keeps for two", limitKmsKeyDeletion({ ...key, dualAuthDelete: true }, one), []],
    ["a destroyed KMS key", limitKmsKeyDeletion({ ...key, stateWord: "destroyed" }, one), []],
    ["a vault", limitContainerDeletion("v", "archive"), ["remove"]],
  ])("%s", (_what, { steps }, wanted) => {
    expect(steps).toEqual(wanted);
  });
});

describe("a step", () => {
  const limitedTo = (steps: readonly LimitedStep[], record?: string): PlanLimit => ({
    ...{ subject: "v/k", shown: "as it is", steps },
    ...(record !== undefined && { recordId: record }),
  });
  const wanted = (step: LimitedStep, record?: string) => ({
    step,
    subject: "v/k",
    shown: "as it is",
    recordId: record,
  });

  test("exceeds the plan if the limit does not allow it; every other step covers a request", () => {
    for (const step of limitedSteps) {
      expect(excessOf(allowsNothing, wanted(step))).toBe("step");
      for (const other of limitedSteps) {
        const isCovered = step === other || step === "request";
        expect(excessOf(limitedTo([other]), wanted(step))).toBe(isCovered ? undefined : "step");
      }
    }
  });

  test("exceeds the plan of another resource, or of the same resource before a change", () => {
    expect(excessOf(limitedTo(["destroy"]), { ...wanted("destroy"), subject: "v/other" })).toBe("resource");
    expect(excessOf(limitedTo(["destroy"]), { ...wanted("destroy"), shown: "otherwise" })).toBe("resource");
  });

  test("exceeds the plan if the step depends on another record, or on no record", () => {
    expect(excessOf(limitedTo(["destroy"], "r1"), wanted("destroy", "r1"))).toBeUndefined();
    expect(excessOf(limitedTo(["destroy"], "r1"), wanted("destroy", "r2"))).toBe("record");
    expect(excessOf(limitedTo(["deactivate"], "r1"), wanted("deactivate"))).toBe("record");
    expect(excessOf(limitedTo(["deactivate"], "r1"), wanted("request"))).toBeUndefined();
    expect(excessOf(limitedTo(["destroy"]), wanted("destroy", "r2"))).toBeUndefined();
  });

  test("the text of a displayed resource changes with each displayed value, and with no other value", () => {
    const facts = {
      ...someFacts(),
      keystores: [
        { name: "a", type: "t" },
        { name: "b", type: "t" },
      ],
    };
    const text = shownKeyText(facts);
    expect(shownKeyText({ ...facts, keystores: facts.keystores.toReversed() })).toBe(text);
    for (const change of [
      { version: 2 },
      { label: "x" },
      { description: "x" },
      { activationDate: "x" },
      { expirationDate: "x" },
      { tags: [] },
      { keystores: [] },
      { instanceId: "x" },
    ]) {
      expect(shownKeyText({ ...facts, ...change })).not.toBe(text);
    }
    expect(shownNameText("a")).not.toBe(shownNameText("b"));
  });
});

describe("the planner of a managed key", () => {
  const record = aRecord();
  const limit = (observation: KeyObservation, steps: readonly LimitedStep[], record?: string): PlanLimit => ({
    subject: `${observation.facts.vaultId}/${observation.facts.keyId}`,
    shown: shownKeyText({ ...observation.facts, keystores: observation.keystores }),
    steps,
    ...(record !== undefined && { recordId: record }),
  });

  test("refuses what the plan did not allow, and states which step the run reached", () => {
    const observation = aKey({ state: "deactivated", marker: "single" });
    const policy = aPolicy({ ...single, atMost: limit(observation, ["deactivate"]) });
    expect(planKeyDeletion(observation, policy, aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "beyond_plan", step: "destroy", allowed: ["deactivate"], excess: "step" },
    });
  });

  test("takes an approved step only on the record of the plan limit, together with the KMS window", () => {
    const backingKeys = [aBackingKey({ dualAuthDelete: true })];
    const run = aRun({ actor: anActor(bob), approvals: [record.id] });
    for (const [observation, step] of [
      [aKeyWith(record), "deactivate"],
      [aKeyWith(record, { backingKeys }), "set_for_deletion"],
    ] as const) {
      const plan = (recordId: string) =>
        planKeyDeletion(observation, aPolicy({ atMost: limit(observation, ["deactivate"], recordId) }), run, nowMs);
      expect(plan(record.id)).toMatchObject({ kind: "ready", step: { kind: step } });
      if (step === "deactivate") expect(plan("b".repeat(32))).toMatchObject({ guard: { excess: "record" } });
    }
  });

  test("unsets its own window, whatever the plan limit allows", () => {
    const window = aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + 100 * hourMs });
    const refusals = [{ step: "deactivate", status: 409, message: "no" }] as const;
    const run = aRun({ actor: anActor(bob), approvals: [record.id], ...taken(windowOpening), refusals });
    const observation = aKeyWith(record, { backingKeys: [window] });
    expect(planKeyDeletion(observation, aPolicy({ atMost: allowsNothing }), run, nowMs)).toMatchObject({
      kind: "ready",
      step: { kind: "unset_for_deletion" },
    });
  });
});

describe("the planners of other resources", () => {
  test("set a KMS key's window, or destroy the key in its window, only as the plan limit allows", () => {
    const atMost = (steps: readonly LimitedStep[], recordId?: string) =>
      aKmsPolicy({
        atMost: {
          subject: aKmsKey().kmsKeyId,
          shown: shownNameText("backup"),
          steps,
          ...(recordId !== undefined && { recordId }),
        },
      });
    const asking = aKmsRun({ mayRequest: true });
    expect(planKmsKeyDeletion(aKmsKey(), atMost(["request"]), asking, nowMs).kind).toBe("ready");
    expect(planKmsKeyDeletion(aKmsKey(), atMost([]), asking, nowMs)).toMatchObject({
      guard: { guard: "beyond_plan", step: "request" },
    });
    const set = aKmsKeySetBy(alice);
    const run = aKmsRun({ approvals: [openWindow] });
    expect(planKmsKeyDeletion(set, atMost(["destroy"], openWindow), run, nowMs).kind).toBe("ready");
    expect(planKmsKeyDeletion(set, atMost(["destroy"], "another"), run, nowMs)).toMatchObject({
      guard: { excess: "record" },
    });
    expect(planKmsKeyDeletion(set, atMost([]), aKmsRun(), nowMs).kind).toBe("waitingForApproval");
  });

  test("delete a vault only as the plan limit allows", () => {
    const none = { kind: "known", items: [] } as const;
    const vault = { kind: "vault", id: "v", name: "archive", keys: none, containers: none, ring: none } as const;
    const plan = (atMost: PlanLimit) => planContainerDeletion(vault, { deletionProtection: false, atMost }, {}, nowMs);
    expect(plan(limitContainerDeletion("v", "archive"))).toEqual({ kind: "ready" });
    expect(plan(limitContainerDeletion("v", "before"))).toMatchObject({
      guard: { guard: "beyond_plan", excess: "resource" },
    });
  });
});

/** The limit of a plan: announced from the state alone, applied by every planner, and never exceeded by a step. */

import { describe, expect, test } from "vitest";
import {
  announceContainerDeletion,
  announceKeyDeletion,
  announceKmsKeyDeletion,
  type PendingFacts,
  type PlannedRun,
} from "../../provider/lifecycle/announce.ts";
import {
  type AnnouncedStep,
  type Announcement,
  announcedSteps,
  announcesNothing,
  excessOf,
  shownKeyText,
  shownNameText,
} from "../../provider/lifecycle/announcement.ts";
import { demandedBy } from "../../provider/lifecycle/dual-marker.ts";
import type { KeyObservation } from "../../provider/lifecycle/observation.ts";
import { type DeletionPolicy, deletionGoals } from "../../provider/lifecycle/plan.ts";
import { planContainerDeletion } from "../../provider/lifecycle/plan-container-deletion.ts";
import { planKeyDeletion } from "../../provider/lifecycle/plan-key-deletion.ts";
import { planKmsKeyDeletion } from "../../provider/lifecycle/plan-kms-key-deletion.ts";
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
  secondMs,
  someFacts,
} from "../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, aKmsPolicy, aKmsRun, openWindow } from "../support/kms-builders.ts";

const onTime: PendingFacts = { isApproved: false, isTooEarly: false };
const early: PendingFacts = { isApproved: false, isTooEarly: true };
const plain: PlannedRun = { waits: false };
const waiting: PlannedRun = { waits: true };
const recordId = "a".repeat(32);
const pending: PendingFacts = { isApproved: false, isTooEarly: false, recordId };
const approved: PendingFacts = { isApproved: true, isTooEarly: false, recordId };

const known = (observation: KeyObservation) => ({
  ...observation.facts,
  stateWord: observation.stateWord,
  keystores: observation.keystores,
  ...(observation.marker !== undefined && { marker: observation.marker }),
});
const announce = (
  state: KeyObservation["state"],
  policy: Partial<DeletionPolicy> = {},
  facts: PendingFacts = onTime,
  run: PlannedRun = plain,
): Announcement =>
  announceKeyDeletion(known(aKey({ state, marker: demandedBy(aPolicy(policy)) })), aPolicy(policy), facts, run);
const single = { dualAuthorization: "single" } as const;

describe("the announcement for a managed key", () => {
  test.each<[string, Announcement, readonly AnnouncedStep[]]>([
    ["an active key under two people", announce("active"), ["request"]],
    ["an active key of one person", announce("active", single), ["deactivate"]],
    ["a deactivated key under two people, whose destruction only a person requests", announce("deactivated"), []],
    ["the same in a run that waits", announce("deactivated", {}, onTime, waiting), ["remove"]],
    ["a key under two people that was never active", announce("pre_activation"), []],
    ["a deactivated key of one person", announce("deactivated", single), ["destroy", "remove"]],
    [
      "a deactivated key that stays in the vault",
      announce("deactivated", { ...single, goal: "destroyed" }),
      ["destroy"],
    ],
    ["a key of one person that cools down", announce("deactivated", single, early), []],
    [
      "a key of one person that cools down in a run that waits",
      announce("deactivated", single, early, waiting),
      ["destroy", "remove"],
    ],
    ["a key that was never active", announce("pre_activation", single), ["destroy", "remove"]],
    ["a key whose request waits for an approval", announce("active", {}, pending), []],
    ["a deactivated key whose request waits for an approval", announce("deactivated", {}, pending), []],
    ["the same in a run that waits", announce("active", {}, pending, waiting), ["remove"]],
    [
      "a key under the gate `destroy`, which a later run of its requester deactivates",
      announce("active", { gate: "destroy" }, pending),
      ["deactivate"],
    ],
    ["the destruction of such a key", announce("deactivated", { gate: "destroy" }, pending), []],
    ["a key whose deactivation is approved", announce("active", {}, approved), ["deactivate"]],
    ["a key whose destruction is approved", announce("deactivated", {}, approved), ["destroy", "remove"]],
    [
      "the same during the cool-down",
      announce("deactivated", {}, { ...approved, isTooEarly: true }),
      ["destroy", "remove"],
    ],
    ["a destroyed key", announce("destroyed"), ["remove"]],
    ["a destroyed key whose keystores count down", announce("destroyed", {}, early), []],
    ["the same in a run that waits", announce("destroyed", {}, early, waiting), ["remove"]],
    ["a destroyed key that stays in the vault", announce("destroyed", { goal: "destroyed" }), []],
    ["a compromised key", announce("compromised", single), []],
    ["a key that has reached its goal", announce("deactivated", { ...single, goal: "deactivated" }), []],
    ["a request in a run that waits", announce("active", {}, onTime, waiting), ["request", "remove"]],
  ])("%s", (_what, { steps }, wanted) => {
    expect(steps).toEqual(wanted);
  });

  test("names the record that the announcement depends on, if two people are required", () => {
    expect(announce("active", {}, approved).recordId).toBe(recordId);
    expect(announce("active", single, approved)).not.toHaveProperty("recordId");
    expect(announce("active", {}, pending)).not.toHaveProperty("recordId");
    expect(announce("active", { gate: "destroy" }, pending).recordId).toBe(recordId);
    expect(announce("active", { gate: "destroy" })).not.toHaveProperty("recordId");
  });

  test("covers every step that the planner takes, for every state of a key", () => {
    for (const state of ["active", "deactivated", "pre_activation", "destroyed"] as const) {
      for (const goal of deletionGoals) {
        for (const dualAuthorization of ["required", "single"] as const) {
          const policy = aPolicy({ goal, dualAuthorization });
          const observation = aKey({ state, marker: demandedBy(policy) });
          const free = planKeyDeletion(observation, policy, aRun({ intent: "engine" }), nowMs);
          const atMost = announceKeyDeletion(known(observation), policy, onTime, plain);
          const limited = planKeyDeletion(observation, { ...policy, atMost }, aRun({ intent: "engine" }), nowMs);
          expect(limited).toEqual(free);
        }
      }
    }
  });
});

describe("the announcement for other resources", () => {
  const key = { kmsKeyId: "k", name: "orders", stateWord: "active", dualAuthDelete: false };
  const one = aKmsPolicy({ dualAuthorization: "single" });
  test.each<[string, Announcement, readonly AnnouncedStep[]]>([
    ["a KMS key under two people, whose window only a person opens", announceKmsKeyDeletion(key, aKmsPolicy()), []],
    ["a KMS key of one person", announceKmsKeyDeletion(key, one), ["destroy"]],
    ["a KMS key that KMS itself keeps for two", announceKmsKeyDeletion({ ...key, dualAuthDelete: true }, one), []],
    ["a destroyed KMS key", announceKmsKeyDeletion({ ...key, stateWord: "destroyed" }, one), []],
    ["a vault", announceContainerDeletion("v", "archive"), ["remove"]],
  ])("%s", (_what, { steps }, wanted) => {
    expect(steps).toEqual(wanted);
  });
});

describe("a step", () => {
  const announced = (steps: readonly AnnouncedStep[], record?: string): Announcement => ({
    ...{ subject: "v/k", shown: "as it is", steps },
    ...(record !== undefined && { recordId: record }),
  });
  const wanted = (step: AnnouncedStep, record?: string) => ({
    step,
    subject: "v/k",
    shown: "as it is",
    recordId: record,
  });

  test("exceeds the plan if not announced; every other step covers a request", () => {
    for (const step of announcedSteps) {
      expect(excessOf(announcesNothing, wanted(step))).toBe("step");
      for (const other of announcedSteps) {
        const isCovered = step === other || step === "request";
        expect(excessOf(announced([other]), wanted(step))).toBe(isCovered ? undefined : "step");
      }
    }
  });

  test("exceeds the plan of another resource, or of the same resource before a change", () => {
    expect(excessOf(announced(["destroy"]), { ...wanted("destroy"), subject: "v/other" })).toBe("resource");
    expect(excessOf(announced(["destroy"]), { ...wanted("destroy"), shown: "otherwise" })).toBe("resource");
  });

  test("exceeds the plan if the step depends on another record, or on no record", () => {
    expect(excessOf(announced(["destroy"], "r1"), wanted("destroy", "r1"))).toBeUndefined();
    expect(excessOf(announced(["destroy"], "r1"), wanted("destroy", "r2"))).toBe("record");
    expect(excessOf(announced(["deactivate"], "r1"), wanted("deactivate"))).toBe("record");
    expect(excessOf(announced(["deactivate"], "r1"), wanted("request"))).toBeUndefined();
    expect(excessOf(announced(["destroy"]), wanted("destroy", "r2"))).toBeUndefined();
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
  const limit = (observation: KeyObservation, steps: readonly AnnouncedStep[], record?: string): Announcement => ({
    subject: `${observation.facts.vaultId}/${observation.facts.keyId}`,
    shown: shownKeyText({ ...observation.facts, keystores: observation.keystores }),
    steps,
    ...(record !== undefined && { recordId: record }),
  });

  test("refuses what the plan did not announce, and states which step the run reached", () => {
    const observation = aKey({ state: "deactivated", marker: "single" });
    const policy = aPolicy({ ...single, atMost: limit(observation, ["deactivate"]) });
    expect(planKeyDeletion(observation, policy, aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "beyond_plan", step: "destroy", announced: ["deactivate"], excess: "step" },
    });
  });

  test("takes an approved step only on the announced record, together with the KMS window", () => {
    const backingKeys = [aBackingKey({ dualAuthDelete: true })];
    const run = aRun({ actor: anActor(bob), consents: [record.id] });
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

  test("unsets its own window, whatever was announced", () => {
    const window = aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + 100 * hourMs });
    const refusals = [{ step: "deactivate", status: 409, message: "no" }] as const;
    const run = aRun({ actor: anActor(bob), consents: [record.id], windowsSetHere: [window.kmsKeyId], refusals });
    const observation = aKeyWith(record, { backingKeys: [window] });
    expect(planKeyDeletion(observation, aPolicy({ atMost: announcesNothing }), run, nowMs)).toMatchObject({
      kind: "ready",
      step: { kind: "unset_for_deletion" },
    });
  });

  test("does not change waits", () => {
    const observation = aKeyWith(record);
    const policy = aPolicy({ atMost: announcesNothing });
    expect(planKeyDeletion(observation, policy, aRun({ actor: anActor(alice) }), nowMs + secondMs).kind).toBe(
      "waitingForApproval",
    );
  });
});

describe("the planners of other resources", () => {
  test("set a KMS key's window, or destroy the key in its window, only as announced", () => {
    const atMost = (steps: readonly AnnouncedStep[], recordId?: string) =>
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
    const run = aKmsRun({ consents: [openWindow] });
    expect(planKmsKeyDeletion(set, atMost(["destroy"], openWindow), run, nowMs).kind).toBe("ready");
    expect(planKmsKeyDeletion(set, atMost(["destroy"], "another"), run, nowMs)).toMatchObject({
      guard: { excess: "record" },
    });
    expect(planKmsKeyDeletion(set, atMost([]), aKmsRun(), nowMs).kind).toBe("waitingForApproval");
  });

  test("delete a vault only as announced", () => {
    const none = { kind: "known", items: [] } as const;
    const vault = { kind: "vault", id: "v", name: "archive", keys: none, containers: none, ring: none } as const;
    const plan = (atMost: Announcement) =>
      planContainerDeletion(vault, { deletionProtection: false, atMost }, {}, nowMs);
    expect(plan(announceContainerDeletion("v", "archive"))).toEqual({ kind: "ready" });
    expect(plan(announceContainerDeletion("v", "before"))).toMatchObject({
      guard: { guard: "beyond_plan", excess: "resource" },
    });
  });
});

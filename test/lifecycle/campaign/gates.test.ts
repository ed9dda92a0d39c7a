import { describe, expect, test } from "vitest";
import { breakerOf, isInSample, mayActOn, type WaveFailures } from "../../../provider/lifecycle/campaign/breaker.ts";
import { dayMs } from "../../../provider/lifecycle/campaign/campaign.ts";
import {
  isStepDue,
  type KeySituation,
  keyGate,
  type WaveSituation,
  waveGate,
} from "../../../provider/lifecycle/campaign/gates.ts";
import { outcomeOf } from "../../../provider/lifecycle/campaign/outcomes.ts";
import { type ExpectedPerson, peopleGap } from "../../../provider/lifecycle/campaign/people.ts";
import { proveRollback, type RollbackCandidate } from "../../../provider/lifecycle/campaign/rollback.ts";
import { alice, bob, carol, identityOf, sha256 } from "../../support/builders.ts";

const freeze = { fromMs: 0, untilMs: dayMs, steps: ["destroy"], reason: "freeze" } as const;
const aWave = (over: Partial<WaveSituation> = {}): WaveSituation => ({
  step: "destroy",
  wave: { after: [] },
  unfinished: new Set(),
  differences: [],
  isStopped: false,
  blackouts: [],
  nowMs: 10,
  isEmergency: false,
  ...over,
});

describe("a wave", () => {
  const maintenanceWindow = { fromMinute: 60, untilMinute: 120, days: [0, 1, 2, 3, 4, 5, 6] };
  test.each([
    ["may act", {}, { kind: "open" }],
    ["is stopped, an emergency or not", { isStopped: true, isEmergency: true }, { kind: "stopped" }],
    [
      "differs from the manifest, an emergency or not",
      { differences: ["soak"], isStopped: true, isEmergency: true },
      { kind: "differs", differences: ["soak"] },
    ],
    ["begins later", { wave: { after: [], notBeforeMs: 11 } }, { kind: "not_before", untilMs: 11 }],
    [
      "begins later, an emergency or not",
      { wave: { after: [], notBeforeMs: 11 }, isEmergency: true },
      { kind: "not_before", untilMs: 11 },
    ],
    [
      "waits for an earlier wave",
      { wave: { after: ["a", "b"] }, unfinished: new Set(["b"]) },
      { kind: "after", waves: ["b"] },
    ],
    ["does not wait for a finished wave", { wave: { after: ["a"] } }, { kind: "open" }],
    ["is in a blackout", { blackouts: [freeze] }, { kind: "blackout", blackout: freeze, untilMs: dayMs }],
    ["is in a blackout without an end", { blackouts: [{ ...freeze, untilMs: 9_999 * dayMs }] }, { kind: "blackout" }],
    ["passes a blackout in an emergency", { blackouts: [freeze], isEmergency: true }, { kind: "open" }],
    ["is not in a blackout of another step", { blackouts: [freeze], step: "deactivate" }, { kind: "open" }],
    [
      "is outside its maintenance window",
      { wave: { after: [], maintenanceWindow } },
      { kind: "maintenance_window", untilMs: 3_600_000 },
    ],
    [
      "is outside its maintenance window, an emergency or not",
      { wave: { after: [], maintenanceWindow }, isEmergency: true },
      { kind: "maintenance_window" },
    ],
    [
      "has no day in its maintenance window",
      { wave: { after: [], maintenanceWindow: { ...maintenanceWindow, days: [] } } },
      { kind: "maintenance_window" },
    ],
  ] as const)("%s", (_, over, expected) => {
    expect(waveGate(aWave(over))).toMatchObject(expected);
  });
});

const aKey = (over: Partial<KeySituation> = {}): KeySituation => ({
  state: "active",
  isKms: false,
  ending: "destroy",
  isHeld: false,
  isNarrowed: false,
  gaps: [],
  isChanged: false,
  isDeclared: false,
  isInUse: false,
  unsigned: [],
  soakMs: 100,
  ...over,
});

describe("a key", () => {
  test.each([
    ["deactivate", {}, { kind: "open" }],
    ["deactivate", { state: "deactivated" }, { kind: "done" }],
    ["deactivate", { state: "destroyed" }, { kind: "done" }],
    ["deactivate", { state: "gone" }, { kind: "done" }],
    ["deactivate", { state: "pre_activation" }, { kind: "not_planned" }],
    ["deactivate", { isKms: true }, { kind: "not_planned" }],
    ["deactivate", { state: "other", unsigned: ["o"] }, { kind: "impossible" }],
    ["deactivate", { ending: "none" }, { kind: "not_planned" }],
    ["deactivate", { isNarrowed: true, gaps: ["reason_missing"] }, { kind: "narrowed" }],
    ["destroy", { isNarrowed: true, state: "deactivated", deactivatedAtMs: 1 }, { kind: "narrowed" }],
    ["deactivate", { ending: "deactivate", unsigned: ["o"] }, { kind: "open" }],
    ["deactivate", { unsigned: ["o"] }, { kind: "not_signed_off", owners: ["o"] }],
    ["deactivate", { gaps: ["reason_missing"] }, { kind: "incomplete" }],
    ["deactivate", { isChanged: true }, { kind: "changed" }],
    ["deactivate", { isDeclared: true }, { kind: "declared" }],
    ["deactivate", { isInUse: true }, { kind: "in_use" }],
    ["destroy", {}, { kind: "not_deactivated" }],
    ["destroy", { ending: "deactivate", state: "deactivated" }, { kind: "not_planned" }],
    ["destroy", { state: "pre_activation" }, { kind: "open" }],
    ["destroy", { isKms: true }, { kind: "open" }],
    ["destroy", { state: "deactivated", deactivatedAtMs: 899 }, { kind: "open" }],
    ["destroy", { state: "deactivated", deactivatedAtMs: 900 }, { kind: "soaking", untilMs: 1_000 }],
    ["destroy", { state: "deactivated" }, { kind: "soaking", untilMs: 1_100 }],
    ["destroy", { state: "deactivated", windowFault: "kms_window_expired" }, { kind: "kms_window_expired" }],
    ["destroy", { state: "deactivated", windowFault: "kms_setter_unknown", isHeld: true }, { kind: "held" }],
    ["destroy", { state: "destroyed" }, { kind: "done" }],
  ] as const)("%s with %j: %j", (step, over, expected) => {
    expect(keyGate(aKey(over), step, 1_000)).toMatchObject(expected);
  });

  test("that is held takes no step, whatever else is true", () => {
    for (const step of ["deactivate", "destroy"] as const) {
      for (const state of ["pre_activation", "active", "deactivated", "other"] as const) {
        for (const ending of ["none", "deactivate", "destroy"] as const) {
          const gate = keyGate(aKey({ state, ending, isHeld: true }), step, 1_000).kind;
          expect(gate === "held" || gate === "done", `${step} ${state} ${ending}`).toBe(true);
        }
      }
    }
  });

  test.each([
    ["deactivate", {}, true],
    ["deactivate", { state: "pre_activation" }, false],
    ["deactivate", { isKms: true }, false],
    ["deactivate", { isHeld: true }, false],
    ["deactivate", { isNarrowed: true }, true],
    ["deactivate", { ending: "none" }, false],
    ["deactivate", { state: "other" }, false],
    ["destroy", {}, true],
    ["destroy", { ending: "deactivate" }, false],
    ["destroy", { state: "destroyed" }, false],
  ] as const)("needs %s with %j: %s", (step, over, expected) => {
    expect(isStepDue(aKey(over), step)).toBe(expected);
  });

  test("that passes its gate needs the step", () => {
    for (const step of ["deactivate", "destroy"] as const) {
      for (const state of ["pre_activation", "active", "deactivated", "destroyed", "gone", "other"] as const) {
        for (const ending of ["none", "deactivate", "destroy"] as const) {
          for (const isKms of [false, true]) {
            const key = aKey({ state, ending, isKms, deactivatedAtMs: 0 });
            if (keyGate(key, step, 1_000).kind === "open") expect(isStepDue(key, step)).toBe(true);
          }
        }
      }
    }
  });
});

describe("the breaker", () => {
  const aBreaker = (over: Partial<WaveFailures> = {}): WaveFailures => ({
    campaign: "eol",
    wave: "main",
    step: "deactivate",
    failures: [],
    maxFailures: 1,
    resumed: [],
    ...over,
  });
  test.each([
    ["lets 1 % go alone", 500, 0, 5],
    ["lets the rest of them go", 500, 3, 2],
    ["then lets all others go", 500, 5, 495],
    ["lets one go if the set is small", 20, 0, 1],
    ["has nothing left", 500, 500, 0],
  ] as const)("%s", (_, keys, acted, expected) => {
    expect(mayActOn({ keys, acted })).toBe(expected);
  });

  test("counts a key of the sample only if the reviewer took its step since the review", () => {
    const since = { reviewer: "alice", sinceMs: 10_500 };
    expect(isInSample({ by: "alice", atMs: 10_000 }, since)).toBe(true);
    for (const write of [
      { by: "bob", atMs: 20_000 },
      { by: "alice", atMs: 9_000 },
      { by: "alice" },
      { atMs: 20_000 },
    ]) {
      expect(isInSample(write, since)).toBe(false);
    }
  });

  test("tolerates maxFailures", () => {
    expect(breakerOf(aBreaker({ failures: ["k1", "k1"] }), sha256)).toEqual({ kind: "closed" });
  });

  test("stops after more failures, in any order and in every clone", () => {
    const stopped = breakerOf(aBreaker({ failures: ["k2", "k1"] }), sha256);
    expect(stopped).toMatchObject({ kind: "stopped", failures: ["k1", "k2"] });
    expect(breakerOf(aBreaker({ failures: ["k1", "k2"] }), sha256)).toEqual(stopped);
  });

  test("resumes for the digest of this stop, and stops again at a further failure", () => {
    const stopped = breakerOf(aBreaker({ failures: ["k1", "k2"] }), sha256);
    const resumed = stopped.kind === "stopped" ? [stopped.digest] : [];
    expect(breakerOf(aBreaker({ failures: ["k1", "k2"], resumed }), sha256).kind).toBe("closed");
    expect(breakerOf(aBreaker({ failures: ["k1", "k2", "k3"], resumed }), sha256).kind).toBe("stopped");
    expect(breakerOf(aBreaker({ wave: "other", failures: ["k1", "k2"], resumed }), sha256).kind).toBe("stopped");
  });
});

describe("a rollback", () => {
  const reviewedAtMs = 1_000_000;
  const review = { reviewer: alice.iamId ?? "", requester: bob.iamId ?? "", reviewedAtMs };
  const aRollback = (over: Partial<RollbackCandidate> = {}): RollbackCandidate => ({
    state: "deactivated",
    updatedBy: alice,
    updatedAtMs: reviewedAtMs + 60_000,
    reviews: [review],
    ...over,
  });
  test.each([
    ["by the reviewer after the review", {}, { kind: "proven" }],
    ["by the requester, on the reviewer's answer", { updatedBy: bob }, { kind: "proven" }],
    ["at the second of the review", { updatedAtMs: reviewedAtMs - 999 }, { kind: "proven" }],
    ["by another person", { updatedBy: carol }, { kind: "written_since", by: carol }],
    [
      "by an identity that the service does not name",
      { updatedBy: undefined, updatedAtMs: undefined },
      { kind: "written_since" },
    ],
    ["by an identity without an ID", { updatedBy: { mark: "m" } }, { kind: "written_since" }],
    ["before the review", { updatedAtMs: reviewedAtMs - 1_001 }, { kind: "written_since" }],
    ["long after the review", { updatedAtMs: reviewedAtMs + 9 * dayMs }, { kind: "written_since" }],
    ["of a key that no review lists", { reviews: [] }, { kind: "left", why: "never_reviewed" }],
    ["of an active key", { state: "active" }, { kind: "left", why: "not_deactivated" }],
    ["of a destroyed key", { state: "destroyed" }, { kind: "left", why: "destroyed" }],
    ["of a compromised key", { state: "destroyed_compromised" }, { kind: "left", why: "destroyed" }],
  ] as const)("of a last write %s", (_, over, expected) => {
    expect(proveRollback(aRollback(over))).toMatchObject(expected);
  });
});

describe("the people", () => {
  const person = (name: string, steps: ExpectedPerson["steps"], away: ExpectedPerson["away"] = []): ExpectedPerson => ({
    iamId: identityOf(name).iamId ?? "",
    steps,
    away,
  });
  const periods = [{ fromMs: 100, untilMs: 200 }];
  test.each([
    ["no person is named", [], "no_pair"],
    ["one person does both", [person("a", ["request", "destroy"])], "no_pair"],
    ["only one can destroy", [person("a", ["request"]), person("b", ["destroy"])], "one_actor"],
    ["two can destroy", [person("a", ["request", "destroy"]), person("b", ["request", "destroy"])], undefined],
    [
      "one of them is away all the time",
      [person("a", ["request", "destroy"], [{ fromMs: 0, untilMs: 200 }]), person("b", ["request", "destroy"])],
      "no_pair",
    ],
    [
      "one of them is away for a part",
      [person("a", ["request", "destroy"], [{ fromMs: 0, untilMs: 199 }]), person("b", ["request", "destroy"])],
      undefined,
    ],
  ])("%s", (_, people, expected) => {
    expect(peopleGap(people, "destroy", periods)).toEqual(expected);
  });

  describe("on the days on which the calendar allows the step", () => {
    const both = ["request", "destroy"] as const;
    const days = (...numbers: readonly number[]) =>
      numbers.map((number) => ({ fromMs: number * dayMs, untilMs: (number + 1) * dayMs }));
    const away = (from: number, to: number) => [{ fromMs: from * dayMs, untilMs: (to + 1) * dayMs }];
    test.each([
      ["two people who are never here in the same week", [1, 2, 20, 21], away(20, 30), away(0, 10), "no_pair"],
      ["a request that has not expired when the other person is back", [1, 7], away(7, 7), away(1, 6), undefined],
      ["a request that has expired by then", [1, 9], away(9, 9), away(1, 8), "no_pair"],
      ["a day on which both are here", [1, 2, 3], away(1, 2), away(1, 1), undefined],
      ["leave on every day that is not blacked out", [1, 9], away(1, 1).concat(away(9, 9)), [], "no_pair"],
    ] as const)("%s", (_, open, awayOfOne, awayOfOther, expected) => {
      const people = [person("a", both, awayOfOne), person("b", both, awayOfOther)];
      const gap = peopleGap(people, "destroy", days(...open));
      if (expected === undefined) expect(gap).not.toBe("no_pair");
      else expect(gap).toEqual(expected);
    });
  });
});

test.each([
  [{ state: "gone" }, "removed"],
  [{ state: "gone", isHeld: true }, "removed"],
  [{ state: "destroyed" }, "destroyed"],
  [{ state: "destroyed", isMaterialUncertain: true }, "open"],
  [{ state: "destroyed", isMaterialUncertain: true, materialGoneMs: 10 }, "open"],
  [{ state: "destroyed", materialGoneMs: 10 }, "pending_destruction"],
  [{ state: "destroyed", materialGoneMs: 99 }, "pending_destruction"],
  [{ state: "destroyed", materialGoneMs: 100 }, "proof_by_provider"],
  [{ isHeld: true }, "held"],
  [{ class: "leave", ending: "none", hasCopyOutside: true }, "lives_on"],
  [{ class: "leave", ending: "none" }, "ends_with_instance"],
  [{ class: "leave", ending: "none", isKms: true }, "ends_with_instance"],
  [{ class: "leave", ending: "none", isHeld: true }, "held"],
  [{ class: "keep", ending: "none" }, "kept"],
  [{ ending: "deactivate", state: "deactivated" }, "deactivated"],
  [{ ending: "deactivate", state: "pre_activation" }, "deactivated"],
  [{ ending: "deactivate" }, "open"],
  [{}, "open"],
] as const)("a key with %j has the one outcome %s", (over, expected) => {
  const own = { class: "destroy", ending: "destroy", state: "active", isHeld: false, hasCopyOutside: false } as const;
  expect(outcomeOf({ ...own, ...over }, { deadlineMs: 100, instanceEnds: true })).toBe(expected);
});

test("a key that is left stays if its instance does not end", () => {
  const key = { class: "leave", ending: "none", state: "active", isHeld: false } as const;
  for (const hasCopyOutside of [true, false]) {
    expect(outcomeOf({ ...key, hasCopyOutside }, { deadlineMs: 100, instanceEnds: false })).toBe("left");
  }
});

import { describe, expect, test } from "vitest";
import { breakerOf, callsLeftInSample, type WaveFailures } from "../../../provider/campaign/rules/breaker.ts";
import { dayMs, keyClasses } from "../../../provider/campaign/rules/campaign.ts";
import {
  isStepDue,
  type KeySituation,
  keyGate,
  type WaveSituation,
  waveGate,
} from "../../../provider/campaign/rules/gates.ts";
import { outcomeOf } from "../../../provider/campaign/rules/outcomes.ts";
import { proveRollback, type RollbackCandidate } from "../../../provider/campaign/rules/rollback.ts";
import type { Timing } from "../../../provider/campaign/rules/schedule.ts";
import { alice, carol, sha256 } from "../../support/builders.ts";

const freeze = { fromMs: 0, untilMs: dayMs, reason: "freeze" } as const;
const aWave = (over: Partial<WaveSituation> = {}): WaveSituation => ({
  wave: { after: [] },
  unfinished: new Set(),
  differences: [],
  isStopped: false,
  blackouts: [],
  nowMs: 10,
  ...over,
});

describe("a wave", () => {
  test.each([
    ["may act", {}, { kind: "open" }],
    ["is stopped", { isStopped: true, blackouts: [freeze] }, { kind: "stopped" }],
    [
      "differs from the manifest",
      { differences: ["soak"], isStopped: true },
      { kind: "differs", differences: ["soak"] },
    ],
    [
      "waits for an earlier wave",
      { wave: { after: ["a", "b"] }, unfinished: new Set(["b"]) },
      { kind: "after", waves: ["b"] },
    ],
    ["does not wait for a finished wave", { wave: { after: ["a"] } }, { kind: "open" }],
    ["is in a blackout", { blackouts: [freeze] }, { kind: "blackout", blackout: freeze, untilMs: dayMs }],
    [
      "is in a blackout that another one follows",
      { blackouts: [{ ...freeze, fromMs: dayMs, untilMs: 3 * dayMs }, freeze] },
      { kind: "blackout", blackout: freeze, untilMs: 3 * dayMs },
    ],
  ] as const)("%s", (_, over, expected) => {
    expect(waveGate(aWave(over))).toMatchObject(expected);
  });
});

const aKey = (over: Partial<KeySituation> = {}): KeySituation => ({
  state: "active",
  isKms: false,
  class: "destroy",
  isHeld: false,
  isNarrowed: false,
  gaps: [],
  isChanged: false,
  isDeclared: false,
  isInUse: false,
  opensWindow: false,
  soakMs: 100,
  ...over,
});

const atMs = (nowMs: number, over: Partial<Timing> = {}): Timing => ({ nowMs, blackouts: [], ...over });

describe("a key", () => {
  test.each([
    ["deactivate", {}, { kind: "open" }],
    ["deactivate", { state: "deactivated" }, { kind: "done" }],
    ["deactivate", { state: "destroyed" }, { kind: "done" }],
    ["deactivate", { state: "gone" }, { kind: "done" }],
    ["deactivate", { state: "pre_activation" }, { kind: "not_planned" }],
    ["deactivate", { isKms: true }, { kind: "not_planned" }],
    ["deactivate", { state: "other" }, { kind: "impossible" }],
    ["deactivate", { class: "leave" }, { kind: "not_planned" }],
    ["deactivate", { isNarrowed: true, gaps: ["reason_missing"] }, { kind: "narrowed" }],
    ["destroy", { isNarrowed: true, state: "deactivated", deactivatedAtMs: 1 }, { kind: "narrowed" }],
    ["deactivate", { gaps: ["reason_missing"] }, { kind: "incomplete" }],
    ["deactivate", { isChanged: true }, { kind: "changed" }],
    ["deactivate", { isDeclared: true }, { kind: "declared" }],
    ["deactivate", { isInUse: true }, { kind: "in_use" }],
    ["destroy", {}, { kind: "not_deactivated" }],
    ["destroy", { class: "leave", state: "deactivated" }, { kind: "not_planned" }],
    ["destroy", { state: "pre_activation" }, { kind: "open" }],
    ["destroy", { isKms: true }, { kind: "open" }],
    ["destroy", { state: "deactivated", deactivatedAtMs: 899 }, { kind: "open" }],
    ["destroy", { state: "deactivated", deactivatedAtMs: 900 }, { kind: "soaking", untilMs: 1_000 }],
    ["destroy", { state: "deactivated" }, { kind: "soaking", untilMs: 1_100 }],
    ["destroy", { state: "deactivated", windowFault: "kms_window_expired" }, { kind: "kms_window_expired" }],
    ["destroy", { state: "deactivated", windowFault: "kms_setter_unknown", isHeld: true }, { kind: "held" }],
    ["destroy", { state: "destroyed" }, { kind: "done" }],
  ] as const)("%s with %j: %j", (step, over, expected) => {
    expect(keyGate(aKey(over), step, atMs(1_000))).toMatchObject(expected);
  });

  test("that is held takes no step, whatever else is true", () => {
    for (const step of ["deactivate", "destroy"] as const) {
      for (const state of ["pre_activation", "active", "deactivated", "other"] as const) {
        for (const keyClass of keyClasses) {
          const gate = keyGate(aKey({ state, class: keyClass, isHeld: true }), step, atMs(1_000)).kind;
          expect(gate === "held" || gate === "done", `${step} ${state} ${keyClass}`).toBe(true);
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
    ["deactivate", { class: "leave" }, false],
    ["deactivate", { state: "other" }, false],
    ["destroy", {}, true],
    ["destroy", { state: "destroyed" }, false],
  ] as const)("needs %s with %j: %s", (step, over, expected) => {
    expect(isStepDue(aKey(over), step)).toBe(expected);
  });

  test("that passes its gate needs the step", () => {
    for (const step of ["deactivate", "destroy"] as const) {
      for (const state of ["pre_activation", "active", "deactivated", "destroyed", "gone", "other"] as const) {
        for (const keyClass of keyClasses) {
          for (const isKms of [false, true]) {
            const key = aKey({ state, class: keyClass, isKms, deactivatedAtMs: 0 });
            if (keyGate(key, step, atMs(1_000)).kind === "open") expect(isStepDue(key, step)).toBe(true);
          }
        }
      }
    }
  });
});

describe("a key whose deactivation opens a KMS window, which lasts 7 days", () => {
  const nowMs = 100 * dayMs;
  const closedFor = (fromDays: number, days: number) => ({
    fromMs: nowMs + fromDays * dayMs,
    untilMs: nowMs + (fromDays + days) * dayMs,
    reason: "freeze",
  });
  const gateWith = (soakDays: number, ...blackouts: ReturnType<typeof closedFor>[]) =>
    keyGate(aKey({ opensWindow: true, soakMs: soakDays * dayMs }), "deactivate", atMs(nowMs, { blackouts }));

  test.each([
    ["is deactivated if the destruction is allowed within 6 days", gateWith(6), { kind: "open" }],
    ["is deactivated before a short blackout", gateWith(1, closedFor(1, 4)), { kind: "open" }],
    ["is not deactivated with a longer soak", gateWith(7), { kind: "window_ends_in_soak" }],
    [
      "waits where a blackout lasts beyond the window",
      gateWith(1, closedFor(1, 10)),
      { kind: "window_ends_early", untilMs: nowMs + 11 * dayMs },
    ],
    [
      "waits until a window that opens lasts a day longer than the blackout",
      gateWith(5, closedFor(4, 4)),
      { kind: "window_ends_early", untilMs: nowMs + 2 * dayMs },
    ],
    [
      "waits for a wave that is destroyed before it",
      keyGate(
        aKey({ opensWindow: true, soakMs: dayMs }),
        "deactivate",
        atMs(nowMs, { ready: { destroy: nowMs + 8 * dayMs } }),
      ),
      { kind: "window_ends_early", untilMs: nowMs + 2 * dayMs },
    ],
  ] as const)("%s", (_, gate, expected) => {
    expect(gate).toMatchObject(expected);
  });

  test("is destroyed without this gate, and another key is deactivated without it", () => {
    const blackouts = [closedFor(1, 10)];
    const destroyed = aKey({ opensWindow: true, state: "deactivated", deactivatedAtMs: 0 });
    expect(keyGate(destroyed, "destroy", atMs(nowMs, { blackouts }))).toEqual({ kind: "open" });
    const other = aKey({ soakMs: 30 * dayMs });
    expect(keyGate(other, "deactivate", atMs(nowMs, { blackouts }))).toEqual({ kind: "open" });
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
    ["lets 1 % go alone", 500, 0, 0, 5],
    ["counts calls, whatever their results", 500, 3, 0, 2],
    ["ends after a success", 500, 5, 1, 0],
    ["lets one more call follow if the service refused all of them", 500, 5, 0, 1],
    ["ends after three more calls without a success", 500, 8, 0, 0],
    ["lets one go if the set is small", 20, 0, 0, 1],
    ["makes no call for no key", 0, 0, 0, 0],
  ] as const)("%s", (_, keys, calls, successes, expected) => {
    expect(callsLeftInSample({ keys, calls, successes })).toBe(expected);
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
  const atMs = 1_000_000;
  const mark = { name: "eol", wave: "pilot", line: "0".repeat(32) };
  const aRollback = (over: Partial<RollbackCandidate> = {}): RollbackCandidate => ({
    state: "deactivated",
    updatedBy: alice,
    updatedAtMs: atMs,
    record: { step: "deactivate", campaign: mark },
    binds: false,
    wave: mark,
    noted: { by: alice.iamId ?? "", atMs },
    ...over,
  });
  const written = { kind: "written_since" };
  test.each([
    ["that the record and the evidence prove", {}, { kind: "proven" }],
    ["within the seconds to which the service rounds", { updatedAtMs: atMs - 2_000 }, { kind: "proven" }],
    ["soon after the read that the evidence dates", { updatedAtMs: atMs + 60_000 }, { kind: "proven" }],
    [
      "with a request to destroy of this wave",
      { record: { step: "destroy", campaign: mark }, binds: true, noted: undefined },
      { kind: "proven" },
    ],
    ["with a request to destroy that binds no longer", { record: { step: "destroy", campaign: mark } }, written],
    ["by another person", { updatedBy: carol }, { kind: "written_since", by: carol }],
    ["by an identity that the service does not name", { updatedBy: undefined, updatedAtMs: undefined }, written],
    ["by an identity without an ID", { updatedBy: { mark: "m" } }, written],
    ["before the deactivation in the evidence", { updatedAtMs: atMs - 2_001 }, written],
    ["long after the deactivation in the evidence", { updatedAtMs: atMs + 60_001 }, written],
    ["of a record without a mark", { record: { step: "deactivate" } }, written],
    ["of a record of another wave", { record: { step: "deactivate", campaign: { ...mark, wave: "main" } } }, written],
    ["of another campaign", { record: { step: "deactivate", campaign: { ...mark, name: "x" } } }, written],
    ["of a key without a record", { record: undefined }, written],
    ["of a key that no evidence names", { noted: undefined }, { kind: "left", why: "not_deactivated_here" }],
    ["of an active key", { state: "active" }, { kind: "left", why: "not_deactivated" }],
    ["of a destroyed key", { state: "destroyed" }, { kind: "left", why: "destroyed" }],
    ["of a compromised key", { state: "destroyed_compromised" }, { kind: "left", why: "destroyed" }],
  ] as const)("of a last write %s", (_, over, expected) => {
    expect(proveRollback(aRollback(over))).toMatchObject(expected);
  });
});

test.each([
  [{ state: "gone" }, "removed"],
  [{ state: "gone", isHeld: true }, "removed"],
  [{ state: "gone", isRecorded: true }, "removal_recorded"],
  [{ state: "destroyed", isEndUnasked: true }, "destruction_listed"],
  [{ state: "destroyed", isEndUnasked: true, materialGoneMs: 10 }, "pending_destruction"],
  [{ state: "destroyed" }, "destroyed"],
  [{ state: "destroyed", isMaterialUncertain: true }, "open"],
  [{ state: "destroyed", isMaterialUncertain: true, materialGoneMs: 10 }, "open"],
  [{ state: "destroyed", materialGoneMs: 10 }, "pending_destruction"],
  [{ state: "destroyed", materialGoneMs: 99 }, "pending_destruction"],
  [{ state: "destroyed", materialGoneMs: 100 }, "proof_by_provider"],
  [{ isHeld: true }, "held"],
  [{ class: "leave", hasCopyOutside: true }, "lives_on"],
  [{ class: "leave" }, "ends_with_instance"],
  [{ class: "leave", isKms: true }, "ends_with_instance"],
  [{ class: "leave", isHeld: true }, "held"],
  [{ state: "deactivated" }, "open"],
  [{}, "open"],
] as const)("a key with %j has the one outcome %s", (over, expected) => {
  const own = { class: "destroy", state: "active", isHeld: false, isRecorded: false, hasCopyOutside: false } as const;
  expect(outcomeOf({ ...own, ...over }, { deadlineMs: 100, instanceEnds: true })).toBe(expected);
});

test("a key that is left stays if its instance does not end", () => {
  const key = { class: "leave", state: "active", isHeld: false, isRecorded: false } as const;
  for (const hasCopyOutside of [true, false]) {
    expect(outcomeOf({ ...key, hasCopyOutside }, { deadlineMs: 100, instanceEnds: false })).toBe("left");
  }
});

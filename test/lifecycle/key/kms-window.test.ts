import { describe, expect, it } from "vitest";
import {
  kmsWindowMs,
  prepareWindows,
  stepToCloseWindow,
  windowFault,
  windowMustLastMs,
  windowSetter,
} from "../../../provider/lifecycle/key/kms-window.ts";
import type { KeyRun } from "../../../provider/lifecycle/key/plan.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeyWith,
  alice,
  anActor,
  aRecord,
  aRun,
  bob,
  carol,
  carrying,
  dayMs,
  hourMs,
  nowMs,
  taken,
  windowOpening,
} from "../../support/builders.ts";

const dual = (over: Parameters<typeof aBackingKey>[0] = {}) => aBackingKey({ dualAuthDelete: true, ...over });

describe("prepareWindows", () => {
  const prepare = (backingKeys: KeyObservation["backingKeys"], run: Partial<KeyRun> = {}) =>
    prepareWindows(aKey({ backingKeys }), aRun(run), nowMs);
  const own = taken(windowOpening);

  it("has nothing to do without KMS dual authorization", () => {
    expect(prepare([])).toBeUndefined();
    expect(prepare([aBackingKey({ state: "suspended" })])).toBeUndefined();
  });

  it.each([
    [windowMustLastMs, undefined],
    [windowMustLastMs - 1, { step: { kind: "unset_for_deletion", kmsKeyId: "kms-1" } }],
  ])("requires its own window to outlast the cool-down by a day: %i ms left", (leftMs, expected) => {
    expect(windowMustLastMs).toBe(28 * hourMs);
    expect(prepare([dual({ windowEndsAtMs: nowMs + leftMs })], own)).toEqual(expected);
  });

  it("goes through several backing keys, one call after the other", () => {
    const ready = dual({ windowEndsAtMs: nowMs + kmsWindowMs });
    expect(prepare([ready, dual({ kmsKeyId: "kms-2" })], own)).toEqual({
      step: { kind: "set_for_deletion", kmsKeyId: "kms-2" },
    });
    expect(
      prepare([ready, { ...ready, kmsKeyId: "kms-2" }], taken(windowOpening, { ...windowOpening, kmsKeyId: "kms-2" })),
    ).toBeUndefined();
  });
});

describe("stepToCloseWindow", () => {
  it("is the first live window on an active backing key", () => {
    const backingKeys = [
      dual({ kmsKeyId: "a" }),
      dual({ kmsKeyId: "b", state: "suspended", windowEndsAtMs: nowMs + 1 }),
      dual({ kmsKeyId: "c", windowEndsAtMs: nowMs + 1 }),
    ];
    expect(stepToCloseWindow(aKey({ backingKeys }), nowMs)).toEqual({ kind: "unset_for_deletion", kmsKeyId: "c" });
    expect(stepToCloseWindow(aKey({ backingKeys: backingKeys.slice(0, 2) }), nowMs)).toBeUndefined();
  });
});

describe("windowSetter", () => {
  const beganAtMs = nowMs - hourMs;
  const backingKeys = [dual({ state: "suspended", windowEndsAtMs: beganAtMs + kmsWindowMs })];
  const requestWith = (over: Parameters<typeof aRecord>[0] = {}) =>
    aRecord({ step: "destroy", kmsSetter: bob, writtenAtMs: beganAtMs + 5000, ...over });
  const used = aRecord({ writtenAtMs: beganAtMs - hourMs });
  const crashed = (over: Partial<KeyObservation> = {}) =>
    aKeyWith(used, { state: "deactivated", updatedBy: bob, updatedAtMs: beganAtMs, backingKeys, ...over });

  it("is undefined if KMS does not require a second person", () => {
    expect(windowSetter(aKeyWith(requestWith()), aRun(), nowMs)).toBeUndefined();
  });

  it("is the actor if this run set the window, whatever a record names", () => {
    const run = aRun({ actor: anActor(alice), ...taken(windowOpening) });
    expect(windowSetter(aKeyWith(requestWith(), { backingKeys }), run, nowMs)).toEqual(alice);
  });

  it("is the person whom the record of that window names, whether the record still binds or not", () => {
    expect(windowSetter(aKeyWith(requestWith(), { backingKeys, updatedBy: carol }), aRun(), nowMs)).toEqual(bob);
  });

  it.each([
    [10_000, bob],
    [10_001, undefined],
  ])("is undefined if the window began %i ms after the record was written", (laterMs, expected) => {
    const key = aKeyWith(requestWith({ writtenAtMs: beganAtMs - laterMs }), { backingKeys, updatedBy: carol });
    expect(windowSetter(key, aRun(), nowMs)).toEqual(expected);
  });

  it.each([
    [10_000, bob],
    [-10_000, bob],
    [10_001, undefined],
    [-10_001, undefined],
  ])("is the last writer after a crash, if the window began within 10 s of that write: %i ms", (apartMs, expected) => {
    expect(windowSetter(crashed({ updatedAtMs: beganAtMs + apartMs }), aRun(), nowMs)).toEqual(expected);
  });

  it.each([
    [-10_000, bob],
    [-10_001, undefined],
  ])(
    "is no person named by a text with a date after the last write, if the window began later: %i ms",
    (apartMs, expected) => {
      const updatedAtMs = beganAtMs + apartMs;
      const planted = { kmsSetter: bob, deactivatedAtMs: beganAtMs + dayMs };
      const base = { backingKeys, updatedBy: carol, updatedAtMs };
      expect(windowSetter(aKeyWith(requestWith({ writtenAtMs: beganAtMs + dayMs }), base), aRun(), nowMs)).toEqual(
        expected,
      );
      expect(windowSetter(aKey({ ...base, state: "deactivated", note: planted }), aRun(), nowMs)).toEqual(expected);
    },
  );

  it("is the person whom the note of that deactivation names, after a write that dropped the record", () => {
    const noted = (deactivatedAtMs: number) =>
      crashed({ carried: { kind: "none" }, updatedBy: carol, note: { deactivatedAtMs, kmsSetter: alice } });
    expect(windowSetter(noted(beganAtMs), aRun(), nowMs)).toEqual(alice);
    const earlier = carrying(requestWith({ writtenAtMs: beganAtMs - hourMs }));
    expect(windowSetter({ ...noted(beganAtMs), carried: earlier }, aRun(), nowMs)).toEqual(alice);
    expect(windowSetter(noted(beganAtMs - 10_001), aRun(), nowMs)).toBeUndefined();
  });

  it.each([
    [10_000, alice],
    [-10_000, alice],
    [10_001, undefined],
    [-10_001, undefined],
  ])("is the writer of the noted deactivation, if the window began within 10 s of it: %i ms", (apartMs, expected) => {
    const note = { deactivatedAtMs: beganAtMs + apartMs, deactivatedBy: alice };
    const key = crashed({ carried: { kind: "none" }, updatedBy: carol, updatedAtMs: nowMs, note });
    expect(windowSetter(key, aRun(), nowMs)).toEqual(expected);
    // A record of the deactivation that came later than the note is not the one that was used.
    expect(windowSetter({ ...key, carried: carrying(used) }, aRun(), nowMs)).toBeUndefined();
  });

  it("is undefined if the used record is gone: the last write was then not the deactivation", () => {
    expect(windowSetter(crashed({ carried: { kind: "none" } }), aRun(), nowMs)).toBeUndefined();
    const { kmsSetter: _unknown, ...silent } = requestWith();
    expect(windowSetter(crashed({ carried: carrying(silent) }), aRun(), nowMs)).toBeUndefined();
  });

  it("is undefined if no window is set, the window has ended, or the last write has no time", () => {
    expect(windowSetter(crashed({ backingKeys: [dual({ state: "suspended" })] }), aRun(), nowMs)).toBeUndefined();
    expect(windowSetter(crashed(), aRun(), beganAtMs + kmsWindowMs)).toBeUndefined();
    const { updatedAtMs: _time, ...timeless } = crashed();
    expect(windowSetter(timeless, aRun(), nowMs)).toBeUndefined();
    expect(dayMs).toBe(86_400_000);
  });

  it("is not the person whom a record names if no window is set", () => {
    const closed = [dual({ state: "suspended" })];
    expect(
      windowSetter(aKeyWith(requestWith(), { backingKeys: closed, updatedBy: carol }), aRun(), nowMs),
    ).toBeUndefined();
  });

  it("is missed only on a deactivated key that KMS protects, and an expired window is another fault", () => {
    const unknown = crashed({ carried: { kind: "none" } });
    expect(windowFault(unknown, nowMs)).toEqual({ guard: "kms_setter_unknown" });
    expect(windowFault(unknown, beganAtMs + kmsWindowMs)).toEqual({
      guard: "kms_window_expired",
      windowEndsAtMs: beganAtMs + kmsWindowMs,
    });
    expect(windowFault(crashed(), nowMs)).toBeUndefined();
    expect(windowFault({ ...unknown, state: "active" }, nowMs)).toBeUndefined();
    expect(windowFault({ ...unknown, backingKeys: [] }, nowMs)).toBeUndefined();
  });
});

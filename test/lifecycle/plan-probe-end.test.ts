import { describe, expect, it } from "vitest";
import { keyStates } from "../../provider/lifecycle/managed-key-states.ts";
import type { KeyObservation } from "../../provider/lifecycle/observation.ts";
import { type ProbeKey, planProbeEnd } from "../../provider/lifecycle/plan-probe-end.ts";
import { aBackingKey, aKey, aRun, nowMs } from "../support/builders.ts";

const fresh = aKey({ state: "pre_activation" });
const run = aRun({ intent: "resume" });
const probe: ProbeKey = {
  keyId: fresh.facts.keyId,
  label: fresh.facts.label,
  isActivated: false,
  writers: [fresh.updatedBy].flatMap((writer) => writer ?? []),
};
const plan = (key: KeyObservation, over: Partial<ProbeKey> = {}) =>
  planProbeEnd(key, { ...probe, ...over }, run, nowMs);
const unused = { use: { kind: "known", count: 0, retainedBy: [] } } as const;

it("deletes its own key, which was never active", () => {
  expect(plan(fresh)).toEqual({ kind: "ready", step: { kind: "destroy" } });
  expect(plan({ ...fresh, marker: "single" })).toEqual({ kind: "ready", step: { kind: "destroy" } });
});

it("deactivates its own key, which it activated and which nothing uses", () => {
  const key = aKey({ state: "active", ...unused });
  expect(plan(key, { isActivated: true })).toEqual({ kind: "ready", step: { kind: "deactivate" } });
});

it("destroys this key in a later run", () => {
  const key = aKey({ state: "deactivated", ...unused });
  expect(plan(key, { isActivated: true })).toEqual({ kind: "ready", step: { kind: "destroy" } });
});

describe("does not change", () => {
  it.each(keyStates.filter((state) => state !== "pre_activation" && state !== "destroyed"))(
    "a key in %s that the probe did not activate",
    (state) => {
      expect(plan(aKey({ state, ...unused }))).toEqual({ kind: "done" });
    },
  );

  it.each(keyStates.filter((state) => /compromised/.test(state)))("a key in %s", (state) => {
    expect(plan(aKey({ state, ...unused }), { isActivated: true })).toEqual({ kind: "done" });
  });

  it.each([
    ["is used", { use: { kind: "known", count: 1, retainedBy: [] } }],
    ["may be used, because its use cannot be read", { use: { kind: "unreadable", reason: "403" } }],
    ["another person created", { ...unused, createdBy: { iamId: "IBMid-550000MALLORY", mark: "f".repeat(16) } }],
    ["another person changed", { ...unused, updatedBy: { iamId: "IBMid-550000MALLORY", mark: "f".repeat(16) } }],
  ] as const)("an active key of its own that %s", (_what, over) => {
    for (const state of ["active", "deactivated"] as const) {
      expect(plan(aKey({ state, ...over }), { isActivated: true })).toEqual({ kind: "done" });
    }
  });

  it("a key that the second person of the run created", () => {
    const second = { iamId: "IBMid-550000MALLORY", mark: "f".repeat(16) };
    const over = { writers: [...probe.writers, second] };
    expect(plan({ ...fresh, updatedBy: second }, over)).toMatchObject({ kind: "ready" });
    expect(plan({ ...fresh, createdBy: second }, over)).toEqual({ kind: "done" });
  });

  it.each([{ keyId: "another" }, { label: "payroll, renamed" }, { version: 2 }])(
    "a key that is not its own: %j",
    (facts) => {
      expect(plan({ ...fresh, facts: { ...fresh.facts, ...facts } })).toEqual({ kind: "done" });
    },
  );
});

describe("takes no step if any setting requires two people", () => {
  it.each([
    ["a marker on the key", { marker: "both" }],
    ["a marker for destroy", { marker: "destroy" }],
    ["a backing key under KMS dual authorization", { backingKeys: [aBackingKey({ dualAuthDelete: true })] }],
  ] as const)("%s", (_what, over) => {
    expect(plan({ ...fresh, ...over })).toMatchObject({ kind: "waitingForRequest" });
  });
});

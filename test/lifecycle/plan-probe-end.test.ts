import { describe, expect, it } from "vitest";
import { keyStates } from "../../provider/lifecycle/managed-key-states.ts";
import type { KeyObservation } from "../../provider/lifecycle/observation.ts";
import { planProbeEnd } from "../../provider/lifecycle/plan-probe-end.ts";
import { aBackingKey, aKey, aRun, nowMs } from "../support/builders.ts";

const fresh = aKey({ state: "pre_activation" });
const probe = { keyId: fresh.facts.keyId, label: fresh.facts.label };
const plan = (key: KeyObservation) => planProbeEnd(key, probe, aRun({ intent: "resume" }), nowMs);

it("deletes its own key, which was never active", () => {
  expect(plan(fresh)).toEqual({ kind: "ready", step: { kind: "destroy" } });
  expect(plan({ ...fresh, marker: "single" })).toEqual({ kind: "ready", step: { kind: "destroy" } });
});

describe("does not change", () => {
  it.each(keyStates.filter((state) => state !== "pre_activation" && state !== "destroyed"))("a key in %s", (state) => {
    expect(plan(aKey({ state }))).toEqual({ kind: "done" });
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

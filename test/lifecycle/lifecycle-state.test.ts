import { describe, expect, it } from "vitest";
import { isCoolingDown, lifecycleStateOf, lifecycleStates } from "../../provider/lifecycle/lifecycle-state.ts";
import type { KeyObservation } from "../../provider/lifecycle/observation.ts";
import type { Run } from "../../provider/lifecycle/plan.ts";
import { aKey, aKeystoreStatus, aKeyWith, aRecord, aRun, bob, dayMs, hourMs, nowMs } from "../support/builders.ts";

const request = aRecord();
const requestAfter = (deactivatedAgoMs: number) =>
  aRecord({ step: "destroy", deactivatedAtMs: nowMs - deactivatedAgoMs, writtenAtMs: nowMs - 60_000 });
const pending = aKeystoreStatus({ status: "pending_destruction" });

/** Each row also fits every state below its own, as far as possible. */
const golden: readonly (readonly [string, KeyObservation, string, Partial<Run>?])[] = [
  [
    "destroy accepted, one keystore pending",
    aKey({ state: "destroyed", keystores: [aKeystoreStatus({ status: "not_present" }), pending] }),
    "pending_destruction",
  ],
  ["destroyed everywhere", aKey({ state: "destroyed" }), "destroyed"],
  [
    "destroyed everywhere, as a list shows it",
    aKey({ state: "destroyed", keystoresAreLive: false }),
    "pending_destruction",
  ],
  ["destroyed, a keystore without a live status", aKey({ state: "destroyed", keystores: [] }), "pending_destruction"],
  [
    "pending, but out of sync",
    aKey({ state: "destroyed", keystores: [{ ...pending, syncFlag: "error" }] }),
    "pending_destruction",
  ],
  ["deactivated an hour ago, with a binding record", aKeyWith(requestAfter(hourMs)), "cooling_down"],
  [
    "deactivated exactly four hours ago: destroy would still be refused",
    aKeyWith(requestAfter(4 * hourMs)),
    "cooling_down",
  ],
  [
    "deactivated more than four hours ago, with a binding record",
    aKeyWith(requestAfter(4 * hourMs + 1000)),
    "pending_approval",
  ],
  ["deactivated, the record edited away", aKeyWith(requestAfter(5 * hourMs), { updatedBy: bob }), "deactivated"],
  [
    "deactivated in this run",
    aKey({ state: "deactivated", updatedAtMs: nowMs }),
    "cooling_down",
    { deactivatedHere: true },
  ],
  ["deactivated at an unknown time by an unknown caller", aKey({ state: "deactivated" }), "deactivated"],
  ["active, requested", aKeyWith(request), "pending_approval"],
  ["pre-active, requested", aKeyWith(aRecord({ step: "destroy" }), { state: "pre_activation" }), "pending_approval"],
  ["compromised, requested", aKeyWith(request, { state: "compromised" }), "compromised"],
  ["destroyed and compromised", aKey({ state: "destroyed_compromised" }), "compromised"],
  ["active", aKey(), "active"],
  ["pre-active", aKey({ state: "pre_activation" }), "pre_activation"],
  ["active, a expired request", aKeyWith(aRecord({ writtenAtMs: nowMs - 8 * dayMs })), "active"],
  ["in a state that this release does not know", aKeyWith(request, { state: "unrecognized" }), "unrecognized"],
];

describe("lifecycleStateOf", () => {
  it.each(golden.map(([what, key, expected, run]) => ({ what, key, expected, run })))(
    "$what",
    ({ key, expected, run }) => {
      expect(lifecycleStateOf(key, aRun(run ?? {}), nowMs)).toBe(expected);
    },
  );

  it("has a case here for every state that users can see", () => {
    expect(new Set(golden.map((row) => row[2]))).toEqual(new Set(lifecycleStates));
  });
});

it("shows no cool-down if no record notes the deactivation", () => {
  expect(isCoolingDown(aKey({ state: "deactivated", updatedAtMs: nowMs }), aRun(), nowMs)).toBe(false);
});

import { describe, expect, it } from "vitest";
import type { KeyObservation } from "../../provider/lifecycle/observation.ts";
import { findOutsideStep } from "../../provider/lifecycle/outside-step.ts";
import {
  aKey,
  alice,
  anApprovalOf,
  aRecord,
  bob,
  carol,
  carrying,
  dayMs,
  hourMs,
  nowMs,
  pipeline,
} from "../support/builders.ts";

const of = (step: "deactivate" | "destroy", over = {}) => carrying(aRecord({ step, ...over }));
const approved = (requester = alice) => carrying(anApprovalOf(aRecord({ step: "destroy", author: requester })));
const destroyed = { state: "destroyed", updatedBy: bob } as const;
const deactivated = { state: "deactivated", updatedBy: bob } as const;
const note = { deactivatedAtMs: nowMs - dayMs, deactivatedBy: alice };

describe("a step under the rule of two people is not named", () => {
  it.each<readonly [string, Partial<KeyObservation>]>([
    ["the key is active", { state: "active" }],
    ["the key was never active", { state: "pre_activation" }],
    ["another person requested the destruction", { ...destroyed, carried: of("destroy") }],
    [
      "another person approved the destruction that the last writer requested",
      { ...destroyed, updatedBy: alice, carried: approved() },
    ],
    ["another person requested the deactivation", { ...deactivated, carried: of("deactivate") }],
    ["the note has the deactivation, and nothing is requested", { ...deactivated, note }],
    [
      "the request of the destruction knows the deactivation",
      { ...deactivated, carried: of("destroy", { author: bob, deactivatedAtMs: nowMs - hourMs }) },
    ],
    ["the key needs one person", { ...destroyed, marker: "single" }],
    ["the key needs one person for the deactivation", { ...deactivated, marker: "destroy" }],
  ])("%s", (_, over) => {
    expect(findOutsideStep(aKey(over))).toBeUndefined();
  });
});

describe("a step outside the rule is named with the last writer", () => {
  it.each<readonly [string, Partial<KeyObservation>]>([
    ["nothing is on the key", destroyed],
    [
      "the last writer's own request of the destruction is on the key",
      { ...destroyed, carried: of("destroy", { author: bob }) },
    ],
    ["the record is of the deactivation", { ...destroyed, carried: of("deactivate") }],
    ["the note has the deactivation only", { ...destroyed, note }],
    ["the last writer's own approval is on the key", { ...destroyed, carried: approved() }],
    ["the approval is of a person's own request", { ...destroyed, updatedBy: carol, carried: approved(bob) }],
    ["an approval quotes no request", { ...destroyed, carried: of("destroy", { how: "approval" }) }],
    ["a service ID requested it", { ...destroyed, carried: of("destroy", { author: pipeline }) }],
    ["two records are on the key", { ...destroyed, carried: { kind: "twice" } }],
    ["the destruction needs two people, and the deactivation one", { ...destroyed, marker: "destroy" }],
  ])("destroyed: %s", (_, over) => {
    const key = aKey(over);
    expect(findOutsideStep(key)).toEqual({ step: "destroy", lastWriter: key.updatedBy, atMs: key.updatedAtMs });
  });

  it.each<readonly [string, Partial<KeyObservation>]>([
    ["nothing is on the key", deactivated],
    ["the last writer's own request is on the key", { ...deactivated, carried: of("deactivate", { author: bob }) }],
    [
      "the request of the destruction does not know the deactivation",
      { ...deactivated, carried: of("destroy", { author: bob }) },
    ],
    ["the note has a window in KMS only", { ...deactivated, note: { kmsSetter: alice } }],
  ])("deactivated: %s", (_, over) => {
    expect(findOutsideStep(aKey(over))).toMatchObject({ step: "deactivate", lastWriter: bob });
  });

  it("also if the service does not name the last writer", () => {
    expect(findOutsideStep(aKey({ ...destroyed, updatedBy: undefined, updatedAtMs: undefined }))).toEqual({
      step: "destroy",
      lastWriter: undefined,
      atMs: undefined,
    });
  });
});

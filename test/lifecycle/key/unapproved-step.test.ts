import { describe, expect, it } from "vitest";
import type { DeletionPolicy, KeyRun, Plan } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { findUnapprovedStep, nameOfUnapproved } from "../../../provider/lifecycle/key/unapproved-step.ts";
import type { KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aDestroyedKey,
  aKey,
  alice,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRun,
  bob,
  carol,
  carrying,
  dayMs,
  hourMs,
  nowMs,
  pipeline,
  profile,
} from "../../support/builders.ts";

const of = (step: "deactivate" | "destroy", over = {}) => carrying(aRecord({ step, ...over }));
/** Bob's approval of a request, stored half an hour ago. */
const approved = (requester = alice, over: Parameters<typeof aRecord>[0] = {}) =>
  carrying(anApprovalOf(aRecord({ step: "destroy", author: requester, ...over })));
const demand = { service: "ibm", by: "/etc/uko" };
const atMs = nowMs - hourMs / 4;
const destroyed = { state: "destroyed", updatedBy: bob, updatedAtMs: atMs } as const;
const deactivated = { state: "deactivated", updatedBy: bob, updatedAtMs: atMs } as const;
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
    ["the approver of a request of another person wrote last", { ...destroyed, carried: approved() }],
    ["another person requested the deactivation", { ...deactivated, carried: of("deactivate") }],
    ["the note has the deactivation, and nothing is requested", { ...deactivated, note }],
    [
      "the request of the destruction knows the deactivation",
      { ...deactivated, carried: of("destroy", { author: bob, deactivatedAtMs: nowMs - hourMs }) },
    ],
    ["the key needs one person", { ...destroyed, marker: "single" }],
    ["the key needs one person for the deactivation", { ...deactivated, marker: "destroy" }],
    ["the evidence of this machine has two people", { ...destroyed, recorded: "approved" }],
    [
      "both signed where signatures are demanded",
      { ...destroyed, signatures: demand, carried: of("destroy", { vouchedBy: "signature" }) },
    ],
    ["a deactivation needs no signature", { ...deactivated, signatures: demand, carried: of("deactivate") }],
  ])("%s", (_, over) => {
    expect(findUnapprovedStep(aKey(over))).toBeUndefined();
  });
});

describe("a step without a known approval is named with the last writer", () => {
  it.each<readonly [string, Partial<KeyObservation>]>([
    ["nothing is on the key", destroyed],
    [
      "the last writer's own request of the destruction is on the key",
      { ...destroyed, carried: of("destroy", { author: bob }) },
    ],
    ["the record is of the deactivation", { ...destroyed, carried: of("deactivate") }],
    ["the note has the deactivation only", { ...destroyed, note }],
    ["the approval is of a person's own request", { ...destroyed, updatedBy: carol, carried: approved(bob) }],
    ["a third person used an approval", { ...destroyed, updatedBy: carol, carried: approved() }],
    ["an approval quotes no request", { ...destroyed, carried: of("destroy", { how: "approval" }) }],
    ["a service ID requested it", { ...destroyed, carried: of("destroy", { author: pipeline }) }],
    ["a service ID wrote last", { ...destroyed, updatedBy: pipeline, carried: of("destroy") }],
    ["a profile wrote last", { ...destroyed, updatedBy: profile, carried: of("destroy") }],
    [
      "the request had expired before the last write",
      { ...destroyed, carried: of("destroy", { writtenAtMs: atMs - 7 * dayMs }) },
    ],
    [
      "the request that an approval quotes had expired before the last write",
      { ...destroyed, updatedBy: alice, carried: approved(alice, { writtenAtMs: atMs - 48 * hourMs }) },
    ],
    [
      "the request is dated after the last write",
      { ...destroyed, carried: of("destroy", { writtenAtMs: atMs + hourMs }) },
    ],
    [
      "the request is for another key, or for the key before a change",
      { ...destroyed, carried: of("destroy", { digest: "0".repeat(32) }) },
    ],
    ["two records are on the key", { ...destroyed, carried: { kind: "twice" } }],
    ["the service reports no time of the last write", { ...destroyed, updatedAtMs: undefined, carried: of("destroy") }],
    ["the destruction needs two people, and the deactivation one", { ...destroyed, marker: "destroy" }],
    ["a run saw it, and another person wrote later", { ...destroyed, carried: of("destroy"), recorded: "unapproved" }],
    [
      "this machine demands signatures, whatever the marker says",
      { ...destroyed, marker: "single", signatures: demand },
    ],
    [
      "this machine demands signatures, and the record that names another person has none",
      { ...destroyed, signatures: demand, carried: of("destroy") },
    ],
    [
      "this machine demands signatures, and the request that a signed approval quotes has none",
      {
        ...{ ...destroyed, updatedBy: alice, signatures: demand },
        carried: carrying({ ...anApprovalOf(aRecord({ step: "destroy", author: alice })), vouchedBy: "signature" }),
      },
    ],
  ])("destroyed: %s", (_, over) => {
    const key = aKey(over);
    expect(findUnapprovedStep(key)).toEqual({ step: "destroy", lastWriter: key.updatedBy, atMs: key.updatedAtMs });
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
    expect(findUnapprovedStep(aKey(over))).toMatchObject({ step: "deactivate", lastWriter: bob });
  });

  it("also if the service does not name the last writer", () => {
    expect(findUnapprovedStep(aKey({ ...destroyed, updatedBy: undefined, updatedAtMs: undefined }))).toEqual({
      step: "destroy",
      lastWriter: undefined,
      atMs: undefined,
    });
  });

  it("also if the marker, but not the program, lets one person destroy the key", () => {
    const key = aKey({ ...destroyed, marker: "single" });
    expect(findUnapprovedStep(key, aPolicy())).toMatchObject({ step: "destroy" });
    expect(findUnapprovedStep(key, aPolicy({ people: undefined }))).toBeUndefined();
    expect(findUnapprovedStep(key, aPolicy({ people: "single" }))).toBeUndefined();
    const backingKeys = [aBackingKey({ dualAuthDelete: true })];
    expect(findUnapprovedStep({ ...key, backingKeys }, aPolicy({ people: "single" }))).toBeDefined();
  });
});

describe("the metadata of a key that one person may have destroyed", () => {
  const bypassed = aDestroyedKey({ carried: { kind: "none" } });
  const plan = (key: KeyObservation, run: Partial<KeyRun> = {}, policy: Partial<DeletionPolicy> = {}): Plan =>
    planKeyDeletion(key, aPolicy(policy), aRun(run), nowMs);
  const confirmed = (key: KeyObservation): Partial<KeyRun> => {
    const found = findUnapprovedStep(key);
    return { intent: "resume", confirmedUnapproved: found && nameOfUnapproved(found) };
  };
  const refused = { kind: "refused", guard: { guard: "destruction_unapproved", unapproved: expect.anything() } };

  it("is removed after a person confirmed what they saw, and nothing else", () => {
    expect(plan(bypassed, confirmed(bypassed))).toEqual({ kind: "ready", step: { kind: "remove" } });
    const written = { ...bypassed, updatedBy: carol };
    const later = { ...bypassed, updatedAtMs: nowMs };
    const unnamed = { ...bypassed, updatedBy: undefined };
    const undated = { ...bypassed, updatedAtMs: undefined };
    for (const key of [written, later, unnamed, undated]) {
      expect(plan(key, confirmed(bypassed))).toEqual(refused);
      expect(plan(key, confirmed(key))).toMatchObject({ kind: "ready" });
    }
  });
});

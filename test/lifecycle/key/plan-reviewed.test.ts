import { describe, expect, it } from "vitest";
import { holdsIn } from "../../../provider/lifecycle/consent/hold.ts";
import { type Review, reviewOf } from "../../../provider/lifecycle/consent/review.ts";
import type { KeyRun } from "../../../provider/lifecycle/key/plan.ts";
import { planKeyDeletion } from "../../../provider/lifecycle/key/plan-key-deletion.ts";
import { planReviewedApproval, planReviewedStep } from "../../../provider/lifecycle/key/plan-reviewed.ts";
import type { ConsentRecord, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeyWith,
  anActor,
  anApprovalOf,
  aPolicy,
  aRecord,
  aReviewHeader,
  aReviewOf,
  aRun,
  bob,
  carol,
  dayMs,
  deactivation,
  hourMs,
  nowMs,
  taken,
} from "../../support/builders.ts";

const record = aRecord();
const key = aKeyWith(record);
const review = aReviewOf([key]);
const approving = (over: Partial<KeyRun> = {}): KeyRun => aRun({ intent: "approve", ...over });
const step = (seen: KeyObservation, by: Review = review, over: Partial<KeyRun> = {}) =>
  planReviewedStep(by, seen, approving(over), nowMs);
const approval = (seen: KeyObservation, by: Review = review, over: Partial<KeyRun> = {}) =>
  planReviewedApproval(by, seen, approving(over), nowMs);

it("takes no step on a held key, and stores no approval of it", () => {
  const held = { ...key, holds: holdsIn([{ name: "hold", value: "legal" }]) };
  for (const plan of [step(held), approval(held)]) {
    expect(plan).toMatchObject({ kind: "refused", guard: { guard: "held", holds: [{ kind: "legal" }] } });
  }
});

describe("planReviewedStep", () => {
  it("takes the reviewed step", () => {
    expect(step(key)).toEqual({
      kind: "ready",
      step: { kind: "deactivate", allowedBy: record },
    });
  });

  it("ends at the reviewed step, for the run that took it and for one that is repeated", () => {
    const after = aKeyWith(record, { state: "deactivated", updatedBy: bob, updatedAtMs: nowMs });
    for (const run of [taken(deactivation), {}]) {
      expect(step(after, review, run)).toEqual({ kind: "done" });
    }
  });

  it("says that a review does not list a key, also if the key is already in the state", () => {
    const after = aKeyWith(record, { state: "deactivated", updatedBy: bob, updatedAtMs: nowMs });
    expect(step(after, aReviewOf([]))).toMatchObject({ guard: { why: { kind: "not_listed" } } });
  });

  it("ends when the destroy is accepted, whatever the keystores still hold", () => {
    const old = aRecord({ step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs });
    const before = aKeyWith(old);
    const destroying = aReviewOf([before], { step: "destroy" });
    expect(step(before, destroying)).toMatchObject({ kind: "ready", step: { kind: "destroy" } });
    const after = aKeyWith(old, { state: "destroyed", updatedBy: bob, updatedAtMs: nowMs });
    expect(step(after, destroying)).toEqual({ kind: "done" });
  });

  it("waits until the key has cooled down", () => {
    const warm = aKeyWith(aRecord({ step: "destroy", deactivatedAtMs: nowMs - hourMs }));
    const destroying = aReviewOf([warm], { step: "destroy" });
    expect(step(warm, destroying)).toMatchObject({ kind: "waitingForTime", awaits: "cool_down" });
  });

  it.each([
    ["went beyond the step", aKeyWith(record, { state: "destroyed" }), "other_step"],
    ["was written by another person", aKeyWith(record, { updatedBy: carol }), "not_binding"],
    ["has no request any more", aKey(), "not_binding"],
  ])("leaves a key that %s", (_title, seen, why) => {
    expect(step(seen)).toMatchObject({
      kind: "refused",
      guard: { guard: "not_as_reviewed", why: { kind: why } },
    });
  });

  it("obeys every guard of a deletion, and requires two people whatever the marker says", () => {
    const dual = aKeyWith(record, {
      marker: "single",
      backingKeys: [aBackingKey({ dualAuthDelete: true, state: "suspended" })],
    });
    expect(step(dual, aReviewOf([dual]))).toMatchObject({ guard: { guard: "backing_key_not_active" } });
    const unread = reviewOf(aReviewHeader(), []);
    expect(step(aKeyWith(record, { marker: "single" }), unread)).toMatchObject({
      guard: { why: { kind: "not_listed" } },
    });
  });

  it("never does more than a run whose person confirmed the same request by hand", () => {
    const named = planKeyDeletion(key, aPolicy(), approving({ approvals: [record.id] }), nowMs);
    expect(step(key)).toEqual(named);
  });
});

describe("planReviewedApproval", () => {
  const quoting = (request: ConsentRecord, over: Parameters<typeof anApprovalOf>[1] = {}) =>
    aKeyWith(anApprovalOf(request, { writtenAtMs: nowMs, ...over }));

  it("quotes the request that was reviewed", () => {
    const { sha256, body, author, authorName, writtenAtMs } = record;
    expect(approval(key)).toMatchObject({
      kind: "ready",
      step: {
        kind: "write_record",
        marker: "both",
        draft: {
          ...{ how: "approval", step: "deactivate", author: bob },
          quotes: { sha256, body, author, authorName, writtenAtMs },
        },
      },
    });
  });

  it("is done once the approval is on the key", () => {
    expect(approval(quoting(record))).toEqual({ kind: "done" });
  });

  it.each([
    ["another request was approved", quoting(aRecord({ reason: "another" }))],
    ["another person approved", quoting(record, { author: carol })],
    ["the approval quotes nothing", aKeyWith(aRecord({ author: bob, how: "approval", writtenAtMs: nowMs }))],
    ["the request was replaced", aKeyWith(aRecord({ writtenAtMs: nowMs }))],
    ["the request expired", aKeyWith(aRecord({ writtenAtMs: nowMs - 8 * dayMs }))],
  ])("leaves the key if %s", (_title, seen) => {
    expect(approval(seen)).toMatchObject({ guard: { guard: "not_as_reviewed" } });
  });

  it("leaves a key whose service stores no tags, because a description has no room for the request", () => {
    const compact = aKeyWith({ ...record, location: "description" });
    expect(approval(compact, aReviewOf([compact]))).toMatchObject({
      guard: { guard: "not_as_reviewed", why: { kind: "no_room_for_approval" } },
    });
  });

  it.each([
    ["deactivate", 7 * dayMs],
    ["destroy", 2 * dayMs],
  ] as const)("stores nothing if the requester would have less than four hours to %s", (of, lifetimeMs) => {
    const asked = (leftMs: number) => {
      const seen = aKeyWith(aRecord({ step: of, writtenAtMs: nowMs - lifetimeMs + leftMs }));
      return approval(seen, aReviewOf([seen], { step: of }));
    };
    expect(asked(4 * hourMs).kind).toBe("ready");
    expect(asked(4 * hourMs - 1000)).toMatchObject({
      guard: { why: { kind: "too_old_to_store", untilMs: nowMs + 4 * hourMs - 1000 } },
    });
  });

  it("is refused to a person whose writes would carry a profile's name", () => {
    const actor = anActor(bob, { writesAs: carol });
    expect(approval(key, review, { actor })).toMatchObject({ guard: { guard: "actor_not_a_person" } });
  });

  it("is refused to a caller without an ID, even if an approval is on the key", () => {
    const actor = { displayName: "?" };
    expect(approval(quoting(record), review, { actor }).kind).toBe("refused");
  });

  it("reports a write that the service refused in this run", () => {
    const refusals = [{ step: "write_record", status: 403, message: "no" }] as const;
    expect(approval(key, review, { refusals })).toMatchObject({ guard: { guard: "service_refused" } });
  });
});

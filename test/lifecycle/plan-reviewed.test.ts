import { describe, expect, it } from "vitest";
import { planKeyDeletion } from "../../provider/lifecycle/plan-key-deletion.ts";
import {
  planApproval,
  planReviewedApproval,
  planReviewedStep,
  type ReviewRun,
} from "../../provider/lifecycle/plan-reviewed.ts";
import { type Review, reviewOf } from "../../provider/lifecycle/review.ts";
import {
  aKey,
  aKeyWith,
  anActor,
  aPolicy,
  aRecord,
  aReviewHeader,
  aReviewOf,
  aRun,
  aTwin,
  bob,
  carol,
  dayMs,
  hourMs,
  nowMs,
} from "../support/builders.ts";

const record = aRecord();
const key = aKeyWith(record);
const by = (review: Review, over: Partial<ReviewRun> = {}): ReviewRun => ({
  ...aRun({ intent: "resume" }),
  review,
  ...over,
});
const run = by(aReviewOf([key]));

describe("planReviewedStep", () => {
  it("takes the reviewed step", () => {
    expect(planReviewedStep(key, run, nowMs)).toEqual({
      kind: "ready",
      step: { kind: "deactivate", consentedBy: record },
    });
  });

  it("ends at the reviewed step, for the run that took it and for one that is repeated", () => {
    const after = aKeyWith(record, { state: "deactivated", updatedBy: bob, updatedAtMs: nowMs });
    for (const deactivatedHere of [true, false]) {
      expect(planReviewedStep(after, { ...run, deactivatedHere }, nowMs)).toEqual({ kind: "done" });
    }
  });

  it("ends when the destroy is accepted, whatever the keystores still hold", () => {
    const old = aRecord({ step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs });
    const before = aKeyWith(old);
    const destroying = by(aReviewOf([before], { step: "destroy" }));
    expect(planReviewedStep(before, destroying, nowMs)).toMatchObject({ kind: "ready", step: { kind: "destroy" } });
    const after = aKeyWith(old, { state: "destroyed", updatedBy: bob, updatedAtMs: nowMs });
    expect(planReviewedStep(after, destroying, nowMs)).toEqual({ kind: "done" });
  });

  it("waits until the key has cooled down", () => {
    const warm = aKeyWith(aRecord({ step: "destroy", deactivatedAtMs: nowMs - hourMs }));
    const destroying = by(aReviewOf([warm], { step: "destroy" }));
    expect(planReviewedStep(warm, destroying, nowMs)).toMatchObject({ kind: "waitingForTime", awaits: "cool_down" });
  });

  it.each([
    ["went beyond the step", aKeyWith(record, { state: "destroyed" }), "other_step"],
    ["was written by another person", aKeyWith(record, { updatedBy: carol }), "not_binding"],
    ["has no request any more", aKey(), "not_binding"],
  ])("leaves a key that %s", (_title, seen, why) => {
    expect(planReviewedStep(seen, run, nowMs)).toMatchObject({
      kind: "refused",
      guard: { guard: "not_as_reviewed", why: { kind: why } },
    });
  });

  it("obeys every guard of a deletion, and requires two people whatever the marker says", () => {
    const dual = aKeyWith(record, { marker: "single", twins: [aTwin({ dualAuthDelete: true, state: "suspended" })] });
    expect(planReviewedStep(dual, by(aReviewOf([dual])), nowMs)).toMatchObject({ guard: { guard: "twin_not_active" } });
    const unread = by(reviewOf(aReviewHeader(), []));
    expect(planReviewedStep(aKeyWith(record, { marker: "single" }), unread, nowMs)).toMatchObject({
      guard: { why: { kind: "not_listed" } },
    });
  });

  it("never does more than a run that names the same record by its ID", () => {
    const named = planKeyDeletion(key, aPolicy(), aRun({ consents: [record.id], intent: "resume" }), nowMs);
    expect(planReviewedStep(key, run, nowMs)).toEqual(named);
  });
});

describe("planReviewedApproval", () => {
  it("answers the request that was reviewed", () => {
    expect(planReviewedApproval(key, run, nowMs)).toMatchObject({
      kind: "ready",
      step: { kind: "write_record", marker: "both", draft: { how: "answer", answers: record.id, step: "deactivate" } },
    });
    const alone = planApproval(key, aPolicy(), aRun({ intent: "resume" }), record.id, nowMs);
    expect(planReviewedApproval(key, run, nowMs)).toEqual(alone);
  });

  it("is done once the answer is on the key", () => {
    const answer = aRecord({ author: bob, how: "answer", answers: record.id, writtenAtMs: nowMs });
    expect(planReviewedApproval(aKeyWith(answer), run, nowMs)).toEqual({ kind: "done" });
  });

  it.each([
    [
      "another request was answered",
      aRecord({ author: bob, how: "answer", answers: "0".repeat(32), writtenAtMs: nowMs }),
    ],
    ["another person answered", aRecord({ author: carol, how: "answer", answers: record.id, writtenAtMs: nowMs })],
    ["the request was replaced", aRecord({ writtenAtMs: nowMs })],
    ["the request expired", aRecord({ writtenAtMs: nowMs - 8 * dayMs })],
  ])("leaves the key if %s", (_title, other) => {
    expect(planReviewedApproval(aKeyWith(other), run, nowMs)).toMatchObject({ guard: { guard: "not_as_reviewed" } });
  });

  it("leaves a key that the review does not list", () => {
    const elsewhere = by(reviewOf(aReviewHeader(), []));
    expect(planReviewedApproval(key, elsewhere, nowMs)).toMatchObject({ guard: { why: { kind: "not_listed" } } });
  });

  it("leaves a key whose service stores no tags, because the answer could not say what it answers", () => {
    const compact = aKeyWith({ ...record, carrier: "description" });
    expect(planReviewedApproval(compact, by(aReviewOf([compact])), nowMs)).toMatchObject({
      guard: { guard: "not_as_reviewed", why: { kind: "no_room_for_answer" } },
    });
  });

  it("is refused to a person whose writes would carry a profile's name", () => {
    const profiled = { ...run, actor: anActor(bob, { writesAs: carol }) };
    expect(planReviewedApproval(key, profiled, nowMs)).toMatchObject({ guard: { guard: "actor_not_a_person" } });
  });

  it("reports a write that the service refused in this run", () => {
    const refusals = [{ step: "write_record", status: 403, message: "no" }] as const;
    expect(planReviewedApproval(key, { ...run, refusals }, nowMs)).toMatchObject({
      guard: { guard: "service_refused" },
    });
  });
});

describe("planApproval", () => {
  it.each([
    ["writes the approval of a request", record, "ready"],
    ["writes it once", aRecord({ author: bob, how: "answer", answers: record.id, writtenAtMs: nowMs }), "done"],
    ["does not answer the caller's own request", aRecord({ author: bob }), "refused"],
  ])("%s", (_title, onKey, kind) => {
    expect(planApproval(aKeyWith(onKey), aPolicy(), aRun(), record.id, nowMs).kind).toBe(kind);
  });

  it("is refused to a caller without an ID", () => {
    const answer = aRecord({ author: bob, how: "answer", answers: record.id, writtenAtMs: nowMs });
    const run = aRun({ actor: { displayName: "?" } });
    expect(planApproval(aKeyWith(answer), aPolicy(), run, record.id, nowMs).kind).toBe("refused");
  });
});

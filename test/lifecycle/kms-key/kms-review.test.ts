import { expect, it } from "vitest";
import { kmsLineOf, kmsReviewOf, planReviewedKmsKey } from "../../../provider/lifecycle/kms-key/kms-review.ts";
import type { KmsKeyObservation } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";

const hourMs = 60 * 60 * 1000;
const nowMs = Date.parse("2026-11-26T09:00:00Z");
const [alice, bob] = ["IBMid-550000ALICE", "IBMid-550000BOB"] as const;
const person = (iamId: string) => ({ iamId, mark: `mark-${iamId}` });
const runOf = (iamId: string) => {
  const identity = person(iamId);
  return { actor: { identity, writesAs: identity, displayName: iamId }, approvals: [] };
};
const key: KmsKeyObservation = {
  kmsKeyId: "9b2d0000-0000-4000-8000-000000000021",
  name: "root",
  state: "active",
  stateWord: "active",
  dualAuthDelete: true,
  windowEndsAtMs: nowMs + 24 * hourMs,
  registrations: { kind: "known", items: [] },
  ring: { kind: "own" },
};
const header = {
  step: "destroy" as const,
  instanceId: "0e5f1c3a-7b1d-4c55-9d2e-6a4f8b0c1d2e",
  reviewer: bob,
  reviewedAtMs: nowMs,
  campaign: { name: "eol", wave: "main", digest: "a".repeat(64), class: "destroy", holds: 0, released: [] },
};
const line = kmsLineOf(key, nowMs);
if (line === undefined) throw new Error("no window");
const review = kmsReviewOf(header, [line]);
const planAs = (who: string, change: Partial<KmsKeyObservation> = {}, atMs = nowMs) =>
  planReviewedKmsKey(review, { ...key, ...change }, runOf(who), atMs);

it("destroys only for the reviewer, in exactly the window that the review names", () => {
  expect(planAs(bob)).toEqual({ kind: "ready", step: { kind: "destroy", approvedWindow: line.window } });
  expect(planAs(alice)).toMatchObject({ kind: "skip", why: { kind: "other_reviewer" } });
  expect(planAs(bob, { windowEndsAtMs: nowMs + 25 * hourMs })).toMatchObject({ why: { fields: ["window"] } });
  expect(planAs(bob, { name: "other" })).toMatchObject({ why: { fields: ["name"] } });
  expect(planAs(bob, { kmsKeyId: "9b2d0000-0000-4000-8000-000000000022" })).toMatchObject({
    why: { kind: "not_listed" },
  });
});

it("has nothing left to do for a key that is destroyed, for any reviewer", () => {
  expect(planAs(alice, { state: "destroyed", stateWord: "destroyed" })).toEqual({ kind: "done" });
});

it("never opens a window, takes no late answer, and never goes past the life of the answer", () => {
  const { windowEndsAtMs: _, ...withoutWindow } = key;
  expect(planReviewedKmsKey(review, withoutWindow, runOf(bob), nowMs)).toMatchObject({ why: { kind: "no_window" } });
  expect(planAs(bob, { windowEndsAtMs: nowMs + 1 }, nowMs + 2)).toMatchObject({ why: { kind: "no_window" } });
  expect(planAs(bob, {}, nowMs + hourMs + 1)).toMatchObject({ why: { kind: "answered_late" } });
  const answered = { ...review, answeredAtMs: nowMs + hourMs };
  const planAfter = (ms: number) => planReviewedKmsKey(answered, key, runOf(bob), nowMs + ms);
  expect(planAfter(5 * hourMs - 1)).toMatchObject({ kind: "ready" });
  expect(planAfter(5 * hourMs)).toMatchObject({ why: { kind: "expired" } });
});

it("leaves the key to another person if the reviewer is suspected to have opened the window, and names no setter", () => {
  const beganAtMs = nowMs - 6 * 24 * hourMs;
  const policyWrite = { by: person(bob), atMs: beganAtMs, createdBy: person(alice) };
  const seen = kmsLineOf({ ...key, policyWrite }, nowMs);
  expect(seen).not.toHaveProperty("setter");
  const own = kmsReviewOf(header, seen === undefined ? [] : [seen]);
  const plan = planReviewedKmsKey(own, { ...key, policyWrite }, runOf(bob), nowMs);
  expect(plan).toMatchObject({ kind: "waitingForApproval", callerPosition: "set_it" });
});

it("names its keys in the order of their IDs, so that the same keys give the same digest", () => {
  const lines = ["21", "23", "22"].map((end) => ({ ...line, kmsKeyId: line.kmsKeyId.replace(/21$/, end) }));
  const sorted = lines.map(({ kmsKeyId }) => `kms/${kmsKeyId}`).toSorted();
  expect([...kmsReviewOf(header, lines).lines.keys()]).toEqual(sorted);
  expect([...kmsReviewOf(header, lines.toReversed()).lines.keys()]).toEqual(sorted);
});

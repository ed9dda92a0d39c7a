import { expect, it } from "vitest";
import { kmsWaitOf } from "../../../provider/lifecycle/kms-key/kms-wait.ts";
import type { KmsKeyObservation, KmsPlan } from "../../../provider/lifecycle/kms-key/plan-kms-key-deletion.ts";
import { alice, dayMs, hourMs, nowMs } from "../../support/builders.ts";
import { aKmsKey, aKmsKeySetBy, openWindow } from "../../support/kms-builders.ts";

const window = { name: openWindow, endsAtMs: nowMs - hourMs + 7 * dayMs };
const set = aKmsKeySetBy(alice);
const destroyed = aKmsKey({ state: "destroyed" });
const refused: KmsPlan = { kind: "refused", guard: { guard: "deletion_protection" } };
const unrequested: KmsPlan = { kind: "waitingForRequest", callerPosition: "may_ask" };
const pending = { lifecycleState: "pending_approval", awaits: "approval", window };

it.each<[string, KmsKeyObservation, KmsPlan | undefined, object]>([
  ["a key that was not set for deletion waits for nothing", aKmsKey(), undefined, { lifecycleState: "active" }],
  [
    "a run towards its deletion waits for a request",
    aKmsKey(),
    unrequested,
    { lifecycleState: "pending_request", awaits: "request" },
  ],
  ["an open window waits for an approval", set, undefined, pending],
  ["so does a run that may not use it", set, { kind: "waitingForApproval", callerPosition: "set_it", window }, pending],
  ["and a run that opened it", set, { kind: "done" }, pending],
  ["an ended window asks for nothing", { ...set, windowEndsAtMs: nowMs }, undefined, { lifecycleState: "active" }],
  ["a guard waits for a person", aKmsKey(), refused, { lifecycleState: "active", awaits: "person_to_unblock" }],
  ["also while a window is open", set, refused, { ...pending, awaits: "person_to_unblock" }],
  ["a key that reached its goal waits for nothing", destroyed, { kind: "done" }, { lifecycleState: "destroyed" }],
  [
    "metadata waits for its purge",
    destroyed,
    { kind: "waitingForTime", untilMs: nowMs },
    { lifecycleState: "destroyed", awaits: "time", notBeforeMs: nowMs },
  ],
  [
    "a step that comes next waits for nothing",
    aKmsKey(),
    { kind: "ready", step: { kind: "destroy" } },
    { lifecycleState: "active" },
  ],
])("%s", (_, key, plan, wait) => {
  expect(kmsWaitOf(key, nowMs, plan)).toEqual(wait);
});

it("stops at a plan of an unknown kind", () => {
  expect(() => kmsWaitOf(aKmsKey(), nowMs, { kind: "lost" } as never)).toThrow("Unexpected value");
});

/** Random keys, runs and policies: each combination that a planner may meet, with the people of the tests. */

import fc from "fast-check";
import { requiredPeopleValues } from "../../provider/lifecycle/consent/required-people.ts";
import { type DeletionPolicy, deletionGoals, type KeyRun } from "../../provider/lifecycle/key/plan.ts";
import type { BackingKey, KeyObservation } from "../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeystoreStatus,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  anApprovalOf,
  aRecord,
  aRequestOf,
  aWorkload,
  bob,
  carol,
  dayMs,
  deactivation,
  hourMs,
  nowMs,
  windowOpening,
} from "./builders.ts";

const states = ["pre_activation", "active", "deactivated", "destroyed", "compromised", "unrecognized"] as const;
const people = [alice, bob, carol];
const backingKeys: fc.Arbitrary<BackingKey> = fc.constantFrom<BackingKey>(
  aBackingKey(),
  aBackingKey({ dualAuthDelete: true }),
  aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + 6 * dayMs }),
  aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs - 1, state: "suspended" }),
  { kind: "absent", kmsKeyId: "kms-1" },
  { kind: "unreadable", kmsKeyId: "kms-1", reason: "403" },
);
export const keys: fc.Arbitrary<KeyObservation> = fc
  .record({
    state: fc.constantFrom(...states),
    step: fc.constantFrom("deactivate" as const, "destroy" as const),
    author: fc.constantFrom(...people),
    writer: fc.constantFrom(...people),
    agoMs: fc.constantFrom(1000, hourMs, 5 * hourMs, 8 * dayMs),
    hasRecord: fc.boolean(),
    requester: fc.constantFrom(undefined, ...people),
    isSealed: fc.boolean(),
    marker: fc.constantFrom(undefined, "both" as const, "destroy" as const, "single" as const),
    status: fc.constantFrom("not_present" as const, "pending_destruction" as const, "error" as const),
    backingKeys: fc.array(backingKeys, { maxLength: 2 }),
  })
  .map(({ state, step, author, writer, agoMs, hasRecord, requester, isSealed, marker, status, backingKeys: some }) => {
    const written = { step, author, writtenAtMs: nowMs - agoMs, deactivatedAtMs: nowMs - agoMs };
    const record =
      requester === undefined
        ? aRecord(written)
        : anApprovalOf(aRecord({ step, author: requester, writtenAtMs: nowMs - agoMs }), {
            ...written,
            ...(isSealed && { isSealedHere: true }),
          });
    const over = {
      state,
      backingKeys: some,
      keystores: [aKeystoreStatus({ status })],
      ...(marker !== undefined && { marker }),
    };
    return hasRecord ? aKeyWith(record, { ...over, updatedBy: writer }) : aKey(over);
  });
export const runs = (key: KeyObservation): fc.Arbitrary<KeyRun> =>
  fc.record({
    actor: fc.constantFrom(anActor(alice), anActor(bob), anActorInProfile(carol), aWorkload()),
    approvals: fc.subarray([key.carried.kind === "one" ? key.carried.record.id : "none"]),
    intent: fc.constantFrom("request" as const, "engine" as const, "approve" as const, "resume" as const),
    stepsTaken: fc
      .subarray([aRequestOf("deactivate"), aRequestOf("destroy"), deactivation, windowOpening])
      .chain((steps) =>
        fc.tuple(...steps.map((step) => fc.constantFrom({ step }, { step, isInDoubt: true as const }))),
      ),
    refusals: fc.subarray(
      (["deactivate", "destroy", "remove", "reactivate"] as const).flatMap((step) =>
        [403, 409].map((status) => ({ step, status, message: "no" })),
      ),
    ),
  });
export const policies: fc.Arbitrary<DeletionPolicy> = fc.record({
  goal: fc.constantFrom(...deletionGoals),
  deletionProtection: fc.boolean(),
  people: fc.constantFrom(...requiredPeopleValues),
  peopleForTwo: fc.constantFrom("both" as const, "destroy" as const),
});
export const situations = keys.chain((key) => fc.record({ key: fc.constant(key), run: runs(key), policy: policies }));

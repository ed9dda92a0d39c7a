import { describe, expect, it } from "vitest";
import {
  authorize,
  effectivePolicy,
  knownDeactivationMs,
  mayAuthor,
  planConsent,
} from "../../provider/lifecycle/authorization.ts";
import { markOf } from "../../provider/lifecycle/consent-record.ts";
import type { Actor, KeyObservation } from "../../provider/lifecycle/observation.ts";
import {
  aKey,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  aPolicy,
  aRecord,
  aRun,
  aTwin,
  aWorkload,
  bob,
  carol,
  carrying,
  dayMs,
  hourMs,
  nowMs,
  profile,
  sha256,
} from "../support/builders.ts";

describe("effectivePolicy", () => {
  const kinds = ["single", "required"] as const;
  const gates = ["both", "destroy"] as const;
  const markers = [undefined, "both", "destroy", "single"] as const;
  const cases = kinds.flatMap((dualAuthorization) =>
    gates.flatMap((gate) =>
      markers.flatMap((marker) => [false, true].map((isDual) => ({ dualAuthorization, gate, marker, isDual }))),
    ),
  );

  it.each(cases)("takes the strictest of $dualAuthorization, gate $gate, marker $marker, KMS $isDual", (one) => {
    const { dualAuthorization, gate, marker, isDual } = one;
    const key = aKey({ ...(marker !== undefined && { marker }), twins: [aTwin({ dualAuthDelete: isDual })] });
    const effective = effectivePolicy(key, aPolicy({ dualAuthorization, gate }));
    // A missing marker is as strict as "both"; KMS has the last word, and the program then names the gate.
    const voices = [marker ?? "both", dualAuthorization === "single" ? "single" : gate];
    const isFree = voices.every((voice) => voice === "single");
    const strictest = voices.includes("both") ? "both" : "destroy";
    expect(effective).toBe(isFree && !isDual ? "single" : isFree ? gate : strictest);
  });

  it("does not change if a twin is absent or unreadable, because a guard handles that case", () => {
    const twins = [
      { kind: "absent", kmsKeyId: "a" } as const,
      { kind: "unreadable", kmsKeyId: "u", reason: "403" } as const,
    ];
    expect(effectivePolicy(aKey({ twins, marker: "single" }), aPolicy({ dualAuthorization: "single" }))).toBe("single");
  });
});

describe("mayAuthor", () => {
  it.each([
    ["a person", anActor(), true],
    ["a person in a profile", anActorInProfile(), false],
    ["a service id", aWorkload(), false],
    ["a workload's profile", aWorkload(profile), false],
    ["a person whose writes carry another person's name", anActor(bob, { writesAs: carol }), false],
    ["a caller without an ID", { displayName: "?" }, false],
  ] as const)("%s: %j -> %s", (_who, actor: Actor, expected) => {
    expect(mayAuthor(actor)).toBe(expected);
  });
});

describe("authorize", () => {
  const record = aRecord();
  const run = aRun({ consents: [record.id] });

  it("lets the second person act on the record that they name, and returns that record as evidence", () => {
    expect(authorize(aKeyWith(record), aPolicy(), run, "deactivate", nowMs)).toEqual({
      kind: "may",
      consentedBy: record,
    });
  });

  it("recognizes the second person by the mark of a compact record", () => {
    const compact = { ...record, author: { mark: alice.mark }, carrier: "description" as const };
    const key = aKeyWith(record, { carried: carrying(compact) });
    expect(authorize(key, aPolicy(), run, "deactivate", nowMs).kind).toBe("may");
    expect(authorize(key, aPolicy(), { ...run, actor: anActor(alice) }, "deactivate", nowMs).kind).toBe("must_wait");
  });

  it("does not accept an ID from before the key changed", () => {
    const later = aRecord({ writtenAtMs: nowMs });
    expect(authorize(aKeyWith(later), aPolicy(), run, "deactivate", nowMs)).toMatchObject({
      kind: "must_wait",
      record: later,
    });
  });

  it("finds the matching ID among several", () => {
    const naming = { ...run, consents: ["0", record.id, "1"] };
    expect(authorize(aKeyWith(record), aPolicy(), naming, "deactivate", nowMs).kind).toBe("may");
  });

  it("writes into the record what the other person has to know", () => {
    const twins = [aTwin({ dualAuthDelete: true, state: "suspended", windowEndsAtMs: nowMs + 7 * dayMs })];
    const key = aKey({ state: "deactivated", updatedAtMs: nowMs, twins });
    const inRun = aRun({ intent: "resume", deactivatedHere: true, windowsSetHere: ["kms-1"] });
    const answer = authorize(key, aPolicy({ reason: "end of contract" }), inRun, "destroy", nowMs);
    expect(answer).toEqual({
      kind: "must_write",
      draft: {
        step: "destroy",
        writtenAtMs: nowMs,
        digest: key.digests.destroy,
        author: bob,
        authorName: anActor().displayName,
        how: "asked",
        deactivatedAtMs: nowMs,
        kmsSetter: bob,
        reason: "end of contract",
      },
    });
  });

  it.each([
    ["request", "asked"],
    ["engine", "met"],
  ] as const)("marks the origin of a record: a run that %s writes `%s`", (intent, how) => {
    expect(authorize(aKey(), aPolicy({ reason: "" }), aRun({ intent }), "deactivate", nowMs)).toEqual({
      kind: "must_write",
      draft: {
        step: "deactivate",
        writtenAtMs: nowMs,
        digest: aKey().digests.deactivate,
        author: bob,
        authorName: anActor().displayName,
        how,
      },
    });
  });

  it("never notes a setter in a record for deactivate, whose run sets its own window later", () => {
    const twins = [aTwin({ dualAuthDelete: true, windowEndsAtMs: nowMs + 7 * dayMs })];
    const answer = authorize(aKey({ twins, updatedAtMs: nowMs }), aPolicy(), aRun(), "deactivate", nowMs);
    expect(answer).toMatchObject({ kind: "must_write" });
    expect(answer).not.toHaveProperty("draft.kmsSetter");
  });
});

describe("planConsent", () => {
  const record = aRecord();
  const answer = (key: KeyObservation, over: Parameters<typeof aRun>[0] = {}, named = record.id) =>
    planConsent(key, aPolicy(), aRun(over), named, nowMs);

  it("approves with a record of its own for the same step that notes the approved request", () => {
    expect(answer(aKeyWith(record))).toMatchObject({
      kind: "ready",
      draft: { step: "deactivate", author: bob, how: "answer", answers: record.id, writtenAtMs: nowMs },
    });
    const request = aRecord({ step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs, kmsSetter: alice });
    expect(answer(aKeyWith(request), {}, request.id)).toMatchObject({
      draft: { step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs, how: "answer" },
    });
  });

  it.each([
    ["an unknown caller", { actor: { displayName: "?" } }, { guard: "persons_unknown", missing: "actor" }],
    ["a machine", { actor: aWorkload() }, { guard: "actor_not_a_person", actor: aWorkload() }],
    [
      "a person in a profile",
      { actor: anActorInProfile() },
      { guard: "actor_not_a_person", actor: anActorInProfile() },
    ],
    [
      "the record's own author",
      { actor: anActor(alice) },
      { guard: "consent_mismatch", named: record.id, why: { kind: "own", record } },
    ],
  ] as const)("refuses %s", (_who, run, guard) => {
    expect(answer(aKeyWith(record), run)).toEqual({ kind: "refused", guard });
  });

  it("refuses a record that is not pending, and names the pending one", () => {
    const mismatch = (key: KeyObservation, onFile: string | undefined) =>
      expect(answer(key, {}, "f".repeat(32))).toEqual({
        kind: "refused",
        guard: { guard: "consent_mismatch", named: "f".repeat(32), why: { kind: "not_on_file", onFile } },
      });
    mismatch(aKeyWith(record), record.id);
    mismatch(aKey(), undefined);
    mismatch(aKey({ carried: { kind: "twice" } }), undefined);
  });

  it("refuses a record that does not bind, and an approval, which a person acts on and does not approve", () => {
    expect(answer(aKeyWith(record, { updatedBy: carol }))).toMatchObject({
      guard: { why: { kind: "not_binding", why: { kind: "edited", by: carol } } },
    });
    const answered = aRecord({ how: "answer", answers: "0".repeat(32) });
    expect(answer(aKeyWith(answered), {}, answered.id)).toMatchObject({
      guard: { why: { kind: "is_an_answer", record: answered } },
    });
  });

  it("refuses a record for a completed step, even if its author took the step within two seconds", () => {
    const used = aKeyWith(record, { state: "deactivated", updatedAtMs: record.writtenAtMs + 2000 });
    expect(answer(used)).toMatchObject({ guard: { why: { kind: "not_binding", why: { kind: "other_step" } } } });
  });

  it("lets the first person act, who names the approval", () => {
    const answered = aRecord({ how: "answer", author: bob, answers: record.id });
    const run = aRun({ actor: anActor(alice), consents: [answered.id] });
    expect(authorize(aKeyWith(answered), aPolicy(), run, "deactivate", nowMs).kind).toBe("may");
  });
});

describe("knownDeactivationMs", () => {
  const noted = (agoMs: number, over: Partial<KeyObservation> = {}) =>
    aKeyWith(aRecord({ step: "destroy", deactivatedAtMs: nowMs - agoMs }), over);

  it("is the time that the record for destroy notes, unless that time is after the last write", () => {
    expect(knownDeactivationMs(noted(3 * hourMs), aRun())).toBe(nowMs - 3 * hourMs);
    expect(knownDeactivationMs(noted(hourMs), aRun())).toBe(nowMs - hourMs);
    expect(knownDeactivationMs(noted(hourMs - 1), aRun())).toBeUndefined();
  });

  it("is the time in the note that a dropped record left, unless that time is after the last write", () => {
    const key = aKey({ state: "deactivated", note: { deactivatedAtMs: nowMs - hourMs }, updatedAtMs: nowMs - 5 });
    expect(knownDeactivationMs(key, aRun())).toBe(nowMs - hourMs);
    expect(knownDeactivationMs({ ...key, updatedAtMs: nowMs - 2 * hourMs }, aRun())).toBeUndefined();
  });

  it("is the last write if this run deactivated the key and no record notes a time", () => {
    const key = aKey({ state: "deactivated", updatedAtMs: nowMs - 5 });
    expect(knownDeactivationMs(key, aRun({ deactivatedHere: true }))).toBe(nowMs - 5);
    expect(knownDeactivationMs(key, aRun())).toBeUndefined();
    const { updatedAtMs: _time, ...timeless } = noted(3 * hourMs);
    expect(knownDeactivationMs(timeless, aRun({ deactivatedHere: true }))).toBeUndefined();
  });

  it("does not come from a record for deactivate, nor from a key that is not deactivated", () => {
    expect(
      knownDeactivationMs(aKeyWith(aRecord({ deactivatedAtMs: nowMs - dayMs }), { state: "deactivated" }), aRun()),
    ).toBeUndefined();
    expect(
      knownDeactivationMs(noted(3 * hourMs, { state: "active" }), aRun({ deactivatedHere: true })),
    ).toBeUndefined();
  });
});

it("marks and IDs of people differ in these tests", () => {
  expect(new Set([alice, bob, carol].map((one) => markOf(one.iamId ?? "", sha256))).size).toBe(3);
});

import { describe, expect, it } from "vitest";
import { markOf } from "../../../provider/lifecycle/consent/record-text.ts";
import {
  approvalOf,
  authorize,
  knownDeactivationMs,
  mayAuthor,
  requiredPeople,
} from "../../../provider/lifecycle/key/authorization.ts";
import { type DeletionPolicy, type KeyRun, type Plan, ready } from "../../../provider/lifecycle/key/plan.ts";
import type { Actor, ConsentRecord, KeyObservation } from "../../../provider/lifecycle/vocabulary/observation.ts";
import {
  aBackingKey,
  aKey,
  aKeyWith,
  alice,
  anActor,
  anActorInProfile,
  anApprovalOf,
  aPolicy,
  aRecord,
  aRequestOf,
  aRun,
  aWorkload,
  bob,
  carol,
  carrying,
  dayMs,
  deactivation,
  hourMs,
  nowMs,
  profile,
  sha256,
  taken,
  windowOpening,
} from "../../support/builders.ts";

describe("requiredPeople", () => {
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
    const key = aKey({
      ...(marker !== undefined && { marker }),
      backingKeys: [aBackingKey({ dualAuthDelete: isDual })],
    });
    const effective = requiredPeople(
      key,
      aPolicy({ people: dualAuthorization === "single" ? "single" : gate, peopleForTwo: gate }),
    );
    // A missing marker is as strict as "both"; KMS has the last word, and the program then names the gate.
    const voices = [marker ?? "both", dualAuthorization === "single" ? "single" : gate];
    const isFree = voices.every((voice) => voice === "single");
    const strictest = voices.includes("both") ? "both" : "destroy";
    expect(effective).toBe(isFree && !isDual ? "single" : isFree ? gate : strictest);
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

/** The step that is next, or the wait and why. */
function kindOf(plan: Plan): string {
  if (plan.kind === "ready") return plan.step.kind;
  return "callerPosition" in plan ? `${plan.kind}: ${plan.callerPosition}` : plan.kind;
}

describe("authorize", () => {
  const record = aRecord();
  const run = aRun({ approvals: [record.id] });
  const standingFor = (key: KeyObservation, over: Partial<KeyRun>, policy: Partial<DeletionPolicy> = {}) => {
    return kindOf(authorize(key, aPolicy(policy), aRun(over), "deactivate", nowMs));
  };

  it("lets the second person act on the request that they confirmed by hand, and returns that request as evidence", () => {
    expect(authorize(aKeyWith(record), aPolicy(), run, "deactivate", nowMs)).toEqual({
      kind: "ready",
      step: { kind: "deactivate", allowedBy: record },
    });
  });

  it("recognizes the second person by the mark of a compact record", () => {
    const compact = { ...record, author: { mark: alice.mark }, location: "description" as const };
    const key = aKeyWith(record, { carried: carrying(compact) });
    expect(kindOf(authorize(key, aPolicy(), run, "deactivate", nowMs))).toBe("deactivate");
    expect(kindOf(authorize(key, aPolicy(), { ...run, actor: anActor(alice) }, "deactivate", nowMs))).toBe(
      "waitingForApproval: wrote_it",
    );
  });

  describe("on a stored approval", () => {
    const approval = anApprovalOf(record);
    const sealed = anApprovalOf(record, { isSealedHere: true });
    const ofAlice = anActor(alice);

    it.each<[string, Partial<KeyRun>, ConsentRecord, string]>([
      ["lets a run act whose own seal is on the quoted request", { actor: ofAlice }, sealed, "deactivate"],
      ["lets any intent of that run act", { actor: ofAlice, intent: "engine" }, sealed, "deactivate"],
      [
        "lets the requester's run without the seal wait",
        { actor: ofAlice },
        approval,
        "waitingForApproval: may_confirm",
      ],
      [
        "lets the requester without the seal act who confirms the approval by hand",
        { actor: ofAlice, approvals: [approval.id] },
        approval,
        "deactivate",
      ],
      [
        "gives the author of the approval nothing, even with the seal and a confirmation",
        { actor: anActor(bob), approvals: [sealed.id] },
        sealed,
        "waitingForApproval: wrote_it",
      ],
      [
        "gives a third person nothing, even with a confirmation",
        { actor: anActor(carol), approvals: [approval.id] },
        approval,
        "waitingForApproval: not_the_requester",
      ],
      ["gives a machine nothing", { actor: aWorkload() }, sealed, "waitingForApproval: not_a_person"],
    ])("%s", (_what, over, onKey, expected) => {
      expect(standingFor(aKeyWith(onKey), over)).toBe(expected);
    });
  });

  describe("under the gate `destroy`", () => {
    const gate = { people: "destroy" } as const;
    const own = aKeyWith(aRecord({ author: bob }), { marker: "destroy" });

    it.each<[string, Partial<KeyRun>, Partial<KeyObservation>, string]>([
      ["lets a later run deactivate on its own request", { intent: "engine" }, {}, "deactivate"],
      [
        "does not let the run deactivate that wrote the request",
        { intent: "engine", ...taken(aRequestOf("deactivate")) },
        {},
        "waitingForApproval: wrote_it",
      ],
      ["counts only a request for this step as the run's own", { ...taken(aRequestOf("destroy")) }, {}, "deactivate"],
      ["requires two people if the marker does", {}, { marker: "both" }, "waitingForApproval: wrote_it"],
    ])("%s", (_what, over, key, expected) => {
      expect(standingFor({ ...own, ...key }, over, gate)).toBe(expected);
    });

    it("lets no other person deactivate on that request without confirming it by hand", () => {
      expect(standingFor(own, { actor: anActor(alice) }, gate)).toBe("waitingForApproval: may_approve");
    });

    it("requires two people for the destruction", () => {
      const request = aRecord({ step: "destroy", author: bob });
      const key = aKeyWith(request, { marker: "destroy" });
      expect(authorize(key, aPolicy(gate), run, "destroy", nowMs)).toMatchObject({ callerPosition: "wrote_it" });
    });
  });

  it.each<[KeyRun["intent"], string, string]>([
    ["request", "write_record", "write_record"],
    ["engine", "write_record", "waitingForRequest: may_ask"],
    ["approve", "waitingForRequest: may_ask", "waitingForRequest: may_ask"],
    ["resume", "waitingForRequest: may_ask", "waitingForRequest: may_ask"],
  ])("a run with the intent %s and no request: %s the deactivation, %s the destruction", (intent, cut, end) => {
    const said = (step: "deactivate" | "destroy", over: Partial<KeyRun>) => {
      const key = aKey({ state: step === "deactivate" ? "active" : "deactivated" });
      return kindOf(authorize(key, aPolicy(), aRun({ intent, ...over }), step, nowMs));
    };
    expect([said("deactivate", {}), said("destroy", {})]).toEqual([cut, end]);
    expect(said("destroy", taken(deactivation))).toBe(end);
  });

  it("writes into the request what the other person has to know", () => {
    const backingKeys = [aBackingKey({ dualAuthDelete: true, state: "suspended", windowEndsAtMs: nowMs + 7 * dayMs })];
    const key = aKey({ state: "deactivated", updatedAtMs: nowMs, backingKeys });
    const inRun = aRun({ intent: "request", ...taken(deactivation, windowOpening) });
    const response = authorize(key, aPolicy({ reason: "end of contract" }), inRun, "destroy", nowMs);
    expect(response).toEqual(
      ready({
        kind: "write_record",
        marker: "both",
        draft: {
          step: "destroy",
          writtenAtMs: nowMs,
          digest: key.digests.destroy,
          author: bob,
          authorName: anActor().displayName,
          how: "command",
          deactivatedAtMs: nowMs,
          kmsSetter: bob,
          reason: "end of contract",
        },
      }),
    );
  });

  it.each([
    ["the requester wrote to it last", { updatedBy: bob }, nowMs - hourMs],
    ["another person wrote to it last", { updatedBy: carol }, undefined],
    ["the last write was its deactivation", { updatedBy: bob, state: "deactivated" }, undefined],
  ] as const)("says in the request of a key when its requester wrote to it before: %s", (_what, over, ownWriteAtMs) => {
    const isDeactivated = "state" in over;
    const key = aKey({ ...over, updatedAtMs: nowMs - hourMs });
    const run = aRun({ intent: "request", ...(isDeactivated && taken(deactivation)) });
    const plan = authorize(key, aPolicy(), run, isDeactivated ? "destroy" : "deactivate", nowMs);
    expect(plan).toMatchObject({ kind: "ready", step: { kind: "write_record" } });
    const draft = plan.kind === "ready" && plan.step.kind === "write_record" ? plan.step.draft : undefined;
    expect(draft?.ownWriteAtMs).toBe(ownWriteAtMs);
  });

  it.each([
    ["request", "command"],
    ["engine", "engine"],
  ] as const)("marks the origin of a record: a run that %s writes `%s`", (intent, how) => {
    expect(authorize(aKey(), aPolicy({ reason: "" }), aRun({ intent }), "deactivate", nowMs)).toEqual(
      ready({
        kind: "write_record",
        marker: "both",
        draft: {
          step: "deactivate",
          writtenAtMs: nowMs,
          digest: aKey().digests.deactivate,
          author: bob,
          authorName: anActor().displayName,
          how,
        },
      }),
    );
  });

  it("never notes a setter in a record for deactivate, whose run sets its own window later", () => {
    const backingKeys = [aBackingKey({ dualAuthDelete: true, windowEndsAtMs: nowMs + 7 * dayMs })];
    const response = authorize(aKey({ backingKeys, updatedAtMs: nowMs }), aPolicy(), aRun(), "deactivate", nowMs);
    expect(response).toMatchObject({ kind: "ready", step: { kind: "write_record" } });
    expect(response).not.toHaveProperty("step.draft.kmsSetter");
  });
});

describe("approvalOf", () => {
  const by = (actor: ReturnType<typeof anActor>) => {
    if (!mayAuthor(actor)) throw new Error("no author");
    return { ...aRun({ intent: "approve" }), actor };
  };

  it("quotes the whole request, with the seal of its run, in a record of its own for the same step", () => {
    const request = aRecord({ reason: "end of contract", seal: "5".repeat(64) });
    const key = aKeyWith(request);
    const approval = approvalOf(request, { observation: key, policy: aPolicy(), run: by(anActor(bob)) }, nowMs);
    expect(approval).toEqual({
      step: "deactivate",
      writtenAtMs: nowMs,
      digest: key.digests.deactivate,
      author: bob,
      authorName: anActor().displayName,
      how: "approval",
      quotes: {
        sha256: request.sha256,
        body: request.body,
        author: alice,
        authorName: "Alice Example",
        writtenAtMs: request.writtenAtMs,
        seal: "5".repeat(64),
      },
      earlierReasons: [{ author: alice, authorName: "Alice Example", reason: "end of contract" }],
    });
  });

  it("keeps what the request knows of the deactivation", () => {
    const request = aRecord({ step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs, kmsSetter: alice });
    const key = aKeyWith(request);
    const approval = approvalOf(request, { observation: key, policy: aPolicy(), run: by(anActor(bob)) }, nowMs);
    expect(approval).toMatchObject({ step: "destroy", deactivatedAtMs: nowMs - 5 * hourMs, how: "approval" });
  });
});

describe("knownDeactivationMs", () => {
  it("repeats what a record of this run said that the service did not keep, with the setter of the KMS window", () => {
    const notKept = { deactivatedAtMs: nowMs - 2 * hourMs, kmsSetter: carol };
    const backingKeys = [aBackingKey({ dualAuthDelete: true })];
    const over = {
      state: "deactivated",
      stateWord: "deactivated",
      updatedBy: bob,
      updatedAtMs: nowMs - hourMs,
    } as const;
    const key = aKey({ ...over, backingKeys });
    expect(knownDeactivationMs(key, aRun({ notKept }))).toBe(nowMs - 2 * hourMs);
    expect(knownDeactivationMs(key, aRun())).toBeUndefined();
    const run = aRun({ actor: anActor(bob), intent: "request", notKept });
    expect(authorize(key, aPolicy(), run, "destroy", nowMs)).toMatchObject({
      kind: "ready",
      step: { kind: "write_record", draft: { deactivatedAtMs: nowMs - 2 * hourMs, kmsSetter: carol } },
    });
  });

  const noted = (agoMs: number, over: Partial<KeyObservation> = {}) =>
    aKeyWith(aRecord({ step: "destroy", deactivatedAtMs: nowMs - agoMs }), over);

  it("is the time in the note that a dropped record left, unless that time is after the last write", () => {
    const key = aKey({ state: "deactivated", note: { deactivatedAtMs: nowMs - hourMs }, updatedAtMs: nowMs - 5 });
    expect(knownDeactivationMs(key, aRun())).toBe(nowMs - hourMs);
    expect(knownDeactivationMs({ ...key, updatedAtMs: nowMs - 2 * hourMs }, aRun())).toBeUndefined();
  });

  it("is the last write if this run deactivated the key and no record notes a time", () => {
    const key = aKey({ state: "deactivated", updatedAtMs: nowMs - 5 });
    expect(knownDeactivationMs(key, aRun(taken(deactivation)))).toBe(nowMs - 5);
    expect(knownDeactivationMs(key, aRun())).toBeUndefined();
    const { updatedAtMs: _time, ...timeless } = noted(3 * hourMs);
    expect(knownDeactivationMs(timeless, aRun(taken(deactivation)))).toBeUndefined();
  });

  it("is the last write while the request of the deactivation is on the key, because no later write of uko leaves it there", () => {
    const used = aKeyWith(aRecord({ deactivatedAtMs: nowMs - dayMs }), {
      state: "deactivated",
      updatedAtMs: nowMs - 5,
    });
    expect(knownDeactivationMs(used, aRun())).toBe(nowMs - 5);
    const { updatedAtMs: _time, ...timeless } = used;
    expect(knownDeactivationMs(timeless, aRun())).toBeUndefined();
  });
});

it("marks and IDs of people differ in these tests", () => {
  expect(new Set([alice, bob, carol].map((one) => markOf(one.iamId ?? "", sha256))).size).toBe(3);
});

it("a run that has waited never writes its own request again, which another person withdrew", () => {
  const decide = (over: Partial<KeyRun>) => authorize(aKey(), aPolicy(), aRun(over), "deactivate", nowMs);
  const requested = taken(aRequestOf("deactivate"));
  expect(decide({ ...requested, hasWaited: true })).toMatchObject({
    kind: "waitingForRequest",
    callerPosition: "may_ask",
  });
  expect(decide(requested)).toMatchObject({ kind: "ready", step: { kind: "write_record" } });
  expect(decide({ hasWaited: true })).toMatchObject({ kind: "ready", step: { kind: "write_record" } });
});

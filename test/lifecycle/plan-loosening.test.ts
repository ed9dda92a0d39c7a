import { describe, expect, it } from "vitest";
import { planConsent } from "../../provider/lifecycle/authorization.ts";
import type { KeyObservation, LooserMarker } from "../../provider/lifecycle/observation.ts";
import { planKeyDeletion } from "../../provider/lifecycle/plan-key-deletion.ts";
import { planLoosening } from "../../provider/lifecycle/plan-loosening.ts";
import {
  aKey,
  aKeyWith,
  alice,
  anActor,
  aPolicy,
  aRecord,
  aRun,
  aTwin,
  aWorkload,
  bob,
  carol,
  dayMs,
  digestsOf,
  nowMs,
  someFacts,
} from "../support/builders.ts";

type RunOver = Parameters<typeof aRun>[0];

/** The loosest program possible, which makes no difference to a loosening. */
const policy = aPolicy({ dualAuthorization: "single", gate: "destroy" });
const plan = (key: KeyObservation, run: RunOver = {}, to: LooserMarker = "single") =>
  planLoosening(key, to, policy, aRun(run), nowMs);

const request = aRecord({ step: "loosen_to_single" });
const requested = aKeyWith(request, { state: "active" });
const naming = { intent: "resume", consents: [request.id] } as const;
const approved = { kind: "ready", step: { kind: "loosen", to: "single", consentedBy: request } };

describe("a request", () => {
  it("writes a record for this target alone, and does not change the marker", () => {
    for (const to of ["single", "destroy"] as const) {
      expect(plan(aKey({ marker: "both" }), {}, to)).toMatchObject({
        kind: "ready",
        step: {
          kind: "write_record",
          marker: "both",
          draft: { step: `loosen_to_${to}`, author: bob, digest: aKey().digests[`loosen_to_${to}`] },
        },
      });
    }
  });

  it("marks a key that has no marker as both", () => {
    expect(plan(aKey())).toMatchObject({ step: { kind: "write_record", marker: "both" } });
  });

  it("is not made by a run that only names, nor by a machine", () => {
    expect(plan(aKey(), { intent: "resume" })).toMatchObject({
      kind: "waitingForApproval",
      step: "loosen_to_single",
      standing: "may_ask",
    });
    expect(plan(aKey(), { actor: aWorkload() })).toMatchObject({ standing: "not_a_person" });
  });

  it.each([
    ["single", "single"],
    ["destroy", "destroy"],
    ["single", "destroy"],
  ] as const)("is done if the marker %s is as loose as %s", (marker, to) => {
    expect(plan(aKey({ marker }), {}, to)).toEqual({ kind: "done" });
  });
});

describe("an approved loosening", () => {
  it("requires another person who names the record", () => {
    expect(plan(requested, naming)).toEqual(approved);
    expect(plan(requested, { intent: "resume" })).toMatchObject({
      kind: "waitingForApproval",
      standing: "may_consent",
    });
  });

  it("never counts for its own author, whatever the marker and the program say", () => {
    for (const marker of ["both", "destroy"] as const) {
      const own = plan({ ...requested, marker }, { ...naming, actor: anActor(alice) });
      expect(own).toMatchObject({ kind: "waitingForApproval", standing: "wrote_it" });
    }
  });

  it("lets the author act once the other person has approved", () => {
    const answer = planConsent(requested, policy, aRun(), request.id, nowMs);
    expect(answer).toMatchObject({ kind: "ready", draft: { step: "loosen_to_single", how: "answer", author: bob } });
    const answered = aRecord({ step: "loosen_to_single", how: "answer", author: bob });
    const acting = { intent: "resume", consents: [answered.id], actor: anActor(alice) } as const;
    expect(plan(aKeyWith(answered, { state: "active" }), acting)).toMatchObject({ step: { kind: "loosen" } });
  });

  it.each([
    ["edited by another", { updatedBy: carol }],
    ["edited later", { updatedAtMs: nowMs }],
    ["about another label", { digests: digestsOf(someFacts({ label: "new" })) }],
    ["a machine's", { updatedBy: undefined }],
  ] as const)("is refused if the record was %s", (_what, over) => {
    expect(plan({ ...requested, ...over } as KeyObservation, naming).kind).not.toBe("ready");
  });

  it("is refused after 7 days", () => {
    const old = aRecord({ step: "loosen_to_single", writtenAtMs: nowMs - 7 * dayMs });
    const late = plan(aKeyWith(old, { state: "active" }), { intent: "resume", consents: [old.id] });
    expect(late).toMatchObject({ kind: "waitingForApproval", notBinding: { kind: "lapsed" } });
  });

  it("goes only to the target that the record names", () => {
    expect(plan(requested, naming, "destroy")).toEqual({
      kind: "refused",
      guard: { guard: "record_binds", record: request },
    });
  });

  it("works on a key that is deactivated or was never active", () => {
    for (const state of ["deactivated", "pre_activation"] as const) {
      expect(plan({ ...requested, state, stateWord: state }, naming)).toEqual(approved);
    }
  });
});

describe("records of one kind and steps of the other", () => {
  it("a record for a deletion loosens nothing, and is not replaced by a request to loosen", () => {
    for (const step of ["deactivate", "destroy"] as const) {
      const record = aRecord({ step });
      expect(plan(aKeyWith(record), { consents: [record.id] })).toEqual({
        kind: "refused",
        guard: { guard: "record_binds", record },
      });
    }
  });

  it("a record for a loosening deletes nothing, and is not replaced by a request to delete", () => {
    for (const state of ["active", "deactivated", "pre_activation"] as const) {
      const key = { ...requested, state, stateWord: state };
      for (const run of [aRun({ consents: [request.id] }), aRun({ intent: "engine" })]) {
        expect(planKeyDeletion(key, aPolicy(), run, nowMs)).toEqual({
          kind: "refused",
          guard: { guard: "record_binds", record: request },
        });
      }
    }
  });
});

it("a loosening has no effect on KMS's own dual authorization", () => {
  const key = aKey({ marker: "single", twins: [aTwin({ dualAuthDelete: true })] });
  expect(planKeyDeletion(key, policy, aRun(), nowMs)).toMatchObject({ step: { kind: "write_record" } });
});

it.each([
  ["destroyed", "no_way_back"],
  ["compromised", "compromised"],
  ["destroyed_compromised", "compromised"],
  ["unrecognised", "state_unrecognised"],
] as const)("a loosening is refused for a key that is %s", (state, guard) => {
  expect(plan(aKey({ state }))).toMatchObject({ kind: "refused", guard: { guard } });
});

import { describe, expect, it } from "vitest";
import {
  isAlignable,
  planAlignment,
  planMarking,
  planRotation,
  planSync,
} from "../../../provider/lifecycle/key/plan-update.ts";
import { nameOfUnapproved } from "../../../provider/lifecycle/key/unapproved-step.ts";
import { aKey, aKeyWith, aRecord, aRun, bob, carol, dayMs, nowMs, someFacts, taken } from "../../support/builders.ts";

describe("planMarking", () => {
  it("gives a key without a marker the strictest one, whatever a program requests", () => {
    for (const wanted of ["single", "destroy", "both"] as const) {
      for (const state of ["pre_activation", "active", "deactivated"] as const) {
        expect(planMarking(aKey({ state }), wanted, nowMs)).toBe("both");
      }
    }
  });

  it.each([
    ["single", "destroy", "destroy"],
    ["single", "both", "both"],
    ["destroy", "both", "both"],
    ["both", "single", undefined],
    ["destroy", "single", undefined],
    ["single", "single", undefined],
  ] as const)("makes %s no looser and, if it is looser than %s, as strict: %s", (marker, wanted, expected) => {
    expect(planMarking(aKey({ marker }), wanted, nowMs)).toBe(expected);
  });

  it("does not change a destroyed key, nor one with a binding record", () => {
    expect(planMarking(aKey({ state: "destroyed" }), "both", nowMs)).toBeUndefined();
    expect(planMarking(aKey({ state: "destroyed_compromised" }), "both", nowMs)).toBeUndefined();
    for (const step of ["deactivate", "destroy"] as const) {
      const key = aKeyWith(aRecord({ step }));
      expect(planMarking(key, "both", nowMs)).toBeUndefined();
      expect(planMarking({ ...key, updatedBy: bob }, "both", nowMs)).toBe("both");
    }
  });
});

describe("planSync", () => {
  it("syncs once", () => {
    expect(planSync(aKey(), aRun(), nowMs)).toEqual({ kind: "ready", step: { kind: "sync" } });
    expect(planSync(aKey(), aRun(taken({ kind: "sync" as const })), nowMs)).toEqual({ kind: "done" });
  });

  it("is refused while a record binds, because it may change the last writer", () => {
    const record = aRecord();
    expect(planSync(aKeyWith(record), aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "record_binds", record },
    });
  });

  it("is refused on a key that one person may have destroyed alone, because it would hide that person", () => {
    const record = aRecord({ step: "destroy", author: bob });
    const alone = aKeyWith(record, { state: "destroyed", updatedBy: bob, updatedAtMs: nowMs - 60_000 });
    const unapproved = { step: "destroy", lastWriter: bob, atMs: nowMs - 60_000 } as const;
    expect(planSync(alone, aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "destruction_unapproved", unapproved, isSync: true },
    });
    const sync = { kind: "ready", step: { kind: "sync" } };
    expect(planSync(alone, aRun({ confirmedUnapproved: nameOfUnapproved(unapproved) }), nowMs)).toEqual(sync);
    expect(planSync(alone, aRun({ confirmedUnapproved: "another" }), nowMs)).toMatchObject({ kind: "refused" });
    expect(planSync({ ...alone, updatedBy: carol }, aRun(), nowMs), "another person's request").toEqual(sync);
    expect(planSync({ ...alone, marker: "single" }, aRun(), nowMs), "one person is enough").toEqual(sync);
  });

  it("reports a refusal by the service", () => {
    const run = aRun({ refusals: [{ step: "sync", status: 409, message: "no" }] });
    expect(planSync(aKey(), run, nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", step: "sync", message: "no" },
    });
  });
});

describe("planRotation", () => {
  const known = { knownVersion: 1 };

  it("rotates an active key, even if the service does not return whether it can", () => {
    expect(planRotation(aKey(), known, nowMs)).toEqual({ kind: "ready" });
    expect(planRotation(aKey(), { ...known, isRotatable: true }, nowMs)).toEqual({ kind: "ready" });
  });

  it("is done if the version has increased, unless the increase is old", () => {
    const moved = aKey({ facts: someFacts({ version: 2 }) });
    expect(planRotation(moved, known, nowMs)).toEqual({ kind: "done" });
    expect(planRotation(moved, { ...known, rotatedAtMs: nowMs - 7 * dayMs }, nowMs)).toEqual({ kind: "done" });
    expect(planRotation(moved, { ...known, rotatedAtMs: nowMs - 7 * dayMs - 1 }, nowMs)).toEqual({ kind: "ready" });
    expect(planRotation(moved, { knownVersion: 2, rotatedAtMs: nowMs }, nowMs)).toEqual({ kind: "ready" });
  });

  it.each(["deactivate", "destroy"] as const)("is refused while a record for %s binds", (step) => {
    const record = aRecord({ step });
    expect(planRotation(aKeyWith(record), known, nowMs)).toEqual({ kind: "record_binds", record });
  });

  it.each([
    "pre_activation",
    "deactivated",
    "destroyed",
    "compromised",
    "destroyed_compromised",
    "unrecognized",
  ] as const)("is refused for a key in state %s", (state) => {
    expect(planRotation(aKey({ state }), known, nowMs)).toEqual({ kind: "not_active" });
  });

  it("is refused if the service reports that the key cannot be rotated", () => {
    expect(planRotation(aKey(), { ...known, isRotatable: false }, nowMs)).toEqual({ kind: "not_rotatable" });
  });

  it("is refused if it would deactivate older versions, whatever the marker says", () => {
    for (const marker of [undefined, "both", "destroy", "single"] as const) {
      const key = aKey(marker === undefined ? {} : { marker });
      expect(planRotation(key, { ...known, deactivatesOlder: true }, nowMs)).toEqual({ kind: "would_deactivate" });
      expect(planRotation(key, { ...known, deactivatesOlder: false }, nowMs)).toEqual({ kind: "ready" });
    }
  });
});

describe("planAlignment", () => {
  const key = { templateId: "t-1", keystoreIds: ["ks-1"], templatesKeyState: "active" };
  const distribution = {
    templates: [{ id: "t-1", type: "aws_kms", group: "cards" }],
    keystores: [{ id: "ks-1", type: "aws_kms", groups: ["cards"] }],
  };

  it("aligns an active key that the service reports as unaligned", () => {
    expect(planAlignment(aKey(), key, "unaligned", distribution, nowMs)).toEqual({ kind: "ready" });
  });

  it("has nothing to do if the key is aligned, the alignment is unknown, or the key is not active", () => {
    expect(planAlignment(aKey(), key, "aligned", distribution, nowMs)).toEqual({ kind: "done" });
    expect(planAlignment(aKey(), key, undefined, distribution, nowMs)).toEqual({ kind: "done" });
    const deactivated = aKey({ state: "deactivated" });
    expect(planAlignment(deactivated, key, "unaligned", distribution, nowMs)).toEqual({ kind: "done" });
    expect(isAlignable("deactivated", "unaligned")).toBe(false);
  });

  it("is refused while a record binds", () => {
    const record = aRecord();
    const response = planAlignment(aKeyWith(record), key, "unaligned", distribution, nowMs);
    expect(response).toEqual({ kind: "record_binds", record });
  });

  it.each(["pre_activation", ""])(
    "is refused if the template's keys are %j, since an alignment may deactivate the key",
    (word) => {
      const response = planAlignment(aKey(), { ...key, templatesKeyState: word }, "unaligned", distribution, nowMs);
      expect(response).toEqual({ kind: "would_deactivate" });
    },
  );

  it.each([
    [
      "whose groups no longer name the template's",
      { ...distribution, keystores: [{ id: "ks-1", type: "aws_kms", groups: [] }] },
    ],
    ["that is not listed", { ...distribution, keystores: [] }],
    ["of an unknown template", { ...distribution, templates: [] }],
  ])("is refused if the alignment would remove the key from a keystore %s", (_what, wanted) => {
    expect(planAlignment(aKey(), key, "unaligned", wanted, nowMs)).toEqual({
      kind: "would_unlink",
      keystoreIds: ["ks-1"],
    });
  });
});

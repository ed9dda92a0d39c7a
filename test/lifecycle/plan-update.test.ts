import { describe, expect, it } from "vitest";
import { planSync, planUpdate } from "../../provider/lifecycle/plan-update.ts";
import { aKey, aKeyWith, aRecord, aRun, bob, dayMs, nowMs } from "../support/builders.ts";

describe("planUpdate", () => {
  it.each(["deactivate", "destroy"] as const)("leaves the key alone while a record for %s binds", (step) => {
    const record = aRecord({ step });
    expect(planUpdate(aKeyWith(record), nowMs)).toEqual({ kind: "leave", record });
  });

  it("may write where there is no record, or a dead one", () => {
    const record = aRecord();
    expect(planUpdate(aKey(), nowMs)).toEqual({ kind: "may" });
    expect(planUpdate(aKeyWith(record, { updatedBy: bob }), nowMs)).toEqual({ kind: "may" });
    expect(planUpdate(aKeyWith(record), nowMs + 7 * dayMs)).toEqual({ kind: "may" });
  });
});

describe("planSync", () => {
  it("syncs once", () => {
    expect(planSync(aKey(), aRun(), nowMs)).toEqual({ kind: "ready", step: { kind: "sync" } });
    expect(planSync(aKey(), aRun({ syncedHere: true }), nowMs)).toEqual({ kind: "done" });
  });

  it("is refused while a record binds, because it may change the last writer", () => {
    const record = aRecord();
    expect(planSync(aKeyWith(record), aRun(), nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "record_binds", record },
    });
  });

  it("says so when the service refuses it", () => {
    const run = aRun({ refusals: [{ step: "sync", message: "no" }] });
    expect(planSync(aKey(), run, nowMs)).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", step: "sync", message: "no" },
    });
  });
});

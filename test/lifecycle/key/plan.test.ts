import { describe, expect, it } from "vitest";
import { errorCatalog } from "../../../provider/errors.ts";
import { guardCodes, stepRules, unlessRefused } from "../../../provider/lifecycle/key/plan.ts";
import { aRun } from "../../support/builders.ts";

it("has a code of the catalog for every guard, and never one for a fault", () => {
  for (const code of Object.values(guardCodes)) expect(errorCatalog[code].exitCode).toBe(12);
});

it("lets only calls to KMS and a removal go on in the second of another write, which could be hidden", () => {
  const atOnce = Object.entries(stepRules).filter(([, { waitsUntilSettled }]) => waitsUntilSettled !== true);
  expect(atOnce.map(([step]) => step)).toEqual(["set_for_deletion", "unset_for_deletion", "remove"]);
});

describe("unlessRefused", () => {
  const plan = { kind: "ready", step: { kind: "remove" } } as const;
  it("does not change what was not refused in this run", () => {
    expect(unlessRefused(plan, aRun())).toBe(plan);
    expect(unlessRefused(plan, aRun({ refusals: [{ step: "destroy", status: 409, message: "no" }] }))).toBe(plan);
    expect(
      unlessRefused({ kind: "done" }, aRun({ refusals: [{ step: "remove", status: 409, message: "no" }] })),
    ).toEqual({
      kind: "done",
    });
  });

  it("turns a step that the service refused into that refusal", () => {
    expect(unlessRefused(plan, aRun({ refusals: [{ step: "remove", status: 409, message: "not empty" }] }))).toEqual({
      kind: "refused",
      guard: { guard: "service_refused", step: "remove", message: "not empty" },
    });
  });
});

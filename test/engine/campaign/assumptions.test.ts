import { expect, it } from "vitest";
import { calls, unknowns } from "../../../provider/emulator/fidelity.ts";
import { assumptionIds, judgeAssumptions, type Sight } from "../../../provider/engine/campaign/assumptions.ts";

const writer = { displayName: "Bob", writesAs: { iamId: "IBMid-550000BOB", mark: "b" } };
const sightOf = (change: object, more: Partial<Sight> = {}): Sight => ({
  observation: {
    state: "deactivated",
    carried: { kind: "none" },
    backingKeys: [{ kind: "present", kmsKeyId: "k", state: "suspended", dualAuthDelete: false }],
    keystores: [{ syncFlag: "ok" }],
    ...change,
  } as unknown as Sight["observation"],
  keystores: [],
  ...more,
});

it("knows every assumption of the fidelity page", () => {
  const assumed = [...calls, ...unknowns].filter(([, , , basis]) => basis === "assumed").map(([id]) => id);
  expect(assumptionIds).toEqual(assumed);
});

it("confirms what a read shows, refutes a contradiction, and says nothing of the rest", () => {
  expect(judgeAssumptions([sightOf({})])).toEqual({ "backing-key-suspended": "confirmed" });
  const other = sightOf({ backingKeys: [{ kind: "present", kmsKeyId: "k", state: "active", dualAuthDelete: false }] });
  expect(judgeAssumptions([sightOf({}), other])).toEqual({ "backing-key-suspended": "refuted" });
  const record = (location: string) => sightOf({ backingKeys: [], carried: { kind: "one", record: { location } } });
  expect(judgeAssumptions([record("tag")])).toEqual({ U9: "confirmed" });
  expect(judgeAssumptions([record("description")])).toEqual({ U9: "refuted" });
});

it("judges the last writer only if this run wrote", () => {
  const updatedBy = { iamId: "IBMid-550000BOB", mark: "b" };
  expect(judgeAssumptions([sightOf({ backingKeys: [], updatedBy })])).toEqual({});
  expect(judgeAssumptions([sightOf({ backingKeys: [], updatedBy }, { writer })])).toEqual({
    "last-writer": "confirmed",
    U16: "confirmed",
  });
  expect(judgeAssumptions([sightOf({ backingKeys: [] }, { writer })])).toMatchObject({ "last-writer": "refuted" });
});

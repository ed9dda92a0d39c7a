import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { holdsIn, holdsInForce, isHeldAs, joinHolds, tagOfHolds } from "../../provider/lifecycle/hold.ts";

const nowMs = Date.parse("2026-11-26T09:00:00Z");
const inTag = (value: string, name = "hold") => holdsIn([{ name, value }]);
const inForce = (value: string) => holdsInForce(inTag(value), nowMs).map(({ text }) => text);
const set = { setBy: "IBMid-550000ALICE", since: "2026-11-26" };

describe("the tag", () => {
  it("contains what a tag admits, and is read back", () => {
    const tag = joinHolds([], { kind: "incident", until: "2026-12-01", ticket: "INC-4711" }, set);
    const value = "incident until 2026_12_01 ticket INC_4711 by IBMid_550000ALICE since 2026_11_26";
    expect(tag).toEqual({ name: "hold", value });
    expect(value).toMatch(/^[\w ]+$/);
    expect(inTag(value)).toEqual([
      {
        ...{ kind: "incident", text: value, until: "2026-12-01", ticket: "INC_4711" },
        ...{ setBy: "IBMid_550000ALICE", since: "2026-11-26" },
      },
    ]);
  });

  it("keeps the first hold as it is when a second one joins it, also one that uko did not write", () => {
    for (const first of ["legal ticket L_1 by IBMid_C", "litigation", "legal until 2026_99_99"]) {
      const tag = joinHolds(inTag(first), { kind: "owner" }, set);
      expect(tag?.value).toBe(`${first} and owner by IBMid_550000ALICE since 2026_11_26`);
      expect(inTag(tag?.value ?? "").map(({ text }) => text)[0]).toBe(first);
    }
  });

  it("does not lose a hold for a tag that would be too long", () => {
    expect(joinHolds(inTag("x".repeat(8150)), { kind: "legal" }, set)).toBeUndefined();
    expect(tagOfHolds([])).toBeUndefined();
  });

  it("holds in each of several tags of the same name, and in no tag of another name", () => {
    const tags = ["legal", "owner"].map((value) => ({ name: "hold", value }));
    expect(holdsIn(tags).map(({ kind }) => kind)).toEqual(["legal", "owner"]);
    expect(inTag("legal", "holder")).toEqual([]);
  });
});

describe("a hold is in force", () => {
  it.each([
    ["legal", ["legal"]],
    ["legal until 2026_11_26", ["legal until 2026_11_26"]],
    ["legal until 2026_11_25", []],
    ["legal until 2026_11_25 and owner", ["owner"]],
    ["litigation", ["litigation"]],
    ["", [""]],
    ["Legal until 2020_01_01", ["Legal until 2020_01_01"]],
    ["legal until 2020_01_01 and later", ["later"]],
    ["legal until 2020_99_99", ["legal until 2020_99_99"]],
  ])("%j: %j", (value, expected) => {
    expect(inForce(value)).toEqual(expected);
  });

  it("whatever a person writes, unless uko can read that each part is over", () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const isOver = inTag(value).every(({ until = "9" }) => until < "2026-11-26");
        expect(inForce(value).length === 0).toBe(isOver);
      }),
    );
  });
});

it.each([
  ["legal ticket L_1", { kind: "legal", ticket: "L-1" }, true],
  ["legal ticket L_1", { kind: "legal", ticket: "L-1", until: "2030-01-01" }, true],
  ["legal until 2030_01_01", { kind: "legal", until: "2030-01-01" }, true],
  ["legal until 2030_01_01", { kind: "legal", until: "2030-01-02" }, false],
  ["legal until 2030_01_01", { kind: "legal" }, false],
  ["legal", { kind: "owner" }, false],
  ["legal", { kind: "legal", ticket: "L-1" }, false],
  ["litigation", { kind: "legal" }, false],
] as const)("the hold %j is as good as %j: %j", (value, wanted, expected) => {
  expect(isHeldAs(inTag(value), wanted)).toBe(expected);
});

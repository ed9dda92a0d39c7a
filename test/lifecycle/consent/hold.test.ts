import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  holdsIn,
  holdsInForce,
  planHold,
  planRelease,
  type WantedHold,
} from "../../../provider/lifecycle/consent/hold.ts";

const nowMs = Date.parse("2026-11-26T09:00:00Z");
const inTag = (value: string, name = "hold") => holdsIn([{ name, value }]);
const inForce = (value: string) => holdsInForce(inTag(value), nowMs).map(({ text }) => text);
const planned = (value: string | undefined, hold: WantedHold) =>
  planHold(value === undefined ? [] : inTag(value), hold, "IBMid-550000ALICE", nowMs);
const released = (value: string, choice: Parameters<typeof planRelease>[1] = {}) =>
  planRelease(inTag(value), choice, nowMs);

describe("the tag", () => {
  it("contains what a tag admits, and is read back", () => {
    const value = "incident until 2026_12_01 ticket INC_4711 by IBMid_550000ALICE since 2026_11_26";
    const hold = { kind: "incident", until: "2026-12-01", ticket: "INC-4711" } as const;
    expect(planned(undefined, hold)).toEqual({ kind: "write", values: [value] });
    expect(value).toMatch(/^[\w ]+$/);
    expect(inTag(value)).toEqual([
      {
        ...{ kind: "incident", text: value, until: "2026-12-01", ticket: "INC_4711" },
        ...{ setBy: "IBMid_550000ALICE", since: "2026-11-26" },
      },
    ]);
  });

  it("keeps the first hold as it is when a second one joins it, also one that uko did not write", () => {
    for (const first of ["legal ticket L_1 by IBMid_C", "litigation", "legal until 2026_99_99", ""]) {
      const value = `${first} and owner by IBMid_550000ALICE since 2026_11_26`;
      expect(planned(first, { kind: "owner" })).toEqual({ kind: "write", values: [value] });
      expect(inTag(value).map(({ text }) => text)[0]).toBe(first);
    }
  });

  it("loses the holds that are over, and no other hold for a tag that would be too long", () => {
    expect(planned("legal until 2020_01_01", { kind: "owner" })).toMatchObject({
      values: [expect.stringMatching(/^owner/)],
    });
    expect(planned("x".repeat(8150), { kind: "legal" })).toEqual({ kind: "too_long", length: 8198, most: 8192 });
  });

  it("holds in each of several tags of the same name, and in no tag of another name", () => {
    const tags = ["legal", "owner"].map((value) => ({ name: "hold", value }));
    expect(holdsIn(tags).map(({ kind }) => kind)).toEqual(["legal", "owner"]);
    expect(inTag("legal", "holder")).toEqual([]);
  });

  it("holds with its name in any case, because the person who wrote it meant a hold", () => {
    for (const name of ["Hold", "HOLD", "hold "]) expect(inTag("litigation", name)).toHaveLength(1);
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
    ["legal until 2026_02_31", ["legal until 2026_02_31"]],
    ["legal by IBMid_A release IBMid_B", ["legal by IBMid_A release IBMid_B"]],
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
  ["legal ticket L_1", { kind: "legal", ticket: "L-1" }, "done"],
  ["legal ticket L_1", { kind: "legal", ticket: "L-1", until: "2030-01-01" }, "done"],
  ["legal until 2030_01_01", { kind: "legal", until: "2030-01-01" }, "done"],
  ["legal until 2030_01_01", { kind: "legal", until: "2030-01-02" }, "write"],
  ["legal until 2030_01_01", { kind: "legal" }, "write"],
  ["legal", { kind: "owner" }, "write"],
  ["legal", { kind: "legal", ticket: "L-1" }, "write"],
  ["litigation", { kind: "legal" }, "write"],
] as const)("a key with the hold %j, held as %j: %j", (value, wanted, expected) => {
  expect(planned(value, wanted).kind).toBe(expected);
});

describe("a release", () => {
  it("ends the only hold, of any author, and nothing if no hold is in force", () => {
    for (const value of ["legal ticket L_1", "litigation", ""]) {
      expect(released(value)).toEqual({
        ...{ kind: "write", values: [] },
        released: expect.objectContaining({ text: value }),
      });
    }
    expect(released("legal until 2020_01_01")).toEqual({ kind: "done" });
    expect(planRelease([], {}, nowMs)).toEqual({ kind: "done" });
  });

  it("ends one of several holds, which the person names, and keeps the others", () => {
    const several = "legal ticket L_1 and legal ticket L_2 and owner and litigation";
    for (const choice of [{}, { kind: "legal" }, { ticket: "L-3" }, { kind: "incident" }] as const) {
      expect(released(several, choice)).toMatchObject({ kind: "unclear" });
    }
    const ends = (choice: Parameters<typeof planRelease>[1]) => {
      const plan = released(several, choice);
      return plan.kind === "write" ? [plan.released?.text, ...plan.values] : plan.kind;
    };
    expect(ends({ ticket: "L-2" })).toEqual(["legal ticket L_2", "legal ticket L_1 and owner and litigation"]);
    expect(ends({ kind: "owner" })).toEqual(["owner", "legal ticket L_1 and legal ticket L_2 and litigation"]);
    expect(ends({ kind: "other" })).toEqual(["litigation", "legal ticket L_1 and legal ticket L_2 and owner"]);
    expect(ends({ text: "owner" })).toEqual(["owner", "legal ticket L_1 and legal ticket L_2 and litigation"]);
  });

  it("ends the hold without a ticket first, if the person names none with an empty text", () => {
    const both = "legal ticket L_1 and legal";
    expect(released(both, { kind: "legal" })).toMatchObject({ kind: "unclear" });
    expect(released(both, { kind: "legal", ticket: "" })).toEqual({
      ...{ kind: "write", values: ["legal ticket L_1"] },
      released: expect.objectContaining({ text: "legal" }),
    });
    expect(planned("legal", { kind: "legal", ticket: "" })).toMatchObject({ kind: "done", hold: { text: "legal" } });
  });

  it("keeps long holds in several tags, as another tool wrote them", () => {
    const long = ["a", "b", "c"].map((letter) => letter.repeat(5000));
    const found = holdsIn([...long, "owner"].map((value) => ({ name: "hold", value })));
    expect(planRelease(found, { text: long[0] }, nowMs)).toMatchObject({ values: [long[1], `${long[2]} and owner`] });
  });
});

import { describe, expect, it } from "vitest";
import { encodeHoldTag, isHeld, isOwnHoldTag, mayReplaceHold } from "../../../provider/lifecycle/campaign/campaign.ts";
import { holdsInForce, planHoldTag } from "../../../provider/lifecycle/campaign/holds.ts";

const nowMs = Date.parse("2026-11-26T09:00:00Z");
const isHeldBy = (value: string, name = "hold") => isHeld([], [{ name, value }], nowMs);

it("writes a value that a tag admits, and reads it back", () => {
  const value = encodeHoldTag({ kind: "incident", until: "2026-12-01", ticket: "INC-4711" });
  expect(value).toBe("incident until 2026_12_01 ticket INC_4711");
  expect(value).toMatch(/^[\w ]+$/);
  expect([value, encodeHoldTag({ kind: "legal" })].every(isOwnHoldTag)).toBe(true);
});

it("holds through the last day, and not longer", () => {
  expect(isHeldBy("legal until 2026_11_26")).toBe(true);
  expect(isHeldBy("legal until 2026_11_25")).toBe(false);
  expect(isHeldBy("legal")).toBe(true);
});

it("holds without an end if uko did not write the tag, or cannot read its day", () => {
  for (const value of ["litigation", "", "legal until 2020_01_01 and later", "legal until 2020_99_99"]) {
    expect(isHeldBy(value), value).toBe(true);
  }
  expect(isHeldBy("litigation", "other")).toBe(false);
});

it.each([
  ["legal", { kind: "owner" }, false],
  ["litigation", { kind: "legal" }, false],
  ["legal", { kind: "legal", until: "2030-01-01" }, false],
  ["legal until 2026_12_01", { kind: "legal", until: "2026-11-30" }, false],
  ["legal until 2026_12_01", { kind: "legal", until: "2026-12-01", ticket: "L-1" }, true],
  ["legal until 2026_12_01", { kind: "legal" }, true],
  ["legal until 2026_11_25", { kind: "owner", until: "2026-11-26" }, true],
] as const)("in the place of the hold %j, a hold %j is possible: %j", (value, wanted, expected) => {
  expect(mayReplaceHold(value, wanted, nowMs)).toBe(expected);
});

describe("the release of a tag", () => {
  const legal = "legal ticket L_1 by IBMid_1";
  const plan = (found: string, actor: string | undefined, lastWriter: string | undefined) =>
    planHoldTag(found, { kind: "release" }, { actor, lastWriter }, nowMs);
  it.each([
    ["a hold of another kind goes", "owner", "IBMid-2", "IBMid-1", { kind: "write" }],
    ["a legal hold that is over goes", "legal until 2026_11_25", "IBMid-2", "IBMid-1", { kind: "write" }],
    ["the first person adds a name", legal, "IBMid-2", "IBMid-1", { kind: "write", value: `${legal} release IBMid_2` }],
    [
      "who set the hold is no exception",
      legal,
      "IBMid-1",
      "IBMid-1",
      { kind: "write", value: `${legal} release IBMid_1` },
    ],
    ["the first person waits", `${legal} release IBMid_2`, "IBMid-2", "IBMid-2", { kind: "waits" }],
    ["the second person takes it off", `${legal} release IBMid_2`, "IBMid-3", "IBMid-2", { kind: "write" }],
    [
      "a name that another writer added does not count",
      `${legal} release IBMid_2`,
      "IBMid-3",
      "IBMid-3",
      { kind: "write", value: `${legal} release IBMid_3` },
    ],
    [
      "a name does not count if the service reports no last writer",
      `${legal} release IBMid_2`,
      "IBMid-3",
      undefined,
      { kind: "write", value: `${legal} release IBMid_3` },
    ],
    ["the tag of another writer stays", "litigation", "IBMid-2", "IBMid-1", { kind: "left", why: "foreign" }],
    ["a pipeline releases no legal hold", legal, undefined, "IBMid-1", { kind: "left", why: "no_person" }],
  ] as const)("%s", (_, found, actor, lastWriter, expected) => {
    expect(plan(found, actor, lastWriter)).toEqual(expected);
  });

  it("is void after a new legal hold", () => {
    const tag = { kind: "legal", ticket: "L-1" } as const;
    const held = (found: string) => planHoldTag(found, { kind: "hold", tag }, { actor: "IBMid-3" }, nowMs);
    expect(held(legal)).toEqual({ kind: "done" });
    expect(held(`${legal} release IBMid_2`)).toEqual({ kind: "write", value: "legal ticket L_1 by IBMid_3" });
    expect(held("legal until 2030_01_01")).toEqual({ kind: "write", value: "legal ticket L_1 by IBMid_3" });
    const owners = planHoldTag(
      legal,
      { kind: "hold", tag: { kind: "owner" } },
      { actor: undefined, lastWriter: undefined },
      nowMs,
    );
    expect(owners).toEqual({ kind: "left", why: "other_hold" });
  });
});

describe("holds in the folder", () => {
  const holds = [
    { name: "a", kind: "legal" },
    { name: "b", kind: "owner" },
  ] as const;
  it.each([
    [[], ["a", "b"]],
    [[{ ends: ["a", "b"], iamId: "1" }], ["a"]],
    [
      [
        { ends: ["a"], iamId: "1" },
        { ends: ["a"], iamId: "1" },
      ],
      ["a", "b"],
    ],
    [
      [
        { ends: ["a"], iamId: "1" },
        { ends: ["a", "b"], iamId: "2" },
      ],
      [],
    ],
    [
      [
        { ends: ["c"], iamId: "1" },
        { ends: ["c"], iamId: "2" },
      ],
      ["a", "b"],
    ],
  ])("after the releases %j, the holds %j are in force", (releases, expected) => {
    expect(holdsInForce(holds, releases).map(({ hold }) => hold.name)).toEqual(expected);
  });
});

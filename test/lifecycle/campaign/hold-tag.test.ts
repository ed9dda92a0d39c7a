import { expect, it } from "vitest";
import { encodeHoldTag, isHeld, isOwnHoldTag, mayReplaceHold } from "../../../provider/lifecycle/campaign/campaign.ts";

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
  expect(isHeldBy("litigation", "uko_hold")).toBe(true);
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

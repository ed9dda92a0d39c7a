import { expect, test } from "vitest";
import { slipsBetween } from "../../../provider/engine/text/words.ts";

test.each([
  ["payroll", "payroll", 0],
  ["payrol", "payroll", 1],
  ["payrolll", "payroll", 1],
  ["peyroll", "payroll", 1],
  ["pyaroll", "payroll", 1],
  ["pyarol", "payroll", 2],
  ["", "key", 3],
  ["key", "", 3],
] as const)("from %j to %j are so many slips: %i", (typed, meant, slips) => {
  expect(slipsBetween(typed, meant)).toBe(slips);
});

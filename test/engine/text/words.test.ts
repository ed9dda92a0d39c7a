import { describe, expect, it } from "vitest";
import { plain, sayDistance, sayDuration } from "../../../provider/engine/text/words.ts";
import { dayMs, hourMs, nowMs } from "../../support/builders.ts";

describe("words", () => {
  it.each([
    [30_000, "in 1 min"],
    [-59_000, "now"],
    [0, "now"],
    [hourMs, "in 1 h"],
    [3 * hourMs + 12 * 60_000, "in 3 h 12 min"],
    [-(2 * dayMs + 4 * hourMs + 5 * 60_000), "2 d 4 h ago"],
    [30 * dayMs, "in 30 d"],
  ])("%i ms from now is %s", (ms, words) => {
    expect(sayDistance(nowMs + ms, nowMs)).toBe(words);
  });

  it("prints a duration of zero in minutes", () => {
    expect(sayDuration(0)).toBe("0 min");
  });

  it("escapes foreign text for a terminal", () => {
    expect(plain("a\u001b[31m\nb\u202e\u2028c ")).toBe("a\\u{1b}[31m b\\u{202e} c");
    expect(plain("🔑".repeat(300), 10)).toBe(`${"🔑".repeat(9)}…`);
  });
});

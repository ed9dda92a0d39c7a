import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isGlobMatch } from "../../provider/text/glob.ts";

describe("a glob", () => {
  test("matches as a regular expression would", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", ".", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (glob, value) => {
        const pattern = glob.replaceAll(".", "\\.").replaceAll("*", "[^]*").replaceAll("?", "[^]");
        expect(isGlobMatch(glob, value)).toBe(new RegExp(`^${pattern}$`).test(value));
      }),
      { numRuns: 3_000 },
    );
  });

  test("takes no longer for many stars", () => {
    expect(isGlobMatch(`${"*a".repeat(120)}b`, "a".repeat(255))).toBe(false);
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import { errorCatalogue, mostSevere } from "../../provider/errors.ts";

it.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 11], 11],
  [[11, 10, 0], 10],
  [[10, 12, 11], 12],
  [[12, 13, 10], 13],
  [[10, 11, 12, 13, 1], 1],
  [[0, 99], 1],
])("%j combine to %i", (codes, expected) => {
  expect(mostSevere(codes)).toBe(expected);
});

it("knows every exit code of the catalog, and returns one of the given codes, in any order", () => {
  const known = [0, ...Object.values(errorCatalogue).map((entry) => entry.exitCode)];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...known), { minLength: 1 }), (codes) => {
      const severe = mostSevere(codes);
      expect(codes).toContain(severe);
      expect(mostSevere(codes.toReversed())).toBe(severe);
    }),
  );
});

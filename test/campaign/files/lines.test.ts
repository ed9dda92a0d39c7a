import fc from "fast-check";
import { expect, test } from "vitest";
import { linesOf } from "../../../provider/campaign/files/file-forms.ts";

test("the lines of a text in parts are those of the whole", () => {
  const part = fc.string({ unit: fc.constantFrom("a", "\r", "\n", "ü") });
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      expect([...linesOf(parts)]).toEqual(parts.join("").split("\n"));
    }),
  );
});

test("one line of 64 MB, which anyone who can commit can add, does not keep a halt waiting for a minute", () => {
  const parts = Array.from({ length: 1024 }, () => "x".repeat(64 * 1024));
  const startedMs = performance.now();
  expect(Array.from(linesOf(parts), ({ length }) => length)).toEqual([64 * 1024 * 1024]);
  expect(performance.now() - startedMs).toBeLessThan(5_000);
});

/** Tests of the count of code lines. */

import { expect, test } from "vitest";
import { codeLines } from "./code-lines.ts";

test("counts neither comments nor blank lines, and counts a line that ends in a comment", () => {
  const text = ["/** One line. */", "", "/*", " * Three", " */", "import a;", "// why", "  b(); // counts", "}"].join(
    "\n",
  );
  expect(codeLines(text)).toBe(3);
});

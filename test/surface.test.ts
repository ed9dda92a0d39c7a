/** The surface of the product, which grows only by a decision. */

import { expect, test } from "vitest";
import { decidedSurface, measureSurface } from "./bench/surface.ts";

test("the product has as many commands, options, settings, codes, schemas, files and terms as decision 53 says", () => {
  const counted = measureSurface();
  expect(Object.entries(counted).filter(([, count]) => count === 0)).toEqual([]);
  expect(counted, "remove as much as you add; after a removal, lower the number in decision 0053").toEqual(
    decidedSurface(),
  );
});

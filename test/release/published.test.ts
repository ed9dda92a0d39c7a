import { expect, test } from "vitest";
import { filesThatSayUnpublished, isPublished, reasonsToStop } from "../../sdk/release/published.ts";

test("what pages and messages say about publication agrees with the switch", () => {
  const files = filesThatSayUnpublished();
  if (isPublished) return expect(files).toEqual([]);
  expect(files).toContain("README.md");
  return expect(files).toContain("provider/docs/registry/installation-configuration.md");
});

test("a release stops while nothing is published, and while a text says so", () => {
  expect(reasonsToStop(false, [])).toHaveLength(1);
  expect(reasonsToStop(true, ["README.md"])).toEqual(["README.md still says that nothing is published"]);
  expect(reasonsToStop(true, [])).toEqual([]);
});

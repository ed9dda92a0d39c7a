import { expect, test } from "vitest";
import { filesThatSayUnpublished, isPublished, reasonsToStop } from "../../sdk/release/published.ts";
import { read } from "../support/documents.ts";

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

test("what a person does for a release is a checklist of at most ten lines, in order", () => {
  const [, section = ""] = read("provider/docs/internals/release.md").split("\n## Checklist\n");
  const [list = ""] = section.split("\n## ");
  const numbers = Array.from(list.matchAll(/^(\d+)\. /gm), ([, number]) => Number(number));
  expect(numbers.length).toBeGreaterThan(5);
  expect(numbers.length).toBeLessThanOrEqual(10);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
});

/** The site stays short enough to be read, and its menu has every page. */

import { globSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pagesOfTheSite } from "../../provider/docs/site/.vitepress/sidebar.ts";
import { read, repository } from "../support/documents.ts";
import { sumOf, wordsIn, wordsOfTheSite } from "../support/site-words.ts";

const limit = 22_500;

test("the pages that people write for the site have at most the words of the limit below (node test/support/site-words.ts)", () => {
  const words = wordsOfTheSite();
  expect(words.get("how-to/campaigns")).toBeGreaterThan(500);
  expect([...words.keys()]).not.toContain("reference/cli-fleet");
  expect(sumOf(words), "remove as much as you add: each fact once").toBeLessThanOrEqual(limit);
});

test("a lead has at most 25 words to learn for a campaign", () => {
  const [, section = ""] = read("provider/docs/how-to/your-date.md").split("\n## Words to learn\n");
  const words = Array.from(section.matchAll(/^\| (?!word|---)([^|]+) \|/gm), ([, cell = ""]) =>
    cell.split(", "),
  ).flat();
  expect(words.length).toBeGreaterThan(10);
  expect(words.length).toBeLessThanOrEqual(25);
});

test("a word has a letter or a digit", () => {
  expect(wordsIn("| `uko ls` | -- |\n| --- | 7 days |\n")).toBe(4);
});

test("the menu of the site has each page once", () => {
  const files = globSync("{tutorials,how-to,explanation,reference}/**/*.md", {
    cwd: path.join(repository, "provider/docs"),
  });
  const pages = [...files.map((file) => file.replace(/\.md$/, "")), "registry/installation-configuration"];
  expect(pagesOfTheSite.toSorted()).toEqual(pages.toSorted());
});

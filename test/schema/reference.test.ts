/** The reference in Markdown. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { functions } from "../../provider/resources/functions.ts";
import { described } from "../../sdk/make/described.ts";
import { referenceMarkdown } from "../../sdk/make/docs/reference.ts";
import { referenceFile } from "../../sdk/make/schema-file.ts";

const text = referenceMarkdown();
const lines = text.split("\n");
const row = (start: string) => lines.find((line) => line.startsWith(start));

test("provider/docs/reference/resources.md matches the definitions; if not: npm run schema", () => {
  expect(readFileSync(referenceFile, "utf8")).toBe(text);
});

test("every resource and every function has its heading", () => {
  const headings = lines.filter((line) => line.startsWith("#"));
  for (const name of Object.keys(described)) expect(headings).toContain(`## ${name}`);
  for (const name of Object.keys(functions)) expect(headings).toContain(`### ${name}`);
});

test("a row states whether an input is required, its default, and whether it is secret", () => {
  expect(row("| `template` |")).toContain("Required.");
  expect(row("| `deletionGate` |")).toMatch(/\| `both`, `destroy` \|.*Default `both`\./);
  expect(row("| `ibm.apiKey` |")?.match(/Secret/g)).toHaveLength(1);
  expect(row("| `payload` |")).toContain("Secret.");
  expect(row("| `deletionAwaits` |")).toContain("May be absent.");
  expect(row("| `apiKey` |")).toContain("Secret.");
});

test("fields of a block or a list have rows of their own", () => {
  expect(row("| `keystores[].destructionAt` |")).toMatch(/\| text \|.*May be absent\./);
  expect(row("| `explanation.next[].commands` |")).toContain("| list of text |");
  expect(row("| `azure.operations` |")).toContain("| list of `decrypt`, ");
});

test("each row has three columns", () => {
  const odd = lines.filter((line) => line.startsWith("|") && line.split(/(?<!\\)\|/).length !== 5);
  expect(odd).toEqual([]);
});

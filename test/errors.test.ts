import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import site from "../provider/docs/site/errors/[code].paths.ts";
import { errorCatalog, mostSevere } from "../provider/errors.ts";

const docs = readFileSync(new URL("../provider/docs/reference/errors.md", import.meta.url), "utf8");
const provider = new URL("../provider/", import.meta.url);
const headings = Array.from(docs.matchAll(/^## (UKO_\w+)\n\n(.*)\n\n([\s\S]*?)(?=\n## |$(?![\s\S]))/gm));

test("every code has a heading, and every heading a code, in one order", () => {
  expect(headings.map(([, code]) => code)).toEqual(Object.keys(errorCatalog));
  expect(docs.match(/^## /gm)).toHaveLength(headings.length);
});

test.each(Object.entries(errorCatalog))("%s: docs match the catalog, and state the next step", (code, entry) => {
  const [, , line, body] = headings.find(([, heading]) => heading === code) ?? [];
  expect(line).toBe(`${entry.summary}. Exit code ${entry.exitCode}${entry.retryable ? ", retryable" : ""}.`);
  expect(body).toMatch(/\S[\s\S]*\*\*What to do\.\*\* \S/);
});

test("the site has a page for every code, with the section of the code", () => {
  const pages = site.paths().map(({ params: { code }, content }) => [code, content]);
  expect(pages).toEqual(headings.map(([section, code]) => [code, section.slice(1).trim()]));
});

test("every code is used outside the catalog", () => {
  const sources = readdirSync(provider, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && file !== "errors.ts" && !file.startsWith("emulator"))
    .map((file) => readFileSync(new URL(file, provider), "utf8"))
    .join("\n");
  const used = new Set(Array.from(sources.matchAll(/"(UKO_[A-Z_]+)"/g), ([, code]) => code));
  expect(Object.keys(errorCatalog).filter((code) => !used.has(code))).toEqual([]);
});

test.each([
  [[], 0],
  [[0, 0], 0],
  [[0, 11], 11],
  [[11, 10, 0], 10],
  [[10, 12, 11], 12],
  [[12, 13, 10], 13],
  [[10, 11, 12, 13, 1], 1],
  [[0, 99], 1],
])("the exit codes %j combine to %i", (codes, expected) => {
  expect(mostSevere(codes)).toBe(expected);
});

test("knows every exit code of the catalog, and returns one of the given codes, in any order", () => {
  const known = [0, ...Object.values(errorCatalog).map((entry) => entry.exitCode)];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...known), { minLength: 1 }), (codes) => {
      const severe = mostSevere(codes);
      expect(codes).toContain(severe);
      expect(mostSevere(codes.toReversed())).toBe(severe);
    }),
  );
});

/** ARCHITECTURE.md agrees with this tree: its picture, the files that it names, and its reading list. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { codeLines } from "./support/code-lines.ts";

const repository = new URL("../", import.meta.url);
const text = readFileSync(new URL("ARCHITECTURE.md", repository), "utf8");

const sources = readdirSync(new URL("provider/", repository), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("docs/"))
  .map((file) => `provider/${file}`);

/** The source files that one file imports, types and lazy imports included. */
function importsOf(file: string): readonly string[] {
  const source = readFileSync(new URL(file, repository), "utf8");
  const found = Array.from(source.matchAll(/\b(?:from |import\()"(\.[^"]+\.ts)"/g), ([, place = ""]) => place);
  return found.map((place) => path.posix.join(path.posix.dirname(file), place));
}

/** The parts of provider/ and their imports, in alphabetical order, as Mermaid reads them. */
function drawParts(): string {
  const partOf = (file: string): string => file.split("/")[1] ?? "";
  const parts = [...new Set(sources.map(partOf))].toSorted();
  const signOf = (part: string): string => (parts.indexOf(part) + 1).toString(36).toUpperCase();
  const arrows = parts.flatMap((part) => {
    const own = sources.filter((file) => partOf(file) === part);
    const imported = new Set(
      own
        .flatMap(importsOf)
        .filter((file) => file.startsWith("provider/"))
        .map(partOf),
    );
    return parts
      .filter((each) => each !== part && imported.has(each))
      .map((each) => `${signOf(part)}-->${signOf(each)}`);
  });
  const boxes = parts.map((part) => `${signOf(part)}["${part}"]`);
  return ["flowchart LR", "", 'subgraph 0["provider"]', ...boxes, "end", ...arrows].join("\n");
}

test("the picture matches the imports; if not, insert the new picture", () => {
  const [, shown] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];
  expect(shown?.trim()).toBe(drawParts());
});

/** The files and folders that a page names; a pattern, a placeholder or a command is neither. */
function namedIn(page: string): readonly string[] {
  return Array.from(page.matchAll(/`((?:provider|examples|test|\.[a-z])[^`\s*<:]*)`/g), ([, file = ""]) => file);
}

const isMissing = (file: string): boolean => !existsSync(new URL(file, repository));

test("every file that CONTRIBUTING.md names exists", () => {
  const named = namedIn(readFileSync(new URL("CONTRIBUTING.md", repository), "utf8"));
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(isMissing)).toEqual([]);
});

test("every file that it names exists, and every part of provider/ is named", () => {
  const named = namedIn(text);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter(isMissing)).toEqual([]);

  const parts = new Set(sources.map((file) => file.replace(/^(provider\/[^/]+\/).*/, "$1")));
  expect([...parts].filter((part) => !named.includes(part))).toEqual([]);
});

test("the reading list names files that a destroy imports, and roughly their number of lines of code", () => {
  const reached = new Set(["provider/pulumi-dynamic/resource-provider.ts"]);
  for (const file of reached) for (const imported of importsOf(file)) reached.add(imported);
  const [, list = "", said = ""] =
    /^## Reading order\n([\s\S]*?)^Together they have about ([\d,]+) lines of code\.$/m.exec(text) ?? [];
  const files = Array.from(list.matchAll(/^\| `(.+?)` \|/gm), ([, file = ""]) => file);
  expect(files.length).toBeGreaterThan(10);
  expect(files.length).toBeLessThanOrEqual(20);
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
  const lines = files.reduce((sum, file) => sum + codeLines(readFileSync(new URL(file, repository), "utf8")), 0);
  expect(Math.abs(Number(said.replaceAll(",", "")) - lines)).toBeLessThan(lines / 20);
});

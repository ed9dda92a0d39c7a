/** ARCHITECTURE.md agrees with this tree: its picture, the files that it names, and its reading list. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const repository = new URL("../", import.meta.url);
const text = readFileSync(new URL("ARCHITECTURE.md", repository), "utf8");

test("the picture matches dependency-cruiser; if not, insert the new picture", () => {
  const cruise = fileURLToPath(new URL("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", repository));
  const args = ["provider", "--output-type", "mermaid", "--include-only", "^provider", "--collapse", "^provider/[^/]+"];
  const drawn = execFileSync(process.execPath, [cruise, ...args], { cwd: repository, encoding: "utf8" });
  const [, shown] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];
  expect(shown?.trim()).toBe(drawn.trim());
}, 120_000);

test("every file that it names exists, and every part of provider/ is named", () => {
  const named = Array.from(text.matchAll(/`((?:provider|examples|test|\.[a-z])[^`\s]*)`/g), ([, file = ""]) => file);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((file) => !existsSync(new URL(file, repository)))).toEqual([]);

  const sources = readdirSync(new URL("provider/", repository), { recursive: true, encoding: "utf8" });
  const parts = new Set(
    sources.filter((file) => file.endsWith(".ts")).map((file) => `provider/${file.replace(/\/.*/, "/")}`),
  );
  expect([...parts].filter((part) => !named.includes(part))).toEqual([]);
});

/** The source files that one file imports, types included. */
function importsOf(file: string): readonly string[] {
  const source = readFileSync(new URL(file, repository), "utf8");
  const found = Array.from(source.matchAll(/\bfrom "(\.[^"]+\.ts)"/g), ([, place = ""]) => place);
  return found.map((place) => path.posix.join(path.posix.dirname(file), place));
}

test("the reading list names files that a destroy imports, and roughly their number of lines", () => {
  const reached = new Set(["provider/pulumi-dynamic/resource-provider.ts"]);
  for (const file of reached) for (const imported of importsOf(file)) reached.add(imported);
  const [, list = "", said = ""] =
    /^## Reading order\n([\s\S]*?)^Together they have about ([\d,]+) lines\.$/m.exec(text) ?? [];
  const files = Array.from(list.matchAll(/^\| `(.+?)` \|/gm), ([, file = ""]) => file);
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((file) => !reached.has(file))).toEqual([]);
  const lines = files.flatMap((file) => readFileSync(new URL(file, repository), "utf8").trimEnd().split("\n"));
  expect(Math.abs(Number(said.replaceAll(",", "")) - lines.length)).toBeLessThan(lines.length / 10);
});

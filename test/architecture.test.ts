/** ARCHITECTURE.md is true of this tree: its picture is drawn anew, and the files that it names are there. */

import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const repository = new URL("../", import.meta.url);
const text = readFileSync(new URL("ARCHITECTURE.md", repository), "utf8");

test("the picture is what dependency-cruiser sees; put the new one in when this fails", () => {
  const cruise = fileURLToPath(new URL("node_modules/dependency-cruiser/bin/dependency-cruiser.mjs", repository));
  const args = ["provider", "--output-type", "mermaid", "--include-only", "^provider", "--collapse", "^provider/[^/]+"];
  const drawn = execFileSync(process.execPath, [cruise, ...args], { cwd: repository, encoding: "utf8" });
  const [, shown] = /```mermaid\n([\s\S]*?)```/.exec(text) ?? [];
  expect(shown?.trim()).toBe(drawn.trim());
});

test("every file that it names is there, and every part of provider/ is named", () => {
  const named = Array.from(text.matchAll(/`((?:provider|examples|test|\.[a-z])[^`\s]*)`/g), ([, file = ""]) => file);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((file) => !existsSync(new URL(file, repository)))).toEqual([]);

  const sources = readdirSync(new URL("provider/", repository), { recursive: true, encoding: "utf8" });
  const parts = new Set(
    sources.filter((file) => file.endsWith(".ts")).map((file) => `provider/${file.replace(/\/.*/, "/")}`),
  );
  expect([...parts].filter((part) => !named.includes(part))).toEqual([]);
});

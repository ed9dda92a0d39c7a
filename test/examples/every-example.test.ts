/** Each example is a test: its folder has a story, or a test reads it; and the list of the examples names each folder. */

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { read, repository } from "../support/documents.ts";
import { stories } from "./stories/index.ts";

const files = (folder: string): readonly string[] =>
  readdirSync(path.join(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("node_modules"))
    .map((entry) => path.relative(path.join(repository, folder), path.join(entry.parentPath, entry.name)));

/** Folders with a README.md, which says what the example is. */
const examples = files("examples")
  .filter((file) => path.basename(file) === "README.md" && file !== "README.md")
  .map((file) => path.dirname(file));
const tests = files("test").filter((file) => file.endsWith(".test.ts") && !file.endsWith("every-example.test.ts"));
const testCode = tests.map((file) => read(`test/${file}`)).join("\n");
/** Recipes that no machine here can run: provider/docs/internals/never-run.md names them. */
const neverRun = ["emulator"];

test.each(examples)("examples/%s has a story or a test, and is in the list", (name) => {
  const isRead = testCode.includes(`examples/${name}`);
  expect(name in stories || isRead || neverRun.includes(name)).toBe(true);
  expect(read("examples/README.md")).toContain(`](${name}/README.md)`);
});

test("each folder of the examples says what it is, and each story belongs to one", () => {
  const folders = readdirSync(path.join(repository, "examples"), { withFileTypes: true });
  const named = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const described = new Set(examples.map((example) => example.split("/")[0]));
  expect(named.filter((name) => name !== "demo" && !described.has(name))).toEqual([]);
  expect(Object.keys(stories).filter((name) => !existsSync(path.join(repository, "examples", name)))).toEqual([]);
});

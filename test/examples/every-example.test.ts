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

const found = files("examples");
/** Folders with a README.md, which says what the example is. */
const examples = found.filter((file) => /[/]README\.md$/.test(file)).map((file) => path.dirname(file));
/** What an engine runs: a README.md may describe several. The configuration next to a module runs the module. */
const programs = found
  .filter((file) => /(?:^|[/])(?:Pulumi\.yaml|main\.tf)$/.test(file) && !file.includes("/module/"))
  .map((file) => path.dirname(file));
const tests = files("test").filter((file) => file.endsWith(".test.ts") && !file.endsWith("every-example.test.ts"));
const testCode = tests.map((file) => read(`test/${file}`)).join("\n");
/** Recipes that no machine here can run: provider/docs/internals/never-run.md names them. */
const neverRun = ["emulator"];

const isTested = (name: string): boolean =>
  Object.entries(stories).some(([told, story]) => told === name || ("project" in story && story.project === name)) ||
  testCode.includes(`"examples/${name}`) ||
  testCode.includes(`"examples/${name.split("/")[0]}"`);

test.each(examples.map((name) => ({ name })))("examples/$name is in the list, and is tested", ({ name }) => {
  expect(read("examples/README.md")).toContain(`](${name}/README.md)`);
  const parts = programs.filter((program) => program === name || program.startsWith(`${name}/`));
  const untested = (parts.length > 0 ? parts : [name]).filter((part) => !isTested(part) && !neverRun.includes(part));
  expect(untested).toEqual([]);
});

test("each folder of the examples says what it is, and each story belongs to one", () => {
  const folders = readdirSync(path.join(repository, "examples"), { withFileTypes: true });
  const named = folders.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const described = new Set(examples.map((example) => example.split("/")[0]));
  expect(named.filter((name) => name !== "demo" && !described.has(name))).toEqual([]);
  const untold = Object.keys(stories).filter((name) => !existsSync(path.join(repository, "examples", name)));
  expect(untold).toEqual([]);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { projectRuntime } from "../../provider/pulumi-plugin/project-runtime.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "uko-project-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["name: keys\nruntime: python\n", "python"],
  ["name: keys\nruntime:\n  name: go\n  options:\n    binary: keys\n", "go"],
  ["runtime: { name: nodejs }\n", "nodejs"],
  ['{\n  "name": "keys",\n  "runtime": "yaml"\n}\n', "yaml"],
  ["name: keys\n", undefined],
])("reads the runtime of the project file %j", (text, runtime) => {
  writeFileSync(path.join(folder, "Pulumi.yaml"), text);
  expect(projectRuntime(folder)).toBe(runtime);
});

test("finds the project file above the folder of the program, and none elsewhere", () => {
  const program = path.join(folder, "src", "program");
  mkdirSync(program, { recursive: true });
  expect(projectRuntime(program)).toBe(undefined);
  writeFileSync(path.join(folder, "Pulumi.yml"), "runtime: java\n");
  expect(projectRuntime(program)).toBe("java");
});

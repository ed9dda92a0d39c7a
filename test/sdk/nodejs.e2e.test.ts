/** The npm package: it compiles, is found by Pulumi, and the programs of its documentation type-check against it. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { packageVersion } from "../../sdk/make/schema-file.ts";
import { examplePrograms } from "./support/example-programs.ts";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const sdk = path.join(repository, "sdk", "nodejs");
const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");

let project: string;
beforeAll(async () => {
  project = await mkdtemp(path.join(os.tmpdir(), "uko-nodejs-"));
  await mkdir(path.join(project, "node_modules", "@uko"), { recursive: true });
  await symlink(sdk, path.join(project, "node_modules", "@uko", "pulumi"));
  for (const name of ["@pulumi", "@types"]) {
    await symlink(path.join(repository, "node_modules", name), path.join(project, "node_modules", name));
  }
  const compilerOptions = {
    module: "nodenext",
    target: "es2023",
    strict: true,
    noEmit: true,
    types: ["node"],
    skipLibCheck: true,
  };
  await writeFile(path.join(project, "tsconfig.json"), JSON.stringify({ compilerOptions }));
});
afterAll(() => rm(project, { recursive: true }));

/** Returns what the compiler complains of. */
async function compile(folder: string): Promise<string> {
  const compiling = promisify(execFile)(process.execPath, [compiler, "-p", folder, "--noEmit"], { cwd: folder });
  return compiling.then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

test("its sources type-check", async () => {
  expect(await compile(sdk)).toBe("");
});

test("its built form answers the version of the plugin that it asks for", async () => {
  const script = `const uko = require("@uko/pulumi");
console.log(JSON.stringify([require("@uko/pulumi/bin/utilities.js").getVersion(), Object.keys(uko)]));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: project });
  const [version, names] = JSON.parse(stdout);
  expect(version).toBe(packageVersion());
  expect(names).toEqual(expect.arrayContaining(["ManagedKey", "Provider", "planDeletion"]));
});

test("passes a mistyped property of a JavaScript program on to Check, which refuses it", async () => {
  const script = `const { runtime } = require("@pulumi/pulumi");
const { ManagedKey, Provider } = require("@uko/pulumi");
runtime.setMocks({ newResource: ({ name, inputs }) => (console.log(JSON.stringify([name, inputs])), { id: name, state: inputs }), call: () => ({}) });
new Provider("p", { instanceID: "x" });
new ManagedKey("k", { vaultId: "v", template: "t", lable: "payroll" });
ManagedKey.get("g", "v/k");`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { cwd: project });
  const inputs = Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  );
  expect(inputs.p).toEqual({ instanceID: "x" });
  expect(inputs.k).toMatchObject({ vaultId: "v", template: "t", lable: "payroll" });
  expect(inputs.g).toEqual({});
});

test("its package.json tells Pulumi which plugin it is for, and npm where it begins", async () => {
  const told = JSON.parse(await readFile(path.join(sdk, "package.json"), "utf8"));
  expect(told).toMatchObject({
    name: "@uko/pulumi",
    version: packageVersion(),
    main: "bin/index.js",
    types: "bin/index.d.ts",
    files: ["bin"],
    license: "Apache-2.0",
    type: "commonjs",
    pulumi: { resource: true, name: "uko", server: "github://api.github.com/pulumi-uko/pulumi-uko" },
  });
});

test("npm would publish it without a complaint", async () => {
  const publint = path.join(repository, "node_modules", "publint", "src", "cli.js");
  const { stdout } = await promisify(execFile)(process.execPath, [publint, "--strict", sdk]);
  expect(stdout).toContain("All good!");
});

test("every TypeScript program of the documentation type-checks", async () => {
  for (const { name, text } of examplePrograms("typescript")) await writeFile(path.join(project, `${name}.ts`), text);
  expect(await compile(project)).toBe("");
});

test("a program that leaves out what is required, or writes a state that is none, does not", async () => {
  const faulty = await mkdtemp(path.join(project, "faulty-"));
  const program = `import * as uko from "@uko/pulumi";
new uko.ManagedKey("a", { vaultId: "b" });
new uko.ManagedKey("a", { vaultId: "b", template: "c", state: "gone" });
`;
  await writeFile(path.join(faulty, "index.ts"), program);
  await writeFile(path.join(faulty, "tsconfig.json"), JSON.stringify({ extends: "../tsconfig.json" }));
  const complaints = await compile(faulty);
  expect(complaints).toContain("index.ts(2,");
  expect(complaints).toContain("index.ts(3,");
});

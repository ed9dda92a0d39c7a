/** The tests in examples/tests, run as their README.md says. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { TofuWorkspace } from "../stage/tofu.ts";
import { repository } from "../support/documents.ts";

const examples = path.join(repository, "examples/tests");

/** A copy of an example, with the packages that it imports. */
async function copyOf(name: string): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-tests-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(path.join(examples, name), folder, { recursive: true });
  await mkdir(path.join(folder, "node_modules", "@uko"), { recursive: true });
  const links = { "pulumi-uko": ".", "@uko/pulumi": "sdk/nodejs", "@pulumi": "node_modules/@pulumi" };
  for (const [module, place] of Object.entries(links)) {
    await symlink(path.join(repository, place), path.join(folder, "node_modules", module), "dir");
  }
  return folder;
}

async function nodeTest(cwd: string, env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const place = { cwd, env: { ...env, NODE_TEST_CONTEXT: undefined } };
  const ran = await promisify(execFile)(process.execPath, ["--test", "keys.test.ts"], place).catch(
    (error: { stdout: string }) => error,
  );
  return ran.stdout;
}

test.each(["pulumi-uko", "@uko/pulumi"])("examples/tests/mocks: a program of %s runs under mocks", async (module) => {
  const folder = await copyOf("mocks");
  const program = await readFile(path.join(folder, "keys.ts"), "utf8");
  await writeFile(path.join(folder, "keys.ts"), program.replace('"@uko/pulumi"', `"${module}"`));
  expect(await nodeTest(folder)).toMatch(/^. pass 1$/m);
});

test("examples/tests/automation: a destroy waits in the emulator of the test", async () => {
  await using workspace = await PulumiWorkspace.create();
  const bob = await workspace.person("bob");
  expect(await nodeTest(await copyOf("automation"), bob.environment({ PULUMI_STACK: undefined }))).toMatch(
    /^. pass 1$/m,
  );
});

test("examples/tests/opentofu: tofu test passes with a mock, and finds another team", async () => {
  await using workspace = await TofuWorkspace.create(path.join(examples, "opentofu"));
  const bob = await workspace.person("bob");
  expect(await bob.run(["test", "-no-color"])).toMatchObject({
    exitCode: 0,
    output: expect.stringContaining("1 passed"),
  });
  const checks = await readFile(path.join(examples, "opentofu/keys.tftest.hcl"), "utf8");
  await bob.writeFile("keys.tftest.hcl", checks.replace('team == "ledger"', 'team == "cards"'));
  expect((await bob.run(["test", "-no-color"])).output).toContain("the key names another team");
});

/** The program and the test of provider/docs/how-to/test-programs.md, run as documented with the packages of both Pulumi interfaces. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { blocksIn, commandsIn, repository } from "./support/documents.ts";

const page = "provider/docs/how-to/test-programs.md";

test.each(["pulumi-uko", "@uko/pulumi"])("a program of %s runs under mocks as documented", async (module) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-mocks-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(path.join(folder, "node_modules", "@uko"), { recursive: true });
  const links = { "pulumi-uko": ".", "@uko/pulumi": "sdk/nodejs", "@pulumi": "node_modules/@pulumi" };
  for (const [name, place] of Object.entries(links)) {
    await symlink(path.join(repository, place), path.join(folder, "node_modules", name), "dir");
  }
  const [program = "", itsTest = ""] = blocksIn(page, "ts");
  await writeFile(path.join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
  await writeFile(path.join(folder, "keys.ts"), program.replace('"@uko/pulumi"', `"${module}"`));
  await writeFile(path.join(folder, "keys.test.ts"), itsTest);
  const [{ line = "" } = {}] = commandsIn(page);
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const ran = await promisify(execFile)(process.execPath, line.split(" ").slice(1), { cwd: folder, env }).catch(
    (error: { stdout: string }) => error,
  );
  expect(ran.stdout).toMatch(/^. pass 1$/m);
});

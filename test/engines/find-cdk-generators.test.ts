import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { findCdkGenerators } from "./find-cdk-generators.ts";

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), "uko-cdk-"));
});
afterEach(() => rm(home, { recursive: true }));

/** Something called npm that does this where it is called. */
async function anNpm(script: string): Promise<NodeJS.ProcessEnv> {
  const bin = path.join(home, "bin");
  await mkdir(bin, { recursive: true });
  await writeFile(path.join(bin, "npm"), `#!/bin/sh\n${script}\n`);
  await chmod(path.join(bin, "npm"), 0o755);
  return { HOME: home, PATH: `${bin}:/usr/bin:/bin` };
}

test("installs what the lock file names, without scripts, once", async () => {
  const env = await anNpm('echo "$*" >> "$HOME/calls"; mkdir node_modules');
  const said: string[] = [];
  const first = await findCdkGenerators((line) => said.push(line), env);
  expect(first.foundBy).toBe("installation");
  expect(first.folder).toMatch(/\.cache\/uko\/engines\/cdk-generators-[0-9a-f]{12}$/);
  expect((await readdir(first.folder)).sort()).toEqual(["node_modules", "package-lock.json", "package.json"]);
  expect(said[0]).toBe("Installing the generators of the CDK packages (about 15 seconds, once)");

  expect(await findCdkGenerators(() => undefined, env)).toEqual({ folder: first.folder, foundBy: "cache" });
  const calls = (await readFile(path.join(home, "calls"), "utf8")).trim().split("\n");
  expect(calls).toHaveLength(1);
  expect(calls[0]).toMatch(/^ci --ignore-scripts /);
});

test("leaves nothing behind when npm fails, and says what npm said", async () => {
  const env = await anNpm("echo no such package >&2; exit 1");
  await expect(findCdkGenerators(() => undefined, env)).rejects.toThrow(
    /^Could not install the generators of the CDK packages: no such package\nThey come from the npm registry/,
  );
  expect(await readdir(path.join(home, ".cache", "uko", "engines"))).toEqual([]);
});

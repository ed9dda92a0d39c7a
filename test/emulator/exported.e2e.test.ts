import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { extract } from "tar";
import { expect, onTestFinished, test } from "vitest";
import { blocksIn, read, repository } from "../support/documents.ts";

const run = promisify(execFile);

/** A project whose node_modules has the packed package, and links to the packages that it depends on. */
async function projectWithPackage(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-exported-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder, "--loglevel=error"], { cwd: repository });
  const [tarball = ""] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
  const installed = path.join(folder, "node_modules", "pulumi-uko");
  await mkdir(installed, { recursive: true });
  await extract({ file: path.join(folder, tarball), cwd: installed, strip: 1 });
  const { dependencies } = JSON.parse(read("package.json")) as { dependencies: Record<string, string> };
  for (const name of [...Object.keys(dependencies), "@types/node"]) {
    await mkdir(path.dirname(path.join(folder, "node_modules", name)), { recursive: true });
    await symlink(path.join(repository, "node_modules", name), path.join(folder, "node_modules", name), "dir");
  }
  await writeFile(path.join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  return folder;
}

test("the program of the emulator's README starts the emulator of the packed package, and its types are there", async () => {
  const folder = await projectWithPackage();
  const [documented = ""] = blocksIn("sdk/release/emulator/README.md", "ts");
  const program = documented.replace('"@uko/emulator"', '"pulumi-uko/emulator"');
  const file = path.join(folder, "program.ts");
  await writeFile(file, `${program}\nexport const port: number = emulator.port;\n`);

  const compiler = path.join(repository, "node_modules", "typescript", "bin", "tsc");
  const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2023", "--types", "node"];
  const types = await run(process.execPath, [compiler, ...options, file], { cwd: folder }).catch((error) => error);
  expect(types.stdout).toBe("");
  const { stdout } = await run(process.execPath, [file], { cwd: folder });
  expect(JSON.parse(stdout)).toMatchObject({ frozen: false, now: expect.any(String) });
});

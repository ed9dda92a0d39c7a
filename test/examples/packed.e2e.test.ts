import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { isWhole } from "../support/tier.ts";

const run = promisify(execFile);
const repository = fileURLToPath(new URL("../../", import.meta.url));
// Without a registry it fails soon, and says so.
const npmQuiet = ["--no-fund", "--no-audit", "--no-update-notifier", "--loglevel=error", "--fetch-retries=0"];

// Installing takes the registry and half a minute, so it is one of the long ones.
test.runIf(isWhole)("the packed package works for a stranger", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-packed-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder, ...npmQuiet], { cwd: repository });
  const [tarball = ""] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
  await writeFile(path.join(folder, "package.json"), `{ "private": true, "type": "module" }\n`);
  // Pulumi's library is large and only a peer; what is proven here is our own package and what it depends on.
  await run("npm", ["install", `./${tarball}`, "--omit=peer", ...npmQuiet], { cwd: folder });
  await rm(path.join(folder, "node_modules", "@pulumi"), { recursive: true, force: true });
  await symlink(path.join(repository, "node_modules", "@pulumi"), path.join(folder, "node_modules", "@pulumi"), "dir");

  const { stdout } = await run(path.join(folder, "node_modules", ".bin", "uko"), ["--version"]);
  expect(stdout.trim()).toMatch(/^\d+\.\d+\.\d+$/);

  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  await using workspace = await PulumiWorkspace.create(path.join(repository, "examples", "demo", "program"));
  await rm(path.join(workspace.folder, "node_modules"), { recursive: true });
  await cp(path.join(folder, "node_modules"), path.join(workspace.folder, "node_modules"), {
    recursive: true,
    verbatimSymlinks: true,
  });
  const carol = await workspace.person("carol", { env: { ...uko.settings, UKO_API_KEY: "carol-demo-key" } });

  expect(await carol.up()).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
  const destroyed = await carol.destroy();
  expect(destroyed.firstErrorLine).toMatch(/^Key "payroll" is deactivated and cooling down/);
});

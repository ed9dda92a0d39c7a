/** Tests the examples that no story plays: a vault and its key in two stacks, the format of each HCL file, and projects made from an example. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { locateTofu } from "../engines/find-tofu.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { typeUko } from "../stage/typing.ts";
import { repository } from "../support/documents.ts";

const folderOf = (name: string): string => path.join(repository, name);

it("a stack uses the vault of another stack, which cannot be deleted before it", async () => {
  const uko = await LocalUko.start();
  await using vaults = await PulumiWorkspace.create(folderOf("examples/several-stacks/vault"));
  await using keys = await PulumiWorkspace.create(folderOf("examples/several-stacks/ledger"));
  try {
    const UKO_EVIDENCE = path.join(vaults.folder, "evidence.jsonl");
    const envOf = (name: string) => ({ ...uko.settings, UKO_EVIDENCE, UKO_API_KEY: `${name}-demo-key` });
    const vault = await vaults.person("bob", { env: envOf("bob") });
    const ledger = await keys.person("bob", { env: { ...envOf("bob"), PULUMI_BACKEND_URL: vaults.backendUrl } });
    const ok = expect.objectContaining({ exitCode: 0 });
    expect(await vault.up()).toEqual(ok);
    expect(await ledger.run(["stack", "init", "dev"])).toEqual(ok);
    expect(await ledger.up()).toEqual(ok);
    expect((await vault.destroy()).output).toContain('Key "ledger"');
    expect((await ledger.destroy()).output).toContain("[UKO_APPROVAL_PENDING]");
    await uko.advance("1m");
    expect(await typeUko(["approve", "treasury/ledger"], envOf("alice"))).toEqual(ok);
    await typeUko(["request", "treasury/ledger"], envOf("alice"));
    await uko.advance("5h");
    expect(await typeUko(["approve", "treasury/ledger"], envOf("bob"))).toEqual(ok);
    // KMS keeps the metadata of a destroyed key for 90 days, which blocks its keystore.
    await uko.advance("91d");
    expect(await ledger.destroy()).toEqual(ok);
    expect(await vault.destroy()).toEqual(ok);
    expect((await vault.exportState()).resources).toEqual([]);
  } finally {
    await uko.stop();
  }
});

it("OpenTofu would format no file of an example differently", async () => {
  const tofu = await locateTofu();
  const run = promisify(execFile)(tofu?.tofuBin ?? "tofu", [
    "fmt",
    "-check",
    "-recursive",
    "-diff",
    folderOf("examples"),
  ]);
  await expect(run).resolves.toBeDefined();
});

it("pulumi new makes a project from an example in the repository", async () => {
  await using workspace = await PulumiWorkspace.create(folderOf("examples/pulumi-yaml"));
  const carol = await workspace.person("carol");
  for (const name of ["pulumi-yaml", "two-people", "existing-vault/component"]) {
    const dir = path.join(workspace.folder, name);
    const words = ["--name", "mine", "--description", "my keys", "--dir", dir, "--generate-only", "--yes"];
    const made = await carol.run(["new", folderOf(`examples/${name}`), ...words]);
    expect(made, made.output).toMatchObject({ exitCode: 0 });
    const project = await readFile(path.join(dir, "Pulumi.yaml"), "utf8");
    expect(project).toContain("name: mine");
    expect(project).not.toMatch(/^template:/m);
  }
});

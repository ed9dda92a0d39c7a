import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { blocksIn, repository } from "../support/documents.ts";

test("`pulumi package add` reads the plugin's executable from a path and generates the SDK of the project", async () => {
  const project = await mkdtemp(path.join(os.tmpdir(), "uko-added-"));
  onTestFinished(() => rm(project, { recursive: true }));
  await writeFile(path.join(project, "Pulumi.yaml"), "name: added\nruntime: yaml\n");
  await using workspace = await PulumiWorkspace.create(project);
  const carol = await workspace.person("carol");
  const [command = ""] = blocksIn("provider/docs/registry/installation-configuration.md", "sh").filter((block) =>
    block.startsWith("pulumi package add ./"),
  );
  await symlink(
    path.join(repository, "build", "plugin", "pulumi-resource-uko"),
    path.join(carol.workingCopy, "pulumi-resource-uko"),
  );
  const { output } = await carol.run(command.trim().split(" ").slice(1));
  const added = path.join(carol.workingCopy, "sdks", "uko", `uko-${packageFile.version}.yaml`);
  expect(await readFile(added, "utf8"), output).toContain(`version: ${packageFile.version}`);
  // The hosts of newer CLIs also link the SDK; those that are Go modules cannot.
  expect(output).toContain("method Link not implemented");
});

test("the CLI knows the plugin by its name and version, as `pulumi package add` does", async () => {
  await using workspace = await PulumiWorkspace.create();
  const carol = await workspace.person("carol");
  const asked = await carol.run(["package", "get-schema", `uko@${packageFile.version}`]);
  expect(asked).toMatchObject({ exitCode: 0, stderr: "" });
  expect(JSON.parse(asked.stdout)).toMatchObject({ name: "uko", version: packageFile.version });
});

import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { blocksIn, repository } from "../support/documents.ts";
import { isPythonLeftOut } from "./find-python.ts";

const sdk = fileURLToPath(new URL("../../sdk", import.meta.url));
const vaultId = "5c1e0000-0000-4000-8000-000000000001";

interface Program {
  readonly runtime: string;
  readonly files: Readonly<Record<string, string>>;
}

/** The same question of the demo world's vault in each language: plugin, SDK and language host are all needed to answer it. */
const programs: Readonly<Record<string, Program>> = {
  nodejs: {
    runtime: "\n  name: nodejs\n  options:\n    typescript: false\nmain: index.ts",
    files: {
      "index.ts": `import * as uko from "@uko/pulumi";\nexport const vault = uko.getVaultOutput({ vaultId: "${vaultId}" }).name;\n`,
      "package.json": `{ "private": true, "type": "module" }\n`,
    },
  },
  python: {
    runtime: " python",
    files: {
      "__main__.py":
        "import pulumi\nimport pulumi_uko as uko\n\n" +
        `pulumi.export("vault", uko.get_vault_output(vault_id="${vaultId}").name)\n`,
    },
  },
  yaml: {
    runtime: ` yaml
variables:
  found:
    fn::invoke:
      function: uko:index:getVault
      arguments: { vaultId: ${vaultId} }
outputs:
  vault: \${found.name}`,
    files: {},
  },
  go: {
    runtime: " go",
    files: {
      "main.go": `package main

import (
	"github.com/pulumi-uko/pulumi-uko/sdk/go/uko"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		found, err := uko.LookupVault(ctx, &uko.LookupVaultArgs{VaultId: pulumi.StringRef("${vaultId}")})
		if err != nil {
			return err
		}
		ctx.Export("vault", pulumi.String(found.Name))
		return nil
	})
}
`,
    },
  },
};

let folder: string;
let service: LocalUko;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-languages-"));
  service = await LocalUko.start();
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
});

async function aProject(language: string, { runtime, files }: Program): Promise<string> {
  const project = path.join(folder, language);
  await mkdir(project);
  await writeFile(path.join(project, "Pulumi.yaml"), `name: languages\nruntime:${runtime}\n`);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(project, name), text);
  if (language === "go") {
    // What our SDK needs is all that the program needs, so its sums serve both.
    const needed = await readFile(path.join(sdk, "go", "go.mod"), "utf8");
    const own = "github.com/pulumi-uko/pulumi-uko/sdk/go";
    const relative = path.relative(project, path.join(sdk, "go"));
    const added = `\nrequire ${own} v0.0.0\n\nreplace ${own} => ${relative}\n`;
    await writeFile(path.join(project, "go.mod"), needed.replace(`module ${own}`, "module example") + added);
    await writeFile(path.join(project, "go.sum"), await readFile(path.join(sdk, "go", "go.sum"), "utf8"));
  }
  return project;
}

const languages = Object.keys(programs).filter((language) => language !== "python" || !isPythonLeftOut());

test.each(languages)(
  "a program in %s asks the service through the installed plugin, without a warning",
  async (language) => {
    const project = await aProject(language, programs[language] as Program);
    await using workspace = await PulumiWorkspace.create(project);
    const carol = await workspace.person("carol", { env: { ...service.settings, UKO_API_KEY: "carol-demo-key" } });

    // A program in Go is compiled and linked first, and on a busy machine that takes its time.
    const up = await carol.up([], { timeoutMs: 170_000 });
    expect(up).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
    expect(up.output).not.toMatch(/warning:|[Dd]ownloading|[Ii]nstalling/);
    const { stdout } = await carol.run(["stack", "output", "vault"]);
    expect(stdout.trim()).toBe("payments");
  },
);

test("`pulumi package add` reads the plugin's executable from a path and generates the SDK of the project", async () => {
  const project = await aProject("added", { runtime: " yaml", files: {} });
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

/**
 * The documents' Pulumi parts, checked with the real CLI: each command's flags, and the programs of the
 * Registry's page in each language.
 */

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isJavaLeftOut } from "../engines/find-java.ts";
import { isPythonLeftOut } from "../engines/find-python.ts";
import { LocalUko } from "../stage/local-uko.ts";
import { PulumiWorkspace } from "../stage/pulumi.ts";
import { programFiles } from "../stage/pulumi-project.ts";
import { blocksIn, read, repository } from "../support/documents.ts";
import { pulumiFlags } from "../support/pulumi-flags.ts";

test("the CLI has every command and flag that documents show", async () => {
  await using workspace = await PulumiWorkspace.create();
  const bob = await workspace.person("bob");
  for (const [command, flags] of Object.entries(pulumiFlags)) {
    const { exitCode, stdout } = await bob.run([...command.split(" "), "--help"]);
    expect(exitCode, command).toBe(0);
    // `pulumi stack init` is an alias of `pulumi stack new` in newer releases; older ones know it alone.
    const own = command.split(" ").at(-1) ?? "";
    const named = stdout.includes(`pulumi ${command} `) || new RegExp(`^Aliases:\\n.*\\b${own}\\b`, "m").test(stdout);
    expect(named, `pulumi ${command}`).toBe(true);
    for (const flag of flags) expect(stdout, command).toMatch(new RegExp(`^ +(?:-\\w, )?${flag}\\b`, "m"));
  }
});

interface Language {
  /** The language of the fence in the page, and the `runtime` in Pulumi.yaml. */
  readonly fence: string;
  readonly runtime: string;
  readonly file: string;
  readonly others: Readonly<Record<string, string>>;
}

const goModule = "github.com/pulumi-uko/pulumi-uko/sdk/go";
/** The SDK's dependencies are all of the program's, so its sums serve both. */
const goMod =
  `${read("sdk/go/go.mod").replace(`module ${goModule}`, "module example")}\nrequire ${goModule} v0.0.0\n\n` +
  `replace ${goModule} => ${path.join(repository, "sdk", "go")}\n`;

const languages: readonly Language[] = [
  {
    fence: "typescript",
    runtime: "\n  name: nodejs\n  options:\n    typescript: false\nmain: index.ts",
    file: "index.ts",
    others: { "package.json": `{ "private": true, "type": "module" }\n` },
  },
  { fence: "python", runtime: " python", file: "__main__.py", others: {} },
  { fence: "go", runtime: " go", file: "main.go", others: { "go.mod": goMod, "go.sum": read("sdk/go/go.sum") } },
  {
    fence: "java",
    runtime: " java",
    file: programFiles.java,
    others: { "pom.xml": read("examples/pulumi-java/pom.xml") },
  },
  { fence: "yaml", runtime: " yaml", file: "Pulumi.yaml", others: {} },
];

const page = "provider/docs/registry/_index.md";

test.each(
  languages.filter(({ fence }) => (fence !== "python" || !isPythonLeftOut()) && (fence !== "java" || !isJavaLeftOut())),
)("the program in $fence on the Registry's page creates its key", async ({ fence, runtime, file, others }) => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "uko-docs-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const project = path.join(folder, fence);
  await mkdir(project);
  const [program = ""] = blocksIn(page, fence);
  const files = { "Pulumi.yaml": `name: payroll\nruntime:${runtime}\n`, ...others, [file]: program };
  await mkdir(path.dirname(path.join(project, file)), { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(project, name), text);
  const uko = await LocalUko.start();
  onTestFinished(() => uko.stop());
  await using workspace = await PulumiWorkspace.create(project);
  const bob = await workspace.person("bob", { env: { ...uko.settings, UKO_API_KEY: "bob-demo-key" } });

  const up = await bob.up([], { timeoutMs: 170_000 });
  expect(up).toMatchObject({ exitCode: 0, firstErrorLine: undefined });
  expect(up.output).not.toMatch(/warning:|[Dd]ownloading|[Ii]nstalling/);
  const { stdout } = await bob.run(["stack", "output", "lifecycleState"]);
  expect(stdout.trim()).toBe("active");
});

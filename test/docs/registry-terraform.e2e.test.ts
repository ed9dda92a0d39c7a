/** The pages for the registries of OpenTofu and Terraform, checked by tfplugindocs and the real OpenTofu. */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { terraformResources, terraformSchema } from "../../provider/resources/schema/terraform.ts";
import { registryRoot } from "../../sdk/make/schema-file.ts";
import { findEngine } from "../engines/find-engine.ts";
import { tfplugindocs } from "../engines/tfplugindocs.ts";
import { type TofuPerson, TofuWorkspace } from "../stage/tofu.ts";
import { blocksIn } from "../support/documents.ts";

const root = fileURLToPath(registryRoot);
const pages = (await readdir(path.join(root, "docs"), { recursive: true }))
  .filter((file) => file.endsWith(".md"))
  .sort();
const examples = (await readdir(path.join(root, "examples"), { recursive: true }))
  .filter((file) => path.extname(file) !== "")
  .map((file) => file.replaceAll("\\", "/"))
  .sort();
const exampleText = (file: string): Promise<string> => readFile(path.join(root, "examples", file), "utf8");
const blocksOf = (page: string, language: string) => blocksIn(path.join("sdk/terraform/docs", page), language);

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "uko-registry-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("tfplugindocs", () => {
  async function run(command: string, providerFolder: string): Promise<string> {
    const { bin } = await findEngine(tfplugindocs, () => undefined);
    const lists = Object.fromEntries([...terraformResources].map(([name, { listBlock }]) => [name, listBlock]));
    const schema = { ...terraformSchema(), list_resource_schemas: lists };
    const file = path.join(folder, "schema.json");
    // It reads providers by short name, and list resources are Terraform's alone: OpenTofu does not print them.
    await writeFile(file, JSON.stringify({ format_version: "1.0", provider_schemas: { uko: schema } }));
    const place = ["--provider-dir", providerFolder, "--provider-name", "terraform-provider-uko"];
    const { stdout } = await promisify(execFile)(bin, [command, ...place, "--providers-schema", file]);
    return stdout;
  }

  test("accepts the pages for a registry", async () => {
    expect(await run("validate", root)).toContain("running file checks on docs/guides/two-people.md");
  });

  test("reports a missing page, a page without a resource, and front matter that no registry accepts", async () => {
    await cp(root, folder, { recursive: true });
    const docs = path.join(folder, "docs");
    await rm(path.join(docs, "resources", "vault.md"));
    await writeFile(path.join(docs, "list-resources", "secret.md"), "---\nsubcategory: ''\n---\n");
    const index = await readFile(path.join(docs, "index.md"), "utf8");
    await writeFile(path.join(docs, "index.md"), index.replace("description:", "layout: docs\ndescription:"));
    const refusal = await run("validate", folder).catch((error: { readonly stderr: string }) => error.stderr);
    expect(refusal).toContain("missing documentation file for resource: uko_vault");
    expect(refusal).toContain("matching list resource for documentation file (secret.md) not found");
    expect(refusal).toContain("YAML frontmatter should not contain layout");
  });

  /** Headings, anchors and the name and type of each attribute; the sentences are uko's. */
  const outlineOf = (text: string): readonly string[] => {
    const [, section = ""] = /^## Schema\n([\s\S]*?)(?=^## |(?![\s\S]))/m.exec(text) ?? [];
    return Array.from(
      section.matchAll(/^(?:#+ .*|<a id.*|[A-Z][\w-]+:|- `\w+` \((?:\[[^\]]*\]\([^)]*\)|[^()])*\))/gm),
      ([line]) => line,
    );
  };

  test("finds every example, and generates the same sections of attributes", async () => {
    await cp(path.join(root, "examples"), path.join(folder, "examples"), { recursive: true });
    await run("generate", folder);
    for (const file of examples) {
      const [, kind = "", name] = /^([\w-]+)\/(?:uko_(\w+)\/)?/.exec(file) ?? [];
      const page = kind === "provider" ? "index.md" : `${kind}/${name}.md`;
      const [text, theirs] = await Promise.all([exampleText(file), readFile(path.join(folder, "docs", page), "utf8")]);
      expect(theirs, file).toContain(text.trim());
      expect(await readFile(path.join(root, "docs", page), "utf8"), file).toContain(text.trim());
    }
    const generated = pages.filter((page) => !page.startsWith("guides"));
    expect(generated).toHaveLength(23);
    for (const page of generated) {
      const [ours, theirs] = await Promise.all(
        [root, folder].map((at) => readFile(path.join(at, "docs", page), "utf8")),
      );
      expect(outlineOf(ours ?? ""), page).toEqual(outlineOf(theirs ?? ""));
      expect(outlineOf(theirs ?? "").length, page).toBeGreaterThan(page.startsWith("list-resources") ? -1 : 5);
    }
  });
});

describe("the real OpenTofu", () => {
  const requirement = `terraform {\n  required_providers {\n    uko = {\n      source = "pulumi-uko/uko"\n    }\n  }\n}\n`;
  const nameOf = (page: string): string => page.replace(".md", "").replaceAll(/\W/g, "_");
  /** Only a root can import. */
  const isImport = (block: string): boolean => block.startsWith("import {");

  async function asPerson(body: (person: TofuPerson) => Promise<void>): Promise<void> {
    await using workspace = await TofuWorkspace.create();
    await body(await workspace.person("reader"));
  }

  /** The programs by the name of their module: a folder of examples, or all blocks of a page that is not generated from one. */
  async function modules(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const file of examples.filter(
      (each) => /\.(?:tf|hcl)$/.test(each) && !path.basename(each).startsWith("import-"),
    )) {
      const name = nameOf(path.dirname(file));
      found.set(name, `${found.has(name) ? `${found.get(name)}\n` : ""}${await exampleText(file)}`);
    }
    for (const page of pages.filter((each) => /^(?:index|guides)/.test(each))) {
      const blocks = blocksOf(page, "terraform").filter((block) => !isImport(block));
      if (blocks.length > 0) found.set(nameOf(page), blocks.join("\n"));
    }
    return found;
  }

  async function writeModules(person: TofuPerson): Promise<readonly string[]> {
    const calls: string[] = [];
    for (const [name, program] of await modules()) {
      await mkdir(path.join(person.workingCopy, "modules", name), { recursive: true });
      await person.writeFile(`modules/${name}/main.tf`, program);
      if (name.startsWith("list_resources")) continue;
      if (!program.includes("required_providers")) await person.writeFile(`modules/${name}/versions.tf`, requirement);
      const variables = Array.from(
        program.matchAll(/^variable "(\w+)" \{\n([\s\S]*?)^\}/gm),
        ([, variable, body = ""]) => (body.includes("default") ? "" : `  ${variable} = "given"\n`),
      );
      calls.push(`module "${name}" {\n  source = "./modules/${name}"\n${variables.join("")}}\n`);
    }
    await person.writeProgram(calls.join("\n"));
    return calls;
  }

  test("accepts every program as valid and formatted", () =>
    asPerson(async (person) => {
      expect(await writeModules(person)).toHaveLength(25);
      const got = await person.run(["get"]);
      expect(got.exitCode, got.output).toBe(0);
      const valid = await person.run(["validate", "-no-color"]);
      expect(valid.exitCode, valid.output).toBe(0);
      // List blocks are Terraform's alone, so the test checks their form only.
      const formed = await person.run(["fmt", "-check", "-diff", "-recursive", "modules"]);
      expect(formed.output).toBe("");

      await person.writeFile(
        "modules/data_sources_uko_vaults/main.tf",
        'data "uko_vaults" "all" {\n  vault = "x"\n}\n',
      );
      const odd = await person.run(["validate", "-no-color"]);
      expect(odd.output).toContain('An argument named "vault" is not expected here.');
    }));

  test("accepts both forms of import of each resource", () =>
    asPerson(async (person) => {
      const folders = [...terraformResources.keys()].map((typeName) => `resources/${typeName}`);
      const firsts = await Promise.all(folders.map((each) => exampleText(`${each}/resource.tf`)));
      const declared = firsts.flatMap((text) =>
        Array.from(text.matchAll(/^resource "(\w+)" "(\w+)" \{[\s\S]*?^\}/gm), ([block, type, name]) => [
          `${type}.${name}`,
          block,
        ]),
      );
      // The programs declare the same vault, and a root declares it once.
      const resources = Object.values(Object.fromEntries(declared));
      for (const form of ["identity", "string-id"] as const) {
        const imports = await Promise.all(folders.map((each) => exampleText(`${each}/import-by-${form}.tf`)));
        await person.writeProgram([...resources, ...imports].join("\n"));
        const valid = await person.run(["validate", "-no-color"]);
        expect(valid.exitCode, valid.output).toBe(0);
      }
    }));

  test("accepts every command and every flag", () =>
    asPerson(async (person) => {
      const lines = pages.flatMap((page) => blocksOf(page, "shell").flatMap((block) => block.trim().split("\n")));
      const commands = lines
        .filter((line) => !line.startsWith("export "))
        .map((line) => line.replace(/^[A-Z_]+=\S+ /, ""));
      expect(commands.length).toBeGreaterThan(9);
      const helps = await Promise.all(["plan", "apply", "import"].map((each) => person.run([each, "-help"])));
      const known = helps.map(({ output }) => output).join("");
      for (const command of commands) {
        expect(command).toMatch(/^(?:terraform (?:plan|apply|destroy|import)|uko)\b/);
        // test/docs/pages.test.ts parses these.
        if (command.startsWith("uko ")) continue;
        for (const [flag] of command.matchAll(/(?<= )-[a-z-]+/g)) expect(known, command).toContain(`\n  ${flag}`);
      }
    }));
});

/** The pages for the registries of OpenTofu and Terraform. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { keystoreTypes } from "../../../provider/resources/keystore/schema.ts";
import {
  terraformDataSources,
  terraformProvider,
  terraformResources,
} from "../../../provider/resources/schema/terraform.ts";
import { exampleFiles } from "../../../sdk/make/docs/registry/example-programs.ts";
import { eitherEngine } from "../../../sdk/make/docs/registry/page.ts";
import { registryPages } from "../../../sdk/make/docs/registry/pages.ts";
import { registryDocsFolder, registryExamplesFolder } from "../../../sdk/make/schema-file.ts";

const pages = registryPages();
const page = (file: string): string => {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`There is no page ${file}`);
  return text;
};
const filesIn = (folder: URL): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.\w+$/.test(file))
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
const committed = filesIn(registryDocsFolder).filter((file) => !file.startsWith("guides"));

test("sdk/terraform/docs matches the definitions, without pages of removed resources; if not: npm run schema", () => {
  expect(committed).toEqual([...pages.keys()].sort());
  for (const [file, text] of pages) expect(readFileSync(new URL(file, registryDocsFolder), "utf8"), file).toBe(text);
});

test("sdk/terraform/examples holds the programs of the pages, and no other file; if not: npm run schema", () => {
  const examples = exampleFiles();
  expect(filesIn(registryExamplesFolder)).toEqual([...examples.keys()].sort());
  for (const [file, text] of examples)
    expect(readFileSync(new URL(file, registryExamplesFolder), "utf8"), file).toBe(text);
});

test("every type of keystore has a program", () => {
  const shown = Array.from(page("resources/keystore.md").matchAll(/^ {2}type += "(\w+)"$/gm), ([, type]) => type);
  expect(shown.sort()).toEqual([...keystoreTypes].sort());
});

test("resources refer to the vault that holds them, and only an import or a lookup names UUIDs", () => {
  for (const [file, text] of exampleFiles()) {
    if (/^resources\/.*\/resource/.test(file)) expect(text, file).not.toMatch(/^ {2}vault_id += "/m);
  }
});

test("commands are those of Terraform, with a sentence for readers who use OpenTofu", () => {
  for (const file of filesIn(registryDocsFolder)) {
    const text = readFileSync(new URL(file, registryDocsFolder), "utf8");
    expect(text.includes(eitherEngine), file).toBe(/^(?:\w+=\S+ )*terraform /m.test(text));
    expect(text.replace(eitherEngine, "").replace("--format tofu", ""), file).not.toMatch(/\btofu\b/);
  }
});

test("each block that a configuration can name has a page", () => {
  const files = (folder: string, typeNames: Iterable<string>) =>
    [...typeNames].map((typeName) => `${folder}/${typeName.replace("uko_", "")}.md`);
  expect([...pages.keys()].sort()).toEqual(
    [
      "index.md",
      ...files("resources", terraformResources.keys()),
      ...files("list-resources", terraformResources.keys()),
      ...files("data-sources", terraformDataSources.keys()),
    ].sort(),
  );
});

test("a page begins with a program, and states special cases before its reference", () => {
  const headings = (file: string) => Array.from(page(file).matchAll(/^## (.+)$/gm), ([, heading]) => heading);
  expect(headings("index.md")).toEqual(["Example Usage", "What is special", "Settings", "Schema"]);
  expect(headings("resources/vault.md")).toEqual(["Example Usage", "What destroy does", "Schema", "Import"]);
  expect(headings("data-sources/vault.md")).toEqual(["Example Usage", "Schema"]);
});

test("a registry's menu groups the pages", () => {
  const groupOf = (file: string) => /^subcategory: "(.*)"$/m.exec(page(file))?.[1];
  expect(groupOf("index.md")).toBeUndefined();
  expect(groupOf("resources/managed_key.md")).toBe("Keys");
  expect(groupOf("data-sources/managed_keys.md")).toBe("Keys");
  expect(groupOf("list-resources/kms_key.md")).toBe("Keys");
  expect(groupOf("resources/keystore.md")).toBe("Vaults, keystores and templates");
  expect(groupOf("data-sources/deletion_plan.md")).toBe("Deletion");
  for (const file of pages.keys()) if (file !== "index.md") expect(groupOf(file), file).not.toBe("");
});

test("a destroy is described in Terraform's words", () => {
  for (const [file, text] of pages) {
    expect(text, file).not.toMatch(/pulumi (?:up|destroy|import)|--continue-on-error|\{again\}|\{protect\}/);
    const prose = text.replaceAll(/```[\s\S]*?```/g, "");
    expect(prose.match(/`[a-z]+(?:[A-Z][a-z]+)+`/g), file).toBeNull();
  }
  expect(page("resources/managed_key.md")).toContain(
    "Protect keys that must stay with `prevent_destroy` or `deletion_protection`.",
  );
});

test("every attribute has a line in its group, with its type and its special cases", () => {
  const keystore = page("resources/keystore.md");
  const group = (title: string) => new RegExp(`### ${title}\n\n([\\s\\S]*?)\n\n(?:#|<)`).exec(keystore)?.[1] ?? "";
  expect(group("Required")).toContain("- `vault_id` (String) UUID of the vault");
  expect(group("Optional")).toMatch(/^> \*\*NOTE\*\*: \[Write-only arguments\]/);
  expect(group("Optional")).toContain("- `aws_secret_access_key` (String, Sensitive, [Write-only](");
  expect(group("Read-Only")).toContain("- `secret_digests` (Map of String, Sensitive) ");
  for (const [file, block] of [...terraformResources].map(
    ([name, each]) => [`resources/${name.slice(4)}.md`, each] as const,
  )) {
    for (const { name } of block.attributes) expect(page(file)).toMatch(new RegExp(`^- \`${name}\` \\(`, "m"));
  }
  for (const { name } of terraformProvider.attributes) {
    expect(page("index.md")).toContain(`| \`${name}\` | \`UKO_${name.toUpperCase()}\` |`);
  }
});

test("a page of flat attributes states which belong together, and how to restore their secrets after an import", () => {
  expect(page("resources/keystore.md")).toContain(
    "| Connection of a keystore of type `aws_kms`. | `aws_region`, `aws_access_key_id`, `aws_secret_access_key` |",
  );
  expect(page("resources/keystore.md")).toContain("`existing_keystore_id` in place of an import");
  expect(page("resources/kms_key.md")).not.toMatch(/belong together|in place of an import/);
});

test("the fields of a list have a section of their own, to which its line links", () => {
  for (const [file, text] of pages) {
    const links = Array.from(text.matchAll(/\(#(nested[\w-]+)\)/g), ([, anchor]) => anchor);
    const anchors = Array.from(text.matchAll(/<a id="(nested[\w-]+)">/g), ([, anchor]) => anchor);
    expect(links, file).toEqual(anchors);
  }
  expect(page("data-sources/managed_keys.md")).toContain("(#nestedatt--managed_keys--keystores)");
  expect(page("resources/managed_key.md")).toMatch(
    /### Nested Schema for `keystores`\n\nRead-Only:\n\n- `destruction_at`/,
  );
});

test("text between angle brackets stays visible, and read-only attributes have no instruction for changes", () => {
  for (const [file, text] of pages) expect(text.replaceAll(/`[^`]*`|<\/?a[^>]*>/g, ""), file).not.toMatch(/(?<!\\)<\w/);
  for (const file of committed.filter((each) => each.startsWith("data-sources"))) {
    expect(page(file), file).not.toContain("Cannot change.");
  }
});

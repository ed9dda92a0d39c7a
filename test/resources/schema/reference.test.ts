/** The pages of the reference: one for each resource and each function. */

import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { functions } from "../../../provider/resources/functions.ts";
import { terraformDataSources, terraformResources } from "../../../provider/resources/schema/terraform.ts";
import { described } from "../../../sdk/make/described.ts";
import { referenceFolders, referencePages } from "../../../sdk/make/docs/reference.ts";
import { referenceFolder } from "../../../sdk/make/schema-file.ts";

const pages = referencePages();
const page = (file: string): string => {
  const text = pages.get(file);
  if (text === undefined) throw new Error(`There is no page ${file}`);
  return text;
};
const row = (file: string, start: string) =>
  page(file)
    .split("\n")
    .find((line) => line.startsWith(start));

test("the committed pages match the definitions, without pages of removed resources; if not: npm run schema", () => {
  const committed = referenceFolders.flatMap((folder) =>
    readdirSync(new URL(folder, referenceFolder)).map((file) => `${folder}/${file}`),
  );
  expect(committed.toSorted()).toEqual([...pages.keys()].toSorted());
  for (const [file, text] of pages) expect(readFileSync(new URL(file, referenceFolder), "utf8"), file).toBe(text);
});

test("every resource and every function has its page", () => {
  const headings = [...pages.values()].map((text) => /^# (.+)\n/.exec(text)?.[1] ?? "");
  expect(headings.toSorted()).toEqual([...Object.keys(described), ...Object.keys(functions)].toSorted());
});

test("every page begins with a program in all languages", () => {
  for (const [file, text] of pages) {
    const [, tabs = ""] = /^::: code-group\n([\s\S]*?)\n:::$/m.exec(text) ?? [];
    const titles = Array.from(tabs.matchAll(/^```\w+ \[(.+)\]$/gm), ([, title]) => title);
    expect(titles, file).toEqual(["TypeScript", "Python", "Go", "Java", "YAML", "HCL"]);
  }
});

test("every page shows each name of HCL", () => {
  const blocks = [
    ...[...terraformResources].map(([name, each]) => [`resources/${fileOf(name)}`, each.attributes] as const),
    ...[...terraformDataSources.values()]
      .filter(({ question }) => !/^(?:get|list(?!Pending))/.test(question))
      .map(({ question, attributes }) => [pageOf(question), attributes] as const),
  ];
  expect(blocks).toHaveLength(Object.keys(described).length + 2);
  for (const [file, attributes] of blocks) {
    for (const { name } of attributes)
      expect(page(file), file).toMatch(new RegExp(`(?:\\| |<br>)\`${name}(?:\\.delete)?\` \\|`));
  }
});

test("a row states whether an input is required, its default, and whether it is secret", () => {
  expect(row("resources/managed-key.md", "| `template` |")).toContain("| **Required.** ");
  expect(row("resources/managed-key.md", "| `deletionGate`<br>")).toMatch(
    /<br>`deletion_gate` \| `both`, `destroy` \|.*Default `both`\./,
  );
  expect(row("resources/keystore.md", "| `ibm.apiKey`<br>")?.match(/Secret/g)).toHaveLength(1);
  expect(row("resources/kms-key.md", "| `payload` |")).toContain("Secret.");
  expect(row("resources/managed-key.md", "| `deletionAwaits`<br>")).toContain("May be absent.");
  expect(row("resources/managed-key.md", "| `vaultId`<br>")).toContain("Cannot change.");
});

test("fields of a block or a list have rows of their own", () => {
  expect(row("resources/managed-key.md", "| `keystores[].destructionAt`<br>")).toContain(
    "<br>`keystores[].destruction_at` | text |",
  );
  expect(row("functions/plan-deletion.md", "| `explanation.next[].commands`<br>")).toContain(
    "<br>`explanation_next[].commands` | list of text |",
  );
  expect(row("resources/key-template.md", "| `azure.operations`<br>")).toContain("| list of `decrypt`, ");
});

test("an import has the command of each engine, with the ID of the page", () => {
  const text = page("resources/kms-key.md");
  const id = "c0ffee00-0000-4000-8000-000000000005";
  expect(text).toContain(`\npulumi import uko:index:KmsKey example ${id}\n`);
  for (const engine of ["tofu", "terraform"]) expect(text).toContain(`\n${engine} import uko_kms_key.backups ${id}\n`);
  expect(text).toContain(`  id = "${id}"\n`);
  expect(text).toContain("with `existingKeyId`");
});

test("each row has as many columns as its heading", () => {
  for (const [file, text] of pages) {
    for (const [table] of text.matchAll(/(?:^\|.*\n)+/gm)) {
      const widths = table
        .trim()
        .split("\n")
        .map((line) => line.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size, file).toBe(1);
    }
  }
});

function fileOf(typeName: string): string {
  return `${typeName.replace("uko_", "").replaceAll("_", "-")}.md`;
}

function pageOf(question: string): string {
  return `functions/${question.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.md`;
}

/** Every sentence of ours in Terraform's words: as its users write it, and nothing of another engine. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { terraformDataSources, terraformProvider, terraformResources } from "../../provider/schema/terraform.ts";
import { toHclTerms } from "../../provider/terraform-plugin/words.ts";

const root = path.resolve(import.meta.dirname, "../..");
const goldens = path.join(root, "test/golden/explain");

const blocks = [terraformProvider, ...terraformResources.values(), ...terraformDataSources.values()];
const properties = new Set(blocks.flatMap(({ attributes }) => attributes.flatMap((attribute) => attribute.path)));
const ofPrograms = [...properties].filter((name) => /[A-Z]/.test(name));

/** What is left of another engine's code in a text: properties in camelCase, `name: value`, types, settings. */
function foreignIn(text: string): readonly string[] {
  const unquoted = text.replace(/"[^"\n]*"/g, '""');
  const words = unquoted.match(/\b[A-Za-z]+\b/g) ?? [];
  const given = Array.from(unquoted.matchAll(/\b([a-z]\w*): (?:true\b|false\b|")/g), ([all]) => all);
  return [
    ...words.filter(
      (word) => ofPrograms.includes(word) || /^(?:ManagedKey|KmsKey|KeyTemplate|program|stack)$/.test(word),
    ),
    ...given.filter((each) =>
      properties.has(each.split(":")[0]?.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()) ?? ""),
    ),
    ...(unquoted.match(/\bpulumi\b|\buko:\w+/gi) ?? []),
  ];
}

describe("a message", () => {
  test.each([
    ['write dualAuthorization: "single" and run', 'write dual_authorization = "single" and run'],
    ["by align: true on its ManagedKey", "by align = true on its uko_managed_key"],
    ["Set UKO_INSTANCE_ID (or uko:instanceId) to its own.", "Set UKO_INSTANCE_ID (or instance_id) to its own."],
    ["was changed: aws.secretAccessKey, groups", "was changed: aws_secret_access_key, groups"],
    ["elsewhere than the program says", "elsewhere than the configuration says"],
    [
      'Key "labelTags" of vault "stack: true" has label: "keyId"',
      'Key "labelTags" of vault "stack: true" has label = "keyId"',
    ],
    [
      "iPhone, keyIds and https://uko.example/keyId?type=true",
      "iPhone, keyIds and https://uko.example/key_id?type=true",
    ],
  ])("%s", (said, heard) => expect(toHclTerms(said)).toBe(heard));
});

const sourceOf = (folder: string): readonly string[] =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => path.join(folder, file));

/** Texts of more than one word that stand in a file; what is filled in stands as `…`. */
function sentencesIn(file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(path.join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
    if (ts.isTemplateExpression(node)) {
      found.push(node.head.text + node.templateSpans.map(({ literal }) => `…${literal.text}`).join(""));
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.filter((text) => /\w[,;:.]? \w/.test(text));
}

describe("every sentence", () => {
  const folders = ["provider/engine", "provider/resources", "provider/services", "provider/lifecycle"];
  const files = [...folders.flatMap(sourceOf), "provider/settings.ts", "provider/compose.ts", "provider/errors.ts"];
  /** The command line's messages about a state name every engine. */
  const ofCommandLine = /engine\/commands\/(?:doctor-messages|state-checks|stored-state)\.ts$/;
  const ofDoors = files.filter((file) => !ofCommandLine.test(file)).sort();
  const all = ofDoors.flatMap((file) => sentencesIn(file).map((sentence) => ({ file, sentence })));
  // The engine's own commands are chosen by the door.
  const said = all.filter(
    ({ sentence }) => !/^pulumi (?:up|destroy|state rename)\b|\(pulumi destroy goes/.test(sentence),
  );

  test("is one of many, so that the others look at something", () => {
    expect(said.length).toBeGreaterThan(700);
    expect(foreignIn("Set align: true and dualAuthorization in the program of Pulumi (uko:token)")).toHaveLength(5);
  });

  test("has nothing of another engine", () => {
    const foreign = said.map(({ file, sentence }) => [file, foreignIn(toHclTerms(sentence))] as const);
    expect(foreign.filter(([, words]) => words.length > 0)).toEqual([]);
  });

  test("that says anything in code reads as the golden file has it", async () => {
    const texts = said.map(({ sentence }) => [sentence, toHclTerms(sentence)] as const);
    const changed = texts.flatMap(([sentence, heard]) => (sentence === heard ? [] : [heard.replaceAll("\n", " ")]));
    await expect(`${[...new Set(changed)].join("\n")}\n`).toMatchFileSnapshot("../golden/terraform/sentences.txt");
  });
});

describe("every explanation", () => {
  test.each(readdirSync(goldens))("of %s has nothing of another engine", (file) => {
    const sections = readFileSync(path.join(goldens, file), "utf8").split(/^(?=## )/m);
    const heard = sections.filter((section) => !/^## .*\((?:pulumi destroy|uko continue)\)$/m.test(section));
    expect(heard.length).toBeGreaterThan(0);
    const foreign = heard.map((section) => [section, foreignIn(toHclTerms(section))] as const);
    expect(foreign.filter(([, words]) => words.length > 0)).toEqual([]);
  });
});

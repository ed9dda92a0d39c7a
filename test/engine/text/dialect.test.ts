/** A message uses the notation of its reader's programs, and no term of another interface. */

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";
import { dialectOf, hclDialect, programDialect } from "../../../provider/engine/text/dialect.ts";
import {
  terraformDataSources,
  terraformProvider,
  terraformResources,
} from "../../../provider/resources/schema/terraform.ts";

const root = path.resolve(import.meta.dirname, "../../..");
const resources = [...terraformResources.values()];
const blocks = [terraformProvider, ...resources, ...terraformDataSources.values()];
const attributes = blocks.flatMap((block) => block.attributes);
const ofPulumi = attributes.flatMap((attribute) => attribute.path).filter((name) => /[A-Z]/.test(name));
const ofHcl = attributes.map(({ name }) => name).filter((name) => name.includes("_"));

/** Terms that a text must not contain for readers of HCL: properties, types and commands of Pulumi. */
function pulumiIn(text: string): readonly string[] {
  // What is quoted is a name, and what is in angle brackets a placeholder of a command.
  const words = text.replace(/"[^"\n]*"|<\w+>/g, '""').match(/\b[A-Za-z:]+\b/g) ?? [];
  return words.filter(
    (word) => ofPulumi.includes(word) || /^(?:ManagedKey|KmsKey|KeyTemplate|pulumi|uko:\w+)$/i.test(word),
  );
}

/** The same for readers of Pulumi programs. */
function hclIn(text: string): readonly string[] {
  const words = text.replace(/"[^"\n]*"/g, '""').match(/\b[a-z_]+\b/g) ?? [];
  return words.filter((word) => ofHcl.includes(word) || /^(?:tofu|terraform|uko_\w+)$/.test(word));
}

describe("a dialect", () => {
  test("of HCL has the names of the Terraform schema", () => {
    for (const { path: parts, name } of attributes)
      if (parts.length > 0) expect(hclDialect.property(parts.join("."))).toBe(name);
    for (const { handlers, typeName } of resources) {
      expect(hclDialect.resource(handlers.charAt(0).toUpperCase() + handlers.slice(1))).toBe(typeName);
    }
    expect(hclDialect.assignment("deletionProtection", false)).toBe("deletion_protection = false");
    expect(hclDialect.assignment("aws.region", "eu")).toBe('aws_region = "eu"');
  });

  test("of programs has the names of the definitions", () => {
    expect(programDialect.property("aws.accessKeyId")).toBe("aws.accessKeyId");
    expect(programDialect.assignment("align", true)).toBe("align: true");
    expect(programDialect.resource("ManagedKey")).toBe("ManagedKey");
  });

  test("follows the interface of the run", () => {
    for (const command of ["tofu destroy", "terraform apply"]) expect(dialectOf(command)).toBe(hclDialect);
    for (const command of ["pulumi up", "uko continue"]) expect(dialectOf(command)).toBe(programDialect);
  });
});

describe("every explanation", () => {
  const golden = path.join(root, "test/golden/explain");
  const sections = readdirSync(golden).flatMap((file) =>
    readFileSync(path.join(golden, file), "utf8")
      .split(/^(?=## )/m)
      .map((section) => ({ file, section })),
  );

  test("for OpenTofu contains no term of Pulumi", () => {
    const heard = sections.filter(({ section }) => /^## .*\(tofu destroy\)$/m.test(section));
    expect(heard.length).toBeGreaterThan(60);
    expect(heard.flatMap(({ section }) => pulumiIn(section))).toEqual([]);
  });

  test("for Pulumi contains no term of HCL", () => {
    const heard = sections.filter(({ section }) => /^## .*\(pulumi destroy\)$/m.test(section));
    expect(heard.length).toBeGreaterThan(60);
    expect(heard.flatMap(({ section }) => hclIn(section.replace(/^## .*$/m, "")))).toEqual([]);
  });

  test("and the check can fail", () => {
    expect(pulumiIn("Set align: true and dualAuthorization (uko:token) with pulumi up")).toHaveLength(3);
    expect(hclIn("Set dual_authorization of uko_managed_key with tofu apply")).toHaveLength(3);
  });
});

/** Texts of more than one word in a file; each substitution is `…`. */
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

describe("every sentence of every interface", () => {
  const sourcesOf = (folder: string): readonly string[] =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => path.join(folder, file));
  const folders = [
    "provider/engine",
    "provider/certificate",
    "provider/resources",
    "provider/services",
    "provider/lifecycle",
  ];
  const files = [
    ...folders.flatMap(sourcesOf),
    "provider/settings.ts",
    "provider/compose/engines.ts",
    "provider/errors.ts",
  ];
  // The command line names every engine, one interface has its own advice, descriptions are projected, and a probe names
  // calls and fields of the service.
  const ofOneInterface =
    /engine\/(?:commands\/(?:doctor-messages|stored-state)|text\/resource-messages|text\/explanation)\.ts$|schema\.ts$/;
  const sentences = files
    .filter((file) => !ofOneInterface.test(file))
    .flatMap((file) => sentencesIn(file).map((sentence) => ({ file, sentence })));

  test("takes each property, type and command from the dialect", () => {
    expect(sentences.length).toBeGreaterThan(600);
    const foreign = sentences
      .map(({ file, sentence }) => [file, sentence, [...pulumiIn(sentence), ...hclIn(sentence)]] as const)
      .filter(([, sentence, words]) => words.length > 0 && !/^(?:pulumi|tofu|terraform) \w+$/.test(sentence));
    expect(foreign).toEqual([]);
  });
});

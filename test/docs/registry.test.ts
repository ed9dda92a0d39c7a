/** The pages for the Pulumi Registry agree with the package's schema and its SDKs. */

import { describe, expect, test } from "vitest";
import packageFile from "../../package.json" with { type: "json" };
import cdktnPackage from "../../sdk/cdktn/package.json" with { type: "json" };
import nodePackage from "../../sdk/nodejs/package.json" with { type: "json" };
import schema from "../../sdk/schema.json" with { type: "json" };
import { blocksIn, read } from "../support/documents.ts";

const folder = "provider/docs/registry";
const installation = `${folder}/installation-configuration.md`;
const pages = [`${folder}/_index.md`, installation];
const languages = ["typescript", "python", "go", "java", "yaml"];

describe.each(pages)("%s", (page) => {
  const text = read(page);

  test("begins with the front matter that the Registry requires", () => {
    const [, matter = ""] = /^---\n([\s\S]*?)\n---\n/.exec(text) ?? [];
    expect(matter.split("\n").map((line) => line.split(":")[0])).toEqual(["title", "meta_desc", "layout"]);
    expect(matter).toMatch(/^layout: package$/m);
  });

  test("has each language once in each choice, and closes every tag", () => {
    const choices = text.match(/\{\{< chooser [\s\S]*?\{\{< \/chooser >\}\}/g) ?? [];
    expect(choices.length).toBeGreaterThan(0);
    for (const choice of choices) {
      expect(choice).toContain(`{{< chooser language "${languages.join(",")}" >}}`);
      const parts = Array.from(choice.matchAll(/\{\{% (\/?choosable)(?: language (\w+))? %\}\}/g));
      const openedTabs = parts.flatMap(([, , language]) => (language === undefined ? [] : [language]));
      expect(openedTabs).toEqual(languages);
      expect(parts.map(([, tag]) => tag)).toEqual(languages.flatMap(() => ["choosable", "/choosable"]));
    }
  });
});

test("the table of settings matches the schema, with its secrets", () => {
  const rows = Array.from(read(installation).matchAll(/^\| `uko:(\w+)` \| `(UKO_\w+)` \| (yes)? *\|/gm));
  const asDocumented = rows.map(([, name = "", , secret]) => [name, secret === "yes"]);
  const asInSchema = Object.entries(schema.config.variables).map(([name, it]) => [name, "secret" in it && it.secret]);
  expect(asDocumented.sort()).toEqual(asInSchema.sort());
  for (const [, name = "", variable] of rows) {
    expect(variable).toBe(`UKO_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`);
  }
});

test("credentials and endpoints have no default in the schema, as documented", () => {
  const withDefault = Object.entries(schema.config.variables).flatMap(([name, variable]) =>
    "defaultInfo" in variable ? [name] : [],
  );
  expect(withDefault).toEqual(["instanceId", "region"]);
});

test("names of packages, the version and the place of downloads match the SDKs and the schema", () => {
  const text = read(installation);
  const python = /^ *name = "(.+)"$/m.exec(read("sdk/python/pyproject.toml"))?.[1]?.replaceAll("_", "-");
  const commands = blocksIn(installation, "sh").join("");
  expect(commands).toContain(`npm install ${nodePackage.name}\n`);
  expect(commands).toContain(`pip install ${python}\n`);
  expect(commands).toContain(`go get ${schema.language.go.modulePath}\n`);
  expect(text).toContain(`\`${schema.language.go.importBasePath}\``);
  expect(text).toContain(`\`${schema.pluginDownloadURL}\``);
  const versions = Array.from(commands.matchAll(/resource uko (\S+)/g), ([, version]) => version);
  expect(new Set(versions)).toEqual(new Set([packageFile.version]));
});

test("the decision about names has the names that the packages have", () => {
  const decision = read("provider/docs/decisions/0049-names-of-packages.md");
  const { go, csharp, java } = schema.language;
  const python = /^ *name = "(.+)"$/m.exec(read("sdk/python/pyproject.toml"))?.[1];
  const pom = (tag: string) => new RegExp(`^  <${tag}>(.+)</`, "m").exec(read("sdk/java/pom.xml"))?.[1];
  const names = [
    ...[packageFile.name, nodePackage.name, cdktnPackage.name],
    ...[`${python}`, `${python?.replaceAll("_", "-")}`, go.modulePath],
    ...[`${csharp.rootNamespace}.${csharp.namespaces.uko}`, `${java.basePackage}.uko`, "pulumi-uko/uko"],
  ];
  expect(decision).toContain(`\`${pom("groupId")}:${pom("artifactId")}\``);
  for (const name of names) expect(decision).toContain(`\`${name}\``);
});

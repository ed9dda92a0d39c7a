/**
 * The page of a resource: the effect of its destroy, first programs, its attributes, and the ways
 * to import one.
 */

import { inputAttributes } from "../attributes.ts";
import { described, type ResourceName } from "../described.ts";
import { type DestroyWords, describeDestroy, documentation, unwrapped } from "../documentation.ts";
import { terraformExamples } from "../examples/terraform.ts";
import type { TerraformResource } from "../terraform.ts";
import { snake } from "../terraform-leaves.ts";
import { code, linkToGuide, linkToPage, pageText } from "./page.ts";
import { escaped, identitySection, schemaSection } from "./schema-section.ts";

const words: DestroyWords = { again: "and the command is the same each time", protect: "`prevent_destroy`" };

/** Pages with more about a destroy. */
const more: Partial<Record<ResourceName, string>> = {
  ManagedKey: `The guide ${linkToPage("Two people", "guides/two-people.md")} shows the runs one by one.`,
  KmsKey: `See ${linkToGuide("KMS keys", "whole-stack.md#kms-keys")}.`,
};

export function resourcePage({ typeName, handlers, idNames, attributes, identity }: TerraformResource): string {
  const name = `${handlers.slice(0, 1).toUpperCase()}${handlers.slice(1)}` as ResourceName;
  const { summary } = described[name];
  const examples = terraformExamples[name];
  const hasConnection = attributes.some(({ role, path }) => role === "secret" && path.length > 1);
  const adoptedBy = hasConnection ? attributes.find(({ name: each }) => each.startsWith("existing_"))?.name : undefined;
  return pageText({
    title: `${typeName} Resource - uko`,
    description: summary,
    heading: `${typeName} (Resource)`,
    sections: [
      escaped(summary),
      "## What a destroy does",
      inSnakeCase(unwrapped(describeDestroy(name, words))),
      ...(more[name] === undefined ? [] : [more[name]]),
      "## Example Usage",
      ...examples.flatMap(({ title, hcl }) => [`### ${title}`, code("terraform", hcl)]),
      ...togetherSections(name),
      schemaSection(attributes),
      ...importSections({
        address: addressOf(typeName, examples[0].hcl),
        idNames,
        id: documentation[name].exampleId,
        identity,
        adoptedBy,
      }),
    ],
  });
}

/**
 * A block of other doors is flat attributes here, so a table has to show which ones belong
 * together.
 */
function togetherSections(name: ResourceName): readonly string[] {
  const rows = inputAttributes(described[name]).flatMap(({ name: prefix, type }) => {
    if (type.kind !== "object") return [];
    const needed = type.attributes.filter(({ isRequired }) => isRequired);
    const names = needed.map((each) => `\`${snake(prefix)}_${snake(each.name)}\``);
    return [
      `| \`${snake(prefix)}_…\` | ${type.description} | ${names.length === 0 ? "nothing else" : names.join(", ")} |`,
    ];
  });
  if (rows.length === 0) return [];
  const head = ["| attributes | what they are | where one of them is, these have to be |", "| --- | --- | --- |"];
  return ["## Attributes that belong together", [...head, ...rows].join("\n")];
}

interface Imported {
  readonly address: string;
  readonly idNames: readonly string[];
  readonly id: string;
  readonly identity: TerraformResource["identity"];
  /** Set if the configuration has to provide secrets that the service does not return. */
  readonly adoptedBy: string | undefined;
}

function importSections({ address, idNames, id, identity, adoptedBy }: Imported): readonly string[] {
  const parts = id.split("/");
  const width = Math.max(...idNames.map((name) => name.length));
  const lines = idNames.map((name, index) => `    ${name.padEnd(width)} = "${parts[index]}"`);
  const form = idNames.map((name) => `<${name}>`).join("/");
  return [
    "## Import",
    "An import only asks: it changes nothing on the service.",
    ...(adoptedBy === undefined
      ? []
      : [
          `No service tells the secrets of a connection: write them in the configuration, and the apply sends them once. \`${adoptedBy}\` in place of an import takes one up without them.`,
        ]),
    "In OpenTofu 1.12, Terraform 1.12 and newer an `import` block takes the identity:",
    code("terraform", `import {\n  to = ${address}\n  identity = {\n${lines.join("\n")}\n  }\n}`),
    identitySection(identity),
    `In OpenTofu and Terraform 1.5 and newer it takes the id, which is \`${form}\`:`,
    code("terraform", `import {\n  to = ${address}\n  id = "${id}"\n}`),
    "Or by command:",
    code("shell", `tofu import ${address} ${id}`),
  ];
}

/** The address of the first resource of this type in a program. */
function addressOf(typeName: string, hcl: string): string {
  const name = new RegExp(`^resource "${typeName}" "(\\w+)"`, "m").exec(hcl)?.[1];
  if (name === undefined) throw new Error(`The first program of ${typeName} has none`);
  return `${typeName}.${name}`;
}

/** Texts are written once for every door, with the property names of the other doors' programs. */
function inSnakeCase(text: string): string {
  return text.replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, snake);
}

/** The page of a resource: what its destroy does, programs to begin with, its attributes, and the ways to import one. */

import { type Described, type ResourceName, resources } from "../described.ts";
import { type DestroyWords, describeDestroy, documentation, unwrapped } from "../documentation.ts";
import { terraformExamples } from "../examples/terraform.ts";
import type { TerraformResource } from "../terraform.ts";
import { snake } from "../terraform-leaves.ts";
import { code, linkToPage, pageText } from "./page.ts";
import { escaped, identitySection, schemaSection } from "./schema-section.ts";

const words: DestroyWords = { again: "and the command is the same each time", protect: "`prevent_destroy`" };

export function resourcePage({ typeName, handlers, idNames, attributes, identity }: TerraformResource): string {
  const name = `${handlers.slice(0, 1).toUpperCase()}${handlers.slice(1)}` as ResourceName;
  const { summary }: Described = resources[name];
  const examples = terraformExamples[name];
  return pageText({
    title: `${typeName} Resource - uko`,
    description: summary,
    heading: `${typeName} (Resource)`,
    sections: [
      escaped(summary),
      "## What a destroy does",
      inSnakeCase(unwrapped(describeDestroy(name, words))),
      `The guide ${linkToPage("Two people", "guides/two-people.md")} shows the runs one by one.`,
      "## Example Usage",
      ...examples.flatMap(({ title, hcl }) => [`### ${title}`, code("terraform", hcl)]),
      schemaSection(attributes),
      ...importSections({
        address: addressOf(typeName, examples[0].hcl),
        idNames,
        id: documentation[name].exampleId,
        identity,
      }),
    ],
  });
}

interface Imported {
  readonly address: string;
  readonly idNames: readonly string[];
  readonly id: string;
  readonly identity: TerraformResource["identity"];
}

function importSections({ address, idNames, id, identity }: Imported): readonly string[] {
  const parts = id.split("/");
  const width = Math.max(...idNames.map((name) => name.length));
  const lines = idNames.map((name, index) => `    ${name.padEnd(width)} = "${parts[index]}"`);
  const form = idNames.map((name) => `<${name}>`).join("/");
  return [
    "## Import",
    "An import only asks: it changes nothing on the service.",
    "In OpenTofu 1.12, Terraform 1.12 and newer an `import` block takes the identity:",
    code("terraform", `import {\n  to = ${address}\n  identity = {\n${lines.join("\n")}\n  }\n}`),
    identitySection(identity),
    `In OpenTofu and Terraform 1.5 and newer it takes the id, which is \`${form}\`:`,
    code("terraform", `import {\n  to = ${address}\n  id = "${id}"\n}`),
    "Or by command:",
    code("shell", `tofu import ${address} ${id}`),
  ];
}

/** The address of the first of this type in a program. */
function addressOf(typeName: string, hcl: string): string {
  const name = new RegExp(`^resource "${typeName}" "(\\w+)"`, "m").exec(hcl)?.[1];
  if (name === undefined) throw new Error(`The first program of ${typeName} has none`);
  return `${typeName}.${name}`;
}

/** Texts are written once for every door, and name properties as programs of the others do. */
function inSnakeCase(text: string): string {
  return text.replaceAll(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, snake);
}

/**
 * The page of a resource: first programs, the effect of its destroy, its attributes, and the ways
 * to import one.
 */

import { inputAttributes } from "../../../../provider/resources/schema/attributes.ts";
import type { TerraformResource } from "../../../../provider/resources/schema/terraform.ts";
import { inSnakeCase, snake } from "../../../../provider/resources/schema/terraform-leaves.ts";
import { described, type ResourceName } from "../../described.ts";
import { type DestroyWords, describeDestroy, unwrapped } from "../documentation.ts";
import { nameOf, type ResourcePrograms, resourcePrograms } from "./example-programs.ts";
import { code, eitherEngine, linkToGuide, linkToPage, pageText } from "./page.ts";
import { escaped, identitySection, schemaSection } from "./schema-section.ts";

const words: DestroyWords = { again: "", protect: "`prevent_destroy`" };

/** Pages with more about a destroy. */
const more: Partial<Record<ResourceName, string>> = {
  ManagedKey: `The guide ${linkToPage("Two people", "guides/two-people.md")} shows each run.`,
  KmsKey: `See ${linkToGuide("KMS keys", "how-to/whole-stack.md#kms-keys")}.`,
};

export function resourcePage(resource: TerraformResource): string {
  const { typeName, handlers, idNames, attributes, identity } = resource;
  const name = nameOf(handlers);
  const { summary } = described[name];
  const programs = resourcePrograms(resource);
  const hasConnection = attributes.some(({ role, path }) => role === "secret" && path.length > 1);
  const adoptedBy = hasConnection ? attributes.find(({ name: each }) => each.startsWith("existing_"))?.name : undefined;
  return pageText({
    title: `${typeName} Resource - uko`,
    description: summary,
    typeName,
    heading: `${typeName} (Resource)`,
    sections: [
      escaped(summary),
      "## Example Usage",
      ...programs.programs.flatMap(({ title, hcl }) => [`### ${title}`, code("terraform", hcl)]),
      "## What destroy does",
      inSnakeCase(unwrapped(describeDestroy(name, words))),
      ...(more[name] === undefined ? [] : [more[name]]),
      ...togetherSections(name),
      schemaSection(attributes),
      ...importSections({ programs, idNames, identity, adoptedBy }),
    ],
  });
}

/**
 * A block of other interfaces is flat attributes here, so a table has to show which ones belong
 * together.
 */
function togetherSections(name: ResourceName): readonly string[] {
  const rows = inputAttributes(described[name]).flatMap(({ name: prefix, type }) => {
    if (type.kind !== "object") return [];
    const needed = type.attributes.filter(({ isRequired }) => isRequired);
    const names = needed.map((each) => `\`${snake(prefix)}_${snake(each.name)}\``);
    return [`| \`${snake(prefix)}_…\` | ${type.description} | ${names.length === 0 ? "none" : names.join(", ")} |`];
  });
  if (rows.length === 0) return [];
  const head = ["| attributes | meaning | required together |", "| --- | --- | --- |"];
  return ["## Attributes that belong together", [...head, ...rows].join("\n")];
}

interface Imported {
  readonly programs: ResourcePrograms;
  readonly idNames: readonly string[];
  readonly identity: TerraformResource["identity"];
  /** Set if the resource has secrets that the service does not return. */
  readonly adoptedBy: string | undefined;
}

function importSections({ programs, idNames, identity, adoptedBy }: Imported): readonly string[] {
  const form = idNames.map((name) => `<${name}>`).join("/");
  return [
    "## Import",
    "An import changes nothing in the service.",
    ...(adoptedBy === undefined
      ? []
      : [
          `The service never returns the secrets of a connection. Leave them out of the configuration, and the keystore keeps the ones that it has. Write all of them, and the next apply sends them once. You can also use \`${adoptedBy}\` in place of an import.`,
        ]),
    "In OpenTofu 1.12 or newer and Terraform 1.12 or newer, an `import` block accepts the identity:",
    code("terraform", programs.importByIdentity),
    identitySection(identity),
    `In OpenTofu and in Terraform 1.5 or newer, it accepts the ID, \`${form}\`:`,
    code("terraform", programs.importById),
    `Or run the command. ${eitherEngine}`,
    code("shell", programs.importCommand),
  ];
}

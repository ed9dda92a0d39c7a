/** The reference in Markdown: a page for each resource and each function, with its programs in every language. */

import type * as z from "zod";
import { functions } from "../../../provider/resources/functions.ts";
import {
  type Attribute,
  type AttributeType,
  argumentAttributes,
  inputAttributes,
  outputAttributes,
  resultAttributes,
} from "../../../provider/resources/schema/attributes.ts";
import {
  type TerraformAttribute,
  type TerraformResource,
  terraformDataSources,
  terraformResources,
} from "../../../provider/resources/schema/terraform.ts";
import { snake } from "../../../provider/resources/schema/terraform-leaves.ts";
import { capital } from "../../../provider/text/printable.ts";
import { described, describedNames, type FunctionName, listNameOf, type ResourceName } from "../described.ts";
import {
  type DestroyWords,
  dataSourceProgram,
  describeDestroy,
  documentationOf,
  type Example,
  type Language,
} from "./documentation.ts";
import { exampleFunctions, functionPrograms } from "./function-programs.ts";
import { nameOf, resourcePrograms } from "./registry/example-programs.ts";

/** Folders that contain only generated pages. */
export const referenceFolders = ["resources", "functions"] as const;

/** Every page by its path below `provider/docs/reference`. */
export function referencePages(): ReadonlyMap<string, string> {
  return new Map([
    ...[...terraformResources.values()].map((each) => [pageOf(nameOf(each.handlers)), resourcePage(each)] as const),
    ...exampleFunctions.map((name) => [pageOf(name), functionPage(name)] as const),
  ]);
}

/** `ManagedKey` becomes `resources/managed-key.md`, `listVaults` becomes `functions/list-vaults.md`. */
function pageOf(name: ResourceName | FunctionName): string {
  const file = `${snake(name).replace(/^_/, "").replaceAll("_", "-")}.md`;
  return `${name in functions ? "functions" : "resources"}/${file}`;
}

function text(sections: readonly string[]): string {
  return `${sections.join("\n\n")}\n`;
}

const words: DestroyWords = {
  again: ", in Pulumi best with `--continue-on-error`",
  protect: "`protect` (Pulumi), `prevent_destroy` (HCL)",
};

function resourcePage(resource: TerraformResource): string {
  const { handlers, typeName, attributes } = resource;
  const name = nameOf(handlers);
  const { summary, idForm } = described[name];
  const { examples } = documentationOf(name);
  const inputs = inputAttributes(described[name]);
  // An output that repeats an input is not listed again.
  const outputs = outputAttributes(described[name]).filter((each) => inputs.every((input) => input.name !== each.name));
  return text([
    `# ${name}`,
    summary,
    [
      `In YAML it is \`uko:${name}\`, in HCL \`${typeName}\`. The ID is \`${idForm}\`.`,
      `[\`get${name}\`](../${pageOf(`get${name}`)}) reads one, [\`list${name}s\`](../${pageOf(`list${name}s`)}) reads all.`,
    ].join("\n"),
    "## Examples",
    ...examples.flatMap(({ title, programs }) => [`### ${title}`, tabs(programs)]),
    "## What destroy does",
    describeDestroy(name, words),
    "## Inputs",
    aboutInputs(inputs),
    table(inputs, inputNotes),
    "## Outputs",
    table(outputs, outputNotes),
    ...hclSections(attributes),
    ...importSections(resource, inputs),
  ]);
}

/** A tab for each language. */
function tabs(programs: Example["programs"]): string {
  const fences = Object.entries(titles).flatMap(([language, title]) => {
    const program = programs[language as Language];
    return program === undefined ? [] : [fence(language === "terraform" ? "hcl" : language, title, program)];
  });
  return group(fences);
}

const titles: Readonly<Record<Language, string>> = {
  typescript: "TypeScript",
  python: "Python",
  go: "Go",
  java: "Java",
  yaml: "YAML",
  terraform: "HCL",
};

function fence(language: string, title: string, program: string): string {
  return `\`\`\`${language} [${title}]\n${program}\n\`\`\``;
}

function group(fences: readonly string[]): string {
  return ["::: code-group", ...fences, ":::"].join("\n\n");
}

function aboutInputs(inputs: readonly Attribute[]): string {
  return [
    `Go writes each name with a capital letter: \`${capital(inputs[0]?.name ?? "")}\`.`,
    "If you omit an input that has no default, the value in the service does not change.",
    "A change of an input that cannot change is an error. uko never replaces an object.",
    ...aboutObjects(inputs),
  ].join("\n");
}

/** One sentence with the first member of the first object as an example. */
function aboutObjects(attributes: readonly Attribute[]): readonly string[] {
  for (const { name, type } of attributes) {
    if (type.kind !== "object" || type.attributes[0] === undefined) continue;
    const [outer, member] = [snake(name), snake(type.attributes[0].name)];
    return [`In Python, \`${member}\` is a member of \`${outer}\`; in HCL, its name is \`${outer}_${member}\`.`];
  }
  return [];
}

function hclSections(attributes: readonly TerraformAttribute[]): readonly string[] {
  const hasSecrets = attributes.some(({ role }) => role === "secret");
  const note = "A secret is a write-only argument, which requires OpenTofu or Terraform 1.11 or newer.";
  const rows = ["| attribute | meaning |", "| --- | --- |", ...attributes.flatMap(rowsOnlyInHcl)];
  return ["## Only in HCL", ...(hasSecrets ? [note] : []), rows.join("\n")];
}

function rowsOnlyInHcl({ name, path, type, description, role }: TerraformAttribute): readonly string[] {
  if (path.length > 0) return [];
  if (role !== "timeouts" || type.kind !== "object") return [`| \`${name}\` | ${description} |`];
  return type.attributes.map((each) => `| \`${name}.${each.name}\` | ${each.description} |`);
}

function importSections(resource: TerraformResource, inputs: readonly Attribute[]): readonly string[] {
  const { importById, importCommand } = resourcePrograms(resource);
  const name = nameOf(resource.handlers);
  const adoption = inputs.find(({ name: each }) => each.startsWith("existing"))?.name;
  return [
    "## Import",
    `An import changes nothing in the service.${adoption === undefined ? "" : ` You can also adopt an object with \`${adoption}\`.`}`,
    group([
      fence("sh", "Pulumi", `pulumi import uko:index:${name} example ${documentationOf(name).exampleId}`),
      fence("sh", "OpenTofu", importCommand.replace("terraform", "tofu")),
      fence("sh", "Terraform", importCommand),
      fence("hcl", "HCL block", importById),
    ]),
  ];
}

function functionPage(name: FunctionName): string {
  const { summary, args, result } = functions[name];
  const [typeName = ""] = [...terraformDataSources].find(([, { question }]) => question === name) ?? [];
  const inputs = argumentAttributes({ args: args as z.ZodType<object> });
  const about = describedNames.find((each) => name === `get${each}` || name === `list${each}s`);
  return text([
    `# ${name}`,
    summary,
    `In YAML it is \`uko:${name}\`, in HCL the data source \`${typeName}\`. It changes nothing.`,
    "## Example",
    tabs({ ...functionPrograms(name), terraform: dataSourceProgram(typeName) }),
    ...(inputs.length > 0 ? ["## Arguments", table(inputs, inputNotes)] : []),
    "## Result",
    ...(about === undefined ? resultTable(resultAttributes(result)) : [resultOfResource(name, about)]),
  ]);
}

function resultTable(attributes: readonly Attribute[]): readonly string[] {
  return [...aboutObjects(attributes), table(attributes, outputNotes)];
}

function resultOfResource(name: FunctionName, about: ResourceName): string {
  const link = `the inputs and outputs of a [${about}](../${pageOf(about)}#inputs)`;
  if (name === `get${about}`) return `It returns ${link}.`;
  const list = listNameOf(about);
  const inHcl = snake(list) === list ? "" : `, in Python and HCL \`${snake(list)}\``;
  return `It returns \`${list}\`${inHcl}: a list with ${link}.`;
}

type Notes = (attribute: Attribute) => readonly string[];

const inputNotes: Notes = ({ default: preset, isSecret, isImmutable }) => [
  ...(preset === undefined ? [] : [`Default \`${preset}\`.`]),
  ...(isSecret ? ["Secret."] : []),
  ...(isImmutable ? ["Cannot change."] : []),
];

const outputNotes: Notes = ({ isRequired }) => (isRequired ? [] : ["May be absent."]);

/** Both names of a property are in one column, so that the meaning is in view on a phone. */
const heading = "| TypeScript, Java, YAML<br>Python, HCL | type | meaning |";

function table(attributes: readonly Attribute[], notes: Notes): string {
  const rows = attributes.flatMap((each) => rowsOf(each, { name: "", hcl: "" }, notes));
  return [heading, "| --- | --- | --- |", ...rows].join("\n");
}

/** The names of a property, or what they begin with. */
interface Names {
  readonly name: string;
  readonly hcl: string;
}

function rowsOf(attribute: Attribute, above: Names, notes: Notes): readonly string[] {
  const { description, type, isRequired } = attribute;
  const name = `${above.name}${attribute.name}`;
  const hcl = `${above.hcl}${snake(attribute.name)}`;
  const isInput = notes === inputNotes;
  const meaning = [...(isInput && isRequired ? ["**Required.**"] : []), description, ...notes(attribute)].join(" ");
  const names = new Set([name, type.kind === "object" ? `${hcl}_…` : hcl]);
  const shown = [...names].map((each) => `\`${each}\``).join("<br>");
  return [
    `| ${shown} | ${typeText(type)} | ${meaning} |`,
    ...membersIn(type, { name, hcl }).flatMap(([member, outer]) => rowsOf(member, outer, notes)),
  ];
}

/** The members of an object, which HCL writes flat, or of the objects in a list. */
function membersIn(type: AttributeType, { name, hcl }: Names): readonly (readonly [Attribute, Names])[] {
  if (type.kind === "list") return membersIn(type.element, { name: `${name}[]`, hcl: `${hcl}[]` });
  if (type.kind !== "object") return [];
  const names = { name: `${name}.`, hcl: hcl.endsWith("[]") ? `${hcl}.` : `${hcl}_` };
  return type.attributes.map((each) => [each, names]);
}

function typeText(type: AttributeType): string {
  switch (type.kind) {
    case "enum":
      return type.values.map((value) => `\`${value}\``).join(", ");
    case "list":
      return `list of ${typeText(type.element)}`;
    case "map":
      return `map of ${typeText(type.element)}`;
    case "string":
      return "text";
    default:
      return type.kind;
  }
}

/** The reference in Markdown: every setting, resource and function, with its inputs and outputs. */

import type * as z from "zod";
import { functions } from "../../../provider/resources/functions.ts";
import {
  type Attribute,
  type AttributeType,
  argumentAttributes,
  inputAttributes,
  outputAttributes,
  resultAttributes,
} from "../../../provider/schema/attributes.ts";
import { environmentDefaults, providerAttributes } from "../../../provider/schema/provider-attributes.ts";
import { described, describedNames, type FunctionName, listNameOf, type ResourceName } from "../described.ts";
import { describeDestroy, pulumiWords } from "./documentation.ts";

/** Returns the whole document. */
export function referenceMarkdown(): string {
  const sections = [
    "# Resources and functions",
    "Each resource and function, with its inputs and outputs. `npm run schema` writes it from the same definitions as the documentation of each language.",
    [
      "Names are those of TypeScript and YAML; Python writes `deletion_gate`, Go `DeletionGate`.",
      "If you omit an input that has no default, the value in the service does not change.",
      "A change of an input that cannot change is an error. uko never replaces an object.",
    ].join("\n"),
    "## Provider",
    table("setting", providerAttributes, (setting) => [
      ...secretNote(setting),
      ...(environmentDefaults[setting.name] === undefined
        ? []
        : ["A provider in a program reads the environment variable and stores the value."]),
    ]),
    ...describedNames.flatMap(resourceSections),
    "## Functions",
    "Functions read data and change nothing.",
    ...(Object.keys(functions) as FunctionName[]).flatMap(functionSections),
  ];
  return `${sections.join("\n\n")}\n`;
}

function resourceSections(name: ResourceName): readonly string[] {
  const definition = described[name];
  const inputs = inputAttributes(definition);
  // An output that repeats an input is not listed again.
  const outputs = outputAttributes(definition).filter((output) => !inputs.some((input) => input.name === output.name));
  return [
    `## ${name}`,
    `${definition.summary} Its ID is \`${definition.idForm}\`.`,
    describeDestroy(name, pulumiWords),
    table("input", inputs, inputNotes),
    table("output", outputs, outputNotes),
  ];
}

function functionSections(name: FunctionName): readonly string[] {
  const { summary, args, result } = functions[name];
  const inputs = argumentAttributes({ args: args as z.ZodType<object> });
  const about = describedNames.find((each) => name === `get${each}` || name === `list${each}s`);
  const link = `the inputs and outputs of a [${about}](#${about?.toLowerCase()})`;
  return [
    `### ${name}`,
    summary,
    ...(inputs.length > 0 ? [table("argument", inputs, inputNotes)] : []),
    ...(about === undefined
      ? [table("result", resultAttributes(result), outputNotes)]
      : [name === `get${about}` ? `Returns ${link}.` : `Returns \`${listNameOf(about)}\`: a list with ${link}.`]),
  ];
}

type Notes = (attribute: Attribute) => readonly string[];

const inputNotes: Notes = (input) => [
  ...(input.isRequired ? ["Required."] : []),
  ...(input.default === undefined ? [] : [`Default \`${input.default}\`.`]),
  ...secretNote(input),
  ...(input.isImmutable ? ["Cannot change."] : []),
];

const outputNotes: Notes = ({ isRequired }) => (isRequired ? [] : ["May be absent."]);

function secretNote({ isSecret }: Attribute): readonly string[] {
  return isSecret ? ["Secret."] : [];
}

function table(what: string, attributes: readonly Attribute[], notes: Notes): string {
  const rows = attributes.flatMap((each) => rowsOf(each, "", notes));
  return [`| ${what} | type | meaning |`, "| --- | --- | --- |", ...rows].join("\n");
}

function rowsOf(attribute: Attribute, prefix: string, notes: Notes): readonly string[] {
  const { name, description, type } = attribute;
  const path = `${prefix}${name}`;
  const meaning = [description, ...notes(attribute)].join(" ");
  const { members, suffix } = insideOf(type);
  return [
    `| \`${path}\` | ${typeText(type)} | ${meaning.replaceAll("|", "\\|")} |`,
    ...members.flatMap((each) => rowsOf(each, `${path}${suffix}.`, notes)),
  ];
}

function insideOf(type: AttributeType): { readonly members: readonly Attribute[]; readonly suffix: string } {
  if (type.kind === "object") return { members: type.attributes, suffix: "" };
  return type.kind === "list" ? { ...insideOf(type.element), suffix: "[]" } : { members: [], suffix: "" };
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

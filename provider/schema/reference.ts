/** The reference in Markdown: every setting, resource and question, with its inputs and outputs. */

import type * as z from "zod";
import { functions } from "../resources/functions.ts";
import {
  type Attribute,
  type AttributeType,
  argumentAttributes,
  inputAttributes,
  outputAttributes,
  resultAttributes,
} from "./attributes.ts";
import { described, describedNames, type FunctionName, listNameOf, type ResourceName } from "./described.ts";
import { describeDestroy, pulumiWords } from "./documentation.ts";
import { environmentDefaults, providerAttributes } from "./provider-attributes.ts";

/** Returns the whole document. */
export function referenceMarkdown(): string {
  const sections = [
    "# Reference",
    `Written by \`npm run schema\` from the definitions that the documentation of each language is made of too. Names are as in TypeScript and YAML; Python writes
\`deletion_gate\`, Go \`DeletionGate\`. An input that is left out and has no default stays as the service has it. An input that cannot change is an error where it
does; nothing is ever replaced.`,
    "## Provider",
    table("setting", providerAttributes, (setting) => [
      ...secretNote(setting),
      ...(environmentDefaults[setting.name] === undefined
        ? []
        : ["A provider in a program takes it from there, and stores it."]),
    ]),
    ...describedNames.flatMap(resourceSections),
    "## Functions",
    "Each asks and changes nothing.",
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
    `${definition.summary} Its id is \`${definition.idForm}\`.`,
    describeDestroy(name, pulumiWords),
    table("input", inputs, inputNotes),
    table("output", outputs, outputNotes),
  ];
}

function functionSections(name: FunctionName): readonly string[] {
  const { summary, args, result } = functions[name];
  const inputs = argumentAttributes({ args: args as z.ZodType<object> });
  const about = describedNames.find((each) => name === `get${each}` || name === `list${each}s`);
  const link = `what a [${about}](#${about?.toLowerCase()}) takes and shows`;
  return [
    `### ${name}`,
    summary,
    ...(inputs.length > 0 ? [table("argument", inputs, inputNotes)] : []),
    ...(about === undefined
      ? [table("answer", resultAttributes(result), outputNotes)]
      : [name === `get${about}` ? `Answers ${link}.` : `Answers \`${listNameOf(about)}\`, a list of ${link}.`]),
  ];
}

type Notes = (attribute: Attribute) => readonly string[];

const inputNotes: Notes = (input) => [
  ...(input.isRequired ? ["Required."] : []),
  ...(input.default === undefined ? [] : [`Default \`${input.default}\`.`]),
  ...secretNote(input),
];

const outputNotes: Notes = ({ isRequired }) => (isRequired ? [] : ["May be absent."]);

/** Some descriptions state it in their own words. */
function secretNote({ isSecret, description }: Attribute): readonly string[] {
  return isSecret && !description.includes("Secret") ? ["Secret."] : [];
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

/** The classes and functions of the npm package for Pulumi programs in Node, generated from the definitions. */

import type * as z from "zod";
import { functions, pendingDeletion } from "../../provider/resources/functions.ts";
import {
  type Attribute,
  type AttributeType,
  argumentAttributes,
  describeInput,
  inputAttributes,
  outputAttributes,
} from "../../provider/resources/schema/attributes.ts";
import { described, describedNames, listNameOf, memberNameOf, type ResourceName } from "./described.ts";
import { documentationOf } from "./docs/documentation.ts";
import { argumentsText } from "./docs/function-programs.ts";
import { memberTexts } from "./type-text.ts";

type ObjectType = Extract<AttributeType, { kind: "object" }>;

/** Returns the text of provider/pulumi-dynamic/generated.ts. */
export function dynamicClasses(): string {
  return [
    "/** Written by `npm run schema` from the definitions of the resources. Do not edit. */",
    'import { CustomResource, type CustomResourceOptions, type Input, type Output } from "@pulumi/pulumi";\nimport { ask, acceptOutputs, unstoppable } from "./questions.ts";\nimport { type ResourceKind, registrationOf } from "./registration.ts";',
    inVault,
    ...describedNames.flatMap((name) => [classSection(name), functionsSection(name)]),
    pendingSection(),
    planSection(),
    "",
  ].join("\n\n");
}

function classSection(name: ResourceName): string {
  const definition = described[name];
  const { summary, idForm, noun } = definition;
  const inputs = inputAttributes(definition);
  const blocks = inputs.flatMap(({ type }) => (type.kind === "object" ? [type] : []));
  // State holds a policy and a digest as well, and programs have no use for either.
  const outputs = outputAttributes(definition).filter(({ role, isSecret }) => role === undefined && !isSecret);
  const isInput = new Set(inputs.map((input) => input.name));
  const handlers = memberNameOf(name);
  const kind = `${handlers}Kind`;
  return [
    ...blocks.map((block) => interfaceOf(nameOf(block), block.description, block.attributes)),
    interfaceOf(`${name}Args`, `Inputs of a ${noun}. An omitted input keeps the service's value.`, inputs),
    outputInterface(`${name}State`, `A ${noun} as the service reports it.`, definition.state),
    [
      withExample(`${summary} Its ID is \`${idForm}\`.`, programOf(name)),
      `export class ${name} extends CustomResource {`,
      ...outputs.flatMap((output) => [
        ...(isInput.has(output.name) ? [] : [comment(output.description, "  ")]),
        `  declare readonly ${output.name}: Output<${name}State["${output.name}"]>;`,
      ]),
      "",
      `  constructor(name: string, args: ${name}Args, options?: CustomResourceOptions) {`,
      `    super(...registrationOf(${kind}, name, args, options));`,
      "  }",
      "}",
    ].join("\n"),
    [
      `const ${kind}: ResourceKind = {`,
      `  type: "pulumi-nodejs:dynamic/uko:${name}",`,
      `  providerText: '${providerTextOf(name)}',`,
      `  outputs: [${listText(outputs)}],`,
      `  secrets: [${listText(inputs.filter(({ isSecret }) => isSecret))}],`,
      "};",
    ].join("\n"),
  ].join("\n\n");
}

/** The frozen text that states hold, so every release writes the same. */
function providerTextOf(name: ResourceName): string {
  return `exports.handler=()=>require("pulumi-uko/dynamic-provider").${memberNameOf(name)}`;
}

function functionsSection(name: ResourceName): string {
  const { get, list } = { get: functions[`get${name}`], list: functions[`list${name}s`] };
  const state = `${name}State`;
  const args = argumentAttributes(get).map((each) => `readonly ${each.name}${each.isRequired ? "" : "?"}: string`);
  const isInVault = argumentAttributes(list).length > 0;
  const given = argumentsText(`get${name}`);
  return [
    `export type Get${name}Args = { ${args.join("; ")} };`,
    withExample(get.summary, callOf(`const ${memberNameOf(name)} = await uko.get${name}(${given});`)),
    `export function get${name}(args: Get${name}Args): Promise<${state}> {`,
    `  return ask.get${name}(args, unstoppable);`,
    "}",
    ...outputFunction(`get${name}`, given),
    "",
    withExample(list.summary, callOf(`const ${listNameOf(name)} = await uko.list${name}s();`)),
    `export async function list${name}s(${isInVault ? "filter: InVault = {}" : ""}): Promise<readonly ${state}[]> {`,
    `  return (await ask.list${name}s(${isInVault ? "filter" : "{}"}, unstoppable)).${listNameOf(name)};`,
    "}",
    ...(isInVault ? outputFunction(`list${name}s`, "{}") : []),
  ].join("\n");
}

/** The first program of the resource's page, for this package. */
function programOf(name: ResourceName): string {
  const [first] = documentationOf(name).examples;
  const program = first?.programs.typescript?.replaceAll("@uko/pulumi", "pulumi-uko") ?? "";
  // This package has no enumerations: `uko.KeystoreType.AwsKms` is "aws_kms" here.
  return program.replace(/uko\.[A-Z]\w+\.([A-Z]\w*)/g, (_, member: string) => {
    const words = member.replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`);
    return `"${words.toLowerCase()}"`;
  });
}

const callOf = (call: string): string => `import * as uko from "pulumi-uko";\n\n${call}`;

function outputFunction(name: string, args: string): readonly string[] {
  return [
    withExample(
      `The result of \`${name}\` as an output, for arguments that are outputs of resources.`,
      callOf(`const found = uko.${name}Output(${args});`),
    ),
    `export const ${name}Output = acceptOutputs(${name});`,
  ];
}

const inVault = `/** Narrows a list to one vault; without it the list covers every vault. */
export interface InVault {
  readonly vaultId?: string;
}`;

const { listPendingDeletions: pending, planDeletion: planned } = functions;

function outputInterface(name: string, description: string, result: z.ZodType): string {
  return [comment(description, ""), `export interface ${name} {`, ...memberTexts(result, "output"), "}"].join("\n");
}

function pendingSection(): string {
  return [
    outputInterface("PendingDeletion", "A managed key whose deletion waits for a person or for time.", pendingDeletion),
    withExample(pending.summary, callOf("const pending = await uko.listPendingDeletions();")),
    "export async function listPendingDeletions(filter: InVault = {}): Promise<readonly PendingDeletion[]> {",
    "  return (await ask.listPendingDeletions(filter, unstoppable)).pendingDeletions;",
    "}",
    ...outputFunction("listPendingDeletions", "{}"),
  ].join("\n");
}

function planSection(): string {
  return [
    outputInterface("DeletionPlan", "The whole deletion path of a key.", planned.result),
    withExample(planned.summary, callOf(`const plan = await uko.planDeletion(${argumentsText("planDeletion")});`)),
    "export function planDeletion(args: { readonly vaultId: string; readonly keyId: string }): Promise<DeletionPlan> {",
    "  return ask.planDeletion(args, unstoppable);",
    "}",
    ...outputFunction("planDeletion", argumentsText("planDeletion")),
  ].join("\n");
}

function interfaceOf(name: string, description: string, attributes: readonly Attribute[]): string {
  const members = attributes.flatMap((attribute) => [
    comment(sentencesOf(attribute), "  "),
    `  ${attribute.name}${attribute.isRequired ? "" : "?"}: Input<${typeText(attribute.type)}>;`,
  ]);
  return [comment(description, ""), `export interface ${name} {`, ...members, "}"].join("\n");
}

function listText(attributes: readonly Attribute[]): string {
  return attributes.length === 0 ? "" : `\n${attributes.map(({ name }) => `    "${name}",\n`).join("")}  `;
}

function sentencesOf(input: Attribute): string {
  const { isSecret, type, default: preset } = input;
  return [
    describeInput(input),
    ...(preset === undefined ? [] : [`Default \`${preset}\`.`]),
    ...(isSecret && type.kind !== "object" ? ["Secret."] : []),
  ].join(" ");
}

function typeText(type: AttributeType): string {
  switch (type.kind) {
    case "enum":
      return type.values.map((value) => `"${value}"`).join(" | ");
    case "integer":
      return "number";
    case "list":
      return `Input<${typeText(type.element)}>[]`;
    case "map":
      return `Record<string, Input<${typeText(type.element)}>>`;
    case "object":
      return nameOf(type);
    default:
      return type.kind;
  }
}

function nameOf({ named }: ObjectType): string {
  return `${named?.name}Args`;
}

/** One line if the text fits into 100 columns, otherwise several. */
function withExample(text: string, program: string): string {
  const lines = linesOf(text, "");
  const example = ["", "@example", "```ts", ...program.split("\n"), "```"].map((line) =>
    line === "" ? "" : ` ${line}`,
  );
  return ["/**", ...[...lines, ...example].map((line) => ` *${line}`), " */"].join("\n");
}

function comment(text: string, indent: string): string {
  if (`${indent}/** ${text} */`.length <= 100) return `${indent}/** ${text} */`;
  return [`${indent}/**`, ...linesOf(text, indent).map((line) => `${indent} *${line}`), `${indent} */`].join("\n");
}

/** The words of a text on lines of a comment. */
function linesOf(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && `${indent} *${longer}`.length <= 100) lines.splice(-1, 1, longer);
    else lines.push(` ${word}`);
  }
  return lines;
}

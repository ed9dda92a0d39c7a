/**
 * The `Schema` section of a page, in the layout of tfplugindocs.
 */

import type { AttributeType } from "../../../../provider/resources/schema/attributes.ts";
import type { TerraformAttribute } from "../../../../provider/resources/schema/terraform.ts";
import { type Leaf, membersOf, valueTypeOf } from "../../../../provider/resources/schema/terraform-leaves.ts";
import type { IdentitySchema, ValueType } from "../../../../provider/resources/schema/terraform-types.ts";

const writeOnlyArguments =
  "https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments";
const writeOnlyNote = `> **NOTE**: [Write-only arguments](${writeOnlyArguments}) require OpenTofu 1.11 or newer, or Terraform 1.11 or newer.`;

/** Attributes are sorted by name. */
export function schemaSection(attributes: readonly TerraformAttribute[]): string {
  const groups = [
    ["### Required", attributes.filter(({ schema }) => schema.required === true)],
    ["### Optional", attributes.filter(({ schema }) => schema.optional === true)],
    ["### Read-Only", attributes.filter(({ schema }) => schema.required !== true && schema.optional !== true)],
  ] as const;
  const lists = groups.flatMap(([title, members]) => {
    if (members.length === 0) return [];
    const note = members.some(({ schema }) => schema.write_only === true) ? [writeOnlyNote] : [];
    return [title, ...note, members.map(lineOf).join("\n")];
  });
  const nested = groups.flatMap(([, members]) => members.flatMap(sectionsBelow));
  return ["## Schema", ...lists, ...nested].join("\n\n");
}

/** The parts of an identity, as an import block names them. */
export function identitySection({ attributes }: IdentitySchema): string {
  const entries = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = (isWanted: (attribute: (typeof entries)[number][1]) => boolean): string =>
    entries
      .filter(([, attribute]) => isWanted(attribute))
      .map(([name, { type, description }]) => `- \`${name}\` (${typeText(type)}) ${escaped(description)}`)
      .join("\n");
  return [
    "### Identity Schema",
    "#### Required",
    lines(({ required_for_import }) => required_for_import === true),
    "#### Optional",
    lines(({ optional_for_import }) => optional_for_import === true),
  ].join("\n\n");
}

/** Text in angle brackets would be taken for HTML. */
export function escaped(text: string): string {
  return text.replaceAll(/`[^`]*`|</g, (found) => (found === "<" ? "\\<" : found));
}

function sectionsBelow({ name, type, role }: TerraformAttribute): readonly string[] {
  return role === "timeouts" ? nestedSections({ type }, [name], "Optional") : nestedSections({ type }, [name]);
}

function lineOf({ name, type, schema, role }: TerraformAttribute): string {
  if (role === "timeouts") return `- \`${name}\` (Block, Optional)${linkTo(type, [name], "Optional")}`;
  const flags = [
    kindOf(type),
    ...(schema.sensitive === true ? ["Sensitive"] : []),
    ...(schema.write_only === true ? [`[Write-only](${writeOnlyArguments})`] : []),
  ];
  return `- \`${name}\` (${flags.join(", ")}) ${escaped(schema.description)}${linkTo(type, [name])}`;
}

/** The members of a block are optional, those of anything else come from the service. */
type Use = "Optional" | "Read-Only";

function linkTo(type: AttributeType, path: readonly string[], use?: Use): string {
  return objectIn(type) === undefined ? "" : ` (see [below for nested schema](#${anchorOf(path, use)}))`;
}

function nestedSections(
  { type }: Pick<Leaf, "type">,
  path: readonly string[],
  use: Use = "Read-Only",
): readonly string[] {
  const object = objectIn(type);
  if (object === undefined) return [];
  const members = [...membersOf(object)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = members.map((member) => {
    const link = linkTo(member.type, [...path, member.name]);
    return `- \`${member.name}\` (${kindOf(member.type)}) ${escaped(member.description)}${link}`;
  });
  return [
    `<a id="${anchorOf(path, use)}"></a>\n### Nested Schema for \`${path.join(".")}\``,
    `${use}:`,
    lines.join("\n"),
    ...members.flatMap((member) => nestedSections(member, [...path, member.name])),
  ];
}

function anchorOf(path: readonly string[], use?: Use): string {
  return `${use === "Optional" ? "nestedblock" : "nestedatt"}--${path.join("--")}`;
}

function objectIn(type: AttributeType): Extract<AttributeType, { kind: "object" }> | undefined {
  if (type.kind === "object") return type;
  return type.kind === "list" ? objectIn(type.element) : undefined;
}

/** tfplugindocs's word for a type; a list of objects has nested attributes. */
function kindOf(type: AttributeType): string {
  return objectIn(type) === undefined ? typeText(valueTypeOf(type)) : "Attributes List";
}

function typeText(type: ValueType): string {
  if (typeof type === "string") return { string: "String", bool: "Boolean", number: "Number" }[type];
  return type[0] === "object"
    ? "Object"
    : `${{ list: "List", set: "Set", map: "Map" }[type[0]]} of ${typeText(type[1])}`;
}

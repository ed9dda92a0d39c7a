/**
 * Flattens nested attributes for Terraform, also within lists. The names in descriptions become snake_case, too. It
 * leaves out secrets in lists, because the service does not return them.
 */

import type { Attribute, AttributeType } from "./attributes.ts";
import type { ValueType } from "./terraform-types.ts";

export interface Leaf {
  /** The name in snake_case, as in Terraform. */
  readonly name: string;
  /** The path of the value in the properties of a definition. */
  readonly path: readonly string[];
  readonly type: AttributeType;
  readonly description: string;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly isImmutable?: boolean;
  /** The role of the input that this leaf is a part of. */
  readonly inputRole?: Attribute["role"];
  readonly preset?: string | number | boolean;
}

export function leavesOf(attributes: readonly Attribute[]): readonly Leaf[] {
  return leavesAt(attributes, [], true);
}

/** `secretAccessKey` becomes `secret_access_key`. */
export function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Returns the type of a leaf; secrets in a list are omitted, because the service does not return
 * them.
 */
export function valueTypeOf(type: AttributeType): ValueType {
  switch (type.kind) {
    case "string":
    case "enum":
      return "string";
    case "boolean":
      return "bool";
    case "integer":
    case "number":
      return "number";
    case "list":
      return [type.isSet === true ? "set" : "list", valueTypeOf(type.element)];
    case "map":
      return ["map", valueTypeOf(type.element)];
    case "object":
      return ["object", Object.fromEntries(membersOf(type).map((leaf) => [leaf.name, valueTypeOf(leaf.type)]))];
  }
}

const members = new WeakMap<readonly Attribute[], readonly Leaf[]>();

export function membersOf({ attributes }: Extract<AttributeType, { kind: "object" }>): readonly Leaf[] {
  const known = members.get(attributes);
  if (known !== undefined) return known;
  const leaves = leavesOf(attributes).filter(({ isSecret }) => !isSecret);
  members.set(attributes, leaves);
  return leaves;
}

function leavesAt(attributes: readonly Attribute[], above: readonly string[], isNeeded: boolean): readonly Leaf[] {
  return attributes.flatMap((attribute) => {
    const { name, type, isSecret, isImmutable, role } = attribute;
    const path = [...above, name];
    const isRequired = isNeeded && attribute.isRequired;
    if (type.kind === "object") return leavesAt(type.attributes, path, isRequired);
    const leaf: Leaf = {
      name: path.map(snake).join("_"),
      path,
      type,
      description: describe(attribute),
      isRequired,
      isSecret,
      ...(isImmutable && { isImmutable }),
      ...(role !== undefined && { inputRole: role }),
      ...(attribute.default !== undefined && { preset: attribute.default }),
    };
    return [leaf];
  });
}

/** The description of a leaf with its possible values and its default. */
function describe({ description, type, default: preset }: Attribute): string {
  const words = type.kind === "enum" && type.values.length > 0 ? ` One of ${type.values.map(code).join(", ")}.` : "";
  return `${inSnakeCase(description)}${words}${preset === undefined ? "" : ` Default ${code(String(preset))}.`}`;
}

function code(word: string): string {
  return `\`${word}\``;
}

/** Rewrites a text with Terraform's names, because texts are written once, with the property names of Pulumi programs. */
export function inSnakeCase(text: string): string {
  return text.replace(/\b[a-z]+(?:[A-Z][a-z]+)+\b/g, snake);
}

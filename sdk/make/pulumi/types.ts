/**
 * Conversion of attribute lists into properties of a Pulumi schema, and collection of the named
 * types that they refer to.
 */

import { type Attribute, type AttributeType, describeInput } from "../../../provider/resources/schema/attributes.ts";
import type { EnumSpec, ObjectSpec, PropertySpec, TypeSpec } from "./package-spec.ts";

export interface NamedTypes {
  /** Properties, and which of them are required. */
  properties(attributes: readonly Attribute[]): Required<Pick<ObjectSpec, "properties" | "required">>;
  /** Every type so far, by its token, in alphabetical order. */
  all(): Readonly<Record<string, ObjectSpec | EnumSpec>>;
}

/**
 * Inputs have to come before outputs, so that a looser output of the same name gets the separate
 * name: the suffix `State`.
 */
export function collectTypes(): NamedTypes {
  const types = new Map<string, ObjectSpec | EnumSpec>();

  const properties: NamedTypes["properties"] = (attributes) => ({
    properties: Object.fromEntries(attributes.map((each) => [each.name, propertyOf(each)])),
    required: attributes.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  });

  const propertyOf = (attribute: Attribute): PropertySpec => ({
    ...typeOf(attribute.type, attribute.name),
    // Inputs and outputs share a type, so both have the description of the input.
    description: describeInput(attribute),
    ...(attribute.default !== undefined && { default: attribute.default }),
    ...(attribute.isSecret && { secret: true }),
  });

  const typeOf = (type: AttributeType, property: string): TypeSpec => {
    switch (type.kind) {
      case "enum":
        return refer(enumOf(type), nameOf(type, property));
      case "list":
        return { type: "array", items: typeOf(type.element, property) };
      case "map":
        return { type: "object", additionalProperties: typeOf(type.element, property) };
      case "object": {
        const { properties: members, required } = properties(type.attributes);
        const spec = { type: "object", description: type.description, properties: members, required } as const;
        return refer(spec, nameOf(type, property));
      }
      default:
        return { type: type.kind };
    }
  };

  const refer = (spec: ObjectSpec | EnumSpec, name: string): TypeSpec => {
    for (const token of [`uko:index:${name}`, `uko:index:${name}State`]) {
      const known = types.get(token);
      if (known === undefined) types.set(token, spec);
      if (known === undefined || JSON.stringify(known) === JSON.stringify(spec)) return { $ref: `#/types/${token}` };
    }
    throw new Error(`There are three types named ${name}`);
  };

  return { properties, all: () => Object.fromEntries([...types].sort(([a], [b]) => (a < b ? -1 : 1))) };
}

function enumOf({ values, named }: Extract<AttributeType, { kind: "enum" }>): EnumSpec {
  const members = values.map((value) => {
    const meaning = named?.values?.[value];
    return { name: identifierOf(value), value, ...(meaning !== undefined && { description: meaning }) };
  });
  return { type: "string", description: named?.description ?? "", enum: members };
}

/** A name that consists of a resource's name and `State` or `Args` would clash in Go. */
function nameOf({ named }: Extract<AttributeType, { kind: "enum" | "object" }>, property: string): string {
  if (named === undefined) throw new Error(`The type of ${property} needs a name: .meta({ type: { name } })`);
  return named.name;
}

/** `ibm_cloud_kms` becomes `IbmCloudKms`; `RSAES_OAEP_SHA_1` becomes `RsaesOaepSha1`. */
function identifierOf(value: string): string {
  return value
    .split("_")
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`)
    .join("");
}

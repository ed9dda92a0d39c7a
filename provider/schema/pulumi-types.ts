/**
 * Conversion of attribute lists into properties of a Pulumi schema, and collection of the named
 * types that they refer to.
 */

import type { Attribute, AttributeType } from "./attributes.ts";
import { entries, enums, objects } from "./names.ts";
import type { EnumSpec, ObjectSpec, PropertySpec, TypeSpec } from "./package-spec.ts";

export interface NamedTypes {
  /**
   * Properties and which of them are required; `place` is the resource or function that they belong
   * to.
   */
  properties(attributes: readonly Attribute[], place: string): Required<Pick<ObjectSpec, "properties" | "required">>;
  /** Every type so far, by its token, in alphabetical order. */
  all(): Readonly<Record<string, ObjectSpec | EnumSpec>>;
}

/**
 * Inputs have to come before outputs, so that a looser output of the same name gets the separate
 * name.
 */
export function collectTypes(): NamedTypes {
  const types = new Map<string, ObjectSpec | EnumSpec>();

  const properties: NamedTypes["properties"] = (attributes, place) => ({
    properties: Object.fromEntries(attributes.map((each) => [each.name, propertyOf(each, `${place}.${each.name}`)])),
    required: attributes.filter(({ isRequired }) => isRequired).map(({ name }) => name),
  });

  const propertyOf = (attribute: Attribute, place: string): PropertySpec => ({
    ...typeOf(attribute.type, place),
    description: attribute.description,
    ...(attribute.default !== undefined && { default: attribute.default }),
    ...(attribute.isSecret && { secret: true }),
  });

  const typeOf = (type: AttributeType, place: string): TypeSpec => {
    switch (type.kind) {
      case "enum":
        return refer(enumOf(type.values, place), named(enums, place).name);
      case "list":
        return { type: "array", items: typeOf(type.element, place) };
      case "map":
        return { type: "object", additionalProperties: typeOf(type.element, place) };
      case "object": {
        const { properties: members, required } = properties(type.attributes, entries[place] ?? place);
        const spec = { type: "object", description: type.description, properties: members, required } as const;
        return refer(spec, named(objects, place));
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

function enumOf(values: readonly string[], place: string): EnumSpec {
  const { description, values: meanings } = named(enums, place);
  const members = values.map((value) => {
    const meaning = meanings[value];
    return { name: identifierOf(value), value, ...(meaning !== undefined && { description: meaning }) };
  });
  return { type: "string", description, enum: members };
}

function named<T>(table: Readonly<Record<string, T>>, place: string): T {
  const found = table[place];
  if (found === undefined) throw new Error(`provider/schema/names.ts has no name for ${place}`);
  return found;
}

/** `ibm_cloud_kms` becomes `IbmCloudKms`; `RSAES_OAEP_SHA_1` becomes `RsaesOaepSha1`. */
function identifierOf(value: string): string {
  return value
    .split("_")
    .map((word) => `${word.slice(0, 1).toUpperCase()}${word.slice(1).toLowerCase()}`)
    .join("");
}

/**
 * A definition's inputs and outputs as a plain list, read once from its zod schemas and projected
 * by every door and by the reference.
 */

import type * as z from "zod";
import type { FunctionDefinition } from "../engine/definition.ts";

export type AttributeType =
  | { readonly kind: "string" | "boolean" | "integer" | "number" }
  | { readonly kind: "enum"; readonly values: readonly string[] }
  | { readonly kind: "list"; readonly element: AttributeType }
  | { readonly kind: "map"; readonly element: AttributeType }
  | { readonly kind: "object"; readonly description: string; readonly attributes: readonly Attribute[] };

export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly type: AttributeType;
  /** For an input: required. For an output: always present. */
  readonly isRequired: boolean;
  /** A secret, or an object that contains one at any depth. */
  readonly isSecret: boolean;
  readonly default?: string | number | boolean;
}

/** The parts of a resource's definition that describe it. */
export interface DescribedResource {
  readonly name: string;
  readonly inputs: z.ZodType;
  readonly state: z.ZodType;
  readonly secrets?: readonly string[];
}

/** Returns the inputs of a resource. */
export function inputAttributes({ inputs, secrets = [] }: DescribedResource): readonly Attribute[] {
  return attributesOf(inputs, { side: "input", secrets });
}

/**
 * Returns the outputs of a resource; one without its own description has that of the input of the
 * same name.
 */
export function outputAttributes({ inputs, state, secrets = [] }: DescribedResource): readonly Attribute[] {
  return attributesOf(state, { side: "output", secrets, like: inputs });
}

/** Returns a function's arguments. */
export function argumentAttributes({ args }: Pick<FunctionDefinition<object, object>, "args">): readonly Attribute[] {
  return attributesOf(args, { side: "input", secrets: [] });
}

/** Returns the attributes of a function's result. */
export function resultAttributes(result: z.ZodType): readonly Attribute[] {
  return attributesOf(result, { side: "output", secrets: [] });
}

interface Reading {
  readonly side: "input" | "output";
  /** Paths below the schema that is read. */
  readonly secrets: readonly string[];
  readonly like?: z.ZodType;
}

type Schema = z.core.$ZodTypes;

function attributesOf(schema: z.ZodType, { side, secrets, like }: Reading): readonly Attribute[] {
  const shape = shapeOf(schema);
  const likeShape = like === undefined ? {} : shapeOf(like);
  return Object.entries(shape).map(([name, property]) => {
    const likeProperty = likeShape[name];
    const below = secrets.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
    const preset = side === "input" ? defaultOf(property) : undefined;
    const description = descriptionOf(property) ?? (likeProperty && descriptionOf(likeProperty));
    if (description === undefined) throw new Error(`${name} has no description`);
    return {
      name,
      description,
      type: typeOf(property, { side, secrets: below, ...(likeProperty && { like: likeProperty }) }),
      isRequired: (side === "input" ? property._zod.optin : property._zod.optout) === undefined,
      isSecret: below.length > 0 || secrets.includes(name),
      ...(preset !== undefined && { default: preset }),
    };
  });
}

function typeOf(schema: z.ZodType, reading: Reading): AttributeType {
  const inner = bare(schema);
  const { def } = inner._zod;
  switch (def.type) {
    case "string":
    case "boolean":
      return { kind: def.type };
    case "number":
      return { kind: (inner as unknown as z.ZodNumber).isInt ? "integer" : "number" };
    case "literal":
      return { kind: def.values.every((value) => Number.isInteger(value)) ? "integer" : "string" };
    case "enum":
      return { kind: "enum", values: Object.values(def.entries).map(String) };
    case "array":
      return { kind: "list", element: elementOf(def.element, reading, "array") };
    case "record":
      return { kind: "map", element: elementOf(def.valueType, reading, "record") };
    case "object": {
      const description = descriptionOf(schema) ?? (reading.like && descriptionOf(reading.like));
      if (description === undefined) throw new Error("An object has no description");
      return { kind: "object", description, attributes: attributesOf(schema, reading) };
    }
    default:
      throw new Error(`No door can show a ${def.type}`);
  }
}

/** The element type of a list or a map, described like the element at the same path of `like`. */
function elementOf(
  element: z.core.$ZodType,
  { side, secrets, like }: Reading,
  kind: "array" | "record",
): AttributeType {
  const def = like === undefined ? undefined : bare(like)._zod.def;
  const likeElement = def?.type !== kind ? undefined : def.type === "array" ? def.element : def.valueType;
  return typeOf(element as z.ZodType, { side, secrets, ...(likeElement && { like: likeElement as z.ZodType }) });
}

function shapeOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>> {
  const { def } = bare(schema)._zod;
  if (def.type !== "object") throw new Error(`A ${def.type} has no properties`);
  return def.shape as Readonly<Record<string, z.ZodType>>;
}

/** The schema without the wrappers that only state whether a value may be absent. */
function bare(schema: z.core.$ZodType): Schema {
  const known = schema as Schema;
  const { def } = known._zod;
  return def.type === "optional" || def.type === "default" || def.type === "catch" ? bare(def.innerType) : known;
}

function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const own = (schema as z.ZodType).description;
  const { def } = (schema as Schema)._zod;
  if (own !== undefined) return own;
  return def.type === "optional" || def.type === "default" || def.type === "catch"
    ? descriptionOf(def.innerType)
    : undefined;
}

function defaultOf(schema: z.core.$ZodType): string | number | boolean | undefined {
  const { def } = (schema as Schema)._zod;
  if (def.type === "optional") return defaultOf(def.innerType);
  if (def.type !== "default") return undefined;
  const { defaultValue } = def;
  if (typeof defaultValue === "string" || typeof defaultValue === "number" || typeof defaultValue === "boolean") {
    return defaultValue;
  }
  throw new Error("No door can show a default that is no text, number or boolean");
}

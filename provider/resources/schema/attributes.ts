/**
 * Turns the zod schemas of a resource or a function into a plain list of its inputs and outputs, from which the schemas
 * of Pulumi and Terraform and the reference pages are made.
 */

import type * as z from "zod";
import type { FunctionDefinition } from "../../engine/resource/definition.ts";
import { metaOf, secretPathsIn, shapeOf, unwrapSchema } from "../../engine/resource/property.ts";

type Meta = z.core.GlobalMeta;

export type AttributeType =
  | { readonly kind: "string" | "boolean" | "integer" | "number" }
  | { readonly kind: "enum"; readonly values: readonly string[]; readonly named?: Meta["type"] }
  /** `isSet`: the order has no meaning, which only Terraform's types can say. */
  | { readonly kind: "list"; readonly element: AttributeType; readonly isSet?: true }
  | { readonly kind: "map"; readonly element: AttributeType }
  | {
      readonly kind: "object";
      readonly description: string;
      readonly attributes: readonly Attribute[];
      readonly named?: Meta["type"];
    };

export interface Attribute {
  readonly name: string;
  readonly description: string;
  readonly type: AttributeType;
  /** For an input: required. For an output: always present. */
  readonly isRequired: boolean;
  /** A secret, or an object that contains one at any depth. */
  readonly isSecret: boolean;
  /** Whether no update can change the input, or for an output, the input of the same name. */
  readonly isImmutable?: boolean;
  /** The role of an input that the service does not store, and of the output of the same name. */
  readonly role?: Meta["role"];
  readonly default?: string | number | boolean;
}

/** The parts of a resource's definition that describe it. */
export interface Described {
  readonly name: string;
  readonly noun: string;
  readonly summary: string;
  readonly idForm: string;
  readonly uniqueBy?: readonly string[];
  readonly inputs: z.ZodType;
  readonly state: z.ZodType;
}

export function inputAttributes({ inputs }: Pick<Described, "inputs">): readonly Attribute[] {
  return attributesOf(inputs, { side: "input", secrets: secretPathsIn(inputs) });
}

/**
 * Returns the outputs of a resource; one without its own description has that of the input of the
 * same name.
 */
export function outputAttributes({ inputs, state }: Pick<Described, "inputs" | "state">): readonly Attribute[] {
  return attributesOf(state, { side: "output", secrets: secretPathsIn(inputs), like: inputs });
}

export function argumentAttributes({ args }: Pick<FunctionDefinition<object, object>, "args">): readonly Attribute[] {
  return attributesOf(args, { side: "input", secrets: [] });
}

export function resultAttributes(result: z.ZodType): readonly Attribute[] {
  return attributesOf(result, { side: "output", secrets: [] });
}

export function describeInput({ description, isImmutable }: Pick<Attribute, "description" | "isImmutable">): string {
  return isImmutable ? `${description} Cannot change.` : description;
}

interface Reading {
  readonly side: "input" | "output";
  /** Paths below the schema that is read. */
  readonly secrets: readonly string[];
  /** The schema of the inputs, whose facts an output has unless it has its own. */
  readonly like?: z.core.$ZodType;
  /** Whether no update can change the object that is read. */
  readonly isImmutable?: boolean;
}

function attributesOf(schema: z.core.$ZodType, reading: Reading): readonly Attribute[] {
  const { side, secrets, like } = reading;
  const { def } = unwrapSchema(schema)._zod;
  if (def.type !== "object") throw new Error(`A ${def.type} has no properties`);
  const likeShape = like === undefined ? {} : shapeOf(like);
  return Object.entries(shapeOf(schema)).map(([name, property]) => {
    const likeProperty = likeShape[name];
    const { description, role, immutable = reading.isImmutable ?? false } = factsOf(property, likeProperty);
    if (description === undefined) throw new Error(`${name} has no description`);
    const below = secrets.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
    const preset = side === "input" ? defaultOf(property) : undefined;
    const inner = { side, secrets: below, isImmutable: immutable, ...(likeProperty && { like: likeProperty }) };
    return {
      name,
      description,
      type: typeOf(property, inner),
      isRequired: (side === "input" ? property._zod.optin : property._zod.optout) === undefined,
      isSecret: below.length > 0 || secrets.includes(name),
      ...(immutable && { isImmutable: true }),
      ...(role !== undefined && { role }),
      ...(preset !== undefined && { default: preset }),
    };
  });
}

function factsOf(schema: z.core.$ZodType, like: z.core.$ZodType | undefined): Meta {
  return { ...(like && metaOf(like)), ...metaOf(schema) };
}

function typeOf(schema: z.core.$ZodType, reading: Reading): AttributeType {
  const inner = unwrapSchema(schema);
  const { def } = inner._zod;
  const { description, type: named, isSet } = factsOf(schema, reading.like);
  switch (def.type) {
    case "string":
    case "boolean":
      return { kind: def.type };
    case "number":
      return { kind: (inner as unknown as z.ZodNumber).isInt ? "integer" : "number" };
    case "literal":
      return { kind: def.values.every((value) => Number.isInteger(value)) ? "integer" : "string" };
    case "enum":
      return { kind: "enum", values: Object.values(def.entries).map(String), ...(named && { named }) };
    case "array":
      return { kind: "list", element: elementOf(def.element, reading, "array"), ...(isSet && { isSet }) };
    case "record":
      return { kind: "map", element: elementOf(def.valueType, reading, "record") };
    case "object": {
      // The wrapped object describes itself; its wrapper may describe the property.
      const own =
        metaOf(inner).description ?? (reading.like && metaOf(unwrapSchema(reading.like)).description) ?? description;
      if (own === undefined) throw new Error("An object has no description");
      return { kind: "object", description: own, attributes: attributesOf(inner, reading), ...(named && { named }) };
    }
    default:
      throw new Error(`No interface can show a ${def.type}`);
  }
}

/** The element type of a list or a map, with the facts of the element at the same path of `like`. */
function elementOf(element: z.core.$ZodType, reading: Reading, kind: "array" | "record"): AttributeType {
  const { like, ...others } = reading;
  const def = like === undefined ? undefined : unwrapSchema(like)._zod.def;
  const likeElement = def?.type !== kind ? undefined : def.type === "array" ? def.element : def.valueType;
  return typeOf(element, { ...others, ...(likeElement && { like: likeElement }) });
}

function defaultOf(schema: z.core.$ZodType): string | number | boolean | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === "optional") return defaultOf(def.innerType);
  if (def.type !== "default") return undefined;
  const { defaultValue } = def;
  if (typeof defaultValue === "string" || typeof defaultValue === "number" || typeof defaultValue === "boolean") {
    return defaultValue;
  }
  throw new Error("No interface can show a default that is no text, number or boolean");
}

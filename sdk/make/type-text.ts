/** TypeScript types as text, from zod schemas, so that the published declarations import no library of types. */

import * as z from "zod";

interface JsonSchema {
  readonly type?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly description?: string;
}

/** The members of an interface, each with its description. `io` says which side of a default is meant. */
export function memberTexts(schema: z.ZodType, io: "input" | "output"): readonly string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
  return membersOf(properties, required, "  ");
}

function membersOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  indent: string,
): readonly string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const { description } = property;
    const isRequired = required.includes(name);
    const text = typeText(property, indent);
    return [
      ...(description === undefined ? [] : [`${indent}/** ${description} */`]),
      `${indent}${name}${isRequired ? "" : "?"}: ${text}${isRequired ? "" : " | undefined"};`,
    ];
  });
}

/** `type` may be the name that a definition gives to a type, so the other members decide. */
function typeText(schema: JsonSchema, indent: string): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.anyOf !== undefined) return schema.anyOf.map((each) => typeText(each, indent)).join(" | ");
  if (schema.items !== undefined) {
    const element = typeText(schema.items, indent);
    return element.includes(" | ") && !element.startsWith("{") ? `(${element})[]` : `${element}[]`;
  }
  const { properties, additionalProperties } = schema;
  if (properties !== undefined) {
    const members = membersOf(properties, schema.required ?? [], `${indent}  `);
    return ["{", ...members, `${indent}}`].join("\n");
  }
  if (typeof additionalProperties === "object") return `Record<string, ${typeText(additionalProperties, indent)}>`;
  switch (schema.type) {
    case "integer":
    case "number":
      return "number";
    case "boolean":
    case "string":
      return schema.type;
    case undefined:
      return "unknown";
    default:
      throw new Error(`No TypeScript type for ${JSON.stringify(schema)}`);
  }
}

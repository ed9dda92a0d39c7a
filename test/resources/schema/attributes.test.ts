/** Lists of attributes from definitions. */

import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  type Attribute,
  argumentAttributes,
  inputAttributes,
  outputAttributes,
  resultAttributes,
} from "../../../provider/resources/schema/attributes.ts";

const inputs = z.strictObject({
  label: z.string().max(10).meta({ description: "Name." }),
  count: z.int().optional().meta({ description: "How many." }),
  ratio: z.number().optional().meta({ description: "How much." }),
  gate: z.enum(["both", "one"]).default("both").meta({ description: "Which." }),
  tags: z.record(z.string(), z.string()).optional().meta({ description: "Tags." }),
  cloud: z
    .strictObject({
      region: z.string().meta({ description: "Where." }),
      password: z.string().meta({ description: "Password.", secret: true }),
    })
    .meta({ description: "A cloud." })
    .optional(),
});
const state = z.object({
  ...inputs.shape,
  label: z.string(),
  gate: z.string().default(""),
  cloud: z.object({ region: z.string(), password: z.string().default("") }).optional(),
  places: z
    .array(z.object({ name: z.string().meta({ description: "Its name." }) }).meta({ description: "A place." }))
    .meta({ description: "Places." }),
  v: z.literal(1).meta({ description: "Version." }),
  tier: z.enum(["a", "b"]).optional().catch(undefined).meta({ description: "Tier." }),
});
const thing = { inputs, state };

function named(attributes: readonly Attribute[], name: string): Attribute | undefined {
  return attributes.find((each) => each.name === name);
}

test("an input has its name, type, description, and whether it is required", () => {
  expect(inputAttributes(thing).map(({ name, type, isRequired }) => [name, type.kind, isRequired])).toEqual([
    ["label", "string", true],
    ["count", "integer", false],
    ["ratio", "number", false],
    ["gate", "enum", false],
    ["tags", "map", false],
    ["cloud", "object", false],
  ]);
  expect(named(inputAttributes(thing), "gate")).toEqual({
    name: "gate",
    description: "Which.",
    type: { kind: "enum", values: ["both", "one"] },
    isRequired: false,
    isSecret: false,
    default: "both",
  });
});

test("a secret inside makes its object secret too, and does not mark its neighbors", () => {
  for (const attributes of [inputAttributes(thing), outputAttributes(thing)]) {
    const cloud = named(attributes, "cloud");
    expect(cloud?.isSecret).toBe(true);
    expect(cloud?.type.kind === "object" && cloud.type.attributes.map((each) => [each.name, each.isSecret])).toEqual([
      ["region", false],
      ["password", true],
    ]);
  }
  expect(named(inputAttributes(thing), "label")?.isSecret).toBe(false);
});

describe("an output", () => {
  const outputs = outputAttributes(thing);

  test("is required if it is always set, whatever the program leaves out", () => {
    expect(outputs.filter(({ isRequired }) => isRequired).map(({ name }) => name)).toEqual([
      "label",
      "gate",
      "places",
      "v",
    ]);
  });

  test("has no default, since only a program can leave a value out", () => {
    expect(outputs.filter((each) => "default" in each)).toEqual([]);
  });

  test("keeps the text of a stricter input, nested too", () => {
    expect(named(outputs, "gate")).toMatchObject({ type: { kind: "string" }, description: "Which." });
    expect(named(outputs, "cloud")).toMatchObject({
      type: {
        kind: "object",
        description: "A cloud.",
        attributes: [{ description: "Where." }, { description: "Password." }],
      },
    });
  });

  test("may be a list of objects, an immutable number, or an enum with a catch", () => {
    expect(named(outputs, "places")?.type).toMatchObject({
      kind: "list",
      element: { kind: "object", description: "A place." },
    });
    expect(named(outputs, "v")?.type).toEqual({ kind: "integer" });
    expect(named(outputs, "tier")?.type).toEqual({ kind: "enum", values: ["a", "b"] });
  });
});

test("arguments are read like inputs, results like outputs", () => {
  const schema = z.object({ id: z.string().default("x").meta({ description: "Id." }) });
  expect(argumentAttributes({ args: schema })).toMatchObject([{ isRequired: false, default: "x" }]);
  expect(resultAttributes(schema)).toEqual([
    { name: "id", description: "Id.", type: { kind: "string" }, isRequired: true, isSecret: false },
  ]);
});

test.each([
  ["a property without description", z.object({ bare: z.string() }), "bare has no description"],
  [
    "an object without description",
    z.object({ in: z.array(z.object({})).meta({ description: "In." }) }),
    "An object has no description",
  ],
  [
    "a union",
    z.object({ odd: z.union([z.string(), z.number()]).meta({ description: "Odd." }) }),
    "No interface can show a union",
  ],
  [
    "a default that is a list",
    z.object({ all: z.array(z.string()).default([]).meta({ description: "All." }) }),
    "No interface can show a default",
  ],
  ["a schema without properties", z.string(), "A string has no properties"],
])("%s is an internal error, reported at once", (_what, schema, message) => {
  expect(() => argumentAttributes({ args: schema as unknown as z.ZodType<object> })).toThrow(message);
});

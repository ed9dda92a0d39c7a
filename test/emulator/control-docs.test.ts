import { describe, expect, it } from "vitest";
import * as z from "zod";
import { clockSchema } from "../../provider/emulator/control/control-api.ts";
import { keyEditSchema, keystoreEditSchema, kmsKeyEditSchema } from "../../provider/emulator/control/edits.ts";
import { faultSchema } from "../../provider/emulator/store/faults.ts";
import { read } from "../support/documents.ts";

const page = read("sdk/release/emulator/README.md");

/** The request bodies that the guide describes, by the heading of their tables. */
const bodies = {
  "POST clock": clockSchema,
  "POST faults": faultSchema,
  "POST keystores/ID-OR-NAME": keystoreEditSchema,
  "POST keys/ID": keyEditSchema,
} as const satisfies Record<string, z.ZodType>;

interface Shape {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly default?: unknown;
  readonly anyOf?: readonly Shape[];
  readonly items?: Shape;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
}

/** Member and values of each row, as the schema has them. */
function rowsOf(shape: Shape, prefix = ""): readonly string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, member]) => {
    const required = shape.required?.includes(name) && !("default" in member) ? ", required" : "";
    const isPreset = member.default !== undefined && !["", false].includes(member.default as string);
    const preset = isPreset ? `, \`${String(member.default)}\` by default` : "";
    const nested = objectIn(member);
    const row = `\`${prefix}${name}\` | ${valuesOf(member)}${required}${preset}`;
    return nested === undefined ? [row] : [row, ...rowsOf(nested, `${prefix}${name}${member.items ? "[]" : ""}.`)];
  });
}

function objectIn({ items, anyOf, ...shape }: Shape): Shape | undefined {
  return [shape, items, ...(anyOf ?? [])].find((each) => each?.properties !== undefined);
}

function valuesOf({ type, format, items, anyOf, ...shape }: Shape): string {
  const words = shape.enum ?? ("const" in shape ? [shape.const] : undefined);
  if (words !== undefined) return words.map((word) => `\`${String(word)}\``).join(" ");
  if (anyOf !== undefined) return anyOf.map(valuesOf).join(" or ").replaceAll("` or `", "` `");
  if (items !== undefined) return `list of ${valuesOf(items)}`;
  if (Array.isArray(type)) return type.map((each) => valuesOf({ type: each })).join(" or ");
  if (type === "null") return "`null`";
  if (type === "boolean") return "`true` `false`";
  if (type === "integer" || type === "number") return "number";
  if (type === "string") return format === "date-time" ? "time" : "text";
  return type === "object" ? "object" : "any value";
}

/** Member and values of each row in the table under a heading. */
function documented(heading: string): readonly string[] {
  const [, section = ""] = page.split(`## \`${heading}\`\n`);
  const [table = ""] = /^\|[\s\S]*?(?=\n\n|\n#)/m.exec(section) ?? [];
  const rows = table.split("\n").slice(2);
  return rows.map((row) => row.split(" | ").slice(0, 2).join(" | ").replace("| ", ""));
}

describe("sdk/release/emulator/README.md describes the body of", () => {
  it.each(Object.entries(bodies))("%s as its schema has it", (heading, schema) => {
    expect(documented(heading)).toEqual(rowsOf(z.toJSONSchema(schema, { io: "input" }) as Shape));
  });
});

it("names the members that a KMS key accepts", () => {
  const names = Object.keys(kmsKeyEditSchema.shape)
    .toSorted()
    .map((name) => `\`${name}\``);
  expect(page).toContain(`For a KMS key, only ${names.join(", ")} are accepted.`);
});

it("a member that the guide does not describe is found", () => {
  const rows = rowsOf(z.toJSONSchema(clockSchema.extend({ forward: z.boolean() }), { io: "input" }) as Shape);
  expect(rows).toContain("`forward` | `true` `false`, required");
  expect(documented("POST clock")).not.toEqual(rows);
});

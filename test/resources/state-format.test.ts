/** The properties of each state, which engines store for years: a removed or newly required property makes old states unreadable. */

import { expect, test } from "vitest";
import { z } from "zod";
import { createHandlers } from "../../provider/engine/resource/handlers.ts";
import { shapeOf } from "../../provider/engine/resource/property.ts";
import { resources } from "../../provider/resources/registry.ts";
import { secretDigests } from "../support/builders.ts";

const definitions = Object.values(resources);

test("the properties of each state match the golden list", async () => {
  const text = definitions.map(({ name, state, idForm }) => `${name} ${idForm}\n${lines(state, "  ")}`).join("\n");
  await expect(text).toMatchFileSnapshot("../golden/states.txt");
});

test("reads a state of a later release, and leaves out unknown properties", () => {
  const open = () => {
    throw new Error("A difference is found without the service.");
  };
  const handlers = createHandlers(resources.vault, { open, userInterface: { rerun: "pulumi destroy" }, secretDigests });
  const inputs = { name: "payments", deletionProtection: false };
  const state = { ...inputs, instanceId: "i", vaultId: "v", ofLater: "unknown" };
  expect(handlers.diff(state, inputs)).toEqual([]);
});

test("every output that an input invalidates exists", () => {
  for (const { name, state, invalidates } of definitions) {
    const outputs = Object.keys(shapeOf(state));
    const named = Object.values(invalidates).flatMap((each) => each ?? []);
    expect([name, named.filter((output) => !outputs.includes(output))]).toEqual([name, []]);
  }
});

/** One line for each property: `?` if it may be absent, and its own properties below. */
function lines(schema: z.ZodType, indent: string): string {
  return Object.entries(shapeOf(schema))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, property]) => {
      const inner = inside(property);
      const isOptional = property.safeParse(undefined).success;
      return `${indent}${name}${isOptional ? "?" : ""}\n${inner === undefined ? "" : lines(inner, `${indent}  `)}`;
    })
    .join("");
}

function inside(property: z.ZodType): z.ZodType | undefined {
  if (property instanceof z.ZodOptional || property instanceof z.ZodDefault)
    return inside(property.unwrap() as z.ZodType);
  if (property instanceof z.ZodArray) return inside(property.element as z.ZodType);
  return property instanceof z.ZodObject ? property : undefined;
}

/** The properties of each state, which engines store for years: a removed or newly required property makes old states unreadable. */

import { expect, test } from "vitest";
import { z } from "zod";
import { defineResource, type ResourceDefinition } from "../../provider/engine/resource/definition.ts";
import { createHandlers } from "../../provider/engine/resource/handlers.ts";
import { metaOf, shapeOf } from "../../provider/engine/resource/property.ts";
import { resources } from "../../provider/resources/registry.ts";
import { outputAttributes } from "../../provider/resources/schema/attributes.ts";
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

test("reads a state with a word of a later release, in each output with a fixed list of words", () => {
  const later = "a_word_of_later";
  const fixed = definitions.flatMap(({ name, inputs, state }) =>
    outputAttributes({ inputs, state })
      .filter(({ type }) => type.kind === "enum")
      .filter((output) => !(output.name in shapeOf(inputs)))
      .map((output) => ({ name, output: output.name, property: shapeOf(state)[output.name] })),
  );
  expect(fixed.map(({ name, output }) => `${name}.${output}`)).toEqual([
    "ManagedKey.dualMarker",
    "ManagedKey.alignment",
    "ManagedKey.lifecycleState",
    "ManagedKey.deletionAwaits",
    "KmsKey.lifecycleState",
    "KmsKey.deletionAwaits",
  ]);
  for (const { output, property } of fixed)
    expect([output, property?.safeParse(later).success]).toEqual([output, true]);
  const keystores = shapeOf(resources.managedKey.state).keystores?.safeParse([
    { name: "ring", type: later, status: later, syncFlag: later },
  ]);
  expect(keystores?.data).toEqual([{ name: "ring", type: later, status: "unrecognized", syncFlag: "unrecognized" }]);
});

test("refuses an output that does not say what changes it, whose old value a plan would promise", () => {
  const inputs = z.strictObject({ name: z.string() });
  const defined = (output: z.ZodType) => {
    const state = z.object({ ...inputs.shape, size: output });
    return defineResource({ ...(resources.vault as unknown as ResourceDefinition<object, object>), inputs, state });
  };
  expect(() => defined(z.string())).toThrow(
    expect.objectContaining({ detail: expect.stringContaining("output size of Vault says what changes it") }),
  );
  expect(() => defined(z.string().meta({ changedBy: ["color"] }))).toThrow(
    expect.objectContaining({ detail: expect.stringContaining("color, which changes size of Vault, is an input") }),
  );
  expect(defined(z.string().meta({ changedBy: ["name"] })).changedBy).toEqual({ size: ["name"] });
});

test("the output that shows how far a goal is reached is changed by the input with the goal", () => {
  for (const { name, progress, changedBy } of definitions) {
    for (const [input, output = ""] of Object.entries(progress)) {
      expect([name, output, changedBy[output]]).toEqual([name, output, expect.arrayContaining([input])]);
    }
  }
});

/** One line for each property: `?` if it may be absent, what changes an output, and its own properties below. */
function lines(schema: z.ZodType, indent: string): string {
  return Object.entries(shapeOf(schema))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, property]) => {
      const inner = inside(property);
      const isOptional = property.safeParse(undefined).success;
      const { changedBy } = metaOf(property);
      const changed = changedBy === undefined ? "" : ` <- ${changedBy.join(", ") || "no update"}`;
      return `${indent}${name}${isOptional ? "?" : ""}${changed}\n${inner === undefined ? "" : lines(inner, `${indent}  `)}`;
    })
    .join("");
}

function inside(property: z.ZodType): z.ZodType | undefined {
  if (property instanceof z.ZodOptional || property instanceof z.ZodDefault)
    return inside(property.unwrap() as z.ZodType);
  if (property instanceof z.ZodArray) return inside(property.element as z.ZodType);
  return property instanceof z.ZodObject ? property : undefined;
}
